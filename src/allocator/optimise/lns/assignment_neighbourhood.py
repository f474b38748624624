"""Exchanges of any length at once: at each place one item, or nobody, is taken out; all are assigned anew.

The best of all such exchanges is one assignment problem, solved in a thousandth of a second where a search
for it takes seconds. It is the best but for what places share, so what is found is checked like any plan.
Method: see ``program/placing.py``; assignment by SciPy (Crouse, IEEE Trans. Aerospace 2016).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from allocator.optimise.lns.mover_selection import MoverSelector
from allocator.optimise.lns.operators import NeighbourhoodOperator
from allocator.optimise.outcome import Outcome
from allocator.optimise.standing import Standing
from allocator.program.aims import Potential
from allocator.program.changing import FloatArray, Reassignment
from allocator.program.placing import reassignment_costs
from allocator.program.program import IntArray, Program
from allocator.program.states import BoolArray, EvaluatedPlan, IncrementalEvaluator
from allocator.program.subproblem import level_objective
from allocator.solvers.budget import Clock, Slice
from allocator.solvers.context import SolveContext
from allocator.solvers.linear import assign

#: The aim for the greatest of many is at most the square of this down their values, most often less.
DEPTH = 0.5
#: One that is deep is half of the time in their middle, and charges by a power up to this.
MIDDLE, STEEP = 0.5, 4
#: A batch ends after so many exchanges in a row without a gain.
PATIENCE = 15
#: How far the walk may be above the best plan, as a part of what is open between that and the bound.
ABOVE = (0.0, 0.0, 0.0, 0.1, 0.2)
#: Deterministic work of an exchange, and of each pair of a mover and a place.
WORK, WORK_OF_PAIR = 1e-3, 3e-7
#: Beyond this a sum of costs is not exact any more.
EXACT = 2.0**52


class AssignmentNeighbourhood:
    """Exchanges within the layers of a program: a walk from plan to plan that is never far above the best.

    A plan a little dearer than the best is often on the way to a better one, above all where the greatest of
    many loads only comes down once all are seen to.
    Method: record-to-record travel (Dueck, Journal of Computational Physics 1993).

    Args:
        standing: The best plan, which is made better.
        open_decisions: ``[decisions]`` which of them may change.
        search: How to search.
    """

    def __init__(self, standing: Standing, open_decisions: BoolArray, search: SolveContext) -> None:
        self._standing, self._open, self._search = standing, open_decisions, search
        self._random = np.random.default_rng(search.seed)
        self._made_for: Program | None = None
        self._last: IntArray | None = None
        self._above = 0.0

    def batch(
        self, arm: NeighbourhoodOperator, part: Slice, movable: BoolArray, is_done: Callable[[], bool]
    ) -> Outcome:
        """Make exchanges until several in a row gained nothing.

        Args:
            arm: The layer, and how movers are chosen.
            part: How long.
            movable: ``[decisions]`` which of these may change now.
            is_done: Asked after each whether to end.
        """
        budget = self._search.budget
        clock, spent, in_vain = Clock(budget, part), budget.spent_work, 0
        open_cost = self._standing.cost - self._standing.bound
        self._above = float(self._random.choice(ABOVE)) * open_cost
        if not self._above:
            self._last = None  # back to the best
        while in_vain < PATIENCE:
            before = self._standing.cost
            budget.spent_work += self._change(arm, movable)
            in_vain = 0 if self._standing.cost < before else in_vain + 1
            if clock.is_over or self._search.is_stopped or is_done():
                break
        if part.is_over:
            return Outcome("feasible", effort=1.0)
        if part.work is not None:
            return Outcome("feasible", effort=(budget.spent_work - spent) / part.work)
        return Outcome("feasible", effort=1 - clock.left.seconds / part.seconds)

    def _change(self, arm: NeighbourhoodOperator, movable: BoolArray) -> float:
        """Make the best exchange of some movers; return the work that it took."""
        self._begin()
        movers = self._chooser.movers(arm.layer, arm.by, self._state.values, movable)
        if movers is None:
            return WORK
        base = self._tables.update(self._state, *movers.out)
        cost, impossible = self._priced(Reassignment(movers.columns, self._state, base), arm.deep)
        places = self._assigned(np.where(impossible, np.inf, cost))
        if places is not None and (len(movers.left) or (places != np.arange(len(places))).any()):
            columns = movers.at(places)
            self._go_to(self._tables.update(base, columns, np.ones_like(columns)))
        return WORK + WORK_OF_PAIR * cost.size

    def _begin(self) -> None:
        """Walk on from the best plan if another has been found since; the program may have grown, too."""
        standing, program = self._standing, self._standing.task.program
        if self._made_for is not program:
            self._made_for, self._last = program, None
            self._at = program.levels.index(standing.level)
            self._prices = [level_objective(program, level) for level in program.levels]
            self._chooser = MoverSelector(program, self._prices[self._at], self._open, self._random)
            self._tables = IncrementalEvaluator(program)
        if self._last is not standing.values:
            self._last = standing.values
            self._state = self._tables.evaluate(standing.values)

    def _go_to(self, state: EvaluatedPlan) -> None:
        """Go to a plan that breaks nothing and is not far above the best, which it may be."""
        task = self._standing.task
        lower, upper = task.bounds
        if self._tables.violates_rows(state) or ((state.values < lower) | (state.values > upper)).any():
            return
        if any(task.cost(state.values, level) > most for level, most in task.caps.items()):
            return
        cost = task.cost(state.values, self._standing.level)
        if cost <= self._standing.cost:
            self._standing.take(state.values, "exchange", follows=True)
            self._last = self._standing.values
        if cost <= self._standing.cost + self._above:
            self._state = state

    def _assigned(self, cost: FloatArray) -> IntArray | None:
        """Return the place of each mover in an assignment of least cost, None if there is none.

        Of those as good any is taken: from each of them others lead on.
        """
        order = self._random.permutation(len(cost))
        found = assign(cost[order])
        if found is None:
            return None
        rows, places = found
        return np.asarray(places[np.argsort(order[rows])])

    def _priced(self, placing: Reassignment, deep: bool) -> tuple[FloatArray, BoolArray]:
        """Return what each mover costs at each place: levels held to their cost first, those to come last."""
        costs, impossible = reassignment_costs(self._tables, placing, self._prices, self._aim(deep))
        total = costs[self._at]
        for before in reversed(costs[: self._at]):
            total = _in_order(before, total, else_only=total)
        for after in costs[self._at + 1 :]:
            total = _in_order(total, after, else_only=total)
        return total, impossible

    def _aim(self, deep: bool) -> Potential:
        """Return what the greatest of many is to come down to this time: first a little, late all the way."""
        random = self._random
        if deep:
            depth = min(MIDDLE, random.uniform(0, 2 * MIDDLE))
            return Potential(depth, random.uniform(0, 1), int(random.integers(1, STEEP + 1)))
        depth = max(0.0, random.uniform(-DEPTH / 3, DEPTH)) ** 2
        return Potential(depth, max(0.0, random.uniform(-0.5, 1)), int(random.integers(1, 3)))


def _in_order(first: FloatArray, then: FloatArray, else_only: FloatArray) -> FloatArray:
    """Return what decides by the first and, that being the same, by the other, if there is room for both."""
    weight = len(first) * float(np.ptp(then)) + 1
    return first * weight + then if weight * len(first) * float(np.ptp(first)) < EXACT else else_only
