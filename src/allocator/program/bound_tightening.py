"""Tighter bounds of variables: by propagation through rows, and by totals of loads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import INFINITE, BoolArray, Definitions, IntArray, Program

Bounds = tuple[IntArray, IntArray]


@dataclass(frozen=True)
class BoundParams:
    """How much work is done for tighter bounds.

    Attributes:
        rounds: Rounds of propagation through all rows. The solver's presolve does the rest.
        min_expressions: A maximum of no more expressions than this is a distance, not a load.
        max_auxiliaries: Number of maxima and minima to bound by totals; of more, those with most terms.
    """

    rounds: int = 6
    min_expressions: int = 2
    max_auxiliaries: int = 64


BOUND_PARAMS = BoundParams()


class RowActivities:
    """The minimum and the maximum of each row's sum within given bounds, term by term.

    Both come from two products: the sum at lower plus upper bounds, and the range of every term.
    """

    def __init__(self, matrix: csr_array) -> None:
        self._matrix = matrix
        self._sizes = csr_array((np.abs(matrix.data), matrix.indices, matrix.indptr), matrix.shape)

    def of(self, lower: IntArray, upper: IntArray) -> Bounds:
        """Return ``[rows]`` the minimum and the maximum of each sum."""
        both, ranges = self._matrix @ (lower + upper), self._sizes @ (upper - lower)
        return (both - ranges) // 2, (both + ranges) // 2

    def widest(self, lower: IntArray, upper: IntArray) -> IntArray:
        """Return ``[rows]`` the largest range of one term."""
        starts, found = self._sizes.indptr, np.zeros(self._sizes.shape[0], dtype=np.int64)
        filled = np.flatnonzero(np.diff(starts))
        if len(filled):
            ranges = self._sizes.data * (upper - lower)[self._sizes.indices]
            found[filled] = np.maximum.reduceat(ranges, starts[filled])
        return found


def tighten_bounds(matrix: csr_array, sides: Bounds, bounds: Bounds) -> Bounds | None:
    """Return the bounds of the variables, tightened by propagation through the rows.

    Args:
        matrix: ``[rows, variables]`` whole coefficients.
        sides: ``[rows]`` lower and upper sides, open ones beyond ``INFINITE``.
        bounds: ``[variables]`` lower and upper bounds.

    Returns:
        Tighter bounds, or None if some row cannot hold or some variable has no value left.
    """
    activities = RowActivities(matrix)
    widest = activities.widest(*bounds)
    for _ in range(BOUND_PARAMS.rounds):
        least, most = activities.of(*bounds)
        if (least > sides[1]).any() or (most < sides[0]).any():
            return None
        below = np.where(sides[1] >= INFINITE, INFINITE, sides[1] - least)
        above = np.where(sides[0] <= -INFINITE, INFINITE, most - sides[0])
        tight = np.flatnonzero(np.minimum(below, above) < widest)  # most rows restrict no term
        lower, upper = _propagate_once(matrix[tight], (below[tight], above[tight]), bounds)
        if (lower > upper).any():
            return None
        if np.array_equal(lower, bounds[0]) and np.array_equal(upper, bounds[1]):
            break
        bounds = lower, upper
    return bounds


def _propagate_once(matrix: csr_array, slack: Bounds, bounds: Bounds) -> Bounds:
    """Return bounds after one round: no term may exceed its minimum by more than the slack of its row."""
    (below, above), (lower, upper) = slack, (bounds[0].copy(), bounds[1].copy())
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    ranges = np.abs(matrix.data) * (upper - lower)[matrix.indices]
    moving = np.flatnonzero(ranges > np.minimum(below, above)[row])
    column, row, coef = matrix.indices[moving], row[moving], matrix.data[moving]
    size, rises = np.abs(coef), coef > 0
    up = np.where(rises, below[row], above[row]) // size
    down = np.where(rises, above[row], below[row]) // size
    np.minimum.at(upper, column, bounds[0][column] + up)
    np.maximum.at(lower, column, bounds[1][column] - down)
    return lower, upper


def aggregate_bounds(program: Program, matrix: csr_array, sides: Bounds, bounds: Bounds) -> Bounds:
    """Return tighter bounds of maxima and minima of several sums, from the total of these sums.

    Where every item has one place and a load is the sum over the items there, the total of the loads is
    known. The maximum load is at least the mean, rounded up; the minimum is at most the mean, rounded down. A
    relaxation, which splits items, has all loads equal and pays for no difference.

    Args:
        program: Its definitions name the maxima and minima.
        matrix: ``[rows, variables]`` whole coefficients.
        sides: ``[rows]`` lower and upper sides.
        bounds: ``[variables]`` lower and upper bounds.
    """
    definitions = program.definitions
    extremes = _maxima_and_minima(definitions)
    if not len(extremes):
        return bounds
    at_least, at_most = _counting_rows(matrix, sides, program.decisions.count)
    lower, upper = bounds[0].copy(), bounds[1].copy()
    for auxiliary in extremes.tolist():
        column = definitions.cols[auxiliary]
        expressions = int(definitions.start[auxiliary + 1] - definitions.start[auxiliary])
        coefs, constant = _total(definitions, auxiliary, len(program))
        if definitions.is_minimum[auxiliary]:
            most = constant + at_most.maximum(coefs, bounds)
            upper[column] = min(upper[column], most // expressions)
        else:
            least = constant + at_least.minimum(coefs, bounds)
            lower[column] = max(lower[column], -(-least // (expressions * definitions.divisor[auxiliary])))
    return lower, upper


def _maxima_and_minima(definitions: Definitions) -> IntArray:
    """Return the numbers of the auxiliaries that are the maximum or the minimum of several sums."""
    several = np.diff(definitions.start) > BOUND_PARAMS.min_expressions
    found = np.flatnonzero(several & (definitions.nth == 1) & (definitions.power == 1))
    terms = np.diff(definitions.expr_start[definitions.start])[found]
    return found[np.argsort(-terms, kind="stable")[: BOUND_PARAMS.max_auxiliaries]]


def _counting_rows(matrix: csr_array, sides: Bounds, decisions: int) -> tuple[_CountingRows, _CountingRows]:
    """Return the rows that bound a number of decisions from below, and those that bound one from above."""
    sign = _common_signs(matrix, decisions)
    low = np.where(sign > 0, sides[0], -sides[1])
    high = np.where(sign > 0, sides[1], -sides[0])
    least = np.flatnonzero((sign != 0) & (low > 0) & (low < INFINITE))
    most = np.flatnonzero((sign != 0) & (high < INFINITE) & (high > 0))
    return _CountingRows(csr_array(matrix[least]), low[least]), _CountingRows(
        csr_array(matrix[most]), high[most]
    )


def _common_signs(matrix: csr_array, decisions: int) -> IntArray:
    """Return ``[rows]`` 1 or -1 if all terms of a row are decisions with that coefficient, else 0."""
    lengths, found = np.diff(matrix.indptr), np.zeros(matrix.shape[0], dtype=np.int64)
    for sign in (1, -1):
        counted = (matrix.data == sign) & (matrix.indices < decisions)
        before = np.concatenate([[0], np.cumsum(counted)])[matrix.indptr]
        found[(lengths > 0) & (np.diff(before) == lengths)] = sign
    return found


def _total(definitions: Definitions, auxiliary: int, size: int) -> tuple[IntArray, int]:
    """Return the sum of all expressions of an auxiliary: ``[variables]`` coefficients and a constant."""
    terms, coefs = definitions.terms_of(auxiliary), np.zeros(size, dtype=np.int64)
    np.add.at(coefs, definitions.term_cols[terms], definitions.term_coefs[terms])
    constants = definitions.constants[definitions.start[auxiliary] : definitions.start[auxiliary + 1]]
    return coefs, int(constants.sum())


@dataclass(frozen=True, eq=False)
class _CountingRows:
    """Rows that count decisions, and one side of each."""

    rows: csr_array
    side: IntArray

    @cached_property
    def _row(self) -> IntArray:
        """``[terms]`` the row of each term."""
        return np.repeat(np.arange(len(self.side)), np.diff(self.rows.indptr))

    def minimum(self, coefs: IntArray, bounds: Bounds) -> int:
        """Return a lower bound of a sum where each row takes at least ``side`` decisions.

        Of rows that share a variable one counts: the row that leaves less of the sum undetermined.
        """
        rest, counted = np.minimum(coefs * bounds[0], coefs * bounds[1]), 0
        if self.rows.nnz:
            _, low, high = self._extremes(coefs)
            own = self._owned_terms(low, high, -low)
            complete = np.logical_and.reduceat(own, self.rows.indptr[:-1])
            rest[self.rows.indices[complete[self._row]]] = 0
            counted = (low * self.side)[complete].sum()
        return int(rest.sum() + counted)

    def maximum(self, coefs: IntArray, bounds: Bounds) -> int:
        """Return an upper bound of a sum where each row takes at most ``side`` decisions."""
        rest, counted = np.maximum(coefs * bounds[0], coefs * bounds[1]), 0
        if self.rows.nnz:
            each, low, high = self._extremes(coefs)
            own = self._owned_terms(low, high, high)
            rest[self.rows.indices[own]] = 0
            most = np.maximum.reduceat(np.where(own, each, 0), self.rows.indptr[:-1])
            counted = (most * self.side).sum()
        return int(rest.sum() + counted)

    def _extremes(self, coefs: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return ``[terms]`` the coefficient of each in the sum, ``[rows]`` the minimum and the maximum."""
        each, starts = coefs[self.rows.indices], self.rows.indptr[:-1]
        return each, np.minimum.reduceat(each, starts), np.maximum.reduceat(each, starts)

    def _owned_terms(self, low: IntArray, high: IntArray, counted: IntArray) -> BoolArray:
        """Return ``[terms]`` whether a row owns its variable: of its rows, the most informative one does.

        Args:
            low: ``[rows]`` minimum coefficient; a row where it is not above 0 owns nothing.
            high: ``[rows]`` maximum coefficient.
            counted: ``[rows]`` amount that one decision of the row counts for, the lower the better.
        """
        none = len(self.side)
        rank = np.empty(none, dtype=np.int64)
        rank[np.lexsort((counted * self.side / np.diff(self.rows.indptr), high - low))] = np.arange(none)
        rank[low <= 0] = none
        of_term, columns = rank[self._row], self.rows.indices
        owner = np.full(self.rows.shape[1], none, dtype=np.int64)
        np.minimum.at(owner, columns, of_term)
        return np.asarray((owner[columns] == of_term) & (of_term < none))
