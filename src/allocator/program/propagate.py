"""Bounds that follow from rows: what no variable can be once others are held."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import INFINITE, IntArray

#: Rounds through all rows; what is not found by then is left to the solver.
ROUNDS = 6
Bounds = tuple[IntArray, IntArray]


def activities(matrix: csr_array, lower: IntArray, upper: IntArray) -> Bounds:
    """Return ``[rows]`` the least and the greatest sum of each row, term by term."""
    rising = csr_array((np.maximum(matrix.data, 0), matrix.indices, matrix.indptr), matrix.shape)
    falling = csr_array((np.minimum(matrix.data, 0), matrix.indices, matrix.indptr), matrix.shape)
    return rising @ lower + falling @ upper, rising @ upper + falling @ lower


def tightened(matrix: csr_array, sides: Bounds, bounds: Bounds) -> Bounds | None:
    """Return the bounds of the variables, tightened by what each row leaves room for.

    Args:
        matrix: ``[rows, variables]`` whole coefficients.
        sides: ``[rows]`` lower and upper sides, open ones beyond ``INFINITE``.
        bounds: ``[variables]`` lower and upper bounds.

    Returns:
        Tighter bounds, or None if some row cannot hold or some variable has no value left.
    """
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    for _ in range(ROUNDS):
        least, most = activities(matrix, *bounds)
        if (least > sides[1]).any() or (most < sides[0]).any():
            return None
        lower, upper = _one_round(matrix, row, sides, bounds, (least, most))
        if (lower > upper).any():
            return None
        if np.array_equal(lower, bounds[0]) and np.array_equal(upper, bounds[1]):
            break
        bounds = lower, upper
    return bounds


def _one_round(matrix: csr_array, row: IntArray, sides: Bounds, bounds: Bounds, sums: Bounds) -> Bounds:
    """A term may move from its end of the row's activity by what the row's side leaves."""
    (low, high), (lower, upper) = sides, (bounds[0].copy(), bounds[1].copy())
    least, most = sums
    below = np.where(high >= INFINITE, INFINITE, high - least)
    above = np.where(low <= -INFINITE, INFINITE, most - low)
    reach = np.abs(matrix.data) * (upper - lower)[matrix.indices]
    moving = np.flatnonzero(reach > np.minimum(below, above)[row])
    column, row, coef = matrix.indices[moving], row[moving], matrix.data[moving]
    size, rises = np.abs(coef), coef > 0
    up = np.where(rises, below[row], above[row]) // size
    down = np.where(rises, above[row], below[row]) // size
    np.minimum.at(upper, column, bounds[0][column] + up)
    np.maximum.at(lower, column, bounds[1][column] - down)
    return lower, upper
