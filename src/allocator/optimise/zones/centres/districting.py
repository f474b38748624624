"""A map to be made into zones around centres: what is left of a program once only that is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocator.optimise.zones.connected import Band
from allocator.program.program import INFINITE, IntArray


@dataclass(frozen=True, eq=False)
class Asked:
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
    asked: Sequence[Asked]
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
