"""A plan of a map to begin from: the best of some that random trees give, each made better unit by unit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from itertools import chain

import numpy as np

from allocator.graph.neighbours import Neighbours
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.candidates import balanced_attribute, shared_bands
from allocator.optimise.zones.connected_sets import Band
from allocator.optimise.zones.local_search import costs_of, improve_by_units, is_plan
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.program import INFINITE, IntArray
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import NULL_OBSERVER

#: So many trees are tried for one split before the splits above it are given up.
TREES = 40


class TreeSplitter:
    """Splits a map at random.

    Args:
        near: Which items are neighbours.
        weights: What each item adds to the sum of its zone.
        band: The least and the greatest sum of a zone.
        seed: Seed of every random choice.
    """

    def __init__(
        self, near: Neighbours, weights: Mapping[int, int], band: tuple[int, int], seed: int
    ) -> None:
        self._near, self._weights, self._band = near, weights, band
        self._random = random.Random(seed)

    def zones(self, items: Set[int], count: int) -> list[Set[int]] | None:
        """Return so many connected zones of some items, each in the band; None if these trees had none."""
        if count == 1:
            return [items] if self._fits(self._weight(items), 1) and self._is_one(items) else None
        for _ in range(TREES):
            tree = self._tree(items)
            if len(tree) < len(items):
                return None
            cut = self._cut(tree, count)
            if cut is None:
                continue
            part, own = cut
            first = self.zones(part, own)
            rest = None if first is None else self.zones(items - part, count - own)
            return None if first is None or rest is None else [*first, *rest]
        return None

    def _tree(self, items: Set[int]) -> list[tuple[int, int]]:
        """Return a random tree: items, each with what it hangs on, parents first."""
        root = self._random.choice(sorted(items))
        found, seen, edge = [], {root}, [(root, root)]
        while edge:
            k = self._random.randrange(len(edge))
            edge[k], edge[-1] = edge[-1], edge[k]
            one = edge.pop()
            if one[0] in seen and one[0] != root:
                continue
            seen.add(one[0])
            found.append(one)
            edge += [(other, one[0]) for other in sorted(self._near.get(one[0], ())) if other in items - seen]
        return found

    def _cut(self, tree: Sequence[tuple[int, int]], count: int) -> tuple[Set[int], int] | None:
        """Return what hangs on a random edge that leaves both sides a number of zones, and that number."""
        below = {item: self._weights[item] for item, _ in tree}
        for item, parent in reversed(tree[1:]):
            below[parent] += below[item]
        whole = below[tree[0][0]]
        able = [
            (item, own)
            for item, _ in tree[1:]
            for own in range(1, count)
            if self._fits(below[item], own) and self._fits(whole - below[item], count - own)
        ]
        if not able:
            return None
        top, own = self._random.choice(able)
        part = {top}
        for item, parent in tree[1:]:
            if parent in part:
                part.add(item)
        return part, own

    def _fits(self, weight: int, zones: int) -> bool:
        return zones * self._band[0] <= weight <= zones * self._band[1]

    def _weight(self, items: Set[int]) -> int:
        return sum(self._weights[item] for item in items)

    def _is_one(self, items: Set[int]) -> bool:
        return len(self._tree(items)) == len(items)


#: So many plans are compared, of so many tries at most.
PLANS, TRIES = 20, 200
#: The part of the time left that this may take.
SPLITTING_PART = 0.3
#: Zones that are to be about as large differ from their mean by this part of it, or by one unit.
UNEVEN = 0.2


def first_plan(
    task: ConstrainedProgram,
    whole: SlotDecomposition,
    start: IntArray | None,
    deadline: Deadline,
    search: SolveContext,
    show: Callable[[IntArray], None] = NULL_OBSERVER.on_plan,
) -> IntArray | None:
    """Return the better of what there is to begin from, if it is a plan, and of what random trees give.

    Args:
        task: What is to be solved, with its map.
        whole: Its program, slot by slot.
        start: Decisions to begin from.
        deadline: The time that it may take a part of.
        search: How to search.
        show: Is shown every better plan on the way.
    """
    best, costs = None, list[int]()
    part = Deadline(search.budget, deadline.share(SPLITTING_PART))
    given = [] if start is None or not is_plan(task, start) else [start]
    for plan in chain(given, plans_by_splitting(task, whole, part, search)):
        mine = costs_of(task.program, plan)
        if best is None or mine < costs:
            best, costs = plan, mine
            show(best)
    return best


def plans_by_splitting(
    task: ConstrainedProgram, whole: SlotDecomposition, deadline: Deadline, search: SolveContext
) -> Iterator[IntArray]:
    """Yield the best of plans that random trees give, and then what comes of each by changes of its units."""
    plans = sorted(split_plans(task, whole, deadline, search), key=lambda plan: costs_of(task.program, plan))
    yield from plans[:1]
    if not whole.is_linked:  # other ways are as good there
        plans = plans[:1]
    for plan in plans:
        yield improve_by_units(task, plan, deadline, search)


def split_plans(
    task: ConstrainedProgram, whole: SlotDecomposition, deadline: Deadline, search: SolveContext
) -> Iterator[IntArray]:
    """Yield plans of connected zones, as random trees give them, that break no row."""
    chance = random.Random(search.seed)
    for splitting in splittings(task, whole, search.seed):
        plans = 0
        for _ in range(TRIES):
            if plans == PLANS or deadline.is_over or search.is_stopped:
                break
            decisions = _split(task, whole, splitting, chance)
            if decisions is not None:
                plans += 1
                yield decisions
        if plans:
            return


def splittings(task: ConstrainedProgram, whole: SlotDecomposition, seed: int) -> list[TreeSplitter]:
    """Return what splits a map into zones: first into those that are about as large, if that may be paid."""
    assert task.map is not None
    items, bands, compared = whole.items.tolist(), [_tightest(whole)], balanced_attribute(whole)
    even = None if compared is None else _about_the_mean(compared, len(whole.blocks))
    if even is not None and _room(even) < _room(bands[0]):
        bands = [even, *bands]
    return [
        TreeSplitter(
            task.map, dict(zip(items, band.weights.tolist(), strict=True)), (band.low, band.high), seed
        )
        for band in bands
    ]


def _split(
    task: ConstrainedProgram, whole: SlotDecomposition, splitting: TreeSplitter, chance: random.Random
) -> IntArray | None:
    """Return the decisions of zones, put into slots by chance; None if a row forbids them."""
    slots, [grid] = list(range(len(whole.blocks))), task.program.decisions.grids.values()
    zones = splitting.zones(frozenset(whole.items.tolist()), len(slots))
    if zones is None:
        return None
    chance.shuffle(slots)
    columns = np.concatenate(
        [grid[sorted(zone), slot, 0, 0] for zone, slot in zip(zones, slots, strict=True)]
    )
    if (columns < 0).any():
        return None
    decisions = np.zeros(task.program.decisions.count, dtype=np.int64)
    decisions[columns] = 1
    broken = violated_rows(task.program, evaluate_auxiliaries(task.program, decisions[None, :])).any()
    return None if broken else decisions


def _about_the_mean(weights: IntArray, slots: int) -> Band:
    mean = int(weights.sum()) / slots
    return Band(weights, int((1 - UNEVEN) * mean), int((1 + UNEVEN) * mean) + int(weights.max()))


def _tightest(whole: SlotDecomposition) -> Band:
    """Return the band that leaves sums the least room; one that asks for nothing if there is none."""
    able = [band for band in shared_bands(whole) if 0 < band.high < INFINITE]
    count = len(whole.items)
    anything = Band(np.ones(count, dtype=np.int64), 1, count)
    return min(able, key=_room, default=anything)


def _room(band: Band) -> float:
    """Return the part of its greatest sum that a band leaves room."""
    return (band.high - max(0, band.low)) / band.high
