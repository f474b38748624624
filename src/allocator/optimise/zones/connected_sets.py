"""Enumeration of the connected sets of a map whose sums lie in bands, with sets as bits of whole numbers.

Every set is found once, from its least member on (ESU: Wernicke, 2006): in each branch the next neighbour
comes in, or it never does. A branch is pruned once a sum is above its band, or can no longer reach it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.program.program import IntArray

#: Sets of up to 62 members, one a number: bit ``i`` tells whether member ``i`` is in.
Bitsets = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
#: More members do not fit into a number.
MOST_MEMBERS = 62
_BYTE = 8


@dataclass(frozen=True)
class EnumerationParams:
    """How sets are enumerated; this changes the memory and the speed only.

    Attributes:
        most_branches: The most branches that are extended together.
        fewest_branches: The fewest, as long as others wait.
    """

    most_branches: int = 1 << 14
    fewest_branches: int = 1 << 12


#: The parameters of every enumeration.
PARAMS = EnumerationParams()


class BitsetTable:
    """A table by which the sum, or the union, of a value of each member of a set is looked up byte by byte.

    Args:
        values: ``[members]`` the value of each.
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

    def total(self, sets: Bitsets) -> IntArray:
        """Return ``[n]`` the sum or union of each set."""
        found = np.zeros(len(sets), dtype=np.int64)
        for k, table in enumerate(self._bytes):
            self._join(found, table[(sets >> (_BYTE * k)) & (len(table) - 1)], out=found)
        return found


def membership(sets: Bitsets, count: int) -> BoolArray:
    """Return ``[n, count]`` whether each member is in each set."""
    return ((sets[:, None] >> np.arange(count)) & 1).astype(np.bool_)


def least_member(sets: Bitsets) -> Bitsets:
    """Return for each set the set of its least member alone."""
    return np.asarray(sets & -sets)


def reachable(sets: Bitsets, within: Bitsets, near: BitsetTable) -> Bitsets:
    """Return for each set all members that it reaches through members of a superset of it."""
    reached, left = sets.copy(), np.arange(len(sets))
    while len(left):
        own = reached[left]
        more = (own | near.total(own)) & within[left]
        left_now = more != own
        left = left[left_now]
        reached[left] = more[left_now]
    return reached


@dataclass(frozen=True, eq=False)
class Band:
    """A sum over members that must lie between two numbers.

    Attributes:
        weights: ``[members]`` the summand of each, never negative.
        low: The least value of the sum.
        high: The greatest.
        rule: The number of a rule that asks for it; -1 if no rule does.
    """

    weights: IntArray
    low: int
    high: int
    rule: int = -1


@dataclass(frozen=True, eq=False)
class _Branches:
    """Sets that are being extended, the members that may come in next, and those that never will."""

    sets: Bitsets
    frontier: Bitsets
    excluded: Bitsets

    def select(self, chosen: BoolArray | slice) -> _Branches:
        """Return some of the branches."""
        return _Branches(self.sets[chosen], self.frontier[chosen], self.excluded[chosen])

    def concat(self, more: _Branches) -> _Branches:
        """Return these branches and more."""
        pairs = (self.sets, more.sets), (self.frontier, more.frontier), (self.excluded, more.excluded)
        return _Branches(*(np.concatenate(pair) for pair in pairs))


def connected_sets(
    near: Sequence[int], bands: Sequence[Band], most: int, may_continue: Callable[[int], bool]
) -> Bitsets | None:
    """Return the connected sets of one member or more that lie in all bands, in increasing order.

    Args:
        near: For each member the set of its neighbours.
        bands: The bands.
        most: The most sets.
        may_continue: Asked again and again, with the branches extended since, whether to continue.

    Returns:
        None if there are too many sets, or too many branches.
    """
    count = len(near)
    search = _Enumeration(
        BitsetTable(near, union=True), [(BitsetTable(band.weights), band) for band in bands]
    )
    roots = np.left_shift(np.int64(1), np.arange(count, dtype=np.int64))
    excluded = roots | (roots - 1)
    found = [search.in_bands(roots)]
    most -= len(found[0])
    waiting: list[_Branches] = []
    branches = search.prune(_Branches(roots, np.array(near, dtype=np.int64) & ~excluded, excluded))
    while len(branches.sets) or waiting:
        if len(branches.sets) > PARAMS.most_branches:
            waiting.append(branches.select(slice(PARAMS.most_branches, None)))
            branches = branches.select(slice(PARAMS.most_branches))
        elif len(branches.sets) < PARAMS.fewest_branches and waiting:
            branches = branches.concat(waiting.pop())
        if not may_continue(len(branches.sets)):
            return None
        extended, skipped = search.branch(branches)
        found.append(search.in_bands(extended.sets))
        most -= len(found[-1])
        if most < 0:
            return None
        branches = search.prune(extended.concat(skipped))
    return np.sort(np.concatenate(found))


class _Enumeration:
    """The map and the bands of an enumeration."""

    def __init__(self, near: BitsetTable, bands: Sequence[tuple[BitsetTable, Band]]) -> None:
        self._near, self._bands = near, bands

    def branch(self, branches: _Branches) -> tuple[_Branches, _Branches]:
        """Return the branches with the least frontier member taken in, and those with it excluded."""
        one = least_member(branches.frontier)
        rest, excluded = branches.frontier ^ one, branches.excluded | one
        extended = _Branches(branches.sets | one, rest | (self._near.total(one) & ~excluded), excluded)
        return extended, _Branches(branches.sets, rest, excluded)

    def prune(self, branches: _Branches) -> _Branches:
        """Return the branches that may lead to another set in all bands."""
        light = branches.frontier != 0
        for table, band in self._bands:
            light &= table.total(branches.sets) <= band.high
        branches = branches.select(light)
        reach = reachable(branches.sets, branches.sets | ~branches.excluded, self._near)
        able = np.ones(len(reach), dtype=np.bool_)
        for table, band in self._bands:
            able &= table.total(reach) >= band.low
        return branches.select(able)

    def in_bands(self, sets: Bitsets) -> Bitsets:
        """Return the sets that lie in all bands."""
        kept = np.ones(len(sets), dtype=np.bool_)
        for table, band in self._bands:
            sums = table.total(sets)
            kept &= (sums >= band.low) & (sums <= band.high)
        return sets[kept]
