"""The search for all plans of which none is better than another at every criterion.

The epsilon-constraint method: one criterion is minimised while the others are held to limits, then the others
in turn while it keeps its cost, so that no plan found is dominated, not even weakly (the two stages of Kirlik
and Sayin 2014, "A new algorithm for generating all nondominated solutions of multiobjective discrete
optimization problems"). What is searched next is the widest zone of the search region. Each search begins
from a known plan that keeps to its limits, so there is always one; and each proof empties a part of the
region, whether the search has ended or not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from allocator.errors import InternalError
from allocator.model.run import in_order
from allocator.optimise.results import Options, SolveResult
from allocator.optimise.tradeoff.epsilon_solver import EpsilonSolver, level_proofs
from allocator.optimise.tradeoff.search_region import CostVector, SearchRegion, SearchZone
from allocator.optimise.tradeoff.tradeoff_result import (
    Below,
    FoundPoint,
    TradeoffResult,
    run_data,
    tradeoff_point,
)
from allocator.program.program import INFINITE, IntArray
from allocator.rules.criteria import TradedPolicy
from allocator.solvers.bounds import KnownBounds, Proof
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.solvers.solver import Found


@dataclass(frozen=True)
class ParetoParams:
    """Parameters of the search.

    Attributes:
        first_part: Part of the time limit for the first plan, the best one by the order of the criteria.
        extreme_part: Part of the time limit for the least cost of each other criterion, at most.
        zone_part: Part of the time limit for a zone that is searched the first time; then twice that, ...
        criteria_part: Part of the time that the criteria may use before the levels below are minimised.
        spread: A zone that is wider than this part of the range of a criterion is searched from its middle,
            so that the first plans lie apart; a narrower one as a whole, which takes fewer searches.
        most_points: The most plans of a set: nobody reads more.
        most_assignments: The most assignments of all plans of a set together.
    """

    first_part: float = 0.3
    extreme_part: float = 0.2
    zone_part: float = 0.05
    criteria_part: float = 0.8
    spread: float = 0.125
    most_points: int = 200
    most_assignments: int = 200_000


PARAMS = ParetoParams()


class ParetoSearch:
    """The search for one set.

    Args:
        traded: The levels of the trade-off.
        options: How to solve; a window, a confirmation and the fewest changes are not honoured.
        observer: Sees progress, and may stop the search: what was found is kept.
        limits: ``[criteria]`` the most that each may cost, ``INFINITE`` for no limit.
    """

    def __init__(
        self,
        traded: TradedPolicy,
        options: Options,
        observer: Observer = NULL_OBSERVER,
        limits: CostVector | None = None,
    ) -> None:
        self._traded, self._options = traded, options
        self._limits = limits or (INFINITE,) * len(traded.criteria)
        self._solver = EpsilonSolver(traded, options, observer)
        self._region = SearchRegion(self._limits)
        self._points: dict[CostVector, FoundPoint] = {}
        self._tries: dict[CostVector, int] = {}
        self._most = PARAMS.most_points

    def run(self) -> TradeoffResult:
        """Search the set, and return what was found: all of it, or as much as there was time for."""
        order = [*range(len(self._limits))]
        first = self._solver.best_plan(order, PARAMS.first_part)
        if first.status == "unknown" and not self._is_over:  # without a plan nothing else matters
            first = self._solver.best_plan(order, 1.0)
        if not first.proofs:
            return self._without_plan(first.status, first)
        self._most = min(self._most, max(2, PARAMS.most_assignments // max(1, len(first.assignments))))
        if not self._keep_to_limits(self._take_over(first, order)):
            return self._without_plan("unknown" if any(self._region.zones()) else "infeasible")
        self._find_extremes()
        for part in (PARAMS.criteria_part if self._traded.below else 1.0, 1.0):
            self._search_zones(Deadline(self._solver.context.budget, self._solver.context.budget.share(part)))
            self._minimise_below()
        return self._result()

    @property
    def _is_over(self) -> bool:
        return self._solver.context.is_over

    def _take_over(self, result: SolveResult, order: Sequence[int]) -> IntArray:
        """Take over the plan and the proofs of a search that was given no limits, and return the plan.

        Proofs hold for this set only if the levels above cost as much there.
        """
        above = [proof.cost for proof in self._solver.above.values()]
        found = [proof.cost for proof in level_proofs(result, len(above))]
        if found == above:
            proofs = level_proofs(result, len(order), len(above) + 1)
            self._learn(order, [INFINITE] * len(order), proofs)
        values = self._solver.plan_values(result)
        if self._solver.keeps_above(values):
            self._take(values)
        return values

    def _keep_to_limits(self, values: IntArray) -> bool:
        """Find a plan that keeps to the limits of the criteria, and return whether there is one."""
        kept = [INFINITE] * len(self._limits)
        for k, limit in enumerate(self._limits):
            if self._solver.costs(values)[k] > limit:
                values = self._minimise(k, kept, values, PARAMS.extreme_part)
                if self._solver.costs(values)[k] > limit:
                    return False
            kept[k] = limit
        return True

    def _find_extremes(self) -> None:
        """Find the least cost of each criterion, the others within their limits.

        Without limits that is the best plan by another order of the criteria, which is built layer by layer.
        """
        count = len(self._limits)
        for k in range(count):
            best = min(self._points, key=lambda costs: (costs[k], costs))
            if self._region.least(k, self._limits).value >= best[k] or self._is_over:
                continue
            if k > 0 and min(self._limits) >= INFINITE:
                order = [k, *(j for j in range(count) if j != k)]
                result = self._solver.best_plan(order, PARAMS.extreme_part)
                if result.proofs:
                    self._take_over(result, order)
                    continue
            if not self._is_over:
                self._minimise(k, self._limits, self._points[best].values, PARAMS.extreme_part)

    def _search_zones(self, deadline: Deadline) -> None:
        """Search the widest zone again and again, those first that were searched less often."""
        while not (deadline.is_over or self._is_over) and len(self._points) < self._most:
            zone = min(self._region.zones(), key=self._turn, default=None)
            if zone is None:
                return
            self._search_zone(zone, deadline)

    def _turn(self, zone: SearchZone) -> tuple[int, float, CostVector]:
        width = float(np.prod([self._region.extent(zone, k) for k in range(len(zone.high))]))
        return self._tries.get(zone.high, 0), -width, zone.high

    def _search_zone(self, zone: SearchZone, deadline: Deadline) -> None:
        """Minimise one criterion below the upper ends of a zone, or below its middle if it is wide."""
        tries = self._tries.get(zone.high, 0)
        self._tries[zone.high] = tries + 1
        for k, caps in self._attempts(zone, tries):
            start = self._start(k, caps)
            if start is not None:
                part = min(PARAMS.zone_part * 2**tries, self._solver.part_of(deadline.left))
                self._minimise(k, caps, start, part)
                return
        raise AssertionError("a plan that bounds a zone keeps to its other limits")

    def _attempts(self, zone: SearchZone, tries: int) -> Iterator[tuple[int, CostVector]]:
        """Yield criteria to minimise and limits of the others: the middle of a wide zone comes first."""
        count = len(zone.high)
        order = [(k + tries) % count for k in range(count)]
        extents = [self._region.extent(zone, k) for k in range(count)]
        for k in order if tries == 0 else ():
            j = max((other for other in order if other != k), key=lambda j: extents[j])
            end = min(zone.high[j], max(costs[j] for costs in self._points))
            middle = zone.low[j] + (end - zone.low[j]) // 2
            if extents[j] > PARAMS.spread and zone.low[j] <= middle < zone.high[j]:
                yield k, (*zone.high[:j], middle, *zone.high[j + 1 :])
        for k in order:
            yield k, zone.high

    def _start(self, k: int, caps: CostVector) -> IntArray | None:
        """Return the plan with the least cost of a criterion of those that keep to the others' caps."""
        able = [
            costs
            for costs in self._points
            if all(cost <= most for j, (cost, most) in enumerate(zip(costs, caps, strict=True)) if j != k)
        ]
        return self._points[min(able, key=lambda costs: (costs[k], costs))].values if able else None

    def _minimise(self, k: int, caps: Sequence[int], start: IntArray, part: float) -> IntArray:
        """Minimise a criterion, then the others in turn; take over the plan and every proof.

        Args:
            k: The criterion.
            caps: ``[criteria]`` the most that the others may cost.
            start: ``[variables]`` a plan that keeps to the caps.
            part: The part of the whole time limit that this may take.
        """
        order = [k, *(j for j in range(len(caps)) if j != k)]
        levels, limits = self._traded.criterion_levels, [*caps[:k], INFINITE, *caps[k + 1 :]]
        rows = {levels[j]: most for j, most in enumerate(limits) if most < INFINITE}
        known = self._known(order, limits, self._solver.costs(start))
        values, proofs = self._solver.solve([levels[j] for j in order], rows, start, part, known)
        self._learn(order, limits, proofs)
        self._take(values)
        return values

    def _known(self, order: Sequence[int], limits: Sequence[int], costs: CostVector) -> KnownBounds:
        """Return what is proved of each criterion while those before it cost no more than given."""
        caps, known = list(limits), list[Proof]()
        for number, k in enumerate(order, start=1):
            known.append(Proof.of(number, costs[k], self._region.least(k, caps)))
            caps[k] = min(caps[k], costs[k])
        return KnownBounds((tuple(known),))

    def _learn(self, order: Sequence[int], limits: Sequence[int], proofs: Sequence[Proof]) -> None:
        """Take over the proofs of a search: each holds while the criteria before it keep to their costs."""
        high = list(limits)
        for k, proof in zip(order, proofs, strict=False):
            if proof.bound > 0:
                self._region.add_empty([*high[:k], proof.bound - 1, *high[k + 1 :]], proof.by)
            high[k] = min(high[k], proof.cost)

    def _take(self, values: IntArray) -> None:
        """Take a plan into the set if it keeps to the limits and is not dominated.

        Raises:
            InternalError: A proof says that there is no such plan.
        """
        costs = self._solver.costs(values)
        refutation = self._region.refutation(costs)
        if refutation is not None:
            by = ", ".join(in_order(refutation.by))
            raise InternalError(f"{by} proved that no plan costs {costs} at most, but one was found")
        if any(cost > limit for cost, limit in zip(costs, self._limits, strict=True)):
            return
        if self._region.add_point(costs):
            self._points[costs] = FoundPoint(values, "left" if self._traded.below else "none")
            self._points = {point: self._points[point] for point in self._region.points}

    def _minimise_below(self) -> None:
        """Minimise the levels below in every plan in which they were not searched, in the time left."""
        left = [costs for costs, point in self._points.items() if point.below == "left"]
        for number, costs in enumerate(left):
            if self._is_over:
                return
            limits = dict(zip(self._traded.criterion_levels, costs, strict=True))
            part = self._solver.part_of_left(1.0 / (len(left) - number))
            start, order = self._points[costs].values, self._traded.below_levels
            values, proofs = self._solver.solve(order, limits, start, part)
            self._take(values)
            if costs in self._points and self._solver.costs(values) == costs and len(proofs) == len(order):
                self._points[costs] = FoundPoint(values, _state(proofs), tuple(proofs))

    def _without_plan(self, status: Found, first: SolveResult | None = None) -> TradeoffResult:
        """Return that no plan was found, or that there is none."""
        return TradeoffResult(
            status,
            above=tuple(self._solver.above.values()),
            run=run_data(self._solver.context, status),
            refuted=None if first is None else first.refuted,
        )

    def _result(self) -> TradeoffResult:
        gaps = tuple(sorted(self._region.zones(), key=lambda zone: (zone.low, zone.high)))
        points = tuple(
            tradeoff_point(self._traded, self._solver, self._region, costs, found)
            for costs, found in self._points.items()
        )
        is_done = not gaps and all(one.below in ("none", "proved") for one in points)
        run = run_data(self._solver.context, "optimal" if is_done else "feasible")
        status: Found = "feasible" if gaps else "optimal"
        return TradeoffResult(status, points, gaps, tuple(self._solver.above.values()), run)


def _state(proofs: Sequence[Proof]) -> Below:
    return "proved" if all(proof.cost == proof.bound for proof in proofs) else "open"
