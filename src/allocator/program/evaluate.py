"""Evaluation of given plans: the values of auxiliaries, the violated rows and the costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from allocator.program.lazy_auxiliaries import evaluate_undefined, undefined_auxiliaries
from allocator.program.program import BoolArray, Definitions, IntArray, Program, row_values

if TYPE_CHECKING:
    from scipy.sparse import csr_array


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
