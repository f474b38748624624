"""Neighbourhoods: which decisions to set free while the rest of a plan stays as it is.

They read the program's layers, not its rules: one period of a layer, some slots over all periods, or
some items. Pieces of this kind are solved in a moment and find what a search of the whole does not.
Method: large neighbourhood search (Shaw, CP 1998).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from allocator.program.decisions import Decisions
from allocator.program.program import IntArray

#: Slots set free together, and the part of the items.
SLOTS, ITEMS = 3, 0.25
Grid = IntArray


def neighbourhoods(decisions: Decisions, seed: int) -> Iterator[IntArray]:
    """Yield without end the columns to set free; larger layers come up more often."""
    random = np.random.default_rng(seed)
    grids = list(decisions.grids.values())
    sizes = np.array([np.sqrt((grid >= 0).sum()) for grid in grids])
    shapes: list[Callable[[Grid, np.random.Generator], Grid]] = [_slots, _items, _period]
    while sizes.sum() > 0:
        grid = grids[int(random.choice(len(grids), p=sizes / sizes.sum()))]
        for shape in shapes:
            columns = shape(grid, random)
            if (columns >= 0).any():
                yield np.asarray(columns[columns >= 0])


def _slots(grid: Grid, random: np.random.Generator) -> Grid:
    count = min(SLOTS, grid.shape[1])
    return np.asarray(grid[:, random.choice(grid.shape[1], count, replace=False)])


def _items(grid: Grid, random: np.random.Generator) -> Grid:
    count = max(1, round(ITEMS * grid.shape[0]))
    return np.asarray(grid[random.choice(grid.shape[0], count, replace=False)])


def _period(grid: Grid, random: np.random.Generator) -> Grid:
    return np.asarray(grid[:, :, :, random.integers(grid.shape[3])])
