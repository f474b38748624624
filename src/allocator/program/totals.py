"""Bounds of greatest and least loads that follow from what all loads together come to.

Where everyone has one place, and a load is the sum of what those there bring, the total is known: the
greatest load is at least the mean rounded up, the least at most the mean rounded down. A relaxation, which
parts people, has all loads equal and pays for no difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import INFINITE, Definitions, IntArray, Program
from allocator.program.propagate import Bounds

#: The greatest of so few is a distance, not a load.
FEW = 2
#: Of more auxiliaries than this the longest are looked at.
MOST = 64


def aggregate_bounds(program: Program, matrix: csr_array, sides: Bounds, bounds: Bounds) -> Bounds:
    """Return tighter bounds of the greatest and least of several sums.

    Args:
        program: Its definitions say which variables these are.
        matrix: ``[rows, variables]`` whole coefficients.
        sides: ``[rows]`` lower and upper sides.
        bounds: ``[variables]`` lower and upper bounds.
    """
    definitions = program.definitions
    asked = _greatest_and_least(definitions)
    if not len(asked):
        return bounds
    at_least, at_most = _counting(matrix, sides, program.decisions.count)
    lower, upper = bounds[0].copy(), bounds[1].copy()
    for auxiliary in asked.tolist():
        column = definitions.cols[auxiliary]
        expressions = int(definitions.start[auxiliary + 1] - definitions.start[auxiliary])
        coefs, constant = _total(definitions, auxiliary, len(program))
        if definitions.is_minimum[auxiliary]:
            most = constant + at_most.greatest(coefs, bounds)
            upper[column] = min(upper[column], most // expressions)
        else:
            least = constant + at_least.least(coefs, bounds)
            lower[column] = max(lower[column], -(-least // (expressions * definitions.divisor[auxiliary])))
    return lower, upper


def _greatest_and_least(definitions: Definitions) -> IntArray:
    """Return the numbers of the auxiliaries that are the greatest or the least of several sums."""
    several = np.diff(definitions.start) > FEW
    found = np.flatnonzero(several & (definitions.nth == 1) & (definitions.power == 1))
    terms = np.diff(definitions.expr_start[definitions.start])[found]
    return found[np.argsort(-terms, kind="stable")[:MOST]]


def _counting(matrix: csr_array, sides: Bounds, decisions: int) -> tuple[_Counts, _Counts]:
    """Return the rows that say how many of some decisions there are at least, and at most."""
    sign = _signs(matrix, decisions)
    low = np.where(sign > 0, sides[0], -sides[1])
    high = np.where(sign > 0, sides[1], -sides[0])
    least = np.flatnonzero((sign != 0) & (low > 0) & (low < INFINITE))
    most = np.flatnonzero((sign != 0) & (high < INFINITE) & (high > 0))
    return _Counts(csr_array(matrix[least]), low[least]), _Counts(csr_array(matrix[most]), high[most])


def _signs(matrix: csr_array, decisions: int) -> IntArray:
    """Return ``[rows]`` the coefficient of all in a row where it is 1 or -1 and all are decisions; else 0."""
    lengths, found = np.diff(matrix.indptr), np.zeros(matrix.shape[0], dtype=np.int64)
    for sign in (1, -1):
        counted = (matrix.data == sign) & (matrix.indices < decisions)
        before = np.concatenate([[0], np.cumsum(counted)])[matrix.indptr]
        found[(lengths > 0) & (np.diff(before) == lengths)] = sign
    return found


def _total(definitions: Definitions, auxiliary: int, size: int) -> tuple[IntArray, int]:
    """Return what all expressions of an auxiliary come to: ``[variables]`` coefficients and a constant."""
    first, last = definitions.start[auxiliary], definitions.start[auxiliary + 1]
    terms = slice(definitions.expr_start[first], definitions.expr_start[last])
    coefs = np.zeros(size, dtype=np.int64)
    np.add.at(coefs, definitions.term_cols[terms], definitions.term_coefs[terms])
    return coefs, int(definitions.constants[first:last].sum())


@dataclass(frozen=True, eq=False)
class _Counts:
    """Rows that count decisions, and one side of each."""

    rows: csr_array
    side: IntArray

    @cached_property
    def _row(self) -> IntArray:
        """``[terms]`` the row in which each term stands."""
        return np.repeat(np.arange(len(self.side)), np.diff(self.rows.indptr))

    def least(self, coefs: IntArray, bounds: Bounds) -> int:
        """Return what a sum comes to at least where each row takes so many at least.

        Rows that share a variable count once: that counts which leaves less of the sum open.
        """
        rest, counted = np.minimum(coefs * bounds[0], coefs * bounds[1]), 0
        if self.rows.nnz:
            _, low, high = self._ends(coefs)
            own = self._own(low, high, -low)
            whole = np.logical_and.reduceat(own, self.rows.indptr[:-1])
            rest[self.rows.indices[whole[self._row]]] = 0
            counted = (low * self.side)[whole].sum()
        return int(rest.sum() + counted)

    def greatest(self, coefs: IntArray, bounds: Bounds) -> int:
        """Return what a sum comes to at most where each row takes so many at most."""
        rest, counted = np.maximum(coefs * bounds[0], coefs * bounds[1]), 0
        if self.rows.nnz:
            each, low, high = self._ends(coefs)
            own = self._own(low, high, high)
            rest[self.rows.indices[own]] = 0
            most = np.maximum.reduceat(np.where(own, each, 0), self.rows.indptr[:-1])
            counted = (most * self.side).sum()
        return int(rest.sum() + counted)

    def _ends(self, coefs: IntArray) -> tuple[IntArray, IntArray, IntArray]:
        """Return ``[terms]`` the coefficient of each in the sum, ``[rows]`` the least and the greatest."""
        each, starts = coefs[self.rows.indices], self.rows.indptr[:-1]
        return each, np.minimum.reduceat(each, starts), np.maximum.reduceat(each, starts)

    def _own(self, low: IntArray, high: IntArray, counted: IntArray) -> np.ndarray:
        """Return ``[terms]`` whether a variable counts in a row: of its rows in the one that says most of it.

        Args:
            low: ``[rows]`` the least coefficient; rows where it is not above 0 say nothing.
            high: ``[rows]`` the greatest.
            counted: ``[rows]`` what one that is taken counts for, the less the better.
        """
        none = len(self.side)
        rank = np.empty(none, dtype=np.int64)
        rank[np.lexsort((counted * self.side / np.diff(self.rows.indptr), high - low))] = np.arange(none)
        rank[low <= 0] = none
        of_term, columns = rank[self._row], self.rows.indices
        owner = np.full(self.rows.shape[1], none, dtype=np.int64)
        np.minimum.at(owner, columns, of_term)
        return np.asarray((owner[columns] == of_term) & (of_term < none))
