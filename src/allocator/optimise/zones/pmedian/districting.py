"""A map to be made into zones around centres: what is left of a program once only that is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocator.graph.neighbours import Neighbours
from allocator.optimise.zones.connected_sets import Band
from allocator.program.program import INFINITE, IntArray, Medoid, Program
from allocator.program.slot_decomposition import SlotBlock, SlotDecomposition


@dataclass(frozen=True, eq=False)
class SumBand:
    """A sum over the units of a zone that lies between two numbers in every zone.

    Attributes:
        coefs: ``[n]`` what each unit adds, of any sign.
        low: The least that the sum may be, ``-INFINITE`` if it may be anything.
        high: The greatest.
    """

    coefs: IntArray
    low: int
    high: int

    @property
    def allows_nobody(self) -> bool:
        """Whether a zone without units keeps it."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True, eq=False)
class Districting:
    """``n`` units to be made into zones, each connected, each costing the way of all to one of them.

    Attributes:
        count: How many zones there may be; all of them are there unless a zone may have no units.
        far: ``[n, n]`` what each unit costs with each as the centre of its zone.
        near: Of each unit its neighbours, in order.
        asked: What is asked of every zone.
        constant: What is paid besides, at least.
        is_all: Whether this is all that the program says: what is best here is then best there.
    """

    count: int
    far: IntArray
    near: Sequence[Sequence[int]]
    asked: Sequence[SumBand]
    constant: int = 0
    is_all: bool = True

    def __len__(self) -> int:
        return len(self.far)

    @cached_property
    def band(self) -> Band:
        """What leaves sums of one sign the least room; the number of units if nothing does."""
        able = [
            Band(one.coefs, max(0, one.low), one.high)
            for one in self.asked
            if (one.coefs >= 0).all() and one.coefs.any() and 0 < one.high < INFINITE
        ]
        count = len(self)
        anything = Band(np.ones(count, dtype=np.int64), 0 if self.may_be_empty else 1, count)
        return min(able, key=lambda band: (band.high - band.low) / band.high, default=anything)

    @cached_property
    def may_be_empty(self) -> bool:
        """Whether a zone may have no units."""
        return all(one.allows_nobody for one in self.asked)

    @cached_property
    def arcs(self) -> tuple[IntArray, IntArray]:
        """``[arcs]`` twice: each unit with each of its neighbours."""
        lengths = [len(own) for own in self.near]
        tails = np.repeat(np.arange(len(self)), lengths)
        return tails, np.array([other for own in self.near for other in own], dtype=np.int64)

    def centre(self, members: IntArray) -> int:
        """Return the member to which the way of all is least, the first of several."""
        return int(members[self.far[np.ix_(members, members)].sum(axis=0).argmin()])

    def cost(self, zone: IntArray) -> int:
        """Return what zones cost, ``[n]`` the number of each unit's."""
        total = self.constant
        for own in np.unique(zone):
            members = np.flatnonzero(zone == own)
            total += int(self.far[np.ix_(members, members)].sum(axis=0).min())
        return total

    def is_connected(self, zone: IntArray) -> bool:
        """Whether every zone hangs together."""
        return all(len(self.pieces(np.flatnonzero(zone == own))) == 1 for own in np.unique(zone))

    def pieces(self, members: IntArray) -> list[list[int]]:
        """Return the pieces into which units fall, each from its least unit on."""
        left, found = set(members.tolist()), []
        for first in members.tolist():
            if first not in left:
                continue
            left.discard(first)
            piece = [first]
            for one in piece:
                more = [other for other in self.near[one] if other in left]
                left.difference_update(more)
                piece += more
            found.append(piece)
        return found

    def keeps(self, zone: IntArray) -> bool:
        """Whether every zone keeps what is asked of it."""
        there = np.bincount(zone, minlength=self.count) > 0
        if not (self.may_be_empty or there.all()):
            return False
        for one in self.asked:
            sums = np.bincount(zone, weights=one.coefs, minlength=self.count)[there]
            if (sums < one.low).any() or (sums > one.high).any():
                return False
        return True


