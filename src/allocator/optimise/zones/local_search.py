"""Local search over the plans of a map: a unit moves to a zone that it touches, or two units are swapped.

Penalties may link all zones, as those for uneven loads do. So the whole program evaluates every change, many
changes at a time.

Method: shifts and swaps of basic units (Bozkaya, Erkut and Laporte, 2003).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product

import numpy as np

from allocator.graph.geography import Neighbours, connected_components
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import IntArray, Program
from allocator.solvers.deadline import Deadline, SolveContext

#: Units that change their zone: of each its number and the slot of its new zone.
Change = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class LocalSearchParams:
    """How changes are evaluated.

    Attributes:
        batch_values: The most values of variables that are evaluated together.
        fewest_plans: Programs of which a batch holds fewer plans than this are not searched, since a step
            might take seconds.
        values_per_work: The number of values that are a unit of the solver's deterministic time.
    """

    batch_values: int = 1 << 22
    fewest_plans: int = 50
    values_per_work: float = 1.3e8


#: The parameters of every search.
PARAMS = LocalSearchParams()


def improve_by_units(
    constrained: ConstrainedProgram, decisions: IntArray, deadline: Deadline, context: SolveContext
) -> IntArray:
    """Return a plan that no shift and no swap improves, as far as time allows.

    Args:
        constrained: The constrained program, with its map.
        decisions: ``[decisions]`` a feasible plan.
        deadline: The time limit.
        context: The settings of the solve.
    """
    assert constrained.map is not None
    [grid] = constrained.program.decisions.grids.values()
    evaluator, best = _ChangeEvaluator(constrained.program, grid[:, :, 0, 0]), decisions
    if evaluator.batch < PARAMS.fewest_plans:
        return decisions
    cost = costs_of(constrained.program, best)
    while True:
        zones = _Zones(slot_of(constrained.program, best), constrained.map)
        for changes in (zones.shifts(), zones.swaps()):
            if deadline.is_over or context.is_stopped:
                return best
            better = evaluator.first_better(best, changes, cost)
            context.budget.spent_work += evaluator.evaluated / PARAMS.values_per_work
            evaluator.evaluated = 0
            if better is not None:
                cost, best = better
                break
        else:
            return best


def costs_of(program: Program, decisions: IntArray) -> list[int]:
    """Return the cost of a plan at each level."""
    return [int(cost) for cost in level_costs(program, evaluate_auxiliaries(program, decisions[None, :]))[0]]


def is_least(constrained: ConstrainedProgram, decisions: IntArray) -> bool:
    """Whether the rows alone prove that no plan costs less at any level."""
    costs = costs_of(constrained.program, decisions)
    return all(
        constrained.lower_bound(level) >= cost
        for level, cost in zip(constrained.program.levels, costs, strict=True)
    )


def is_plan(constrained: ConstrainedProgram, decisions: IntArray) -> bool:
    """Whether decisions violate no row, and all zones are connected."""
    assert constrained.map is not None
    if violated_rows(
        constrained.program, evaluate_auxiliaries(constrained.program, decisions[None, :])
    ).any():
        return False
    held = _Zones(slot_of(constrained.program, decisions), constrained.map).held.values()
    return all(len(list(connected_components(items, constrained.map))) == 1 for items in held)


def slot_of(program: Program, decisions: IntArray) -> dict[int, int]:
    """Return the slot of each item."""
    [grid] = program.decisions.grids.values()
    own = grid[:, :, 0, 0]
    items, slots = np.nonzero((own >= 0) & (decisions[own] > 0))
    return dict(zip(items.tolist(), slots.tolist(), strict=True))


class _ChangeEvaluator:
    """Evaluates the costs of changed plans.

    Args:
        program: The program.
        grid: ``[items, slots]`` the decision that an item is in a slot.

    Attributes:
        batch: The number of plans that are evaluated together.
        evaluated: The number of values that were evaluated.
    """

    def __init__(self, program: Program, grid: IntArray) -> None:
        self._program, self._grid = program, grid
        self._size = max(1, len(program) + len(program.definitions.term_cols))
        self.batch, self.evaluated = PARAMS.batch_values // self._size, 0

    def first_better(
        self, decisions: IntArray, changes: Iterator[Change], cost: list[int]
    ) -> tuple[list[int], IntArray] | None:
        """Return cost and plan of the best change in the first batch with a better one; None if none is."""
        while several := list(islice(changes, self.batch)):
            changed = self._changed_plans(decisions, several)
            self.evaluated += len(changed) * self._size
            values = evaluate_auxiliaries(self._program, changed)
            able = np.flatnonzero(~violated_rows(self._program, values).any(axis=1))
            costs = level_costs(self._program, values[able]).tolist()
            least = min(costs, default=cost)
            if least < cost:
                return least, changed[able[costs.index(least)]]
        return None

    def _changed_plans(self, decisions: IntArray, changes: list[Change]) -> IntArray:
        changed = np.repeat(decisions[None, :], len(changes), axis=0)
        for row, change in enumerate(changes):
            for item, slot in change:
                own = self._grid[item]
                changed[row, own[own >= 0]] = 0
                if own[slot] >= 0:  # else the item has no slot, which violates a row
                    changed[row, own[slot]] = 1
        return changed


class _Zones:
    """The zones of a plan, and the changes that leave each of them connected.

    Args:
        slot: The slot of each item.
        near: The neighbours of each item.

    Attributes:
        held: The items of each slot.
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
        """Yield each swap of two units that touch each other's zones, and not only through each other."""
        for (own, other), items in sorted(self._border.items()):
            for a, b in product(items, self._border.get((other, own), ()) if own < other else ()):
                if self._touches(a, other, b) and self._touches(b, own, a):
                    yield ((a, other), (b, own))

    @cached_property
    def _border(self) -> dict[tuple[int, int], list[int]]:
        """The units, by their zone and a zone that they touch, without which their zone is connected."""
        found: dict[tuple[int, int], list[int]] = {}
        for item, own in self._slot.items():
            others = {self._slot[other] for other in self._near.get(item, ()) if other in self._slot} - {own}
            if others and len(list(connected_components(self.held[own] - {item}, self._near))) <= 1:
                for other in others:
                    found.setdefault((own, other), []).append(item)
        return found

    def _touches(self, item: int, slot: int, without: int) -> bool:
        return not (self._near[item] & self.held[slot]) <= {without}
