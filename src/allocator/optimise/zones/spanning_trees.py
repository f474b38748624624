"""First plans of a map: it is split along random spanning trees into zones whose sums lie in a band.

Method: recursive splitting of random spanning trees (DeFord, Duchin and Solomon, Harvard Data Science Review
2021).
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain

import numpy as np

from allocator.graph.geography import Neighbours
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.zones.candidates import balanced_attribute, shared_bands
from allocator.optimise.zones.connected_sets import Band
from allocator.optimise.zones.local_search import costs_of, improve_by_units, is_plan
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.program import INFINITE, IntArray
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.solvers.deadline import Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer


@dataclass(frozen=True)
class SplitParams:
    """How many plans are made, and how even their zones are.

    Attributes:
        trees: The number of random trees for one split, before the splits above it are given up.
        plans: The number of plans that are compared.
        tries: The most tries for these.
        time_part: The part of the time left that splitting may take.
        unevenness: The greatest deviation of zones from their mean sum where even zones are worth trying, as
            a share of that mean. The largest unit is allowed beyond it.
    """

    trees: int = 40
    plans: int = 20
    tries: int = 200
    time_part: float = 0.3
    unevenness: float = 0.2


#: The parameters of every split.
PARAMS = SplitParams()


class TreeSplitter:
    """Splits a map at random.

    Args:
        near: The neighbours of each item.
        weights: The summand of each item in the sum of its zone.
        band: The least and the greatest sum of a zone.
        seed: The seed of every random choice.
    """

    def __init__(
        self, near: Neighbours, weights: Mapping[int, int], band: tuple[int, int], seed: int
    ) -> None:
        self._near, self._weights, self._band = near, weights, band
        self._random = random.Random(seed)

    def zones(self, items: Set[int], count: int) -> list[Set[int]] | None:
        """Return a partition of items into connected zones in the band; None if no tree gave one."""
        if count == 1:
            return [items] if self._fits(self._weight(items), 1) and self._is_connected(items) else None
        for _ in range(PARAMS.trees):
            tree = self._random_tree(items)
            if len(tree) < len(items):
                return None
            cut = self._random_cut(tree, count)
            if cut is None:
                continue
            part, own = cut
            first = self.zones(part, own)
            rest = None if first is None else self.zones(items - part, count - own)
            return None if first is None or rest is None else [*first, *rest]
        return None

    def _random_tree(self, items: Set[int]) -> list[tuple[int, int]]:
        """Return a random tree of all items that are connected: pairs of item and parent, parents first."""
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

    def _random_cut(self, tree: Sequence[tuple[int, int]], count: int) -> tuple[Set[int], int] | None:
        """Return a random subtree whose sum fits a number of zones, as does the rest, and that number."""
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

    def _is_connected(self, items: Set[int]) -> bool:
        return len(self._random_tree(items)) == len(items)


def first_plan(
    constrained: ConstrainedProgram,
    whole: SlotDecomposition,
    start: IntArray | None,
    deadline: Deadline,
    context: SolveContext,
    observer: Observer = NULL_OBSERVER,
) -> IntArray | None:
    """Return the best of the given plan, if it is one, and of those that random trees give.

    Args:
        constrained: The constrained program, with its map.
        whole: Its decomposition by slot.
        start: ``[decisions]`` a plan to start from.
        deadline: The time, a part of which is used.
        context: The settings of the solve.
        observer: Sees every better plan.
    """
    best, costs = None, list[int]()
    part = Deadline(context.budget, deadline.share(PARAMS.time_part))
    given = [] if start is None or not is_plan(constrained, start) else [start]
    for plan in chain(given, plans_by_splitting(constrained, whole, part, context)):
        mine = costs_of(constrained.program, plan)
        if best is None or mine < costs:
            best, costs = plan, mine
            observer.on_plan(best)
    return best


def plans_by_splitting(
    constrained: ConstrainedProgram, whole: SlotDecomposition, deadline: Deadline, context: SolveContext
) -> Iterator[IntArray]:
    """Yield the best plan that random trees give, then the local optima from these plans.

    Where nothing links zones, only the best plan is improved: other methods are as good there.
    """
    plans = sorted(
        split_plans(constrained, whole, deadline, context),
        key=lambda plan: costs_of(constrained.program, plan),
    )
    yield from plans[:1]
    if not whole.is_linked:
        plans = plans[:1]
    for plan in plans:
        yield improve_by_units(constrained, plan, deadline, context)


def split_plans(
    constrained: ConstrainedProgram, whole: SlotDecomposition, deadline: Deadline, context: SolveContext
) -> Iterator[IntArray]:
    """Yield feasible plans of connected zones that random trees give."""
    shuffler = random.Random(context.seed)
    for splitter in tree_splitters(constrained, whole, context.seed):
        plans = 0
        for _ in range(PARAMS.tries):
            if plans == PARAMS.plans or deadline.is_over or context.is_stopped:
                break
            decisions = _split_plan(constrained, whole, splitter, shuffler)
            if decisions is not None:
                plans += 1
                yield decisions
        if plans:
            return


def tree_splitters(
    constrained: ConstrainedProgram, whole: SlotDecomposition, seed: int
) -> list[TreeSplitter]:
    """Return splitters of a map: one for even zones first, if uneven ones may have a penalty."""
    assert constrained.map is not None
    items, bands, attribute = whole.items.tolist(), [_tightest_band(whole)], balanced_attribute(whole)
    even = None if attribute is None else _even_band(attribute, len(whole.blocks))
    if even is not None and _relative_width(even) < _relative_width(bands[0]):
        bands = [even, *bands]
    return [
        TreeSplitter(
            constrained.map, dict(zip(items, band.weights.tolist(), strict=True)), (band.low, band.high), seed
        )
        for band in bands
    ]


def _split_plan(
    constrained: ConstrainedProgram, whole: SlotDecomposition, splitter: TreeSplitter, shuffler: random.Random
) -> IntArray | None:
    """Return the decisions of zones in random slots; None if there are none, or a row forbids them."""
    slots, [grid] = list(range(len(whole.blocks))), constrained.program.decisions.grids.values()
    zones = splitter.zones(frozenset(whole.items.tolist()), len(slots))
    if zones is None:
        return None
    shuffler.shuffle(slots)
    columns = np.concatenate(
        [grid[sorted(zone), slot, 0, 0] for zone, slot in zip(zones, slots, strict=True)]
    )
    if (columns < 0).any():
        return None
    decisions = np.zeros(constrained.program.decisions.count, dtype=np.int64)
    decisions[columns] = 1
    values = evaluate_auxiliaries(constrained.program, decisions[None, :])
    return None if violated_rows(constrained.program, values).any() else decisions


def _even_band(weights: IntArray, slots: int) -> Band:
    """Return a band around the mean sum of a zone."""
    mean, room = int(weights.sum()) / slots, PARAMS.unevenness
    return Band(weights, int((1 - room) * mean), int((1 + room) * mean) + int(weights.max()))


def _tightest_band(whole: SlotDecomposition) -> Band:
    """Return the tightest band that all slots share; of the number of items if there is none."""
    able = [band for band in shared_bands(whole) if 0 < band.high < INFINITE]
    count = len(whole.items)
    trivial = Band(np.ones(count, dtype=np.int64), 1, count)
    return min(able, key=_relative_width, default=trivial)


def _relative_width(band: Band) -> float:
    """Return the width of a band as a share of its upper end."""
    return (band.high - max(0, band.low)) / band.high
