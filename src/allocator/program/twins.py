"""Twin rows: rows that say the same sum, such as the least and the most of one team, become one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import INFINITE, IntArray
from allocator.program.propagate import Bounds


class DuplicateRows(NamedTuple):
    """Which rows are likely twins.

    ``first`` is ``[n]`` the first row of each kind, ``kind`` ``[rows]`` which kind each row is, and ``sign``
    ``[rows]`` -1 where it is the first one turned round.
    """

    first: IntArray
    kind: IntArray
    sign: IntArray


def likely_duplicates(matrix: csr_array) -> DuplicateRows:
    """Return which rows are likely twins of each other.

    Rows are told apart by their products with a random vector: twins are always found, and what is found
    are twins but for a chance of one in 2^60 or so.
    """
    chance = np.random.default_rng(1).integers(1, 2**62, size=matrix.shape[1])
    print_of = matrix @ chance  # may wrap round, which does no harm
    turned = np.where(print_of < 0, -1, 1)
    _, first, kind = np.unique(print_of * turned, return_index=True, return_inverse=True)
    return DuplicateRows(first, kind, turned * turned[first[kind]])


def column_counts(matrix: csr_array, rows: IntArray) -> IntArray:
    """Return ``[columns]`` in how many of some rows each column stands."""
    return np.bincount(matrix[rows].indices, minlength=matrix.shape[1])


def distinct_rows(matrix: csr_array, sides: Bounds) -> tuple[csr_array, Bounds]:
    """Return the rows with twins put together: each has the narrower of their sides."""
    return merge_duplicates(matrix, sides, likely_duplicates(matrix))


def merge_duplicates(matrix: csr_array, sides: Bounds, twins: DuplicateRows) -> tuple[csr_array, Bounds]:
    """Return rows put together with what are likely their twins, which are compared entry by entry first."""
    first, kind, sign = twins
    leader = first[kind]
    later = np.flatnonzero(leader != np.arange(len(leader)))
    rest = matrix[later] - csr_array(matrix[leader[later]].multiply(sign[later][:, None]))
    if rest.count_nonzero():
        return matrix, sides
    low, high = np.where(sign > 0, sides, (-sides[1], -sides[0]))
    least, most = np.full(len(first), -INFINITE), np.full(len(first), INFINITE)
    np.maximum.at(least, kind, low)
    np.minimum.at(most, kind, high)
    return csr_array(matrix[first]), (least, most)
