"""Evaluation of plans: of any plans in full, or of plans that differ from a known plan in a few decisions.

A full evaluation gives the values of auxiliaries, the violated rows and the costs; it reads every term of the
program. An incremental one reads the terms of the decisions that differ: a plan that moves one person touches
a few hundred rows of some hundred thousand, and a thousand such plans take no longer than one evaluation in
full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from allocator.program.lazy_auxiliaries import evaluate_undefined, undefined_auxiliaries
from allocator.program.program import (
    INFINITE,
    BoolArray,
    Definitions,
    IntArray,
    Program,
    expand_segments,
    row_values,
)

if TYPE_CHECKING:
    from scipy.sparse import csc_array, csr_array


def evaluate_auxiliaries(program: Program, decisions: IntArray) -> IntArray:
    """Return the values of all variables in plans that are given as decisions.

    Args:
        program: The program.
        decisions: ``[n, count]`` 0/1 values, one row a plan.

    Returns:
        ``[n, variables]``; auxiliaries have the value that their definition gives.
    """
    values = np.zeros((len(decisions), len(program)), dtype=np.int64)
    values[:, : program.decisions.count] = decisions
    fill_auxiliaries(program.definitions, values)
    evaluate_undefined(undefined_auxiliaries(program), values)
    return values


def fill_auxiliaries(definitions: Definitions, values: IntArray) -> None:
    """Set defined auxiliaries in plans ``[n, variables]``, rank by rank."""
    for group, terms in definitions.ranks:
        _fill_rank(definitions, group, terms, values)


def _fill_rank(definitions: Definitions, group: slice, terms: csr_array, values: IntArray) -> None:
    """Set the auxiliaries of one rank; ``group`` is the range of their definitions."""
    starts = definitions.start[group.start : group.stop + 1]
    results = row_values(terms, values) + definitions.constants[starts[0] : starts[-1]]
    auxiliaries = np.arange(group.start, group.stop)
    values[:, definitions.cols[group]] = auxiliary_values(
        definitions, auxiliaries, starts - starts[0], results
    )


def auxiliary_values(
    definitions: Definitions, auxiliaries: IntArray, starts: IntArray, results: IntArray
) -> IntArray:
    """Return ``[n, auxiliaries]`` the values of auxiliaries, given the values of their expressions.

    Args:
        definitions: All definitions.
        auxiliaries: Numbers of some auxiliaries, perhaps with repetitions.
        starts: ``[auxiliaries + 1]``: the expressions of each are ``starts[k]:starts[k + 1]``.
        results: ``[n, expressions]`` values of the expressions.
    """
    lengths, is_minimum = np.diff(starts), definitions.is_minimum[auxiliaries]
    # A minimum is the negative of a maximum of negatives, so one sweep finds both.
    signs = np.where(is_minimum, -1, 1)
    divisors = np.repeat(definitions.divisor[auxiliaries], lengths)
    raised = -(-results // divisors) * np.repeat(signs, lengths)
    found = signs * _segment_maxima(raised, starts, signs * definitions.limit[auxiliaries])
    found = found ** definitions.power[auxiliaries]
    nth = definitions.nth[auxiliaries]
    for k in np.flatnonzero(nth > 1):
        own = results[:, starts[k] : starts[k + 1]]
        found[:, k] = np.sort(own, axis=1)[:, -nth[k]]
    return np.asarray(found)


def _segment_maxima(results: IntArray, starts: IntArray, limits: IntArray) -> IntArray:
    """Return ``[n, segments]``: the maximum of each segment of ``results`` and its limit."""
    found = np.broadcast_to(limits, (len(results), len(limits))).copy()
    filled = np.flatnonzero(np.diff(starts))  # `reduceat` gives an empty segment its neighbour's first
    if len(filled):
        maxima = np.maximum.reduceat(results, starts[filled], axis=1)
        found[:, filled] = np.maximum(found[:, filled], maxima)
    return found


def violated_rows(program: Program, values: IntArray) -> BoolArray:
    """Return ``[n, rows]`` whether each plan violates each row."""
    rows = program.rows
    sums = rows.sums(values)
    return np.asarray((sums < rows.lo) | (sums > rows.hi))


def level_costs(program: Program, values: IntArray) -> IntArray:
    """Return ``[n, levels]`` the cost of each plan at each level, constants included."""
    result = np.zeros((len(values), len(program.levels)), dtype=np.int64)
    costs = program.costs
    for k, level in enumerate(program.levels):
        at = costs.levels == level
        result[:, k] = values[:, costs.cols[at]] @ costs.coefs[at] + program.constant(level)
    return result


def rule_costs(program: Program, values: IntArray) -> IntArray:
    """Return ``[n, rules]`` the cost of each plan by each rule, constants included."""
    result = np.zeros((len(values), len(program.rules)), dtype=np.int64)
    costs = program.costs
    amounts = values[:, costs.cols] * costs.coefs
    for rule in np.unique(costs.tags[:, 0]):
        result[:, rule] = amounts[:, costs.tags[:, 0] == rule].sum(axis=1)
    for _, rule, amount in program.constants:
        result[:, rule] += amount
    return result


class SparseLines(NamedTuple):
    """Some lines of a sparse matrix, rows or columns, one after another.

    Attributes:
        starts: ``[lines + 1]`` first term of each line.
        indices: Index of each term along the line.
        data: Coefficient of each term.
    """

    starts: IntArray
    indices: IntArray
    data: IntArray

    @property
    def lengths(self) -> IntArray:
        """``[lines]`` number of terms of each line."""
        return np.asarray(np.diff(self.starts))

    def times(self, by: IntArray) -> IntArray:
        """Return the coefficients, those of each line times its factor in ``by``, ``[lines]``."""
        return self.data * np.repeat(by, self.lengths)


def select_lines(matrix: csr_array | csc_array, lines: IntArray) -> SparseLines:
    """Return some rows of a matrix stored by rows, or some columns of one stored by columns.

    It is faster than SciPy's own indexing, which checks its arguments.
    """
    places, starts = expand_segments(matrix.indptr, lines)
    return SparseLines(starts, matrix.indices[places], matrix.data[places])


@dataclass(frozen=True, eq=False)
class AuxiliaryRank:
    """The auxiliaries of one rank and their expressions.

    Attributes:
        first: Number of the first of these auxiliaries.
        columns: ``[n]`` their columns.
        starts: ``[n + 1]``; the expressions of auxiliary ``k`` are ``starts[k]:starts[k + 1]``.
        constants: ``[expressions]`` constants.
        by_row: ``[expressions, variables]`` their terms.
        by_column: The same matrix, stored by columns.
        is_read: ``[variables]`` whether any of the expressions reads it.
        auxiliary: ``[expressions]`` auxiliary of each, counted from 0 within the rank.
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
        """Return the expressions of some auxiliaries, one after another, and where those of each start."""
        return expand_segments(self.starts, auxiliaries)