def recognise_first(
    program: Program, whole: SlotDecomposition, near: Neighbours
) -> tuple[int, Districting] | None:
    """Return the first level that pays for zones around centres, and these; None if none does."""
    for level in program.levels:
        given = read(program, whole, near, level)
        if given is not None and given.count <= len(given):
            return level, given
    return None


def read(program: Program, whole: SlotDecomposition, near: Neighbours, level: int) -> Districting | None:
    """Return what a program pays at a level and asks, as zones around centres; None if it pays for no centre.

    What is not of zones around centres is left out, and what slots ask differently is asked of none, so
    that no plan of the program costs less than the bound of what is returned.

    Args:
        program: The program.
        whole: The same, slot by slot.
        near: Which items are neighbours.
        level: The level.
    """
    parts = whole.blocks
    if any(not np.array_equal(part.items, whole.items) for part in parts):
        return None
    ways = [_way(part, level) for part in parts]
    if any(way is None or way[0] is not ways[0][0] for way in ways if ways[0]) or ways[0] is None:
        return None
    far, coef = ways[0]
    paid = [_paid(part, level) for part in parts]
    fewest = np.min([own for own, _, _ in paid], axis=0)
    alike = len({part.key for part in parts}) == 1 and all((own == fewest).all() for own, _, _ in paid)
    asked, all_read = _shared(parts)
    least = sum(least for _, least, _ in paid)
    tied = np.isin(whole.linking_costs.cols, whole.linking_variables) & (whole.linking_costs.levels == level)
    return Districting(
        len(parts),
        coef * far + fewest[:, None],
        _near(whole.items, near),
        asked,
        program.constant(level)
        + least
        + _least(program, whole.linking_costs.cols[tied], whole.linking_costs.coefs[tied]),
        alike
        and all_read
        and all(full for _, _, full in paid)
        and not len(whole.linking_rows)
        and not tied.any(),
    )


def _way(part: SlotBlock, level: int) -> tuple[IntArray, int] | None:
    """Return the matrix of the way that a slot pays for at a level, and its price; the first of several."""
    for one in part.program.medoids:
        coef = _coef(part.program, one, level)
        if coef > 0 and np.array_equal(one.members, np.arange(len(part.items))):
            return one.distances, coef
    return None


def _coef(program: Program, medoid: Medoid, level: int) -> int:
    costs = program.costs
    return int(costs.coefs[(costs.cols == medoid.column) & (costs.levels == level)].sum())


def _paid(part: SlotBlock, level: int) -> tuple[IntArray, int, bool]:
    """Return what each item pays for the slot, what all else costs at least, and if that is certain."""
    program, count = part.program, len(part.items)
    costs, own = program.costs, np.zeros(count, dtype=np.int64)
    at = costs.levels == level
    items = at & (costs.cols < count)
    np.add.at(own, costs.cols[items], costs.coefs[items])
    way = next((one.column for one in program.medoids if _coef(program, one, level) > 0), -1)
    rest = at & (costs.cols >= count) & (costs.cols != way)
    return own, _least(program, costs.cols[rest], costs.coefs[rest]), not rest.any()


def _least(program: Program, cols: IntArray, coefs: IntArray) -> int:
    """Return what variables cost at least within their bounds."""
    ends = np.minimum(coefs * program.lower[cols], coefs * program.upper[cols])
    return int(ends.sum())


def _shared(parts: Iterable[SlotBlock]) -> tuple[list[SumBand], bool]:
    """Return what every slot asks of its items alone, and whether no slot asks for more."""
    read = [_asked(part) for part in parts]
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


def _asked(part: SlotBlock) -> tuple[dict[bytes, SumBand], bool]:
    """Return the rows of a slot over its items, by what they add up, and whether these are all."""
    rows, count = part.program.rows, len(part.items)
    found: dict[bytes, SumBand] = {}
    fixed = (part.program.lower[:count] > 0).any() or (part.program.upper[:count] < 1).any()
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


def _near(items: IntArray, near: Neighbours) -> list[list[int]]:
    """Return of each item its neighbours among the items, by their places."""
    place = {item: k for k, item in enumerate(items.tolist())}
    return [sorted(place[other] for other in near.get(item, ()) if other in place) for item in items.tolist()]
