"""Independent parts of a program: no row ties a variable of one to a variable of another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from allocator.program.program import IntArray
from allocator.program.subproblem import MilpInstance

#: Parts smaller than this many variables are taken together: asking costs more than answering.
SMALL = 500


def independent_components(problem: MilpInstance) -> list[IntArray]:
    """Return the variables (of the program) of each independent part, the smallest first."""
    rows, count = problem.matrix.shape
    terms = problem.matrix.tocoo()
    edges = (np.ones(len(terms.col), dtype=np.int8), (terms.row + count, terms.col))
    _, label = connected_components(coo_array(edges, shape=(count + rows,) * 2), directed=False)
    order = np.argsort(label[:count], kind="stable")
    sizes = np.unique(label[:count], return_counts=True)[1]
    groups = np.split(problem.columns[order], np.cumsum(sizes)[:-1]) if count else []
    return _gathered(sorted(groups, key=len))


def _gathered(groups: list[npt.NDArray[np.int64]]) -> list[IntArray]:
    """Return the groups with small ones joined until each is of some size."""
    gathered: list[IntArray] = []
    for group in groups:
        if gathered and len(gathered[-1]) < SMALL:
            gathered[-1] = np.concatenate([gathered[-1], group])
        else:
            gathered.append(group)
    return gathered
