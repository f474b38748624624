"""What the program says of given plans: the auxiliaries that follow, the rows broken, the costs."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from allocator.program.medoids import fill_medoids
from allocator.program.program import Definitions, IntArray, Program

#: From so many plans on a product of matrices is the quicker.
MANY = 16


def complete(program: Program, decisions: IntArray) -> IntArray:
    """Return every variable's value for plans given as decisions.

    Args:
        program: The program.
        decisions: ``[n, count]`` 0/1 values, one row a plan.

    Returns:
        ``[n, variables]``; auxiliaries take the value that their definition gives.
    """
    values = np.zeros((len(decisions), len(program)), dtype=np.int64)
    values[:, : program.decisions.count] = decisions
    fill(program.definitions, values)
    fill_medoids(program, values)
    return values


def fill(definitions: Definitions, values: IntArray) -> None:
    """Set auxiliaries of plans ``[n, variables]`` to what their definitions say, in the order of ranks."""
    ends = np.flatnonzero(np.diff(definitions.rank, append=-1)) + 1
    for first, last in pairwise([0, *ends.tolist()]):
        _fill_rank(definitions, slice(first, last), values)


def _fill_rank(definitions: Definitions, group: slice, values: IntArray) -> None:
    """Fill the auxiliaries of one rank; ``group`` is the run of their definitions."""
    starts = definitions.start[group.start : group.stop + 1]
    first, last = starts[0], starts[-1]
    results = segment_sums(
        values, definitions.term_cols, definitions.term_coefs, definitions.expr_start[first : last + 1]
    )
    results += definitions.constants[first:last]
    lengths, least = np.diff(starts), definitions.least[group]
    # A least one is the greatest of what it is not: both are then found in one sweep.
    signs = np.where(least, -1, 1)
    divisors = np.repeat(definitions.divisor[group], lengths)
    raised = -(-results // divisors) * np.repeat(signs, lengths)
    found = signs * _greatest(raised, starts - first, signs * definitions.limit[group])
    values[:, definitions.cols[group]] = found ** definitions.power[group]
    for k in group.start + np.flatnonzero(definitions.nth[group] > 1):
        own = results[:, definitions.start[k] - first : definitions.start[k + 1] - first]
        values[:, definitions.cols[k]] = np.sort(own, axis=1)[:, -definitions.nth[k]]


def _greatest(results: IntArray, starts: IntArray, limits: IntArray) -> IntArray:
    """Return ``[n, segments]``: the greatest of each segment of ``results`` and its limit."""
    found = np.broadcast_to(limits, (len(results), len(limits))).copy()
    filled = np.flatnonzero(np.diff(starts))  # `reduceat` gives an empty segment its neighbour's first
    if len(filled):
        greatest = np.maximum.reduceat(results, starts[filled], axis=1)
        found[:, filled] = np.maximum(found[:, filled], greatest)
    return found


def segment_sums(values: IntArray, cols: IntArray, coefs: IntArray, starts: IntArray) -> IntArray:
    """Return ``[n, segments]`` weighted sums of ``values[:, cols]`` over ``starts[k]:starts[k + 1]``."""
    span = slice(int(starts[0]), int(starts[-1]))
    if len(values) >= MANY:
        edges = starts - starts[0]
        matrix = csr_array((coefs[span], cols[span], edges), shape=(len(edges) - 1, values.shape[1]))
        return np.asarray((matrix @ values.T).T)
    terms = values[:, cols[span]] * coefs[span]
    sums = np.concatenate([np.zeros((len(values), 1), dtype=np.int64), np.cumsum(terms, axis=1)], axis=1)
    edges = starts - starts[0]
    return np.asarray(sums[:, edges[1:]] - sums[:, edges[:-1]])


def broken_rows(program: Program, values: IntArray) -> npt.NDArray[np.bool_]:
    """Return ``[n, rows]``: which rows each plan breaks."""
    rows = program.rows
    sums = segment_sums(values, rows.cols, rows.coefs, rows.starts)
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
