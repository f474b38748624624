"""Costs of a plan after items change places: each of some movers is put at each of some places.

At each place one item, or nobody, is taken out. An auxiliary that depends on one place alone (its load, its
mix of grades), or on one mover alone (whether it moved), is known exactly for each pair of a mover and a
place. These changes add up, so an assignment of movers to places is the best exchange of any length. An
auxiliary that depends on several places and movers is coupled: a maximum of many loads is estimated by a
potential, another one by its slope. Rows that read coupled auxiliaries are ignored. A plan found this way has
to be checked like any other.

Source: exchange neighbourhoods by assignment; Ahuja, Ergun, Orlin and Punnen, A survey of very large-scale
neighborhood search techniques (Discrete Applied Mathematics 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array, vstack

from allocator.program.evaluate import EvaluatedPlan, IncrementalEvaluator, auxiliary_values, select_lines
from allocator.program.program import BoolArray, Definitions, IntArray

FloatArray = npt.NDArray[np.float64]
#: An auxiliary of more expressions than this is treated as coupled: the exact change is too slow.
MAX_EXPRESSIONS = 64


@dataclass(frozen=True)
class Potential:
    """How a maximum of many values is charged while movers are placed.

    It decreases only if all values above a target do. Each is charged for its excess over the target.

    Attributes:
        depth: The target among the present values, from 0, the largest, to 1, the smallest.
        strength: From 0 to 1. With 1 the charges of all values above the target add up to the saving of the
            reduction; with 0 each of them is charged the full saving.
        power: 1 charges the excess of each; 2 the square of it, so the largest first.
    """

    depth: float
    strength: float
    power: int = 1


@dataclass(frozen=True, eq=False)
class Reassignment:
    """Movers and places.

    Attributes:
        columns: ``[w, m, n]`` the decisions that put mover ``m`` at place ``n`` through ``w`` periods; -1
            where there is none. A mover without any decision stands for nobody.
        plan: The plan, in which mover ``k`` is at place ``k``.
        base: The plan without the movers.
    """

    columns: IntArray
    plan: EvaluatedPlan
    base: EvaluatedPlan

    @property
    def shape(self) -> tuple[int, int]:
        """Number of movers and number of places."""
        return self.columns.shape[1], self.columns.shape[2]


def reassignment_costs(
    evaluator: IncrementalEvaluator,
    moves: Reassignment,
    objectives: Sequence[IntArray],
    potential: Potential,
) -> tuple[list[FloatArray], BoolArray]:
    """Return ``[m, n]`` the cost of each mover at each place, by objective, and whether it is impossible.

    Args:
        evaluator: The program.
        moves: Movers and places.
        objectives: ``[variables]`` each, the cost of one unit of each variable.
        potential: How maxima of many values are charged.
    """
    deltas = DeltaEvaluator(evaluator, moves)
    for k in range(len(evaluator.ranks)):
        deltas.propagate_rank(k)
    columns, added = deltas.changes()
    costs = []
    for objective in objectives:
        coefficients, extra = deltas.coefficients(objective, potential)
        costs.append((coefficients[columns] @ added + extra).reshape(moves.shape))
    return costs, _impossible_pairs(evaluator, moves, columns, added, deltas.coupled)


class DeltaEvaluator:
    """By how much each variable changes for each pair of a mover and a place.

    Attributes:
        coupled: ``[variables]`` whether the variable depends on several movers and places.
    """

    def __init__(self, evaluator: IncrementalEvaluator, moves: Reassignment) -> None:
        self._evaluator, self._moves = evaluator, moves
        self._pairs = moves.shape[0] * moves.shape[1]
        self.coupled: BoolArray = np.zeros(len(evaluator.program), dtype=np.bool_)
        there = np.argwhere(moves.columns >= 0)
        columns = moves.columns[tuple(there.T)]
        pairs = there[:, 1] * moves.shape[1] + there[:, 2]
        self._columns = [columns]
        self._added = [self._matrix(np.arange(len(columns)), pairs, np.ones_like(columns), len(columns))]
        self._expression_changes: list[csr_array] = []

    def changes(self) -> tuple[IntArray, csr_array]:
        """Return the variables that change and ``[variables, m * n]`` by how much, mover by mover."""
        if len(self._columns) > 1:
            self._columns = [np.concatenate(self._columns)]
            self._added = [csr_array(vstack(self._added, format="csr"))]
        return self._columns[0], self._added[0]

    def propagate_rank(self, k: int) -> None:
        """Find the changes of the auxiliaries of rank ``k``, and mark those that are coupled."""
        rank = self._evaluator.ranks[k]
        columns, added = self.changes()
        read = rank.is_read[columns]
        if not read.all():
            columns, added = columns[read], added[np.flatnonzero(read)]
        changed = pair_products(rank.by_column[:, columns], columns, added, self._moves)
        self._expression_changes.append(changed)
        edges = changed.indptr[rank.starts]
        at_place, at_mover = locality(edges, changed.indices, self._moves.shape[1])
        local = (at_place | at_mover) & (np.diff(rank.starts) <= MAX_EXPRESSIONS)
        touched = np.diff(edges) > 0
        if self.coupled.any():
            reads_coupled = np.zeros(len(local), dtype=np.bool_)
            read_by = select_lines(rank.by_column, np.flatnonzero(self.coupled)).indices
            reads_coupled[rank.auxiliary[read_by]] = True
            local, touched = local & ~reads_coupled, touched | reads_coupled
        self.coupled[rank.columns[touched & ~local]] = True
        wanted = touched & local
        self._add_of_pair(k, changed, np.flatnonzero(wanted & at_place & at_mover))
        self._add_of_line(k, changed, np.flatnonzero(wanted & ~(at_place & at_mover)), at_place)

    def _add_of_pair(self, k: int, changed: csr_array, wanted: IntArray) -> None:
        """Add the changes of auxiliaries that depend on one mover at one place."""
        exprs, ends = self._evaluator.ranks[k].expressions(wanted)
        entries = select_lines(changed, exprs)
        results = self._moves.base.expression_values[k][exprs]
        of = np.repeat(np.arange(len(exprs)), entries.lengths)
        results[of] += entries.data
        by = self._change(k, wanted, ends, results[None, :])[0]
        self._add(k, wanted, np.arange(len(wanted)), entries.indices[entries.starts[ends[:-1]]], by)

    def _add_of_line(self, k: int, changed: csr_array, wanted: IntArray, at_place: BoolArray) -> None:
        """Add the changes of auxiliaries that depend on one place alone, or on one mover alone."""
        places = self._moves.shape[1]
        exprs, ends = self._evaluator.ranks[k].expressions(wanted)
        entries = select_lines(changed, exprs)
        by_mover = np.repeat(at_place[wanted], np.diff(ends))
        of = np.repeat(np.arange(len(exprs)), entries.lengths)
        mover, place = np.divmod(entries.indices, places)
        results = np.tile(self._moves.base.expression_values[k][exprs], (max(self._moves.shape), 1))
        results[np.where(by_mover[of], mover, place), of] += entries.data
        by = self._change(k, wanted, ends, results).T
        which, one = np.nonzero(by)
        # The one place, or the one mover, is that of any of its terms.
        some = entries.indices[entries.starts[ends[:-1]]].astype(np.int64)
        pairs = np.where(
            at_place[wanted[which]],
            one * places + (some % places)[which],
            (some // places)[which] * places + one,
        )
        self._add(k, wanted, which, pairs, by[which, one])

    def _change(self, k: int, wanted: IntArray, ends: IntArray, results: IntArray) -> IntArray:
        """Return ``[n, wanted]`` the changes of auxiliaries, given the values of their expressions."""
        rank = self._evaluator.ranks[k]
        now = auxiliary_values(self._evaluator.program.definitions, rank.first + wanted, ends, results)
        return np.asarray(now - self._moves.base.values[rank.columns[wanted]])

    def _add(self, k: int, wanted: IntArray, which: IntArray, pairs: IntArray, by: IntArray) -> None:
        if len(wanted):
            self._columns.append(self._evaluator.ranks[k].columns[wanted])
            self._added.append(self._matrix(which, pairs, by, len(wanted)))

    def coefficients(self, objective: IntArray, potential: Potential) -> tuple[FloatArray, FloatArray]:
        """Return ``[variables]`` the cost of one unit of each, and ``[m * n]`` the estimated cost besides.

        The cost of a coupled auxiliary is moved to the variables that it depends on, by its slope, or to the
        pairs, by the potential.
        """
        costs, extra = objective.astype(np.float64), np.zeros(self._pairs)
        definitions, moves = self._evaluator.program.definitions, self._moves
        for k, rank in reversed(list(enumerate(self._evaluator.ranks))):
            for one in np.flatnonzero(self.coupled[rank.columns] & (costs[rank.columns] != 0)).tolist():
                amount, number = float(costs[rank.columns[one]]), rank.first + one
                span = slice(rank.starts[one], rank.starts[one + 1])
                now, before = moves.plan.expression_values[k][span], moves.base.expression_values[k][span]
                changed = self._expression_changes[k][span]
                charged = potential_costs(definitions, number, amount, changed, now, before, potential)
                if charged is not None:
                    extra += charged
                    continue
                active, slope = active_slope(definitions, number, now)
                terms = select_lines(rank.by_row, np.array([span.start + active]))
                np.add.at(costs, terms.indices, amount * slope * terms.data)
            costs[rank.columns[self.coupled[rank.columns]]] = 0
        return costs, extra

    def _matrix(self, rows: IntArray, pairs: IntArray, amounts: IntArray, count: int) -> csr_array:
        return csr_array((amounts, (rows, pairs)), shape=(count, self._pairs))


def potential_costs(
    definitions: Definitions,
    auxiliary: int,
    cost: float,
    changed: csr_array,
    now: IntArray,
    before: IntArray,
    potential: Potential,
) -> FloatArray | None:
    """Return ``[pairs]`` the charge of each pair of a mover and a place for values above a target.

    Args:
        definitions: All definitions.
        auxiliary: Number of a maximum (or minimum) of some expressions.
        cost: Cost of one unit of it.
        changed: ``[expressions, pairs]`` by how much each pair changes each expression.
        now: ``[expressions]`` their values in the plan.
        before: ``[expressions]`` their values without the movers.
        potential: How the values are charged.

    Returns:
        None if the potential does not apply: for one expression, for an nth largest, or if a higher maximum
        is cheaper.
    """
    sign = -1 if definitions.is_minimum[auxiliary] else 1
    is_plain = (
        definitions.power[auxiliary] == definitions.nth[auxiliary] == definitions.divisor[auxiliary] == 1
    )
    if len(now) < 2 or sign * cost <= 0 or not is_plain:
        return None
    values = np.unique(sign * now)[::-1]
    target = values[int(potential.depth * (len(values) - 1))]
    above = np.maximum(sign * now - target, 0)
    share = above.max() / (above**potential.power).sum() if above.any() else 1.0
    rows = np.repeat(np.arange(changed.shape[0]), np.diff(changed.indptr))
    without = sign * before[rows]
    after = np.maximum(without + sign * changed.data - target, 0)
    without = np.maximum(without - target, 0)
    more = after**potential.power - without**potential.power
    charge = abs(cost) * float(share) ** potential.strength
    return np.asarray(np.bincount(changed.indices, charge * more, changed.shape[1]), dtype=np.float64)


def active_slope(definitions: Definitions, auxiliary: int, now: IntArray) -> tuple[int, float]:
    """Return the expression that decides the value of an auxiliary now, and the slope in it."""
    sign = -1 if definitions.is_minimum[auxiliary] else 1
    active = int(np.argmax(sign * now))
    root, limit = float(now[active]) / definitions.divisor[auxiliary], float(definitions.limit[auxiliary])
    if definitions.nth[auxiliary] > 1 or sign * root < sign * limit:
        return active, 0.0
    square = 2 * root if definitions.power[auxiliary] == 2 else 1.0
    return active, square / float(definitions.divisor[auxiliary])


def pair_products(matrix: csc_array, columns: IntArray, added: csr_array, moves: Reassignment) -> csr_array:
    """Return ``[rows, pairs]`` the change of each row's sum by each pair, from some columns of a matrix."""
    if len(moves.columns) > 1 or columns.max(initial=-1) > moves.columns.max():
        return csr_array(matrix @ added)
    # A decision of a single period belongs to one pair, so each column only gets the number of its pair.
    rows = csr_array(matrix)
    return csr_array((rows.data, added.indices[rows.indices], rows.indptr), (rows.shape[0], added.shape[1]))


