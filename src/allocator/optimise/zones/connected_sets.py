"""Every connected set of members whose sums lie in their bands.

Each set is met once, from its least member on (Wernicke, 2006: ESU): either the next neighbour comes in
or it never does. What has become too heavy, or can no longer become heavy enough, is not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.program.program import IntArray

Sets = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
#: More members do not fit.
MOST = 62
_BYTE = 8
_ONE = np.int64(1)


class BitsetTable:
    """For every set the sum (or the union) of what its members have, looked up byte by byte.

    Args:
        values: ``[members]`` what each has.
        union: Whether values are sets to be united, not numbers to be added up.
    """

    def __init__(self, values: Sequence[int] | IntArray, *, union: bool = False) -> None:
        own = np.asarray(values, dtype=np.int64)
        self._join = np.bitwise_or if union else np.add
        self._bytes = []
        for first in range(0, len(own), _BYTE):
            table = np.zeros(1, dtype=np.int64)
            for value in own[first : first + _BYTE]:
                table = np.concatenate([table, self._join(table, value)])
            self._bytes.append(table)

    def of(self, sets: Sets) -> IntArray:
        """Return ``[n]`` the sum or union of each set."""
        found = np.zeros(len(sets), dtype=np.int64)
        for k, table in enumerate(self._bytes):
            self._join(found, table[(sets >> (_BYTE * k)) & (len(table) - 1)], out=found)
        return found


def members(sets: Sets, count: int) -> BoolArray:
    """Return ``[n, count]`` whether each member is in each set."""
    return ((sets[:, None] >> np.arange(count)) & 1).astype(np.bool_)


def lowest(sets: Sets) -> Sets:
    """Return of each set the set of its least member alone."""
    return np.asarray(sets & -sets)


def grown(sets: Sets, within: Sets, near: BitsetTable) -> Sets:
    """Return what can be reached from each set through members of another that holds it."""
    reached, left = sets.copy(), np.arange(len(sets))
    while len(left):
        own = reached[left]
        more = (own | near.of(own)) & within[left]
        left_now = more != own
        left = left[left_now]
        reached[left] = more[left_now]
    return reached


#: So many branches are followed at a time, and not fewer while others wait.
AT_ONCE, FEW = 1 << 14, 1 << 12


@dataclass(frozen=True, eq=False)
class Band:
    """A sum over members that must lie between two numbers.

    Attributes:
        weights: ``[members]`` what each adds, never negative.
        low: The least that the sum may be.
        high: The greatest.
        rule: A rule that says so, by number.
    """

    weights: IntArray
    low: int
    high: int
    rule: int = -1


@dataclass(frozen=True, eq=False)
class _Branches:
    """Sets that are being made, what may come in next, and what never will."""

    sets: Sets
    next: Sets
    never: Sets

    def of(self, chosen: BoolArray | slice) -> _Branches:
        """Return some of the branches."""
        return _Branches(self.sets[chosen], self.next[chosen], self.never[chosen])

    def and_also(self, more: _Branches) -> _Branches:
        """Return these branches and more."""
        pairs = (self.sets, more.sets), (self.next, more.next), (self.never, more.never)
        return _Branches(*(np.concatenate(pair) for pair in pairs))


def connected_sets(
    near: Sequence[int], bands: Sequence[Band], most: int, goes_on: Callable[[int], bool]
) -> Sets | None:
    """Return the connected sets of one member or more that lie in all bands, in increasing order.

    Args:
        near: Of each member the set of its neighbours.
        bands: What sums must lie in.
        most: So many sets are too many.
        goes_on: Asked now and then, with the branches followed since, whether to go on.

    Returns:
        None if it was too much.
    """
    count = len(near)
    search = _Search(BitsetTable(near, union=True), [(BitsetTable(band.weights), band) for band in bands])
    roots = np.left_shift(np.int64(1), np.arange(count, dtype=np.int64))
    never = roots | (roots - 1)
    found = [search.in_bands(roots)]
    most -= len(found[0])
    waiting: list[_Branches] = []
    branches = search.followed(_Branches(roots, np.array(near, dtype=np.int64) & ~never, never))
    while len(branches.sets) or waiting:
        if len(branches.sets) > AT_ONCE:
            waiting.append(branches.of(slice(AT_ONCE, None)))
            branches = branches.of(slice(AT_ONCE))
        elif len(branches.sets) < FEW and waiting:
            branches = branches.and_also(waiting.pop())
        if not goes_on(len(branches.sets)):
            return None
        coming, staying = search.split(branches)
        found.append(search.in_bands(coming.sets))
        most -= len(found[-1])
        if most < 0:
            return None
        branches = search.followed(coming.and_also(staying))
    return np.sort(np.concatenate(found))


class _Search:
    """The map and the bands that branches are held to."""

    def __init__(self, near: BitsetTable, bands: Sequence[tuple[BitsetTable, Band]]) -> None:
        self._near, self._bands = near, bands

    def split(self, branches: _Branches) -> tuple[_Branches, _Branches]:
        """Return the branches in which the least that may come in does, and those in which it never will."""
        one = lowest(branches.next)
        rest, never = branches.next ^ one, branches.never | one
        coming = _Branches(branches.sets | one, rest | (self._near.of(one) & ~never), never)
        return coming, _Branches(branches.sets, rest, never)

    def followed(self, branches: _Branches) -> _Branches:
        """Return the branches from which another set in all bands may come."""
        light = branches.next != 0
        for table, band in self._bands:
            light &= table.of(branches.sets) <= band.high
        branches = branches.of(light)
        reach = grown(branches.sets, branches.sets | ~branches.never, self._near)
        able = np.ones(len(reach), dtype=np.bool_)
        for table, band in self._bands:
            able &= table.of(reach) >= band.low
        return branches.of(able)

    def in_bands(self, sets: Sets) -> Sets:
        """Return the sets that lie in all bands."""
        kept = np.ones(len(sets), dtype=np.bool_)
        for table, band in self._bands:
            sums = table.of(sets)
            kept &= (sums >= band.low) & (sums <= band.high)
        return sets[kept]
