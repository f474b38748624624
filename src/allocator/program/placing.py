"""What a plan would cost with items changed round: each of some movers put at each of some places.

At each place one item, or nobody, is taken out. What follows from one place alone (its load, its mix of
grades) or from one mover alone (whether it moved) adds up whatever the others do, so the whole is the sum
over movers and an assignment of movers to places is the best exchange of any length. What follows from
several places and movers at once is only estimated: the greatest of many loads costs what each is above the
next greatest, a sum goes by its slope. Rows of that sort are not looked at; a plan that comes of it is to be
checked like any other.

Source: exchange neighbourhoods by assignment; Ahuja, Ergun, Orlin and Punnen, A survey of very large-scale
neighborhood search techniques (Discrete Applied Mathematics 2002).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import csc_array, csr_array

from allocator.program.aims import Potential
from allocator.program.changing import DeltaEvaluator, FloatArray, Reassignment, locality, pair_products
from allocator.program.program import IntArray
from allocator.program.states import BoolArray, IncrementalEvaluator, select_lines


def reassignment_costs(
    tables: IncrementalEvaluator, placing: Reassignment, prices: Sequence[IntArray], aim: Potential
) -> tuple[list[FloatArray], BoolArray]:
    """Return what each mover adds at each place by each of some prices, and where it cannot be.

    Args:
        tables: The program.
        placing: Movers and places.
        prices: ``[variables]`` each, what one of each costs.
        aim: What the greatest of many is to come down to.
    """
    changes = DeltaEvaluator(tables, placing)
    for k in range(len(tables.ranks)):
        changes.propagate_rank(k)
    columns, added = changes.changes()
    costs = []
    for one in prices:
        worth, extra = changes.coefficients(one, aim)
        costs.append((worth[columns] @ added + extra).reshape(placing.shape))
    return costs, _impossible(tables, placing, columns, added, changes.coupled)


def _impossible(
    tables: IncrementalEvaluator,
    placing: Reassignment,
    columns: IntArray,
    added: csr_array,
    coupled: BoolArray,
) -> BoolArray:
    """Return ``[m, n]`` which mover would break something at which place."""
    movers, places = placing.shape
    there = placing.columns >= 0
    nobody = np.asarray(~there.any(axis=(0, 2)))
    held = (there & (placing.base.values[placing.columns] > 0)).any(axis=0)
    never = (~there.all(axis=0) & ~nobody[:, None]) | held

    # Rows that no mover can break, whoever is there, are passed over: most of them.
    before = placing.base.row_values
    broken = (before < tables.low) | (before > tables.high)
    periods = len(placing.columns)
    near = (before + periods * tables.lowest_step < tables.low) | (
        before + periods * tables.highest_step > tables.high
    )
    entries = pair_products(_of_rows(tables.rows, columns, near), columns, added, placing)
    lengths = np.diff(entries.indptr)
    at_place, at_mover = locality(entries.indptr, entries.indices, places)
    if coupled.any():
        free = np.ones(len(at_place), dtype=np.bool_)
        free[select_lines(tables.rows, np.flatnonzero(coupled)).indices] = False
        at_place, at_mover = at_place & free, at_mover & free
    rows = np.repeat(np.arange(len(lengths)), lengths)
    after = before[rows] + entries.data
    breaks = ((after < tables.low[rows]) | (after > tables.high[rows])).astype(np.int64) - broken[rows]
    local = (at_place | at_mover)[rows]
    more = np.bincount(entries.indices[local], breaks[local], movers * places).reshape(movers, places)
    first = entries.indices[entries.indptr[:-1][at_place & broken]]
    more += np.bincount(first % places, minlength=places)[None, :]
    first = entries.indices[entries.indptr[:-1][at_mover & ~at_place & broken]]
    more += np.bincount(first // places, minlength=movers)[:, None]
    return np.asarray(never | (more > 0))


def _of_rows(matrix: csc_array, columns: IntArray, wanted: BoolArray) -> csc_array:
    """Return some columns of a matrix with the terms of the wanted rows alone."""
    terms = select_lines(matrix, columns)
    kept = wanted[terms.indices]
    ends = np.concatenate([[0], np.cumsum(kept)])[terms.starts]
    return csc_array((terms.data[kept], terms.indices[kept], ends), (matrix.shape[0], len(columns)))
