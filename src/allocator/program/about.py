"""Which slot each variable is about: what is decided of it, and what follows from such decisions alone."""

from __future__ import annotations

import numpy as np

from allocator.program.program import IntArray, Program

#: What is about several slots, or none.
ACROSS = -1


def variable_slots(program: Program) -> IntArray:
    """Return ``[variables]`` the slot that each is about, counted over all layers, or ``ACROSS``."""
    found, count = np.full(len(program), ACROSS, dtype=np.int64), 0
    for grid in program.decisions.grids.values():
        _, slots, _, _ = there = np.nonzero(grid >= 0)
        found[grid[there]] = count + slots
        count += grid.shape[1]
    definitions = program.definitions
    for group, terms in definitions.ranks:
        starts = definitions.start[group.start : group.stop + 1]
        edges = terms.indptr[starts - starts[0]].astype(np.int64)
        filled = np.flatnonzero(np.diff(edges))
        if len(filled):
            of = found[terms.indices]
            low, high = (ends.reduceat(of, edges[filled]) for ends in (np.minimum, np.maximum))
            found[definitions.cols[group][filled]] = np.where(low == high, low, ACROSS)
    return found
