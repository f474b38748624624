"""Why no panel keeps the quotas, and the least change that would let one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from allocator.lottery.leximin.panels import Panels
from allocator.solvers.integer_program import IntegerProgram

Side = Literal["least", "most"]


@dataclass(frozen=True)
class Bound:
    """One side of a quota, and by how much it would have to give way."""

    quota: int
    side: Side
    by: int = 0


@dataclass(frozen=True)
class Conflict:
    """Bounds of quotas that cannot hold together, and the least change that mends it.

    Attributes:
        bounds: None of them can be left out.
        remedies: Bounds with how much each gives way, the fewest places in all.
    """

    bounds: tuple[Bound, ...]
    remedies: tuple[Bound, ...]


def find_conflict(panels: Panels) -> Conflict | None:
    """Return why there is no panel, or None if there is one; there are as many people as a panel has."""
    every = [Bound(q, side) for q in range(len(panels.least)) for side in _SIDES]
    if _feasible(panels, every):
        return None
    kept = list(every)
    for bound in every:
        fewer = [one for one in kept if one != bound]
        if not _feasible(panels, fewer):
            kept = fewer
    return Conflict(tuple(kept), _mends(panels))


_SIDES: tuple[Side, Side] = ("least", "most")


def _feasible(panels: Panels, bounds: Sequence[Bound]) -> bool:
    program, members = _program(panels)
    for bound in bounds:
        _hold(program, panels, members, bound)
    return program.solve() is not None


def _mends(panels: Panels) -> tuple[Bound, ...]:
    program, members = _program(panels)
    gives: dict[Bound, int] = {}
    for q in range(len(panels.least)):
        for side in _SIDES:
            give = program.add_variable(0, panels.size)
            _hold(program, panels, members, Bound(q, side), give)
            gives[Bound(q, side)] = give
    program.minimise(dict.fromkeys(gives.values(), 1))
    solved = program.solve()
    if solved is None:
        return ()
    amounts = {bound: solved.values[give] for bound, give in gives.items()}
    return tuple(Bound(bound.quota, bound.side, by) for bound, by in amounts.items() if by)


def _program(panels: Panels) -> tuple[IntegerProgram, list[list[int]]]:
    """Return a program of whole panels, one variable for each type, and which types count to each quota."""
    program = IntegerProgram()
    counts = [program.add_variable(0, people) for people in panels.people]
    program.add_row(dict.fromkeys(counts, 1), panels.size, panels.size)
    members: list[list[int]] = [[] for _ in panels.least]
    for count, quotas in zip(counts, panels.member, strict=True):
        for q in quotas:
            members[q].append(count)
    return program, members


def _hold(
    program: IntegerProgram,
    panels: Panels,
    members: Sequence[Sequence[int]],
    bound: Bound,
    give: int | None = None,
) -> None:
    """Hold one side of a quota, which may give way by a variable."""
    counted = dict.fromkeys(members[bound.quota], 1)
    if bound.side == "least":
        way = {} if give is None else {give: 1}
        program.add_row(counted | way, panels.least[bound.quota], None)
    else:
        way = {} if give is None else {give: -1}
        program.add_row(counted | way, None, panels.most[bound.quota])
