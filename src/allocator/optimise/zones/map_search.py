"""Map search: the best plan of a map by an exact cover with all zones, or a good one of a large map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from allocator.model.run import BY_ROWS
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.candidates import CandidateZones, cost_bands, enumerate_zones
from allocator.optimise.zones.connected_sets import MOST_MEMBERS, Band
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverSearch
from allocator.optimise.zones.lexicographic_cover import WindowSearch, ZonesResult, solve_cover_levels
from allocator.optimise.zones.local_search import costs_of, is_least
from allocator.optimise.zones.pmedian.districting import Districting, recognise_first
from allocator.optimise.zones.pmedian.pmedian_search import PMedianSearch, SlotPlacement
from allocator.optimise.zones.spanning_trees import first_plan
from allocator.optimise.zones.zone_pairs import recombine, reoptimise_pairs
from allocator.program.program import IntArray
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition, decompose_by_slot
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, BoundCallback, PlanCallback


@dataclass(frozen=True)
class MapParams:
    """How large an exact cover may be, and how time is shared.

    Attributes:
        most_zones: With more candidate zones than this, a map is searched by heuristics.
        most_branches: With more branches of their enumeration, likewise.
        search_part: The part of the time for map search, unless no other route can find or prove more. The
            rest is left for other routes.
        enumeration_part: The part of that for the enumeration of zones.
        recombination_part: Where slots are linked, the part of the time left in which the first plan is
            recombined: the cheaper it is, the fewer zones can be in a better one.
        recombination_patience: The number of such recombinations in a row without a gain that ends them.
        pmedian_part: The part of the time for a p-median search, where the program has other costs or rows.
    """

    most_zones: int = 400_000
    most_branches: int = 30_000_000
    search_part: float = 0.7
    enumeration_part: float = 0.3
    recombination_part: float = 0.2
    recombination_patience: int = 100
    pmedian_part: float = 0.6


#: The parameters of every search.
PARAMS = MapParams()


def solve_zones(
    constrained: ConstrainedProgram,
    deadline: Deadline,
    context: SolveContext,
    bound_callback: Callable[[int], BoundCallback],
    start: IntArray | None = None,
    show: PlanCallback = NULL_OBSERVER.on_plan,
) -> ZonesResult | None:
    """Return the best plan at every level, or a good one of a large map; None if the program is no map.

    Args:
        constrained: The constrained program.
        deadline: The time limit.
        context: The settings of the solve.
        bound_callback: Returns for a level what is called with its costs and bounds.
        start: ``[decisions]`` a plan to start from.
        show: Called with the decisions of every better plan.
    """
    whole = (
        None if constrained.map is None or constrained.is_fixed else decompose_by_slot(constrained.program)
    )
    if whole is None:
        return None
    return _MapSearch(constrained, whole, deadline, context, bound_callback, show, start).run()


@dataclass(eq=False)
class _MapSearch:
    """One search of a map.

    Attributes:
        constrained: The constrained program.
        whole: Its decomposition by slot.
        deadline: The time limit.
        context: The settings of the solve.
        bound_callback: Returns for a level what is called with its costs and bounds.
        show: Called with the decisions of every better plan.
        start: ``[decisions]`` a plan to start from.
    """

    constrained: ConstrainedProgram
    whole: SlotDecomposition
    deadline: Deadline
    context: SolveContext
    bound_callback: Callable[[int], BoundCallback]
    show: PlanCallback
    start: IntArray | None

    def run(self) -> ZonesResult | None:
        """Return the result; None if there is neither a plan nor a proof that there is none."""
        constrained, whole, context = self.constrained, self.whole, self.context
        own = self._deadline_for(PARAMS.search_part, self.deadline)
        if len(whole.items) > MOST_MEMBERS:
            return self._search_large_map(None)
        first = first_plan(constrained, whole, self.start, own, context, self._on_plan)
        if first is not None and is_least(constrained, first):
            return self._proved(first)
        linked = np.unique(np.append(whole.linking_rows.cols, whole.linking_variables))
        more: Mapping[int, list[Band]] = {}
        if first is not None and len(linked):
            few = self._deadline_for(PARAMS.recombination_part, own)
            patience = PARAMS.recombination_patience
            first = recombine(constrained, whole, first, few, context, self._on_plan, patience)
            if is_least(constrained, first):
                return self._proved(first)
            more = cost_bands(constrained, whole, first)
        groups = self._candidate_zones(linked, more, self._deadline_for(PARAMS.enumeration_part, own))
        if groups is None:
            return self._search_large_map(first)
        model = CoverModel(constrained.program, whole, groups, linked)
        cover = CoverSearch(model.problem, model.choice, context)
        bounds = constrained.implied_bounds() if len(linked) else None
        windows = (
            None if bounds is None else WindowSearch(constrained.program, whole, groups, bounds, context)
        )
        return solve_cover_levels(
            constrained.program,
            model,
            cover,
            own,
            self.bound_callback,
            self._on_plan,
            first,
            constrained.lower_bound,
            windows,
        )

    def _deadline_for(self, part: float, deadline: Deadline) -> Deadline:
        return Deadline(self.context.budget, deadline.share(part))

    def _on_plan(self, decisions: IntArray) -> None:
        """Pass on a plan, and its cost at the first level."""
        self.show(decisions)
        if self.constrained.program.levels:
            level, cost = self.constrained.program.levels[0], costs_of(self.constrained.program, decisions)[0]
            self.bound_callback(level)(cost, min(cost, self.constrained.lower_bound(level)))

    def _proved(self, decisions: IntArray) -> ZonesResult:
        """Return a plan that the rows alone prove to be optimal."""
        constrained = self.constrained
        costs = zip(constrained.program.levels, costs_of(constrained.program, decisions), strict=True)
        proofs = tuple(Proof.of(level, cost, Bound(cost, BY_ROWS)) for level, cost in costs)
        return ZonesResult("optimal", decisions, proofs)

    def _improved(self, decisions: IntArray, deadline: Deadline) -> IntArray:
        """Return a better plan, two zones at a time: recombined where slots are linked, else re-optimised."""
        improve = recombine if self.whole.is_linked else reoptimise_pairs
        return improve(self.constrained, self.whole, decisions, deadline, self.context, self._on_plan)

    def _search_large_map(self, first: IntArray | None) -> ZonesResult | None:
        """Return a plan of a map with too many zones, by p-median search or from random spanning trees.

        Args:
            first: ``[decisions]`` the first plan, if it has been made already.
        """
        constrained, whole = self.constrained, self.whole
        assert constrained.map is not None
        own = self._deadline_for(PARAMS.search_part, self.deadline)
        recognised = recognise_first(constrained.program, whole, constrained.map)
        if recognised is None or (whole.is_linked and recognised[0] != constrained.program.levels[0]):
            decisions = first
            if decisions is None:
                decisions = first_plan(constrained, whole, self.start, own, self.context, self._on_plan)
            if decisions is not None:
                decisions = self._improved(decisions, own)
                is_optimal = is_least(constrained, decisions)
                return self._proved(decisions) if is_optimal else ZonesResult("feasible", decisions)
        if recognised is None:
            return None
        return self._search_medians(*recognised, first, own)

    def _search_medians(
        self, level: int, districting: Districting, first: IntArray | None, own: Deadline
    ) -> ZonesResult | None:
        """Return a plan by p-median search at a level, improved if the program has other costs or rows."""
        constrained, whole = self.constrained, self.whole
        is_all = districting.is_exact and len(constrained.program.levels) == 1
        part = self.deadline if is_all else self._deadline_for(PARAMS.pmedian_part, own)
        placement = SlotPlacement(constrained.program, whole, level)

        def split() -> IntArray | None:
            found = first_plan(constrained, whole, None, own, self.context)
            return None if found is None else placement.zone(found)

        start = self.start if first is None else first
        search = PMedianSearch(
            constrained,
            districting,
            level,
            placement,
            part,
            self.context,
            self.bound_callback(level),
            self._on_plan,
        )
        found = search.run(None if start is None else placement.zone(start), split)
        if found is None or found.decisions is None or is_all:
            return None if found is None else replace(found, is_all=True)
        return replace(found, decisions=self._improved(found.decisions, own))

    def _candidate_zones(
        self, linked: IntArray, more: Mapping[int, list[Band]], deadline: Deadline
    ) -> list[CandidateZones] | None:
        """Return the candidate zones of all slots; None if there are too many of them.

        Args:
            linked: ``[n]`` the variables in rows that link slots.
            more: By slot, bands that hold for every better plan.
            deadline: The time limit.
        """
        assert self.constrained.map is not None
        branches = PARAMS.most_branches

        def may_continue(more: int) -> bool:
            nonlocal branches
            branches -= more
            return branches >= 0 and not (self.context.is_stopped or deadline.is_over)

        def wanted(block: SlotBlock) -> IntArray:
            return np.flatnonzero(np.isin(block.columns, linked))

        found = enumerate_zones(
            self.whole, self.constrained.map, wanted, PARAMS.most_zones, may_continue, more
        )
        if found is not None and len(linked):
            found = _by_single_slot(self.whole, found)
        is_few = found is not None and sum(len(group.held) for group in found) <= PARAMS.most_zones
        return found if is_few else None


def _by_single_slot(whole: SlotDecomposition, groups: Sequence[CandidateZones]) -> list[CandidateZones]:
    """Return the candidate zones of each slot by itself, since linking rows tell slots apart."""
    return [replace(one, slots=[slot], block=whole.blocks[slot]) for one in groups for slot in one.slots]
