"""The p-median districting problem: connected zones around centres; and its recognition in a program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocator.graph.geography import Neighbours
from allocator.optimise.zones.connected_sets import Band
from allocator.program.program import INFINITE, IntArray, Medoid, Program
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition


@dataclass(frozen=True, eq=False)
class SumBand:
    """A sum over the units of a zone that lies between two numbers in every zone.

    Attributes:
        coefs: ``[n]`` the summand of each unit, of any sign.
        low: The least value of the sum, ``-INFINITE`` if there is none.
        high: The greatest value, ``INFINITE`` if there is none.
    """

    coefs: IntArray
    low: int
    high: int

    @property
    def allows_empty(self) -> bool:
        """Whether a zone without units keeps the band."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, eq=False)
class Districting:
    """A partition of ``n`` units into connected zones, each of which costs its units' distances to a centre.

    Attributes:
        zone_count: The number of zones. Fewer are allowed only if a zone may be empty.
        distances: ``[n, n]`` the cost of each unit with each other as the centre of its zone.
        neighbours: For each unit its neighbours, in order.
        sum_bands: The bands that every zone keeps.
        constant: The least cost besides the distances.
        is_exact: Whether the program says nothing else, so that an optimum here is an optimum of it.
    """

    zone_count: int
    distances: IntArray
    neighbours: Sequence[Sequence[int]]
    sum_bands: Sequence[SumBand]
    constant: int = 0
    is_exact: bool = True

    def __len__(self) -> int:
        return len(self.distances)

    @cached_property
    def band(self) -> Band:
        """The tightest band of summands of one sign; of the number of units if there is none."""
        able = [
            Band(one.coefs, max(0, one.low), one.high)
            for one in self.sum_bands
            if (one.coefs >= 0).all() and one.coefs.any() and 0 < one.high < INFINITE
        ]
        count = len(self)
        trivial = Band(np.ones(count, dtype=np.int64), 0 if self.allows_empty else 1, count)
        return min(able, key=lambda band: (band.high - band.low) / band.high, default=trivial)

    @cached_property
    def allows_empty(self) -> bool:
        """Whether a zone may be empty."""
        return all(one.allows_empty for one in self.sum_bands)

    @cached_property
    def arcs(self) -> tuple[IntArray, IntArray]:
        """Tails and heads ``[arcs]`` of the arcs from each unit to each of its neighbours."""
        lengths = [len(own) for own in self.neighbours]
        tails = np.repeat(np.arange(len(self)), lengths)
        return tails, np.array([other for own in self.neighbours for other in own], dtype=np.int64)

    def medoid(self, members: IntArray) -> int:
        """Return the member with the least sum of distances from all members, the first of several."""
        return int(members[self.distances[np.ix_(members, members)].sum(axis=0).argmin()])

    def cost(self, zone: IntArray) -> int:
        """Return the cost of a partition, ``[n]`` the zone of each unit."""
        total = self.constant
        for own in np.unique(zone):
            members = np.flatnonzero(zone == own)
            total += int(self.distances[np.ix_(members, members)].sum(axis=0).min())
        return total

    def is_connected(self, zone: IntArray) -> bool:
        """Whether every zone is connected."""
        return all(len(self.components(np.flatnonzero(zone == own))) == 1 for own in np.unique(zone))

    def components(self, members: IntArray) -> list[list[int]]:
        """Return the connected components of some units, each breadth first from its least unit."""
        left, found = set(members.tolist()), []
        for first in members.tolist():
            if first not in left:
                continue
            left.discard(first)
            component = [first]
            for one in component:
                more = [other for other in self.neighbours[one] if other in left]
                left.difference_update(more)
                component += more
            found.append(component)
        return found

    def keeps_bands(self, zone: IntArray) -> bool:
        """Whether every zone keeps all bands, and is empty only if it may be."""
        there = np.bincount(zone, minlength=self.zone_count) > 0
        if not (self.allows_empty or there.all()):
            return False
        for one in self.sum_bands:
            sums = np.bincount(zone, weights=one.coefs, minlength=self.zone_count)[there]
            if (sums < one.low).any() or (sums > one.high).any():
                return False
        return True


def recognise_first(
    program: Program, whole: SlotDecomposition, near: Neighbours
) -> tuple[int, Districting] | None:
    """Return the first level that pays for distances to centres, and its districting; None if none does."""
    for level in program.levels:
        found = recognise(program, whole, near, level)
        if found is not None and found.zone_count <= len(found):
            return level, found
    return None