@dataclass(frozen=True, eq=False)
class EvaluatedPlan:
    """One plan with the values that an incremental evaluation starts from.

    Attributes:
        values: ``[variables]`` values of all variables.
        row_values: ``[rows]`` sum of each row of `IncrementalEvaluator.rows`.
        expression_values: By rank, the value of each expression.
    """

    values: IntArray
    row_values: IntArray
    expression_values: Sequence[IntArray]


class IncrementalEvaluator:
    """Evaluates plans of one program, each from another plan and the decisions that differ.

    Attributes:
        program: The program.
        rows: ``[rows, variables]`` the rows that constrain plans, stored by columns.
        low: ``[rows]`` their lower sides.
        high: ``[rows]`` their upper sides.
        lowest_step: ``[rows]`` the most that one decision can take from each sum, 0 or less; ``-INFINITE``
            for a row that reads auxiliaries.
        highest_step: ``[rows]`` the most that one decision can add to each sum, likewise.
        ranks: The auxiliaries, by rank.
    """

    def __init__(self, program: Program) -> None:
        from scipy.sparse import csc_array, csr_array

        self.program = program
        rows = program.rows.select(~program.rows.defining)
        by_row = csr_array((rows.coefs, rows.cols, rows.starts), (len(rows), len(program)), copy=True)
        by_row.sum_duplicates()
        self.rows, self.low, self.high = csc_array(by_row), rows.lo, rows.hi
        reads_auxiliary = by_row[:, program.decisions.count :].count_nonzero(axis=1) > 0
        self.lowest_step = np.where(reads_auxiliary, -INFINITE, by_row.min(axis=1).toarray())
        self.highest_step = np.where(reads_auxiliary, INFINITE, by_row.max(axis=1).toarray())
        self.ranks = [_rank_of(program, group, terms) for group, terms in program.definitions.ranks]

    def evaluate(self, values: IntArray) -> EvaluatedPlan:
        """Return a plan, given as the values of all its variables, with its rows and expressions."""
        expression_values = [rank.by_row @ values + rank.constants for rank in self.ranks]
        return EvaluatedPlan(values, self.rows @ values, expression_values)

    def update(self, plan: EvaluatedPlan, columns: IntArray, by: IntArray) -> EvaluatedPlan:
        """Return the plan with some decisions changed ``by`` some amounts, and its auxiliaries with them."""
        values, expression_values = plan.values.copy(), []
        values[columns] += by
        for rank, before in zip(self.ranks, plan.expression_values, strict=True):
            read = select_lines(rank.by_column, columns)
            sums = before.copy()
            np.add.at(sums, read.indices, read.times(by))
            expression_values.append(sums)
            touched = np.unique(rank.auxiliary[read.indices])
            if len(touched):
                own = rank.columns[touched]
                now = self.auxiliary_values(rank, touched, sums)
                moved = now != values[own]
                columns = np.concatenate([columns, own[moved]])
                by = np.concatenate([by, (now - values[own])[moved]])
                values[own] = now
        if undefined := undefined_auxiliaries(self.program):
            evaluate_undefined(undefined, values[None, :])
            own = np.array([one.column for one in undefined])
            columns = np.concatenate([columns, own])
            by = np.concatenate([by, values[own] - plan.values[own]])
        row_sums = plan.row_values.copy()
        read = select_lines(self.rows, columns)
        np.add.at(row_sums, read.indices, read.times(by))
        return EvaluatedPlan(values, row_sums, expression_values)

    def auxiliary_values(self, rank: AuxiliaryRank, auxiliaries: IntArray, sums: IntArray) -> IntArray:
        """Return the values of some auxiliaries of a rank, given the values of all its expressions."""
        places, starts = rank.expressions(auxiliaries)
        definitions, numbers = self.program.definitions, rank.first + auxiliaries
        return np.asarray(auxiliary_values(definitions, numbers, starts, sums[places][None, :])[0])

    def violates_rows(self, plan: EvaluatedPlan) -> bool:
        """Return whether a plan violates a row."""
        return bool(((plan.row_values < self.low) | (plan.row_values > self.high)).any())


