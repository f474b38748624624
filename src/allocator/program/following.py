"""Which auxiliaries follow from which decisions, and the other way round."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocator.program.program import IntArray, Program


def following(program: Program, decisions: IntArray) -> npt.NDArray[np.bool_]:
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
    return touched


def leading(program: Program, columns: IntArray) -> IntArray:
    """Return the decisions that have a part in any of the given variables."""
    definitions = program.definitions
    touched = np.zeros(len(program), dtype=np.bool_)
    touched[columns] = True
    for rank in np.unique(definitions.rank)[::-1]:
        group = np.flatnonzero((definitions.rank == rank) & touched[definitions.cols])
        first, last = (
            definitions.expr_start[definitions.start[group]],
            definitions.expr_start[definitions.start[group + 1]],
        )
        for start, end in zip(first.tolist(), last.tolist(), strict=True):
            touched[definitions.term_cols[start:end]] = True
    return np.flatnonzero(touched[: program.decisions.count])
