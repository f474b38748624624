"""A plan of a map is made better unit by unit: one goes over to a zone it touches, or two change places.

What is paid for may tie all zones together, as a balance of their loads does: every change is priced by
the whole program, many at a time.

Method: shifts and swaps of basic units (Bozkaya, Erkut and Laporte, 2003).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import islice, product

import numpy as np

from allocator.graph.neighbours import Neighbours, parts
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import IntArray, Program
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline

#: So many values are worked out at a time; a program of which that is fewer plans than this is left as it
#: is, since one step may take seconds.
AT_ONCE, FEW = 1 << 22, 50
#: So many values are a unit of work.
VALUES_PER_WORK = 1.3e8

#: Units that go over to another zone: of each its number and the slot of its new zone.
Change = tuple[tuple[int, int], ...]


def improve_by_units(
    task: ConstrainedProgram, decisions: IntArray, deadline: Deadline, search: SolveContext
) -> IntArray:
    """Return a plan that no change of one unit or two makes better, as far as time allows.

    Args:
        task: What is to be solved, with its map.
        decisions: A plan that breaks nothing.
        deadline: The time that it may take.
        search: How to search.
    """
    assert task.map is not None
    [grid] = task.program.decisions.grids.values()
    pricing, best = _Pricing(task.program, grid[:, :, 0, 0]), decisions
    if pricing.at_once < FEW:
        return decisions
    cost = costs_of(task.program, best)
    while True:
        zones = _Zones(slot_of(task.program, best), task.map)
        for changes in (zones.shifts(), zones.swaps()):
            if deadline.is_over or search.is_stopped:
                return best
            better = pricing.better(best, changes, cost)
            search.budget.spent_work += pricing.worked_out / VALUES_PER_WORK
            pricing.worked_out = 0
            if better is not None:
                cost, best = better
                break
        else:
            return best


def costs_of(program: Program, decisions: IntArray) -> list[int]:
    """Return what a plan costs at each level."""
    return [int(cost) for cost in level_costs(program, evaluate_auxiliaries(program, decisions[None, :]))[0]]


def is_least(task: ConstrainedProgram, decisions: IntArray) -> bool:
    """Whether the rows alone say that no plan costs less at any level."""
    costs = costs_of(task.program, decisions)
    return all(
        task.lower_bound(level) >= cost for level, cost in zip(task.program.levels, costs, strict=True)
    )


def is_plan(task: ConstrainedProgram, decisions: IntArray) -> bool:
    """Whether decisions break no row and all zones are in one piece."""
    assert task.map is not None
    if violated_rows(task.program, evaluate_auxiliaries(task.program, decisions[None, :])).any():
        return False
    held = _Zones(slot_of(task.program, decisions), task.map).held.values()
    return all(len(list(parts(items, task.map))) == 1 for items in held)


def slot_of(program: Program, decisions: IntArray) -> dict[int, int]:
    """Return the slot of each item."""
    [grid] = program.decisions.grids.values()
    own = grid[:, :, 0, 0]
    items, slots = np.nonzero((own >= 0) & (decisions[own] > 0))
    return dict(zip(items.tolist(), slots.tolist(), strict=True))


class _Pricing:
    """Works out what changes of a plan cost.

    Args:
        program: The program.
        grid: ``[items, slots]`` the decision that an item is in a slot.

    Attributes:
        at_once: So many plans are worked out at a time.
        worked_out: So many values were worked out.
    """

    def __init__(self, program: Program, grid: IntArray) -> None:
        self._program, self._grid = program, grid
        self._size = max(1, len(program) + len(program.definitions.term_cols))
        self.at_once, self.worked_out = AT_ONCE // self._size, 0

    def better(
        self, decisions: IntArray, changes: Iterator[Change], cost: list[int]
    ) -> tuple[list[int], IntArray] | None:
        """Return what the cheapest of some changes of a plan costs, and that plan; None if none is better."""
        while several := list(islice(changes, self.at_once)):
            made = self._made(decisions, several)
            self.worked_out += len(made) * self._size
            values = evaluate_auxiliaries(self._program, made)
            able = np.flatnonzero(~violated_rows(self._program, values).any(axis=1))
            costs = level_costs(self._program, values[able]).tolist()
            least = min(costs, default=cost)
            if least < cost:
                return least, made[able[costs.index(least)]]
        return None

    def _made(self, decisions: IntArray, changes: list[Change]) -> IntArray:
        made = np.repeat(decisions[None, :], len(changes), axis=0)
        for row, change in enumerate(changes):
            for item, slot in change:
                own = self._grid[item]
                made[row, own[own >= 0]] = 0
                if own[slot] >= 0:  # else the item is nowhere, which breaks a row
                    made[row, own[slot]] = 1
        return made


class _Zones:
    """The zones of a plan, and which changes leave each in one piece.

    Args:
        slot: The slot of each item.
        near: Which items are neighbours.
    """

    def __init__(self, slot: dict[int, int], near: Neighbours) -> None:
        self._slot, self._near = slot, near
        self.held: dict[int, set[int]] = {}
        for item, own in slot.items():
            self.held.setdefault(own, set()).add(item)

    def shifts(self) -> Iterator[Change]:
        """Yield each change of one unit to a zone that it touches."""
        for (_, other), items in sorted(self._border.items()):
            for item in items:
                yield ((item, other),)

    def swaps(self) -> Iterator[Change]:
        """Yield each exchange of two units that touch each other's zones, and not only by each other."""
        for (own, other), items in sorted(self._border.items()):
            for a, b in product(items, self._border.get((other, own), ()) if own < other else ()):
                if self._touches(a, other, b) and self._touches(b, own, a):
                    yield ((a, other), (b, own))

    @cached_property
    def _border(self) -> dict[tuple[int, int], list[int]]:
        """Units that their zone can do without and that touch another, by these two."""
        found: dict[tuple[int, int], list[int]] = {}
        for item, own in self._slot.items():
            others = {self._slot[other] for other in self._near.get(item, ()) if other in self._slot} - {own}
            if others and len(list(parts(self.held[own] - {item}, self._near))) <= 1:
                for other in others:
                    found.setdefault((own, other), []).append(item)
        return found

    def _touches(self, item: int, slot: int, without: int) -> bool:
        return not (self._near[item] & self.held[slot]) <= {without}
