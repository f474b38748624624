"""Twin rows: rows that say the same sum, such as the least and the most of one team, become one."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import INFINITE, IntArray
from allocator.program.propagate import Bounds


def likely_twins(matrix: csr_array) -> tuple[IntArray, IntArray]:
    """Return ``[rows]`` the first twin of each row, and -1 where one is the other turned round, else 1.

    Rows are told apart by their products with a random vector: twins are always found, and what is found
    are twins but for a chance of one in 2^60 or so.
    """
    chance = np.random.default_rng(1).integers(1, 2**62, size=matrix.shape[1])
    print_of = matrix @ chance  # may wrap round, which does no harm
    turned = np.where(print_of < 0, -1, 1)
    _, first, twin_of = np.unique(print_of * turned, return_index=True, return_inverse=True)
    leader = first[twin_of]
    return leader, turned * turned[leader]


def uses_of_columns(matrix: csr_array, rows: IntArray) -> IntArray:
    """Return ``[columns]`` in how many of some rows each column stands."""
    return np.bincount(matrix[rows].indices, minlength=matrix.shape[1])


def distinct_rows(matrix: csr_array, sides: Bounds) -> tuple[csr_array, Bounds]:
    """Return the rows with twins put together: each has the narrower of their sides."""
    leader, sign = likely_twins(matrix)
    return with_twins_joined(matrix, sides, leader, sign)


def with_twins_joined(
    matrix: csr_array, sides: Bounds, leader: IntArray, sign: IntArray
) -> tuple[csr_array, Bounds]:
    """Return rows put together with what are likely their twins, which are compared entry by entry first.

    Args:
        matrix: ``[rows, columns]``.
        sides: ``[rows]`` lower and upper sides.
        leader: ``[rows]`` the first twin of each.
        sign: ``[rows]`` -1 where that is the row turned round.
    """
    later = np.flatnonzero(leader != np.arange(len(leader)))
    rest = matrix[later] - csr_array(matrix[leader[later]].multiply(sign[later][:, None]))
    if rest.count_nonzero():
        return matrix, sides
    first, twin_of = np.unique(leader, return_inverse=True)
    low, high = np.where(sign > 0, sides, (-sides[1], -sides[0]))
    least, most = np.full(len(first), -INFINITE), np.full(len(first), INFINITE)
    np.maximum.at(least, twin_of, low)
    np.minimum.at(most, twin_of, high)
    return csr_array(matrix[first]), (least, most)