def locality(starts: IntArray, pairs: IntArray, places: int) -> tuple[BoolArray, BoolArray]:
    """Return for each segment of ``pairs`` whether all are of one place, and whether all are of one mover."""
    count = len(starts) - 1
    filled = np.flatnonzero(np.diff(starts))
    result = []
    for index in (pairs % places, pairs // places):
        one = np.zeros(count, dtype=np.bool_)
        if len(filled):
            at = starts[filled]
            one[filled] = np.minimum.reduceat(index, at) == np.maximum.reduceat(index, at)
        result.append(one)
    return result[0], result[1]


def _impossible_pairs(
    evaluator: IncrementalEvaluator,
    moves: Reassignment,
    columns: IntArray,
    added: csr_array,
    coupled: BoolArray,
) -> BoolArray:
    """Return ``[m, n]`` whether a mover would violate a row at a place, or has no decision there."""
    movers, places = moves.shape
    there = moves.columns >= 0
    nobody = np.asarray(~there.any(axis=(0, 2)))
    taken = (there & (moves.base.values[moves.columns] > 0)).any(axis=0)
    never = (~there.all(axis=0) & ~nobody[:, None]) | taken

    # Most rows are so slack that no mover can violate them: these are left out.
    before = moves.base.row_values
    violated = (before < evaluator.low) | (before > evaluator.high)
    periods = len(moves.columns)
    lowest, highest = before + periods * evaluator.lowest_step, before + periods * evaluator.highest_step
    near = (lowest < evaluator.low) | (highest > evaluator.high)
    entries = pair_products(_columns_of_rows(evaluator.rows, columns, near), columns, added, moves)
    lengths = np.diff(entries.indptr)
    at_place, at_mover = locality(entries.indptr, entries.indices, places)
    if coupled.any():
        free = np.ones(len(at_place), dtype=np.bool_)
        free[select_lines(evaluator.rows, np.flatnonzero(coupled)).indices] = False
        at_place, at_mover = at_place & free, at_mover & free
    rows = np.repeat(np.arange(len(lengths)), lengths)
    after = before[rows] + entries.data
    is_violated = (after < evaluator.low[rows]) | (after > evaluator.high[rows])
    more_violated = is_violated.astype(np.int64) - violated[rows]
    local = (at_place | at_mover)[rows]
    more = np.bincount(entries.indices[local], more_violated[local], movers * places).reshape(movers, places)
    first = entries.indices[entries.indptr[:-1][at_place & violated]]
    more += np.bincount(first % places, minlength=places)[None, :]
    first = entries.indices[entries.indptr[:-1][at_mover & ~at_place & violated]]
    more += np.bincount(first // places, minlength=movers)[:, None]
    return np.asarray(never | (more > 0))


def _columns_of_rows(matrix: csc_array, columns: IntArray, wanted: BoolArray) -> csc_array:
    """Return some columns of a matrix with the terms of the wanted rows alone."""
    terms = select_lines(matrix, columns)
    kept = wanted[terms.indices]
    ends = np.concatenate([[0], np.cumsum(kept)])[terms.starts]
    return csc_array((terms.data[kept], terms.indices[kept], ends), (matrix.shape[0], len(columns)))
