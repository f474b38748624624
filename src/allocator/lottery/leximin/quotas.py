"""Why no panel keeps the quotas, and the least change that would let one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ortools.sat.python import cp_model

from allocator.lottery.leximin.panels import Panels

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
        mends: Bounds with how much each gives way, the fewest places in all.
    """

    bounds: tuple[Bound, ...]
    mends: tuple[Bound, ...]


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
    model, counted = _model(panels)
    for bound in bounds:
        _hold(model, panels, counted, bound, 0)
    return _solved(model) is not None


def _mends(panels: Panels) -> tuple[Bound, ...]:
    model, counted = _model(panels)
    gives: dict[Bound, cp_model.IntVar] = {}
    for q in range(len(panels.least)):
        for side in _SIDES:
            give = model.new_int_var(0, panels.size, "")
            _hold(model, panels, counted, Bound(q, side), give)
            gives[Bound(q, side)] = give
    model.minimize(sum(gives.values()))
    solver = _solved(model)
    if solver is None:
        return ()
    amounts = {bound: solver.value(give) for bound, give in gives.items()}
    return tuple(Bound(bound.quota, bound.side, by) for bound, by in amounts.items() if by)


def _model(panels: Panels) -> tuple[cp_model.CpModel, list[cp_model.LinearExpr]]:
    model = cp_model.CpModel()
    counts = [model.new_int_var(0, people, "") for people in panels.people]
    model.add(sum(counts) == panels.size)
    members: list[list[cp_model.IntVar]] = [[] for _ in panels.least]
    for count, quotas in zip(counts, panels.member, strict=True):
        for q in quotas:
            members[q].append(count)
    return model, [cp_model.LinearExpr.sum(one) for one in members]


def _hold(
    model: cp_model.CpModel,
    panels: Panels,
    counted: Sequence[cp_model.LinearExpr],
    bound: Bound,
    give: cp_model.IntVar | int,
) -> None:
    if bound.side == "least":
        model.add(counted[bound.quota] + give >= panels.least[bound.quota])
    else:
        model.add(counted[bound.quota] - give <= panels.most[bound.quota])


def _solved(model: cp_model.CpModel) -> cp_model.CpSolver | None:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return solver if solver.solve(model) == cp_model.OPTIMAL else None