def recognise(program: Program, whole: SlotDecomposition, near: Neighbours, level: int) -> Districting | None:
    """Return a relaxation of a program as a districting; None if the level pays for no distance to a centre.

    Whatever is not of such a districting is left out, and bands that differ between slots are widened. So no
    plan of the program costs less at the level than the bound of the districting.

    Args:
        program: The program.
        whole: Its decomposition by slot.
        near: The neighbours of each item.
        level: The level.
    """
    blocks = whole.blocks
    if any(not np.array_equal(block.items, whole.items) for block in blocks):
        return None
    priced = [_priced_distances(block, level) for block in blocks]
    if priced[0] is None or any(one is None or one[0] is not priced[0][0] for one in priced):
        return None
    distances, price = priced[0]
    costs = [_other_costs(block, level) for block in blocks]
    cheapest = np.min([own for own, _, _ in costs], axis=0)
    bands, all_read = _common_bands(blocks)
    least = sum(least for _, least, _ in costs)
    linking = whole.linking_costs
    linked = np.isin(linking.cols, whole.linking_variables) & (linking.levels == level)
    alike = len({block.key for block in blocks}) == 1 and all((own == cheapest).all() for own, _, _ in costs)
    is_exact = alike and all_read and all(full for _, _, full in costs)
    return Districting(
        len(blocks),
        price * distances + cheapest[:, None],
        _neighbour_lists(whole.items, near),
        bands,
        program.constant(level) + least + _least_cost(program, linking.cols[linked], linking.coefs[linked]),
        is_exact and not len(whole.linking_rows) and not linked.any(),
    )


def _priced_distances(block: SlotBlock, level: int) -> tuple[IntArray, int] | None:
    """Return the distances that a slot pays for at a level, and their price; the first of several."""
    for one in block.program.medoids:
        price = _price(block.program, one, level)
        if price > 0 and np.array_equal(one.members, np.arange(len(block.items))):
            return one.distances, price
    return None


def _price(program: Program, medoid: Medoid, level: int) -> int:
    costs = program.costs
    return int(costs.coefs[(costs.cols == medoid.column) & (costs.levels == level)].sum())


def _other_costs(block: SlotBlock, level: int) -> tuple[IntArray, int, bool]:
    """Return the costs of items in the slot, the least cost of all else, and whether nothing else costs."""
    program, count = block.program, len(block.items)
    costs, own = program.costs, np.zeros(count, dtype=np.int64)
    at = costs.levels == level
    items = at & (costs.cols < count)
    np.add.at(own, costs.cols[items], costs.coefs[items])
    medoid = next((one.column for one in program.medoids if _price(program, one, level) > 0), -1)
    rest = at & (costs.cols >= count) & (costs.cols != medoid)
    return own, _least_cost(program, costs.cols[rest], costs.coefs[rest]), not rest.any()


def _least_cost(program: Program, cols: IntArray, coefs: IntArray) -> int:
    """Return the least cost of variables within their bounds."""
    ends = np.minimum(coefs * program.lower[cols], coefs * program.upper[cols])
    return int(ends.sum())


def _common_bands(blocks: Iterable[SlotBlock]) -> tuple[list[SumBand], bool]:
    """Return the bands that every slot keeps, and whether no slot has other rows or tighter bands."""
    read = [_bands_of(block) for block in blocks]
    found = []
    for key, one in read[0][0].items():
        if all(key in own for own, _ in read):
            low, high = min(own[key].low for own, _ in read), max(own[key].high for own, _ in read)
            found.append(SumBand(one.coefs, low, high))
    same = all(
        own.keys() == read[0][0].keys()
        and all((own[key].low, own[key].high) == (one.low, one.high) for key, one in read[0][0].items())
        for own, _ in read
    )
    return found, same and all(full for _, full in read)


def _bands_of(block: SlotBlock) -> tuple[dict[bytes, SumBand], bool]:
    """Return the rows of a slot over its items alone, by their coefficients, and whether these are all."""
    rows, count = block.program.rows, len(block.items)
    found: dict[bytes, SumBand] = {}
    fixed = (block.program.lower[:count] > 0).any() or (block.program.upper[:count] < 1).any()
    is_all = not fixed
    for row in range(len(rows)):
        terms = slice(rows.starts[row], rows.starts[row + 1])
        if (rows.cols[terms] >= count).any():
            is_all = False
            continue
        coefs = np.zeros(count, dtype=np.int64)
        np.add.at(coefs, rows.cols[terms], rows.coefs[terms])
        low, high = int(rows.lo[row]), int(rows.hi[row])
        if not coefs.any():
            is_all = is_all and low <= 0 <= high
            continue
        if coefs[np.flatnonzero(coefs)[0]] < 0:
            coefs, low, high = -coefs, -high, -low
        before = found.get(coefs.tobytes(), SumBand(coefs, -INFINITE, INFINITE))
        found[coefs.tobytes()] = SumBand(coefs, max(low, before.low), min(high, before.high))
    return found, bool(is_all)


def _neighbour_lists(items: IntArray, near: Neighbours) -> list[list[int]]:
    """Return for each item the positions of its neighbours among the items."""
    place = {item: k for k, item in enumerate(items.tolist())}
    return [sorted(place[other] for other in near.get(item, ()) if other in place) for item in items.tolist()]
