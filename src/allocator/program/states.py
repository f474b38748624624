"""A plan with what its rows and expressions come to: one a few decisions away is known by looking at these.

A whole look at a plan reads every term of the program; this reads those of the decisions that differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from allocator.program.evaluate import auxiliary_values
from allocator.program.medoids import evaluate_undefined, undefined_auxiliaries
from allocator.program.program import INFINITE, IntArray, Program

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class AuxiliaryRank:
    """Auxiliaries of one rank and their expressions.

    Attributes:
        first: Number of the first of these auxiliaries.
        columns: ``[n]`` their columns.
        starts: ``[n + 1]`` the expressions of auxiliary ``k`` are ``starts[k]:starts[k + 1]``.
        constants: ``[expressions]``.
        by_row: ``[expressions, variables]`` their terms.
        by_column: The same, by columns.
        is_read: ``[variables]`` whether it stands in any of them.
        auxiliary: ``[expressions]`` whose each is, counted from 0 within the rank.
    """

    first: int
    columns: IntArray
    starts: IntArray
    constants: IntArray
    by_row: csr_array
    by_column: csc_array
    is_read: BoolArray
    auxiliary: IntArray

    def expressions(self, auxiliaries: IntArray) -> tuple[IntArray, IntArray]:
        """Return the expressions of some auxiliaries, one after the other, and where those of each begin."""
        return expand_segments(self.starts, auxiliaries)


@dataclass(frozen=True, eq=False)
class EvaluatedPlan:
    """One plan.

    Attributes:
        values: ``[variables]``.
        row_values: What each row of `IncrementalEvaluator.rows` comes to.
        expression_values: By rank, what each expression comes to.
    """

    values: IntArray
    row_values: IntArray
    expression_values: Sequence[IntArray]


class SparseLines(NamedTuple):
    """Some lines of a sparse matrix, rows or columns, one after another; without the checks of its indexing.

    Attributes:
        starts: ``[lines + 1]`` where the terms of each begin.
        indices: The other index of each term.
        data: Its coefficient.
    """

    starts: IntArray
    indices: IntArray
    data: IntArray

    @property
    def lengths(self) -> IntArray:
        """How many terms each line has."""
        return np.asarray(np.diff(self.starts))

    def times(self, by: IntArray) -> IntArray:
        """Return the coefficients, those of each line so many times."""
        return self.data * np.repeat(by, self.lengths)


def select_lines(matrix: csr_array | csc_array, lines: IntArray) -> SparseLines:
    """Return some rows of a matrix that is held by rows, or columns of one that is held by columns."""
    places, starts = expand_segments(matrix.indptr, lines)
    return SparseLines(starts, matrix.indices[places], matrix.data[places])


def expand_segments(starts: IntArray, chosen: IntArray) -> tuple[IntArray, IntArray]:
    """Return the places of some runs of a list, one after the other, and where each of them then begins.

    Args:
        starts: ``[runs + 1]`` run ``k`` of the list is ``starts[k]:starts[k + 1]``.
        chosen: Numbers of runs.
    """
    first = starts[chosen]
    lengths = starts[chosen + 1] - first
    begins = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths)])
    return np.repeat(first - begins[:-1], lengths) + np.arange(begins[-1]), begins


class IncrementalEvaluator:
    """The terms of a program by column.

    Attributes:
        program: The program.
        rows: ``[rows, variables]`` the rows that ask something of a plan, by columns.
        low: Their lower sides.
        high: Their upper sides.
        lowest_step: The most that one decision can take from each sum, 0 or less; `-INFINITE` for a row that
            reads auxiliaries.
        highest_step: The most that one decision can add to each sum, likewise.
        ranks: The auxiliaries.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        rows, definitions = program.rows.select(~program.rows.defining), program.definitions
        by_row = csr_array((rows.coefs, rows.cols, rows.starts), (len(rows), len(program)), copy=True)
        by_row.sum_duplicates()
        self.rows, self.low, self.high = csc_array(by_row), rows.lo, rows.hi
        through = by_row[:, program.decisions.count :].count_nonzero(axis=1) > 0
        self.lowest_step = np.where(through, -INFINITE, by_row.min(axis=1).toarray())
        self.highest_step = np.where(through, INFINITE, by_row.max(axis=1).toarray())
        self.ranks: list[AuxiliaryRank] = []
        for group, terms in definitions.ranks:
            shape = terms.shape[0], len(program)
            matrix = csr_array((terms.data, terms.indices, terms.indptr), shape, copy=True)
            matrix.sum_duplicates()
            starts = definitions.start[group.start : group.stop + 1]
            by_column = csc_array(matrix)
            rank = AuxiliaryRank(
                first=group.start,
                columns=definitions.cols[group],
                starts=starts - starts[0],
                constants=definitions.constants[starts[0] : starts[-1]],
                by_row=matrix,
                by_column=by_column,
                is_read=np.diff(by_column.indptr) > 0,
                auxiliary=np.repeat(np.arange(len(starts) - 1), np.diff(starts)),
            )
            self.ranks.append(rank)

    def evaluate(self, values: IntArray) -> EvaluatedPlan:
        """Return the state of a plan, given as all its variables."""
        exprs = [rank.by_row @ values + rank.constants for rank in self.ranks]
        return EvaluatedPlan(values, self.rows @ values, exprs)

    def update(self, state: EvaluatedPlan, columns: IntArray, by: IntArray) -> EvaluatedPlan:
        """Return the state of the plan with some decisions changed by so much, its auxiliaries following."""
        values, exprs = state.values.copy(), []
        values[columns] += by
        for rank, before in zip(self.ranks, state.expression_values, strict=True):
            read = select_lines(rank.by_column, columns)
            sums = before.copy()
            np.add.at(sums, read.indices, read.times(by))
            exprs.append(sums)
            touched = np.unique(rank.auxiliary[read.indices])
            if len(touched):
                own = rank.columns[touched]
                now = self.auxiliary_values(rank, touched, sums)
                moved = now != values[own]
                columns = np.concatenate([columns, own[moved]])
                by = np.concatenate([by, (now - values[own])[moved]])
                values[own] = now
        if undefined_auxiliaries(self.program):
            evaluate_undefined(undefined_auxiliaries(self.program), values[None, :])
            ways = np.array([one.column for one in undefined_auxiliaries(self.program)])
            columns = np.concatenate([columns, ways])
            by = np.concatenate([by, values[ways] - state.values[ways]])
        asked = state.row_values.copy()
        read = select_lines(self.rows, columns)
        np.add.at(asked, read.indices, read.times(by))
        return EvaluatedPlan(values, asked, exprs)

    def auxiliary_values(self, rank: AuxiliaryRank, auxiliaries: IntArray, sums: IntArray) -> IntArray:
        """Return what some auxiliaries of a rank are, given what all expressions of the rank come to."""
        places, ends = rank.expressions(auxiliaries)
        found = auxiliary_values(
            self.program.definitions, rank.first + auxiliaries, ends, sums[places][None, :]
        )
        return np.asarray(found[0])

    def violates_rows(self, state: EvaluatedPlan) -> bool:
        """Whether a plan breaks a row."""
        return bool(((state.row_values < self.low) | (state.row_values > self.high)).any())
