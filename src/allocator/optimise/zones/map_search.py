"""The zones route: all zones that each slot may have, and the cheapest that cover the map exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from allocator.model.witnesses import BY_ROWS
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.candidates import CandidateZones, cost_bands, enumerate_zones
from allocator.optimise.zones.connected_sets import MOST_MEMBERS, Band
from allocator.optimise.zones.cover_model import CoverModel
from allocator.optimise.zones.cover_search import CoverSearch
from allocator.optimise.zones.lexicographic_cover import WindowSearch, ZonesResult, solve_cover_levels
from allocator.optimise.zones.local_search import costs_of, is_least
from allocator.optimise.zones.pmedian.districting import recognise_first
from allocator.optimise.zones.pmedian.placing import SlotPlacement
from allocator.optimise.zones.pmedian.pmedian_search import PMedianSearch
from allocator.optimise.zones.spanning_trees import first_plan
from allocator.optimise.zones.zone_pairs import recombine, reoptimise_pairs
from allocator.program.program import IntArray
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition, decompose_by_slot
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import NULL_OBSERVER, BoundCallback

#: More zones, or more branches looked at for them, are left to other routes.
MOST_ZONES, MOST_BRANCHES = 400_000, 30_000_000
#: The part of the time that the route may take, what is left being for others, and of that the part for
#: finding all zones. Where a program is about zones around centres alone no other route has more to say.
ROUTE_PART, FINDING_PART = 0.7, 0.3
#: Where something ties zones together the plan to begin from is first made better, for this part of the time
#: left and so many splits in vain: what it costs says which zones can be in a better one.
BEFORE_PART, PATIENCE = 0.2, 100
#: The part of the route's time for zones around centres where a program is about more.
CENTRES_PART = 0.6


def solve_zones(
    task: ConstrainedProgram,
    deadline: Deadline,
    search: SolveContext,
    teller: Callable[[int], BoundCallback],
    start: IntArray | None = None,
    show: Callable[[IntArray], None] = NULL_OBSERVER.on_plan,
) -> ZonesResult | None:
    """Return the plan that is best at every level; where there are too many zones, any; None if it is no map.

    Args:
        task: What is to be solved.
        deadline: The time that it may take.
        search: How to search.
        teller: Whom to tell of costs and bounds of a level.
        start: Decisions to begin from.
        show: Is shown the decisions of every better plan, as soon as there is one.
    """
    whole = None if task.map is None or task.is_fixed else decompose_by_slot(task.program)
    if whole is None:
        return None
    own = Deadline(search.budget, deadline.share(ROUTE_PART))
    show = _told(task, teller, show)
    if len(whole.items) > MOST_MEMBERS:
        return _of_a_large_map(task, whole, deadline, search, teller, show, start)
    first = first_plan(task, whole, start, own, search, show)
    if first is not None and is_least(task, first):
        return _proved(task, first)
    tied = np.unique(np.append(whole.linking_rows.cols, whole.linking_variables))
    more: Mapping[int, list[Band]] = {}
    if first is not None and len(tied):
        few = Deadline(search.budget, own.share(BEFORE_PART))
        first = recombine(task, whole, first, few, search, show, PATIENCE)
        if is_least(task, first):
            return _proved(task, first)
        more = cost_bands(task, whole, first)
    found = _all_zones(task, whole, tied, more, Deadline(search.budget, own.share(FINDING_PART)), search)
    if found is None:
        return _of_a_large_map(task, whole, deadline, search, teller, show, start, first)
    model = CoverModel(task.program, whole, found, tied)
    cover = CoverSearch(model.problem, model.choice, search)
    windows = WindowSearch(task.program, whole, found, task.implied_bounds(), search) if len(tied) else None
    return solve_cover_levels(task.program, model, cover, own, teller, show, first, task.lower_bound, windows)


def _told(
    task: ConstrainedProgram, teller: Callable[[int], BoundCallback], show: Callable[[IntArray], None]
) -> Callable[[IntArray], None]:
    """Return what shows a plan and tells what it costs at the first level."""

    def told(decisions: IntArray) -> None:
        show(decisions)
        if task.program.levels:
            level, cost = task.program.levels[0], costs_of(task.program, decisions)[0]
            teller(level)(cost, min(cost, task.lower_bound(level)))

    return told


def _proved(task: ConstrainedProgram, decisions: IntArray) -> ZonesResult:
    """Return a plan that is as good as any can be."""
    costs = zip(task.program.levels, costs_of(task.program, decisions), strict=True)
    proofs = tuple(Proof.of(level, cost, Bound(cost, BY_ROWS)) for level, cost in costs)
    return ZonesResult("optimal", decisions, proofs)


def _better(
    task: ConstrainedProgram,
    whole: SlotDecomposition,
    decisions: IntArray,
    deadline: Deadline,
    search: SolveContext,
    show: Callable[[IntArray], None],
) -> IntArray:
    """Return a plan that is better two zones at a time: exactly, or by chance where zones are tied."""
    if whole.is_linked:
        return recombine(task, whole, decisions, deadline, search, show)
    return reoptimise_pairs(task, whole, decisions, deadline, search, show)


def _of_a_large_map(
    task: ConstrainedProgram,
    whole: SlotDecomposition,
    deadline: Deadline,
    search: SolveContext,
    teller: Callable[[int], BoundCallback],
    show: Callable[[IntArray], None],
    start: IntArray | None,
    first: IntArray | None = None,
) -> ZonesResult | None:
    """Return a plan of a map with too many zones: around centres that are paid for, or split by chance.

    A first plan that has been made already, of which a start is no better, is not made again.
    """
    assert task.map is not None
    own = Deadline(search.budget, deadline.share(ROUTE_PART))
    read_off = recognise_first(task.program, whole, task.map)
    if read_off is None or (whole.is_linked and read_off[0] != task.program.levels[0]):
        decisions = first_plan(task, whole, start, own, search, show) if first is None else first
        if decisions is not None:
            decisions = _better(task, whole, decisions, own, search, show)
            return (
                _proved(task, decisions) if is_least(task, decisions) else ZonesResult("feasible", decisions)
            )
    if read_off is None:
        return None
    level, given = read_off
    is_all = given.is_exact and len(task.program.levels) == 1
    part = deadline if is_all else Deadline(search.budget, own.share(CENTRES_PART))
    placing = SlotPlacement(task.program, whole, level)

    def split() -> IntArray | None:
        found = first_plan(task, whole, None, own, search)
        return None if found is None else placing.zone(found)

    start = start if first is None else first
    centres = PMedianSearch(task, given, level, placing, part, search, teller(level), show)
    made = centres.run(None if start is None else placing.zone(start), split)
    if made is None or made.decisions is None or is_all:
        return None if made is None else replace(made, is_all=True)
    return replace(made, decisions=_better(task, whole, made.decisions, own, search, show))


def _all_zones(
    task: ConstrainedProgram,
    whole: SlotDecomposition,
    tied: IntArray,
    more: Mapping[int, list[Band]],
    deadline: Deadline,
    search: SolveContext,
) -> list[CandidateZones] | None:
    """Return the zones of all slots, or None if they are too many to be found or chosen from."""
    assert task.map is not None
    branches = MOST_BRANCHES

    def goes_on(more: int) -> bool:
        nonlocal branches
        branches -= more
        return branches >= 0 and not (search.is_stopped or deadline.is_over)

    def wanted(part: SlotBlock) -> IntArray:
        return np.flatnonzero(np.isin(part.columns, tied))

    found = enumerate_zones(whole, task.map, wanted, MOST_ZONES, goes_on, more)
    if found is not None and len(tied):
        found = _apart(whole, found)
    return None if found is None or sum(len(group.held) for group in found) > MOST_ZONES else found


def _apart(whole: SlotDecomposition, found: Sequence[CandidateZones]) -> list[CandidateZones]:
    """Return the zones of each slot by itself, where rows tell slots apart that are alike otherwise."""
    return [replace(one, slots=[slot], block=whole.blocks[slot]) for one in found for slot in one.slots]
