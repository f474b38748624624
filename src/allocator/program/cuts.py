"""Cuts: rows that a rule adds when a plan breaks it in a way that could not be written beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from allocator.program.program import INFINITE, Program, Rows
from allocator.program.tags import Subject, tag

Place = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class Cut:
    """``sum(coefs * decisions) <= bound`` over places (layer, item, slot, role, period)."""

    rule: str
    subject: Subject
    places: tuple[Place, ...]
    coefs: tuple[int, ...]
    bound: int


def with_cuts(program: Program, cuts: Sequence[Cut]) -> Program:
    """Return the program with the cuts as further rows."""
    rows = program.rows
    grids = program.decisions.grids
    starts, cols, coefs = [rows.starts], [rows.cols], [rows.coefs]
    end = int(rows.starts[-1])
    for cut in cuts:
        found = np.array([grids[layer][i, s, r, t] for layer, i, s, r, t in cut.places], dtype=np.int64)
        exists = found >= 0
        end += int(exists.sum())
        starts.append(np.array([end], dtype=np.int64))
        cols.append(found[exists])
        coefs.append(np.array(cut.coefs, dtype=np.int64)[exists])
    count = len(cuts)
    marks = [tag(program.rules.index(cut.rule), cut.subject) for cut in cuts]
    return replace(
        program,
        rows=Rows(
            starts=np.concatenate(starts),
            cols=np.concatenate(cols),
            coefs=np.concatenate(coefs),
            lo=np.concatenate([rows.lo, np.full(count, -INFINITE, dtype=np.int64)]),
            hi=np.concatenate([rows.hi, np.array([cut.bound for cut in cuts], dtype=np.int64)]),
            tags=np.concatenate([rows.tags, *marks]),
            defining=np.concatenate([rows.defining, np.zeros(count, dtype=np.bool_)]),
        ),
    )
