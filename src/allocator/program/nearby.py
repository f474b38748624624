"""Plans that differ from one in a few decisions: what they newly break and cost, by looking at nothing else.

A plan that moves one person touches a few hundred rows of some hundred thousand; found by the columns that
stand in them, a thousand such plans take no longer than one that is looked at whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, csr_array

from allocator.program.evaluate import fill_auxiliaries
from allocator.program.medoids import evaluate_undefined, undefined_auxiliaries
from allocator.program.program import Definitions, IntArray, Program
from allocator.program.states import BoolArray, expand_segments, select_lines


@dataclass(frozen=True, eq=False)
class NeighbourCosts:
    """What plans do against the one that they lie near to.

    Attributes:
        violated: ``[n, rules]`` whether a row of the rule is broken more than before.
        costs: ``[n, rules]`` what each rule costs more than before.
    """

    violated: BoolArray
    costs: IntArray


class NeighbourEvaluator:
    """The surroundings of one plan, given as the values of all variables of its program."""

    def __init__(self, program: Program, values: IntArray) -> None:
        self._program, self._values = program, values
        rows, costs, definitions, width = program.rows, program.costs, program.definitions, len(program)
        self._in_rows = _by_column(rows.coefs, rows.cols, rows.starts, width)
        by_rule = costs.coefs, (costs.tags[:, 0], costs.cols)
        self._in_costs = csc_array(by_rule, (len(program.rules), width))
        starts = definitions.expr_start[definitions.start]
        self._in_definitions = _by_column(definitions.term_coefs, definitions.term_cols, starts, width)
        self._sums = rows.sums(values[None, :])[0]

    def evaluate(self, flips: Sequence[IntArray]) -> NeighbourCosts:
        """Return what each plan does that differs from the one in the decisions of ``flips``."""
        plans = np.repeat(self._values[None, :], len(flips), axis=0)
        for plan, decisions in zip(plans, flips, strict=True):
            plan[decisions] = 1 - plan[decisions]
        changed = self._complete(plans, np.unique(np.concatenate(flips)))
        more = plans[:, changed] - self._values[changed]
        return NeighbourCosts(self._broken(changed, more), self._costs(changed, more))

    def _complete(self, plans: IntArray, changed: IntArray) -> IntArray:
        """Set the auxiliaries that follow from changed decisions; return all columns that may differ."""
        definitions, following = self._program.definitions, np.zeros(0, dtype=np.int64)
        reached = changed
        while len(reached):
            met = np.unique(select_lines(self._in_definitions, reached).indices)
            reached = definitions.cols[np.setdiff1d(met, following)]
            following = np.union1d(following, met)
        fill_auxiliaries(_some(definitions, following), plans)
        found = np.union1d(changed, definitions.cols[following])
        moved = [one for one in undefined_auxiliaries(self._program) if np.isin(one.members, found).any()]
        evaluate_undefined(moved, plans)
        return np.union1d(found, np.array([one.column for one in moved], dtype=np.int64))

    def _broken(self, changed: IntArray, more: IntArray) -> BoolArray:
        rows = self._program.rows
        touched, sums = _added(self._in_rows, changed, more)
        before = self._sums[touched]
        beyond, was_beyond = (
            np.maximum(np.maximum(rows.lo[touched] - at, at - rows.hi[touched]), 0)
            for at in (before + sums.T, before)
        )
        broken = np.zeros((len(more), len(self._program.rules)), dtype=np.bool_)
        plan, row = np.nonzero(beyond > was_beyond)
        broken[plan, rows.tags[touched[row], 0]] = True
        return broken

    def _costs(self, changed: IntArray, more: IntArray) -> IntArray:
        found = np.zeros((len(more), len(self._program.rules)), dtype=np.int64)
        rules, sums = _added(self._in_costs, changed, more)
        found[:, rules] = sums.T
        return found


def _by_column(coefs: IntArray, columns: IntArray, starts: IntArray, width: int) -> csc_array:
    """Return terms by column, given where those of each owner (a row, a definition) start."""
    return csc_array(csr_array((coefs, columns, starts), (len(starts) - 1, width)))


def _added(by_column: csc_array, columns: IntArray, more: IntArray) -> tuple[IntArray, IntArray]:
    """Return the owners ``[m]`` of some columns, and ``[m, n]`` what ``more`` of these adds to each.

    Args:
        by_column: ``[owners, variables]`` the terms.
        columns: ``[k]`` the columns.
        more: ``[n, k]`` how much greater each is in each of ``n`` plans.
    """
    terms = select_lines(by_column, columns)
    met, inverse = np.unique(terms.indices, return_inverse=True)
    sums = np.zeros((len(met), len(more)), dtype=np.int64)
    np.add.at(sums, inverse, np.repeat(more.T, terms.lengths, axis=0) * terms.data[:, None])
    return met, sums


def _some(definitions: Definitions, chosen: IntArray) -> Definitions:
    """Return some of the definitions; those that they read keep their values."""
    expressions, start = expand_segments(definitions.start, chosen)
    terms, expr_start = expand_segments(definitions.expr_start, expressions)
    return replace(
        definitions,
        cols=definitions.cols[chosen],
        start=start,
        expr_start=expr_start,
        term_cols=definitions.term_cols[terms],
        term_coefs=definitions.term_coefs[terms],
        constants=definitions.constants[expressions],
        is_minimum=definitions.is_minimum[chosen],
        limit=definitions.limit[chosen],
        divisor=definitions.divisor[chosen],
        power=definitions.power[chosen],
        nth=definitions.nth[chosen],
        rank=definitions.rank[chosen],
    )
