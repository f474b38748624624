"""Map search: the best plan of a map by an exact cover with all zones, or a good one of a large map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from allocator.model.plan import HARD, Level
from allocator.model.run import BY_ROWS
from allocator.optimise.routes.route import ProgramRequest, RouteResult
from allocator.optimise.zones.candidates import CandidateZones, cost_bands, enumerate_zones
from allocator.optimise.zones.connected_sets import MOST_MEMBERS, Band
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverSearch
from allocator.optimise.zones.lexicographic_cover import WindowSearch, solve_cover_levels
from allocator.optimise.zones.local_search import costs_of, is_least
from allocator.optimise.zones.pmedian.districting import Districting, recognise_first
from allocator.optimise.zones.pmedian.pmedian_search import PMedianSearch, SlotPlacement
from allocator.optimise.zones.spanning_trees import first_plan
from allocator.optimise.zones.zone_pairs import recombine, reoptimise_pairs
from allocator.program.program import IntArray
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition, decompose_by_slot
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import CallbackObserver, Observer


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


def solve_zones(request: ProgramRequest) -> RouteResult:
    """Return the best plan at every level, or a good one of a large map; nothing if the program is no map."""
    constrained = request.constrained
    whole = (
        None if constrained.map is None or constrained.is_fixed else decompose_by_slot(constrained.program)
    )
    return RouteResult() if whole is None else _MapSearch(request, whole).run()


class _MapSearch:
    """One search of a map.

    Args:
        request: The program of the map.
        whole: Its decomposition by slot.
    """

    def __init__(self, request: ProgramRequest, whole: SlotDecomposition) -> None:
        self.request, self.whole = request, whole
        self.constrained, self.context = request.constrained, request.context
        self.deadline, self.start = request.deadline, request.start
        self.observer = self._observer_of(HARD)

    def run(self) -> RouteResult:
        """Return the plan and its proofs, or the proof that there is none."""
        constrained, whole, context = self.constrained, self.whole, self.context
        own = self._deadline_for(PARAMS.search_part, self.deadline)
        if len(whole.items) > MOST_MEMBERS:
            return self._search_large_map(None)
        first = first_plan(constrained, whole, self.start, own, context, self.observer)
        if first is not None and is_least(constrained, first):
            return self._proved(first)
        linked = np.unique(np.append(whole.linking_rows.cols, whole.linking_variables))
        more: Mapping[int, list[Band]] = {}
        if first is not None and len(linked):
            few = self._deadline_for(PARAMS.recombination_part, own)
            patience = PARAMS.recombination_patience
            first = recombine(constrained, whole, first, few, context, self.observer, patience)
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
            self._observer_of,
            first,
            constrained.lower_bound,
            windows,
        )

    def _deadline_for(self, part: float, deadline: Deadline) -> Deadline:
        return Deadline(self.context.budget, deadline.share(part))

    def _observer_of(self, level: Level) -> Observer:
        """Return what sees the bounds of a level, and plans."""
        return CallbackObserver(bound=self.request.observer_of(level).on_bound, plan=self._on_plan)

    def _on_plan(self, decisions: IntArray) -> None:
        """Pass on a plan, and its cost at the first level."""
        program = self.constrained.program
        first = self.request.observer_of(program.levels[0] if program.levels else HARD)
        first.on_plan(decisions)
        if program.levels:
            cost = costs_of(program, decisions)[0]
            first.on_bound(cost, min(cost, self.constrained.lower_bound(program.levels[0])))

    def _proved(self, decisions: IntArray) -> RouteResult:
        """Return a plan that the rows alone prove to be optimal."""
        constrained = self.constrained
        costs = zip(constrained.program.levels, costs_of(constrained.program, decisions), strict=True)
        proofs = tuple(Proof.of(level, cost, Bound(cost, BY_ROWS)) for level, cost in costs)
        return RouteResult("optimal", decisions, proofs)

    def _improved(self, decisions: IntArray, deadline: Deadline) -> IntArray:
        """Return a better plan, two zones at a time: recombined where slots are linked, else re-optimised."""
        improve = recombine if self.whole.is_linked else reoptimise_pairs
        return improve(self.constrained, self.whole, decisions, deadline, self.context, self.observer)

    def _search_large_map(self, first: IntArray | None) -> RouteResult:
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
                decisions = first_plan(constrained, whole, self.start, own, self.context, self.observer)
            if decisions is not None:
                decisions = self._improved(decisions, own)
                is_optimal = is_least(constrained, decisions)
                return self._proved(decisions) if is_optimal else RouteResult("feasible", decisions)
        if recognised is None:
            return RouteResult()
        return self._search_medians(*recognised, first, own)

    def _search_medians(
        self, level: int, districting: Districting, first: IntArray | None, own: Deadline
    ) -> RouteResult:
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
            self._observer_of(level),
        )
        found = search.run(None if start is None else placement.zone(start), split)
        if found.decisions is None:
            return found
        if is_all:
            return replace(found, is_final=True)
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
