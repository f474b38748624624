"""A plan of a map that is too large to make all its zones: the best of some that random trees give."""

from __future__ import annotations

import random

import numpy as np

from allocator.engine.budget import Clock
from allocator.engine.search import Search
from allocator.engine.task import Task
from allocator.engine.zones.candidates import shared_bands
from allocator.engine.zones.connected import Band
from allocator.engine.zones.split import Splitting
from allocator.program.by_slot import BySlot
from allocator.program.evaluate import broken_rows, complete, level_costs
from allocator.program.program import INFINITE, IntArray

#: So many plans are compared, of so many tries at most.
PLANS, TRIES = 20, 200


def plan_by_splitting(task: Task, whole: BySlot, clock: Clock, search: Search) -> IntArray | None:
    """Return the decisions of a plan of connected zones that breaks no row, or None if chance gave none.

    Args:
        task: What is to be solved, with its map.
        whole: Its program, slot by slot.
        clock: The time that it may take.
        search: How to search.
    """
    assert task.map is not None
    items, slots = whole.items.tolist(), list(range(len(whole.parts)))
    band = _tightest(whole)
    weights = dict(zip(items, band.weights.tolist(), strict=True))
    splitting = Splitting(task.map, weights, (band.low, band.high), search.seed)
    chance, [grid] = random.Random(search.seed), task.program.decisions.grids.values()
    best: tuple[tuple[int, ...], IntArray] | None = None
    plans = 0
    for _ in range(TRIES):
        if plans == PLANS or clock.is_over or search.stop.asked:
            break
        zones = splitting.zones(frozenset(items), len(slots))
        if zones is None:
            continue
        chance.shuffle(slots)
        placed = [grid[sorted(zone), slot, 0, 0] for zone, slot in zip(zones, slots, strict=True)]
        columns = np.concatenate(placed)
        if (columns < 0).any():
            continue
        decisions = np.zeros(task.program.decisions.count, dtype=np.int64)
        decisions[columns] = 1
        values = complete(task.program, decisions[None, :])
        if broken_rows(task.program, values).any():
            continue
        plans += 1
        cost = tuple(level_costs(task.program, values)[0].tolist())
        if best is None or cost < best[0]:
            best = cost, decisions
    return None if best is None else best[1]


def _tightest(whole: BySlot) -> Band:
    """Return the band that leaves sums the least room; one that asks for nothing if there is none."""
    able = [band for band in shared_bands(whole) if 0 < band.high < INFINITE]
    count = len(whole.items)
    anything = Band(np.ones(count, dtype=np.int64), 1, count)
    return min(able, key=lambda band: (band.high - max(0, band.low)) / band.high, default=anything)
