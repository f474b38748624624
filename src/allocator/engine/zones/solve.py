"""The zones route: all zones that each slot may have, and the cheapest that cover the map exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from allocator.engine.asking import Teller
from allocator.engine.budget import Clock
from allocator.engine.search import Search
from allocator.engine.task import Task
from allocator.engine.zones.bits import MOST
from allocator.engine.zones.candidates import Candidates, candidates
from allocator.engine.zones.centres.placing import Placing
from allocator.engine.zones.centres.reading import first_read
from allocator.engine.zones.centres.solve import Centres
from allocator.engine.zones.cover import Cover
from allocator.engine.zones.large import plan_by_splitting
from allocator.engine.zones.levels import Zoned, descend
from allocator.engine.zones.model import Model
from allocator.engine.zones.remake import remade
from allocator.program.by_slot import BySlot, SlotPart, by_slot
from allocator.program.program import IntArray

#: More zones, or more branches looked at for them, are left to other routes.
MOST_ZONES, MOST_BRANCHES = 400_000, 30_000_000
#: The part of the time that the route may take, what is left being for others, and of that the part for
#: finding all zones. Where a program is about zones around centres alone no other route has more to say.
ROUTE_PART, FINDING_PART = 0.7, 0.3
#: The part of the route's time for zones around centres where a program is about more.
CENTRES_PART = 0.6


def best_by_zones(
    task: Task,
    clock: Clock,
    search: Search,
    teller: Callable[[int], Teller],
    start: IntArray | None = None,
) -> Zoned | None:
    """Return the plan that is best at every level; where there are too many zones, any; None if it is no map.

    Args:
        task: What is to be solved.
        clock: The time that it may take.
        search: How to search.
        teller: Whom to tell of costs and bounds of a level.
        start: Decisions to begin from where not all zones are made.
    """
    whole = None if task.map is None or task.is_fixed else by_slot(task.program)
    if whole is None:
        return None
    tied = np.unique(np.append(whole.ties.cols, whole.tied))
    own = Clock(search.budget, clock.share(ROUTE_PART))
    finding = Clock(search.budget, own.share(FINDING_PART))
    found = _all_zones(task, whole, tied, finding, search) if len(whole.items) <= MOST else None
    if found is None:
        return _of_a_large_map(task, whole, clock, search, teller, start)
    model = Model(task.program, whole, found, tied)
    return descend(task.program, model, Cover(model.problem, model.choice, search), own, teller)


def _of_a_large_map(
    task: Task,
    whole: BySlot,
    clock: Clock,
    search: Search,
    teller: Callable[[int], Teller],
    start: IntArray | None,
) -> Zoned | None:
    """Return a plan of a map with too many zones: around centres that are paid for, or split by chance."""
    assert task.map is not None
    own = Clock(search.budget, clock.share(ROUTE_PART))
    split = partial(_split, task, whole, own, search)
    read_off = first_read(task.program, whole, task.map)
    if read_off is None:
        decisions = split()
        return None if decisions is None else Zoned("feasible", remade(task, whole, decisions, own, search))
    level, given = read_off
    is_all = given.is_all and len(task.program.levels) == 1
    part = clock if is_all else Clock(search.budget, own.share(CENTRES_PART))
    placing = Placing(task.program, whole, level)
    centres = Centres(task, given, level, placing, part, search, teller(level))
    made = centres.run(
        None if start is None else placing.zone(start),
        lambda: None if (found := split()) is None else placing.zone(found),
    )
    if made is None or made.decisions is None or is_all:
        return None if made is None else replace(made, is_all=True)
    return replace(made, decisions=remade(task, whole, made.decisions, own, search))


def _split(task: Task, whole: BySlot, clock: Clock, search: Search) -> IntArray | None:
    return plan_by_splitting(task, whole, Clock(search.budget, clock.share(FINDING_PART)), search)


def _all_zones(
    task: Task, whole: BySlot, tied: IntArray, clock: Clock, search: Search
) -> list[Candidates] | None:
    """Return the zones of all slots, or None if they are too many to be found or chosen from."""
    assert task.map is not None
    branches = MOST_BRANCHES

    def goes_on(more: int) -> bool:
        nonlocal branches
        branches -= more
        return branches >= 0 and not (search.stop.asked or clock.is_over)

    def wanted(part: SlotPart) -> IntArray:
        return np.flatnonzero(np.isin(part.columns, tied))

    found = candidates(whole, task.map, wanted, MOST_ZONES, goes_on)
    if found is not None and len(tied):
        found = _apart(whole, found)
    return None if found is None or sum(len(group.held) for group in found) > MOST_ZONES else found


def _apart(whole: BySlot, found: Sequence[Candidates]) -> list[Candidates]:
    """Return the zones of each slot by itself, where rows tell slots apart that are alike otherwise."""
    return [replace(one, slots=[slot], part=whole.parts[slot]) for one in found for slot in one.slots]
