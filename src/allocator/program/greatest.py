"""The greatest of some expressions, for many at once: what a soft rule pays for."""

from __future__ import annotations

import numpy as np

from allocator.program.builder import ProgramBuilder
from allocator.program.exprs import ExprArray
from allocator.program.program import INFINITE, IntArray
from allocator.program.tags import TagArray


def maximum_each(builder: ProgramBuilder, exprs: ExprArray, owners: IntArray, tags: TagArray) -> ExprArray:
    """Return for each of ``m`` owners the greatest of 0 and its expressions, as a variable.

    An owner's only expression stands for itself if it is never negative.

    Args:
        builder: The program.
        exprs: ``n`` expressions.
        owners: ``[n]`` owner of each, in order; every owner has one at least.
        tags: ``[m, 7]`` what each owner is about.
    """
    least, highest = builder.bounds_each(exprs)
    itself = (least >= 0) & (np.bincount(owners, minlength=len(tags))[owners] == 1)
    made, which = np.unique(owners[~itself], return_inverse=True)
    upper = np.zeros_like(made)
    np.maximum.at(upper, which, highest[~itself])
    columns = builder.add_variables(np.zeros_like(upper), upper)
    _define(builder, columns, exprs[~itself], which, tags[made])
    width = exprs.cols.shape[1]
    found = ExprArray.empty(len(tags), max(1, width))
    found.cols[made, 0], found.coefs[made, 0] = columns, 1
    found.cols[owners[itself], :width] = exprs.cols[itself]
    found.coefs[owners[itself], :width] = exprs.coefs[itself]
    found.constants[owners[itself]] = exprs.constants[itself]
    return found


def _define(
    builder: ProgramBuilder, columns: IntArray, exprs: ExprArray, which: IntArray, tags: TagArray
) -> None:
    """Say that each variable is the greatest of 0 and its expressions, and at least each of them."""
    builder.define_maxima(columns, exprs, np.bincount(which, minlength=len(columns)))
    cols = np.hstack([columns[which][:, None], exprs.cols])
    coefs = np.hstack([np.ones_like(which)[:, None], -exprs.coefs])
    builder.add_rows(cols, coefs, (exprs.constants, INFINITE), tags[which], defining=True)
