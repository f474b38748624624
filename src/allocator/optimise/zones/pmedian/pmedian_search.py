"""p-median search: plans by centre search, a Lagrangian bound, then branch and cut on the pairs left."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from allocator.model.run import HIGHS, PRICES
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.routes.route import RouteResult
from allocator.optimise.zones.pmedian.branch_and_cut import BranchAndCut, build_hess_model
from allocator.optimise.zones.pmedian.centre_search import CentreSearch, MayContinue
from allocator.optimise.zones.pmedian.districting import Districting
from allocator.optimise.zones.pmedian.lagrangian import LagrangianDual
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.program import IntArray, Program
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import Allotment, Deadline, SolveContext
from allocator.solvers.linear import assign
from allocator.solvers.observer import Observer

#: Stands for the cost of a zone in a slot that cannot have it.
PROHIBITIVE = 1e30


@dataclass(frozen=True)
class PMedianParams:
    """How the time of a p-median search is used.

    Attributes:
        first_plans: The number of plans from scattered centres at first.
        first_tries: The most tries for these.
        centre_sets: The most sets of centres of the Lagrangian steps from which plans are made.
        patience: The number of variations of the best plan in a row without a gain that ends them.
        first_part: The part of the time left for the first plans.
        dual_part: The part for each search for multipliers.
        variation_part: The part for the plans after the first search for multipliers.
        reserve_per_pair: Seconds that are kept back for each pair of units, since the last step may take
            long, and the plan is checked afterwards.
        evaluated_pairs: The most pairs evaluated in all subgradient steps together.
        fewest_steps: The fewest subgradient steps of each search.
        many_pairs: With more pairs than this left, branch and cut hardly ever ends, and plans are varied in
            the meantime.
        most_pairs: With more pairs than this, its first relaxation alone takes minutes: it is not tried.
        poll_seconds: Seconds between two looks at branch and cut.
    """

    first_plans: int = 12
    first_tries: int = 200
    centre_sets: int = 60
    patience: int = 150
    first_part: float = 0.2
    dual_part: float = 0.4
    variation_part: float = 0.3
    reserve_per_pair: float = 2.5e-7
    evaluated_pairs: int = 10_000_000_000
    fewest_steps: int = 50
    many_pairs: int = 15_000
    most_pairs: int = 60_000
    poll_seconds: float = 0.05


#: The parameters of every search.
PARAMS = PMedianParams()


class SlotPlacement:
    """Places zones into slots: into any where slots are interchangeable, else at least cost.

    Args:
        program: The program.
        whole: Its decomposition, with the same items for every slot.
        level: The level whose cost counts.
    """

    def __init__(self, program: Program, whole: SlotDecomposition, level: int) -> None:
        self._program, self._whole, self._level = program, whole, program.levels.index(level)
        self._interchangeable = len({block.key for block in whole.blocks}) == 1

    def decisions(self, zone: IntArray) -> IntArray | None:
        """Return the decisions of zones; None if there is no slot for some zone.

        Args:
            zone: ``[n]`` the zone of each item.
        """
        names, first = np.unique(zone, return_index=True)
        names = names[np.argsort(first)]
        slots = np.arange(len(names)) if self._interchangeable else self._cheapest_slots(zone, names)
        if slots is None:
            return None
        decisions = np.zeros(self._program.decisions.count, dtype=np.int64)
        [grid] = self._program.decisions.grids.values()
        for name, slot in zip(names.tolist(), slots.tolist(), strict=True):
            columns = grid[self._whole.items[zone == name], self._whole.blocks[slot].slot, 0, 0]
            if (columns < 0).any():
                return None
            decisions[columns] = 1
        return decisions

    def zone(self, decisions: IntArray) -> IntArray:
        """Return ``[n]`` the zone of each item in a plan: the number of its slot."""
        [grid] = self._program.decisions.grids.values()
        own = grid[self._whole.items, :, 0, 0]
        return np.asarray(np.where(own >= 0, decisions[own], 0).argmax(axis=1))

    def _cheapest_slots(self, zone: IntArray, names: IntArray) -> IntArray | None:
        """Return the slot of each zone at least cost; None if some zone has none."""
        held = (zone == names[:, None]).astype(np.int64)
        costs = np.stack([self._costs(block, held) for block in self._whole.blocks], axis=1)
        found = assign(costs)
        return None if found is None or (costs[found] >= PROHIBITIVE).any() else found[1]

    def _costs(self, block: SlotBlock, held: IntArray) -> np.ndarray:
        """Return the cost of each zone ``[zones, items]`` in a slot."""
        program, count = block.program, held.shape[1]
        values = evaluate_auxiliaries(program, held)
        kept = (held >= program.lower[:count]) & (held <= program.upper[:count])
        able = kept.all(axis=1) & ~violated_rows(program, values).any(axis=1)
        return np.where(able, level_costs(program, values)[:, self._level], PROHIBITIVE)


@dataclass(eq=False)
class PMedianSearch:
    """A search for zones around centres.

    Attributes:
        constrained: The constrained program.
        districting: Its relaxation as a districting.
        level: The level that pays for distances.
        placement: Places zones into slots.
        deadline: The time limit.
        context: The settings of the solve.
        observer: Sees cost and bound of the level, and the decisions of every better plan.
        decisions: ``[decisions]`` the best plan.
        costs: Its cost at each level.
        bound: A proven lower bound of the level.
    """

    constrained: ConstrainedProgram
    districting: Districting
    level: int
    placement: SlotPlacement
    deadline: Deadline
    context: SolveContext
    observer: Observer
    decisions: IntArray | None = field(default=None, init=False)
    costs: list[int] = field(default_factory=list, init=False)
    bound: int = field(default=0, init=False)
    _is_bound_by_search: bool = field(default=False, init=False)

    def run(self, start: IntArray | None, fallback: Callable[[], IntArray | None]) -> RouteResult:
        """Return the best plan and its bound; nothing if no plan was found.

        Args:
            start: ``[n]`` the zone of each unit in a plan to start from.
            fallback: Makes zones in another way where flows give none.
        """
        plans = CentreSearch(self.districting, self.context.seed, self._accept)
        if start is not None:
            plans.offer(start)
        plans.try_scattered(PARAMS.first_plans, PARAMS.first_tries, self._time_for(PARAMS.first_part))
        if plans.zone is None and (zone := fallback()) is not None:
            plans.offer(zone)
        if plans.zone is None:
            return RouteResult()
        self._close_gap(plans)
        return self._result()

    def _close_gap(self, plans: CentreSearch) -> None:
        """Close the gap between cost and bound as far as time allows."""
        dual = LagrangianDual(self.districting, plans.cost)
        steps = max(PARAMS.fewest_steps, PARAMS.evaluated_pairs // len(self.districting) ** 2)
        dual.maximise(self._time_for(PARAMS.dual_part), self._update_bound, steps)
        may_continue = self._time_for(PARAMS.variation_part)
        plans.try_each(dual.centre_sets()[: PARAMS.centre_sets], may_continue)
        plans.vary_best(dual.result(), PARAMS.patience, may_continue)
        if plans.cost < dual.cutoff:
            dual.lower_cutoff(plans.cost)
            dual.maximise(self._time_for(PARAMS.dual_part), self._update_bound, steps)
        if dual.bound < plans.cost:
            self._search_rest(plans, dual)

    def _search_rest(self, plans: CentreSearch, dual: LagrangianDual) -> None:
        """Search the pairs that are left by branch and cut, vary the best plan, or both."""
        pairs, may_continue = int(dual.allowed.sum()), self._time_for(1.0)

        def vary_once() -> None:
            plans.vary_best(dual.result(), 1, may_continue)

        if self.context.budget.deterministic and pairs > PARAMS.many_pairs:
            return  # the result of a search that is cut off depends on the machine
        is_hard = pairs > PARAMS.many_pairs
        work_meanwhile = vary_once if is_hard else partial(time.sleep, PARAMS.poll_seconds)
        if pairs <= PARAMS.most_pairs and self._branch_and_cut(plans, dual, may_continue, work_meanwhile):
            return
        while self.bound < plans.cost + self.districting.constant and may_continue():
            vary_once()

    def _branch_and_cut(
        self,
        plans: CentreSearch,
        dual: LagrangianDual,
        may_continue: MayContinue,
        work_meanwhile: Callable[[], object],
    ) -> bool:
        """Search the pairs that are left by branch and cut, and return whether that ended."""
        assert plans.zone is not None
        model = build_hess_model(self.districting, dual.result())
        search = BranchAndCut(self.districting, model, self.context.seed)

        def update_bound(bound: int) -> None:  # plans with other pairs cost more than the known plan
            self._update_bound(min(bound, plans.cost), by_search=True)

        search.run(plans.zone, may_continue, plans.offer, update_bound, work_meanwhile)
        if search.ended:
            found = search.last if search.ended == "optimal" else None
            cost = plans.cost if found is None else self.districting.cost(found) - self.districting.constant
            self._update_bound(cost, by_search=True)
        return bool(search.ended)

    def _accept(self, zone: IntArray) -> bool:
        """Take over a plan if it is feasible and costs less; return whether it is feasible."""
        decisions = self.placement.decisions(zone)
        if decisions is None:
            return False
        values = evaluate_auxiliaries(self.constrained.program, decisions[None, :])
        if not self.districting.is_exact and violated_rows(self.constrained.program, values).any():
            return False
        costs = level_costs(self.constrained.program, values)[0].tolist()
        if self.decisions is None or costs < self.costs:
            self.decisions, self.costs = decisions, costs
            self.observer.on_plan(decisions)
            self.observer.on_bound(self._cost, min(self._cost, self.bound))
        return True

    @property
    def _cost(self) -> int:
        return self.costs[self.constrained.program.levels.index(self.level)]

    def _update_bound(self, bound: int, *, by_search: bool = False) -> None:
        """Take over a better bound, without the constant of the districting, and what proved it."""
        if bound + self.districting.constant > self.bound:
            self._is_bound_by_search = by_search
            self.bound = bound + self.districting.constant
            self.observer.on_bound(self._cost, min(self._cost, self.bound))

    def _time_for(self, part: float) -> MayContinue:
        """Return whether to continue for a part of the time left; work is limited by the number of steps."""
        budget, left = self.context.budget, self.deadline.share(1.0)
        seconds = max(0.0, left.seconds - PARAMS.reserve_per_pair * len(self.districting) ** 2)
        deadline = Deadline(budget, Allotment(seconds if budget.deterministic else seconds * part, left.work))

        def may_continue() -> bool:
            if deadline.is_over:
                budget.cut_short |= budget.deterministic
            return not (deadline.is_over or self.context.is_stopped)

        return may_continue

    def _result(self) -> RouteResult:
        is_best = len(self.constrained.program.levels) == 1 and self._cost <= self.bound
        by = frozenset((PRICES, HIGHS) if self._is_bound_by_search else (PRICES,))
        proof = Proof.of(self.level, self._cost, Bound(self.bound, by))
        return RouteResult("optimal" if is_best else "feasible", self.decisions, (proof,))
