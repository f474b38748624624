"""Which auxiliaries follow from which decisions, and which decisions lead to which auxiliaries."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocator.program.medoids import undefined_auxiliaries
from allocator.program.program import IntArray, Program


def dependents(program: Program, decisions: IntArray) -> npt.NDArray[np.bool_]:
    """Return ``[variables]``: the given decisions and every auxiliary that any of them has a part in."""
    definitions = program.definitions
    touched = np.zeros(len(program), dtype=np.bool_)
    touched[decisions] = True
    for rank in np.unique(definitions.rank):
        group = np.flatnonzero(definitions.rank == rank)
        ends = definitions.start[group[0]], definitions.start[group[-1] + 1]
        terms = definitions.expr_start[ends[0]], definitions.expr_start[ends[1]]
        before = np.concatenate([[0], np.cumsum(touched[definitions.term_cols[terms[0] : terms[1]]])])
        first = definitions.expr_start[definitions.start[group]] - terms[0]
        last = definitions.expr_start[definitions.start[group + 1]] - terms[0]
        touched[definitions.cols[group]] = before[last] > before[first]
    for one in undefined_auxiliaries(program):
        touched[one.column] = touched[one.members].any()
    return touched


def antecedents(program: Program, columns: IntArray) -> npt.NDArray[np.bool_]:
    """Return ``[decisions]``: those among the given variables, and all that have a part in any of these."""
    definitions = program.definitions
    touched = np.zeros(len(program), dtype=np.bool_)
    touched[columns] = True
    for one in undefined_auxiliaries(program):
        touched[one.members] |= touched[one.column]
    for group, terms in reversed(definitions.ranks):
        expressions = np.diff(definitions.start[group.start : group.stop + 1])
        is_read = np.repeat(touched[definitions.cols[group]], expressions)
        touched[terms.indices[np.repeat(is_read, np.diff(terms.indptr))]] = True
    return touched[: program.decisions.count]
