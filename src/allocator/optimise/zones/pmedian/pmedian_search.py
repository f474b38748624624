"""Zones around centres: plans first, then prices that prove a bound, then branch and cut on what is left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from allocator.model.witnesses import HIGHS, PRICES
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.lexicographic_cover import ZonesResult
from allocator.optimise.zones.pmedian.branching import WATCH, BranchAndCut
from allocator.optimise.zones.pmedian.centre_search import CentreSearch, MayContinue
from allocator.optimise.zones.pmedian.districting import Districting
from allocator.optimise.zones.pmedian.hess import hess
from allocator.optimise.zones.pmedian.lagrangian import LagrangianDual
from allocator.optimise.zones.pmedian.placing import SlotPlacement
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import IntArray
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Allotment, Deadline
from allocator.solvers.observer import NULL_OBSERVER, BoundCallback

#: So many plans at first, of so many tries at most.
PLANS, TRIES = 12, 200
#: So many promising sets of centres are followed, then plans near the best, so many in vain at most.
PROMISING, PATIENCE = 60, 150
#: The parts of the time left that the first plans, the prices, and the plans after them may take.
FIRST_PART, PRICES_PART, PLANS_PART = 0.2, 0.4, 0.3
#: Seconds for every two units that are kept back: the last step may take long, and the plan is yet judged.
KEPT_BACK = 2.5e-7
#: Steps of prices come to so many pairs looked at.
LOOKED_AT = 10_000_000_000
#: With more pairs of unit and centre than this branch and cut will hardly see the end, and other plans are
#: looked for beside; with more than that its first relaxation alone takes minutes.
MANY_PAIRS, MOST_PAIRS = 15_000, 60_000


@dataclass(eq=False)
class PMedianSearch:
    """A map that is being made into zones.

    Attributes:
        task: What is to be solved.
        given: The map, as far as it is one of zones around centres.
        level: The level that pays for the way to centres.
        placing: Puts zones into slots.
        deadline: The time that it may take.
        search: How to search.
        tell: Whom to tell of cost and bound.
        show: Is shown every better plan.
        decisions: The best plan.
        costs: What it costs at each level.
        bound: What any plan costs at least.
    """

    task: ConstrainedProgram
    given: Districting
    level: int
    placing: SlotPlacement
    deadline: Deadline
    search: SolveContext
    tell: BoundCallback
    show: Callable[[IntArray], None] = NULL_OBSERVER.on_plan
    decisions: IntArray | None = field(default=None, init=False)
    costs: list[int] = field(default_factory=list, init=False)
    bound: int = field(default=0, init=False)
    _is_by_search: bool = field(default=False, init=False)

    def run(self, start: IntArray | None, another: Callable[[], IntArray | None]) -> ZonesResult | None:
        """Return what was found, None if nothing was.

        Args:
            start: ``[n]`` the zone of each unit in a plan to begin from, if it is one.
            another: Makes zones in another way where flows give none.
        """
        plans = CentreSearch(self.given, self.search.seed, self._judge)
        if start is not None:
            plans.offer(start)
        plans.try_scattered(PLANS, TRIES, self._for(FIRST_PART))
        if plans.zone is None and (zone := another()) is not None:
            plans.offer(zone)
        if plans.zone is None:
            return None
        self._prove(plans)
        return self._zoned()

    def _prove(self, plans: CentreSearch) -> None:
        """Close the gap between cost and bound as far as time allows."""
        prices = LagrangianDual(self.given, plans.cost)
        steps = max(50, LOOKED_AT // len(self.given) ** 2)
        prices.maximise(self._for(PRICES_PART), self._hear, steps)
        plans_end = self._for(PLANS_PART)
        plans.try_each(prices.centre_sets()[:PROMISING], plans_end)
        plans.vary_best(prices.result(), PATIENCE, plans_end)
        if plans.cost < prices.cutoff:
            prices.lower_cutoff(plans.cost)
            prices.maximise(self._for(PRICES_PART), self._hear, steps)
        if prices.bound < plans.cost:
            self._search_on(plans, prices)

    def _search_on(self, plans: CentreSearch, prices: LagrangianDual) -> None:
        """Search what is left by branch and cut, or for other plans, or for both."""
        pairs, last = int(prices.allowed.sum()), self._for(1.0)

        def look_around() -> None:
            plans.vary_best(prices.result(), 1, last)

        if self.search.budget.deterministic and pairs > MANY_PAIRS:
            return  # what comes of a search that is cut off depends on the machine
        waiting = look_around if pairs > MANY_PAIRS else partial(time.sleep, WATCH)
        if pairs <= MOST_PAIRS and self._branch_and_cut(plans, prices, last, waiting):
            return
        while self.bound < plans.cost + self.given.constant and last():
            look_around()

    def _branch_and_cut(
        self,
        plans: CentreSearch,
        prices: LagrangianDual,
        goes_on: MayContinue,
        meanwhile: Callable[[], object],
    ) -> bool:
        """Search what is left, and return whether that came to its end."""
        assert plans.zone is not None
        branching = BranchAndCut(self.given, hess(self.given, prices.result()), self.search.seed)

        def hear(bound: int) -> None:  # of what is left: what is not costs more than the known plan
            self._hear(min(bound, plans.cost), is_search=True)

        branching.run(plans.zone, goes_on, plans.offer, hear, meanwhile)
        if branching.ended:
            found = branching.last if branching.ended == "optimal" else None
            cost = plans.cost if found is None else self.given.cost(found) - self.given.constant
            self._hear(cost, is_search=True)
        return bool(branching.ended)

    def _judge(self, zone: IntArray) -> bool:
        """Take a plan over if the program has nothing against it and it costs less; return the former."""
        decisions = self.placing.decisions(zone)
        if decisions is None:
            return False
        values = evaluate_auxiliaries(self.task.program, decisions[None, :])
        if not self.given.is_exact and violated_rows(self.task.program, values).any():
            return False
        costs = level_costs(self.task.program, values)[0].tolist()
        if self.decisions is None or costs < self.costs:
            self.decisions, self.costs = decisions, costs
            self.show(decisions)
            self.tell(self._cost, min(self._cost, self.bound))
        return True

    @property
    def _cost(self) -> int:
        return self.costs[self.task.program.levels.index(self.level)]

    def _hear(self, bound: int, *, is_search: bool = False) -> None:
        """Hear what anything costs at least, the constant of the map not counted, be it by branch and cut."""
        if bound + self.given.constant > self.bound:
            self._is_by_search = is_search
            self.bound = bound + self.given.constant
            self.tell(self._cost, min(self._cost, self.bound))

    def _for(self, part: float) -> MayContinue:
        """Return whether to go on: for a part of the time left, by the clock; work is counted by steps."""
        budget, left = self.search.budget, self.deadline.share(1.0)
        seconds = max(0.0, left.seconds - KEPT_BACK * len(self.given) ** 2)
        deadline = Deadline(budget, Allotment(seconds if budget.deterministic else seconds * part, left.work))

        def goes_on() -> bool:
            if deadline.is_over:
                budget.cut_short |= budget.deterministic
            return not (deadline.is_over or self.search.is_stopped)

        return goes_on

    def _zoned(self) -> ZonesResult:
        is_best = len(self.task.program.levels) == 1 and self._cost <= self.bound
        by = frozenset((PRICES, HIGHS) if self._is_by_search else (PRICES,))
        proof = Proof.of(self.level, self._cost, Bound(self.bound, by))
        return ZonesResult("optimal" if is_best else "feasible", self.decisions, (proof,))
