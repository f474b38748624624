"""Sets of up to 62 members as whole numbers, many at a time: bit ``i`` says whether member ``i`` is in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from allocator.program.program import IntArray

Sets = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
#: More members do not fit.
MOST = 62
_BYTE = 8
_ONE = np.int64(1)


class Table:
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


def grown(sets: Sets, within: Sets, near: Table) -> Sets:
    """Return what can be reached from each set through members of another that holds it."""
    reached, left = sets.copy(), np.arange(len(sets))
    while len(left):
        own = reached[left]
        more = (own | near.of(own)) & within[left]
        left_now = more != own
        left = left[left_now]
        reached[left] = more[left_now]
    return reached
