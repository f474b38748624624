"""Which items are alike: those of which the same is asked."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from allocator.program.program import IntArray, Program

#: Where a tag has the rule, the role and whatever else the rule counts by.
_RULE, _ROLE, _PART = 0, 3, 6


def item_features(program: Program, layer: str) -> csr_array:
    """Return ``[items, n]`` 0/1: which of ``n`` things that rules count an item of a layer counts for.

    A head and a cadre count for different seats, two cadres for the same: these could change places.
    """
    rows, grid = program.rows, program.decisions.grids[layer]
    item = np.full(len(program), -1, dtype=np.int64)
    there = np.argwhere(grid >= 0)
    item[grid[tuple(there.T)]] = there[:, 0]
    _, thing = np.unique(rows.tags[:, [_RULE, _ROLE, _PART]], axis=0, return_inverse=True)
    of_row = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    mine = (item[rows.cols] >= 0) & ~rows.defining[of_row]
    counts = csr_array(
        (np.ones(int(mine.sum()), dtype=np.int64), (item[rows.cols[mine]], thing[of_row[mine]])),
        shape=(grid.shape[0], int(thing.max(initial=-1)) + 1),
    )
    counts.sum_duplicates()
    return csr_array((np.ones_like(counts.data), counts.indices, counts.indptr), counts.shape)


def similarity(asked: csr_array, item: int) -> IntArray:
    """Return ``[items]`` how many things each item and ``item`` both count for, less those that one does."""
    common = np.asarray(asked @ asked[[item]].toarray()[0])
    size = np.asarray(asked.sum(axis=1))
    return np.asarray(2 * common - size - size[item])
