"""Assignment neighbourhood: one item, or a vacancy, is taken out at each place, and all are assigned anew.

The best cyclic exchange of any length is one linear assignment problem. It takes a thousandth of a second,
where a search takes seconds. The costs are exact but for those that places share, so that every result is
checked like any plan.

Method: see ``program/reassignment.py``; assignment by SciPy (Crouse, IEEE Trans. Aerospace 2016).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.lns.mover_selection import MoverSelector
from allocator.optimise.lns.operators import NeighbourhoodOperator
from allocator.program.evaluate import EvaluatedPlan, IncrementalEvaluator
from allocator.program.program import BoolArray, IntArray, Program
from allocator.program.reassignment import FloatArray, Potential, Reassignment, reassignment_costs
from allocator.program.subproblem import level_objective
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.linear import assign
from allocator.solvers.solver import SearchResult

#: Sums of costs beyond this are not exact in floating point.
EXACT = 2.0**52


@dataclass(frozen=True)
class AssignmentParams:
    """How far a walk by assignments goes.

    Attributes:
        patience: A batch ends after this number of assignments in a row without a gain.
        deviations: How far the walk may be above the best plan, as shares of the gap between its cost and its
            bound. Each batch draws one: most batches only accept plans that are no worse.
        target_depth: The square of this is the deepest target for a maximum: the share of the values that
            are above it. Most targets are less deep.
        median_depth: The depth of half of the deep targets: the median of the values.
        steepest_power: The greatest power by which a deep target charges values above it.
        work: The deterministic work of an assignment, in units of the solver's deterministic time.
        work_per_pair: The deterministic work of each pair of a mover and a place.
    """

    patience: int = 15
    deviations: tuple[float, ...] = (0.0, 0.0, 0.0, 0.1, 0.2)
    target_depth: float = 0.5
    median_depth: float = 0.5
    steepest_power: int = 4
    work: float = 1e-3
    work_per_pair: float = 3e-7


#: The parameters of every walk.
PARAMS = AssignmentParams()


class AssignmentNeighbourhood:
    """A walk from plan to plan by assignments within a layer, never far above the best plan.

    A plan slightly dearer than the best often leads to a better one, above all where the maximum of many
    loads only falls once all of them are lowered.

    Method: record-to-record travel (Dueck, Journal of Computational Physics 1993).

    Args:
        incumbent: The best plan of the level, which the walk improves.
        open_decisions: ``[decisions]`` whether each may change.
        context: The settings of the solve.
    """

    def __init__(self, incumbent: LevelIncumbent, open_decisions: BoolArray, context: SolveContext) -> None:
        self._incumbent, self._open, self._context = incumbent, open_decisions, context
        self._random = np.random.default_rng(context.seed)
        self._program: Program | None = None
        self._last_incumbent: IntArray | None = None
        self._deviation = 0.0

    def run_batch(
        self,
        operator: NeighbourhoodOperator,
        part: Allotment,
        movable: BoolArray,
        is_done: Callable[[], bool],
    ) -> SearchResult:
        """Make assignments until several in a row gained nothing.

        Args:
            operator: The layer, and the selection of movers.
            part: The time limit.
            movable: ``[decisions]`` whether each may change now.
            is_done: Asked after each assignment whether to end.
        """
        budget = self._context.budget
        deadline, spent, in_vain = Deadline(budget, part), budget.spent_work, 0
        gap = self._incumbent.cost - self._incumbent.bound
        self._deviation = float(self._random.choice(PARAMS.deviations)) * gap
        if not self._deviation:
            self._last_incumbent = None  # start again from the incumbent
        while in_vain < PARAMS.patience:
            before = self._incumbent.cost
            budget.spent_work += self._assign_movers(operator, movable)
            in_vain = 0 if self._incumbent.cost < before else in_vain + 1
            if deadline.is_over or self._context.is_stopped or is_done():
                break
        if part.is_over:
            return SearchResult("feasible", effort=1.0)
        if part.work is not None:
            return SearchResult("feasible", effort=(budget.spent_work - spent) / part.work)
        return SearchResult("feasible", effort=1 - deadline.left.seconds / part.seconds)

    def _assign_movers(self, operator: NeighbourhoodOperator, movable: BoolArray) -> float:
        """Assign some movers as cheaply as possible; return the work that it took."""
        self._synchronise()
        movers = self._selector.movers(operator.layer, operator.selection, self._plan.values, movable)
        if movers is None:
            return PARAMS.work
        base = self._evaluator.update(self._plan, *movers.removal)
        reassignment = Reassignment(movers.columns, self._plan, base)
        cost, impossible = self._mover_costs(reassignment, operator.deep_targets)
        places = self._best_places(np.where(impossible, np.inf, cost))
        if places is not None and (len(movers.left) or (places != np.arange(len(places))).any()):
            columns = movers.at(places)
            self._accept(self._evaluator.update(base, columns, np.ones_like(columns)))
        return PARAMS.work + PARAMS.work_per_pair * cost.size

    def _synchronise(self) -> None:
        """Move the walk to the incumbent if that has changed since; follow the program if it has grown."""
        incumbent, program = self._incumbent, self._incumbent.constrained.program
        if self._program is not program:
            self._program, self._last_incumbent = program, None
            self._at = program.levels.index(incumbent.level)
            self._prices = [level_objective(program, level) for level in program.levels]
            self._selector = MoverSelector(program, self._prices[self._at], self._open, self._random)
            self._evaluator = IncrementalEvaluator(program)
        if self._last_incumbent is not incumbent.values:
            self._last_incumbent = incumbent.values
            self._plan = self._evaluator.evaluate(incumbent.values)

    def _accept(self, plan: EvaluatedPlan) -> None:
        """Go to a plan if it is feasible and within the deviation; it may be the new incumbent."""
        constrained = self._incumbent.constrained
        lower, upper = constrained.bounds
        if self._evaluator.violates_rows(plan) or ((plan.values < lower) | (plan.values > upper)).any():
            return
        if any(constrained.cost(plan.values, level) > most for level, most in constrained.caps.items()):
            return
        cost = constrained.cost(plan.values, self._incumbent.level)
        if cost <= self._incumbent.cost:
            self._incumbent.accept(plan.values, "exchange", is_evaluated=True)
            self._last_incumbent = self._incumbent.values
        if cost <= self._incumbent.cost + self._deviation:
            self._plan = plan

    def _best_places(self, cost: FloatArray) -> IntArray | None:
        """Return the place of each mover in an assignment of least cost; None if there is none.

        Args:
            cost: ``[movers, places]`` the costs. Of several best assignments a random one is returned, since
                each leads to other plans.
        """
        order = self._random.permutation(len(cost))
        found = assign(cost[order])
        if found is None:
            return None
        rows, places = found
        return np.asarray(places[np.argsort(order[rows])])

    def _mover_costs(self, reassignment: Reassignment, deep: bool) -> tuple[FloatArray, BoolArray]:
        """Return ``[movers, places]`` the cost of each mover at each place, and whether it cannot be there.

        The costs of all levels are one number: levels above this one count first, levels below it last.
        """
        target = self._target(deep)
        costs, impossible = reassignment_costs(self._evaluator, reassignment, self._prices, target)
        total = costs[self._at]
        for above in reversed(costs[: self._at]):
            total = _lexicographic(above, total, fallback=total)
        for below in costs[self._at + 1 :]:
            total = _lexicographic(total, below, fallback=total)
        return total, impossible

    def _target(self, deep: bool) -> Potential:
        """Return a random target for maxima: usually just below their values, or far down if deep."""
        random = self._random
        if deep:
            depth = min(PARAMS.median_depth, random.uniform(0, 2 * PARAMS.median_depth))
            share = random.uniform(0, 1)
            return Potential(depth, share, int(random.integers(1, PARAMS.steepest_power + 1)))
        depth = max(0.0, random.uniform(-PARAMS.target_depth / 3, PARAMS.target_depth)) ** 2
        return Potential(depth, max(0.0, random.uniform(-0.5, 1)), int(random.integers(1, 3)))


def _lexicographic(first: FloatArray, second: FloatArray, fallback: FloatArray) -> FloatArray:
    """Return costs that order by the first, then by the second; the fallback where that is not exact."""
    weight = len(first) * float(np.ptp(second)) + 1
    return first * weight + second if weight * len(first) * float(np.ptp(first)) < EXACT else fallback
