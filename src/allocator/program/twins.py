"""Twin rows: rows that say the same sum, such as the least and the most of one team, become one."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import INFINITE
from allocator.program.propagate import Bounds


def distinct_rows(matrix: csr_array, sides: Bounds) -> tuple[csr_array, Bounds]:
    """Return the rows with twins put together: each has the narrower of their sides.

    Rows are told apart by their products with a random vector; twins, and rows that are each other turned
    round, are then compared entry by entry.
    """
    chance = np.random.default_rng(1).integers(1, 2**62, size=matrix.shape[1])
    print_of = matrix @ chance  # may wrap round, which does no harm
    turned = np.where(print_of < 0, -1, 1)
    _, first, twin_of = np.unique(print_of * turned, return_index=True, return_inverse=True)
    leader = first[twin_of]
    sign = turned * turned[leader]
    rest = matrix - csr_array(matrix[leader].multiply(sign[:, None]))
    if rest.count_nonzero():
        return matrix, sides
    low, high = np.where(sign > 0, sides, (-sides[1], -sides[0]))
    least, most = np.full(len(first), -INFINITE), np.full(len(first), INFINITE)
    np.maximum.at(least, twin_of, low)
    np.minimum.at(most, twin_of, high)
    return csr_array(matrix[first]), (least, most)
