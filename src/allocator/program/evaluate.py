"""What the program says of given plans: the auxiliaries that follow, the rows broken, the costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocator.program.medoids import evaluate_undefined, undefined_auxiliaries
from allocator.program.program import Definitions, IntArray, Program, row_values

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def evaluate_auxiliaries(program: Program, decisions: IntArray) -> IntArray:
    """Return every variable's value for plans given as decisions.

    Args:
        program: The program.
        decisions: ``[n, count]`` 0/1 values, one row a plan.

    Returns:
        ``[n, variables]``; auxiliaries take the value that their definition gives.
    """
    values = np.zeros((len(decisions), len(program)), dtype=np.int64)
    values[:, : program.decisions.count] = decisions
    fill_auxiliaries(program.definitions, values)
    evaluate_undefined(undefined_auxiliaries(program), values)
    return values


def fill_auxiliaries(definitions: Definitions, values: IntArray) -> None:
    """Set auxiliaries of plans ``[n, variables]`` to what their definitions say, in the order of ranks."""
    for group, terms in definitions.ranks:
        _fill_rank(definitions, group, terms, values)


def _fill_rank(definitions: Definitions, group: slice, terms: csr_array, values: IntArray) -> None:
    """Fill the auxiliaries of one rank; ``group`` is the run of their definitions."""
    starts = definitions.start[group.start : group.stop + 1]
    results = row_values(terms, values) + definitions.constants[starts[0] : starts[-1]]
    auxiliaries = np.arange(group.start, group.stop)
    values[:, definitions.cols[group]] = auxiliary_values(
        definitions, auxiliaries, starts - starts[0], results
    )


def auxiliary_values(
    definitions: Definitions, auxiliaries: IntArray, starts: IntArray, results: IntArray
) -> IntArray:
    """Return ``[n, auxiliaries]`` what auxiliaries are, given what their expressions come to.

    Args:
        definitions: All definitions.
        auxiliaries: Numbers of some; one may stand there more than once.
        starts: ``[auxiliaries + 1]``: the expressions of each are ``starts[k]:starts[k + 1]``.
        results: ``[n, expressions]`` what these come to.
    """
    lengths, least = np.diff(starts), definitions.is_minimum[auxiliaries]
    # A least one is the greatest of what it is not: both are then found in one sweep.
    signs = np.where(least, -1, 1)
    divisors = np.repeat(definitions.divisor[auxiliaries], lengths)
    raised = -(-results // divisors) * np.repeat(signs, lengths)
    found = signs * _greatest(raised, starts, signs * definitions.limit[auxiliaries])
    found = found ** definitions.power[auxiliaries]
    nth = definitions.nth[auxiliaries]
    for k in np.flatnonzero(nth > 1):
        own = results[:, starts[k] : starts[k + 1]]
        found[:, k] = np.sort(own, axis=1)[:, -nth[k]]
    return np.asarray(found)


def _greatest(results: IntArray, starts: IntArray, limits: IntArray) -> IntArray:
    """Return ``[n, segments]``: the greatest of each segment of ``results`` and its limit."""
    found = np.broadcast_to(limits, (len(results), len(limits))).copy()
    filled = np.flatnonzero(np.diff(starts))  # `reduceat` gives an empty segment its neighbour's first
    if len(filled):
        greatest = np.maximum.reduceat(results, starts[filled], axis=1)
        found[:, filled] = np.maximum(found[:, filled], greatest)
    return found


def violated_rows(program: Program, values: IntArray) -> npt.NDArray[np.bool_]:
    """Return ``[n, rows]``: which rows each plan breaks."""
    rows = program.rows
    sums = rows.sums(values)
    return np.asarray((sums < rows.lo) | (sums > rows.hi))


def level_costs(program: Program, values: IntArray) -> IntArray:
    """Return ``[n, levels]``: what each plan costs at each level, constants included."""
    result = np.zeros((len(values), len(program.levels)), dtype=np.int64)
    costs = program.costs
    for k, level in enumerate(program.levels):
        at = costs.levels == level
        result[:, k] = values[:, costs.cols[at]] @ costs.coefs[at] + program.constant(level)
    return result


def rule_costs(program: Program, values: IntArray) -> IntArray:
    """Return ``[n, rules]``: what each plan costs by each rule, constants included."""
    result = np.zeros((len(values), len(program.rules)), dtype=np.int64)
    costs = program.costs
    amounts = values[:, costs.cols] * costs.coefs
    for rule in np.unique(costs.tags[:, 0]):
        result[:, rule] = amounts[:, costs.tags[:, 0] == rule].sum(axis=1)
    for _, rule, amount in program.constants:
        result[:, rule] += amount
    return result
