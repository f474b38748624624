"""By how much the variables of a program change when movers are put at places: what is exact, what is not.

An auxiliary that follows from one place alone, whoever comes there, or from one mover alone, wherever
he goes, is known for each pair of a mover and a place. One that follows from several of both is coupled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array, vstack

from allocator.program.aims import Potential, active_slope, potential_costs
from allocator.program.evaluate import auxiliary_values
from allocator.program.program import IntArray
from allocator.program.states import BoolArray, EvaluatedPlan, IncrementalEvaluator, select_lines

FloatArray = npt.NDArray[np.float64]
#: What is the greatest of more expressions than this is only estimated.
MANY = 64


@dataclass(frozen=True, eq=False)
class Reassignment:
    """Movers and places.

    Attributes:
        columns: ``[w, m, n]`` the decisions that put mover ``m`` at place ``n`` through ``w`` periods; -1
            where there is none. A mover without any is nobody.
        plan: The plan, in which mover ``k`` is at place ``k``.
        base: The plan without the movers.
    """

    columns: IntArray
    plan: EvaluatedPlan
    base: EvaluatedPlan

    @property
    def shape(self) -> tuple[int, int]:
        """How many movers and places there are."""
        return self.columns.shape[1], self.columns.shape[2]


class DeltaEvaluator:
    """What is known of the variables of a program while movers are placed: by how much each changes where."""

    def __init__(self, tables: IncrementalEvaluator, placing: Reassignment) -> None:
        self._tables, self._placing = tables, placing
        self._pairs = placing.shape[0] * placing.shape[1]
        self.coupled: BoolArray = np.zeros(len(tables.program), dtype=np.bool_)
        there = np.argwhere(placing.columns >= 0)
        columns = placing.columns[tuple(there.T)]
        pairs = there[:, 1] * placing.shape[1] + there[:, 2]
        self._columns = [columns]
        self._added = [self._matrix(np.arange(len(columns)), pairs, np.ones_like(columns), len(columns))]
        self._exprs: list[csr_array] = []

    def changes(self) -> tuple[IntArray, csr_array]:
        """Return the variables that change and ``[variables, m * n]`` by how much, mover by mover."""
        if len(self._columns) > 1:
            self._columns = [np.concatenate(self._columns)]
            self._added = [csr_array(vstack(self._added, format="csr"))]
        return self._columns[0], self._added[0]

    def propagate_rank(self, k: int) -> None:
        """Find what the auxiliaries of rank ``k`` change by; those that are coupled are marked so."""
        rank = self._tables.ranks[k]
        columns, added = self.changes()
        read = rank.is_read[columns]
        if not read.all():
            columns, added = columns[read], added[np.flatnonzero(read)]
        changed = pair_products(rank.by_column[:, columns], columns, added, self._placing)
        self._exprs.append(changed)
        edges = changed.indptr[rank.starts]
        at_place, at_mover = locality(edges, changed.indices, self._placing.shape[1])
        local = (at_place | at_mover) & (np.diff(rank.starts) <= MANY)
        touched = np.diff(edges) > 0
        if self.coupled.any():
            through = np.zeros(len(local), dtype=np.bool_)
            through[rank.auxiliary[select_lines(rank.by_column, np.flatnonzero(self.coupled)).indices]] = True
            local, touched = local & ~through, touched | through
        self.coupled[rank.columns[touched & ~local]] = True
        wanted = touched & local
        self._settle(k, changed, np.flatnonzero(wanted & at_place & at_mover))
        self._settle_each(k, changed, np.flatnonzero(wanted & ~(at_place & at_mover)), at_place)

    def _settle(self, k: int, changed: csr_array, wanted: IntArray) -> None:
        """Add what auxiliaries of a rank change by that are about one mover at one place."""
        exprs, ends = self._tables.ranks[k].expressions(wanted)
        entries = select_lines(changed, exprs)
        results = self._placing.base.expression_values[k][exprs]
        of = np.repeat(np.arange(len(exprs)), entries.lengths)
        results[of] += entries.data
        by = self._change(k, wanted, ends, results[None, :])[0]
        self._add(k, wanted, np.arange(len(wanted)), entries.indices[entries.starts[ends[:-1]]], by)

    def _settle_each(self, k: int, changed: csr_array, wanted: IntArray, at_place: BoolArray) -> None:
        """Add what auxiliaries change by that go by who is at their place, or by where their mover is."""
        places = self._placing.shape[1]
        exprs, ends = self._tables.ranks[k].expressions(wanted)
        entries = select_lines(changed, exprs)
        by_mover = np.repeat(at_place[wanted], np.diff(ends))
        of = np.repeat(np.arange(len(exprs)), entries.lengths)
        mover, place = np.divmod(entries.indices, places)
        results = np.tile(self._placing.base.expression_values[k][exprs], (max(self._placing.shape), 1))
        results[np.where(by_mover[of], mover, place), of] += entries.data
        by = self._change(k, wanted, ends, results).T
        which, one = np.nonzero(by)
        # The one place, or mover, is that of any of its terms.
        some = entries.indices[entries.starts[ends[:-1]]].astype(np.int64)
        pairs = np.where(
            at_place[wanted[which]],
            one * places + (some % places)[which],
            (some // places)[which] * places + one,
        )
        self._add(k, wanted, which, pairs, by[which, one])

    def _change(self, k: int, wanted: IntArray, ends: IntArray, results: IntArray) -> IntArray:
        """Return ``[n, wanted]`` how much more auxiliaries are if their expressions come to that."""
        rank = self._tables.ranks[k]
        now = auxiliary_values(self._tables.program.definitions, rank.first + wanted, ends, results)
        return np.asarray(now - self._placing.base.values[rank.columns[wanted]])

    def _add(self, k: int, wanted: IntArray, which: IntArray, pairs: IntArray, by: IntArray) -> None:
        if len(wanted):
            self._columns.append(self._tables.ranks[k].columns[wanted])
            self._added.append(self._matrix(which, pairs, by, len(wanted)))

    def coefficients(self, price: IntArray, aim: Potential) -> tuple[FloatArray, FloatArray]:
        """Return what one more of each variable costs, and ``[m * n]`` what is estimated besides."""
        worth, extra = price.astype(np.float64), np.zeros(self._pairs)
        definitions, placing = self._tables.program.definitions, self._placing
        for k, rank in reversed(list(enumerate(self._tables.ranks))):
            for one in np.flatnonzero(self.coupled[rank.columns] & (worth[rank.columns] != 0)).tolist():
                amount, number = float(worth[rank.columns[one]]), rank.first + one
                span = slice(rank.starts[one], rank.starts[one + 1])
                now, before = placing.plan.expression_values[k][span], placing.base.expression_values[k][span]
                aimed = potential_costs(definitions, number, amount, self._exprs[k][span], now, before, aim)
                if aimed is not None:
                    extra += aimed
                    continue
                active, slope = active_slope(definitions, number, now)
                terms = select_lines(rank.by_row, np.array([span.start + active]))
                np.add.at(worth, terms.indices, amount * slope * terms.data)
            worth[rank.columns[self.coupled[rank.columns]]] = 0
        return worth, extra

    def _matrix(self, rows: IntArray, pairs: IntArray, amounts: IntArray, count: int) -> csr_array:
        return csr_array((amounts, (rows, pairs)), shape=(count, self._pairs))


def pair_products(matrix: csc_array, columns: IntArray, added: csr_array, placing: Reassignment) -> csr_array:
    """Return ``[rows, pairs]`` what each pair of a mover and a place changes, of some columns of a matrix."""
    if len(placing.columns) > 1 or columns.max(initial=-1) > placing.columns.max():
        return csr_array(matrix @ added)
    # Decisions of one period alone: each is of one pair, and all that is to be done is to name it.
    rows = csr_array(matrix)
    return csr_array((rows.data, added.indices[rows.indices], rows.indptr), (rows.shape[0], added.shape[1]))


def locality(starts: IntArray, pairs: IntArray, places: int) -> tuple[BoolArray, BoolArray]:
    """Return of each segment of ``pairs`` whether it is about one place, and whether about one mover."""
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
