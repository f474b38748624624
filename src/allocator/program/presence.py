"""Presence: whether an item is in any of some slots, as one variable instead of a sum in every row."""

from __future__ import annotations

import numpy as np

from allocator.program.builder import ProgramBuilder
from allocator.program.exprs import ExprArray
from allocator.program.program import IntArray
from allocator.program.spells import NO_RULE
from allocator.program.tags import Subject, tags


def presence_variables(builder: ProgramBuilder, steps: IntArray) -> IntArray:
    """Add a variable for each item and period that is the sum of its steps, and return their columns.

    Args:
        builder: The program.
        steps: ``[I, T, w]`` decisions of which at most one is taken; -1 for no such decision.

    Returns:
        ``[I, T]`` columns; a single decision stands for itself, -1 where there is none.
    """
    exists = steps >= 0
    columns: IntArray = steps.max(axis=2, initial=-1)
    several = np.argwhere(exists.sum(axis=2) > 1)
    if len(several):
        items, periods = several.T
        zeros = np.zeros(len(several), dtype=np.int64)
        made = builder.add_variables(zeros, zeros + 1)
        summed = steps[items, periods]
        ones = np.ones(summed.shape[1], dtype=np.int64)
        builder.define_maxima(made, ExprArray.of(summed, ones), zeros + 1)
        subjects = np.full((len(several), len(Subject._fields)), -1, dtype=np.int64)
        subjects[:, 0], subjects[:, 3] = items, periods
        both = np.hstack([made[:, None], summed])
        coefs = np.concatenate([[1], -ones])
        builder.add_rows(both, coefs, (0, 0), tags(NO_RULE, subjects), defining=True)
        columns[items, periods] = made
    return columns
