"""Bounds that follow from rows: what no variable can be once others are held."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import INFINITE, IntArray

#: Rounds through all rows; what is not found by then is left to the solver.
ROUNDS = 6
Bounds = tuple[IntArray, IntArray]


class RowActivities:
    """The least and the greatest sum of each row of a matrix within any bounds, term by term.

    Half the sum at both ends, less or more half of what every term can move by: two products, not four.
    """

    def __init__(self, matrix: csr_array) -> None:
        self._matrix = matrix
        self._sizes = csr_array((np.abs(matrix.data), matrix.indices, matrix.indptr), matrix.shape)

    def of(self, lower: IntArray, upper: IntArray) -> Bounds:
        """Return ``[rows]`` the least and the greatest sums."""
        both, moves = self._matrix @ (lower + upper), self._sizes @ (upper - lower)
        return (both - moves) // 2, (both + moves) // 2

    def widest(self, lower: IntArray, upper: IntArray) -> IntArray:
        """Return ``[rows]`` by how much one term can move at most."""
        starts, found = self._sizes.indptr, np.zeros(self._sizes.shape[0], dtype=np.int64)
        filled = np.flatnonzero(np.diff(starts))
        if len(filled):
            moves = self._sizes.data * (upper - lower)[self._sizes.indices]
            found[filled] = np.maximum.reduceat(moves, starts[filled])
        return found


def tighten_bounds(matrix: csr_array, sides: Bounds, bounds: Bounds) -> Bounds | None:
    """Return the bounds of the variables, tightened by what each row leaves room for.

    Args:
        matrix: ``[rows, variables]`` whole coefficients.
        sides: ``[rows]`` lower and upper sides, open ones beyond ``INFINITE``.
        bounds: ``[variables]`` lower and upper bounds.

    Returns:
        Tighter bounds, or None if some row cannot hold or some variable has no value left.
    """
    activities = RowActivities(matrix)
    widest = activities.widest(*bounds)
    for _ in range(ROUNDS):
        least, most = activities.of(*bounds)
        if (least > sides[1]).any() or (most < sides[0]).any():
            return None
        below = np.where(sides[1] >= INFINITE, INFINITE, sides[1] - least)
        above = np.where(sides[0] <= -INFINITE, INFINITE, most - sides[0])
        narrow = np.flatnonzero(np.minimum(below, above) < widest)  # most rows leave every term its room
        lower, upper = _one_round(matrix[narrow], (below[narrow], above[narrow]), bounds)
        if (lower > upper).any():
            return None
        if np.array_equal(lower, bounds[0]) and np.array_equal(upper, bounds[1]):
            break
        bounds = lower, upper
    return bounds


def _one_round(matrix: csr_array, room: Bounds, bounds: Bounds) -> Bounds:
    """A term may move from its end of the row's activity by what the row's side leaves."""
    (below, above), (lower, upper) = room, (bounds[0].copy(), bounds[1].copy())
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    reach = np.abs(matrix.data) * (upper - lower)[matrix.indices]
    moving = np.flatnonzero(reach > np.minimum(below, above)[row])
    column, row, coef = matrix.indices[moving], row[moving], matrix.data[moving]
    size, rises = np.abs(coef), coef > 0
    up = np.where(rises, below[row], above[row]) // size
    down = np.where(rises, above[row], below[row]) // size
    np.minimum.at(upper, column, bounds[0][column] + up)
    np.maximum.at(lower, column, bounds[1][column] - down)
    return lower, upper
