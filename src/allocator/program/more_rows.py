"""Rows added to a program after it was written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from allocator.program.expr import EMPTY
from allocator.program.program import IntArray, Rows
from allocator.program.tags import WIDTH, TagArray


class LinearRow(NamedTuple):
    """One row ``low <= sum(coefs * x[cols]) <= high``, with its tag ``[7]``."""

    cols: IntArray
    coefs: IntArray
    low: int
    high: int
    tag: TagArray


def append_rows(rows: Rows, more: Sequence[LinearRow], *, defining: bool) -> Rows:
    """Return the rows and some more; ``defining`` says whether these only define auxiliaries."""
    lengths = np.array([len(row.cols) for row in more], dtype=np.int64)
    return Rows(
        starts=np.concatenate([rows.starts, rows.starts[-1] + np.cumsum(lengths)]),
        cols=np.concatenate([rows.cols, EMPTY, *(row.cols for row in more)]),
        coefs=np.concatenate([rows.coefs, EMPTY, *(row.coefs for row in more)]),
        lo=np.concatenate([rows.lo, np.array([row.low for row in more], dtype=np.int64)]),
        hi=np.concatenate([rows.hi, np.array([row.high for row in more], dtype=np.int64)]),
        tags=np.concatenate(
            [rows.tags, np.zeros((0, WIDTH), np.int32), *(row.tag.reshape(1, WIDTH) for row in more)]
        ),
        defining=np.concatenate([rows.defining, np.full(len(more), defining)]),
    )