def _rank_of(program: Program, group: slice, terms: csr_array) -> AuxiliaryRank:
    """Return one rank, given its range of definitions and the terms of its expressions."""
    from scipy.sparse import csc_array, csr_array

    definitions = program.definitions
    shape = terms.shape[0], len(program)
    by_row = csr_array((terms.data, terms.indices, terms.indptr), shape, copy=True)
    by_row.sum_duplicates()
    starts = definitions.start[group.start : group.stop + 1]
    by_column = csc_array(by_row)
    return AuxiliaryRank(
        first=group.start,
        columns=definitions.cols[group],
        starts=starts - starts[0],
        constants=definitions.constants[starts[0] : starts[-1]],
        by_row=by_row,
        by_column=by_column,
        is_read=np.diff(by_column.indptr) > 0,
        auxiliary=np.repeat(np.arange(len(starts) - 1), np.diff(starts)),
    )


@dataclass(frozen=True, eq=False)
class NeighbourCosts:
    """How neighbouring plans compare with their base plan.

    Attributes:
        violated: ``[n, rules]`` whether a row of the rule is violated more than in the base plan.
        costs: ``[n, rules]`` cost by rule, less that of the base plan.
    """

    violated: BoolArray
    costs: IntArray


class NeighbourEvaluator:
    """Evaluates many neighbours of one base plan, given as the values of all variables of its program."""

    def __init__(self, program: Program, values: IntArray) -> None:
        from scipy.sparse import csc_array

        self._program, self._values = program, values
        rows, costs, definitions, width = program.rows, program.costs, program.definitions, len(program)
        self._rows_by_column = _by_column(rows.coefs, rows.cols, rows.starts, width)
        by_rule = costs.coefs, (costs.tags[:, 0], costs.cols)
        self._costs_by_column = csc_array(by_rule, (len(program.rules), width))
        starts = definitions.expr_start[definitions.start]
        self._definitions_by_column = _by_column(definitions.term_coefs, definitions.term_cols, starts, width)
        self._sums = rows.sums(values[None, :])[0]

    def evaluate(self, flips: Sequence[IntArray]) -> NeighbourCosts:
        """Return how each plan compares that differs from the base plan in the decisions of ``flips``."""
        plans = np.repeat(self._values[None, :], len(flips), axis=0)
        for plan, decisions in zip(plans, flips, strict=True):
            plan[decisions] = 1 - plan[decisions]
        changed = self._update_auxiliaries(plans, np.unique(np.concatenate(flips)))
        more = plans[:, changed] - self._values[changed]
        return NeighbourCosts(self._violations(changed, more), self._cost_changes(changed, more))

    def _update_auxiliaries(self, plans: IntArray, changed: IntArray) -> IntArray:
        """Set the auxiliaries that depend on changed decisions; return all columns that may differ."""
        definitions, dependent = self._program.definitions, np.zeros(0, dtype=np.int64)
        reached = changed
        while len(reached):
            met = np.unique(select_lines(self._definitions_by_column, reached).indices)
            reached = definitions.cols[np.setdiff1d(met, dependent)]
            dependent = np.union1d(dependent, met)
        fill_auxiliaries(definitions.select(dependent), plans)
        found = np.union1d(changed, definitions.cols[dependent])
        moved = [one for one in undefined_auxiliaries(self._program) if np.isin(one.members, found).any()]
        evaluate_undefined(moved, plans)
        return np.union1d(found, np.array([one.column for one in moved], dtype=np.int64))

    def _violations(self, changed: IntArray, more: IntArray) -> BoolArray:
        rows = self._program.rows
        touched, sums = _changes_by_owner(self._rows_by_column, changed, more)
        before = self._sums[touched]
        beyond, was_beyond = (
            np.maximum(np.maximum(rows.lo[touched] - at, at - rows.hi[touched]), 0)
            for at in (before + sums.T, before)
        )
        violated = np.zeros((len(more), len(self._program.rules)), dtype=np.bool_)
        plan, row = np.nonzero(beyond > was_beyond)
        violated[plan, rows.tags[touched[row], 0]] = True
        return violated

    def _cost_changes(self, changed: IntArray, more: IntArray) -> IntArray:
        found = np.zeros((len(more), len(self._program.rules)), dtype=np.int64)
        rules, sums = _changes_by_owner(self._costs_by_column, changed, more)
        found[:, rules] = sums.T
        return found


def _by_column(coefs: IntArray, columns: IntArray, starts: IntArray, width: int) -> csc_array:
    """Return terms stored by column, given where those of each owner (a row, a definition) start."""
    from scipy.sparse import csc_array, csr_array

    return csc_array(csr_array((coefs, columns, starts), (len(starts) - 1, width)))


def _changes_by_owner(by_column: csc_array, columns: IntArray, more: IntArray) -> tuple[IntArray, IntArray]:
    """Return the owners ``[m]`` of some columns, and ``[m, n]`` the change of each owner's sum in each plan.

    Args:
        by_column: ``[owners, variables]`` the terms.
        columns: ``[k]`` the columns.
        more: ``[n, k]`` the change of each column in each of ``n`` plans.
    """
    terms = select_lines(by_column, columns)
    met, inverse = np.unique(terms.indices, return_inverse=True)
    sums = np.zeros((len(met), len(more)), dtype=np.int64)
    np.add.at(sums, inverse, np.repeat(more.T, terms.lengths, axis=0) * terms.data[:, None])
    return met, sums
