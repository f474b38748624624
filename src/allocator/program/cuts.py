"""Cuts: rows that a rule adds when a plan breaks it in a way that could not be written beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from allocator.program.more_rows import LinearRow, append_rows
from allocator.program.program import INFINITE, Program
from allocator.program.tags import Subject, tag

Place = tuple[str, int, int, int, int]


@dataclass(frozen=True)
class RuleCut:
    """``sum(coefs * decisions) <= bound`` over places (layer, item, slot, role, period)."""

    rule: str
    subject: Subject
    places: tuple[Place, ...]
    coefs: tuple[int, ...]
    bound: int


def add_cuts(program: Program, cuts: Sequence[RuleCut]) -> Program:
    """Return the program with the cuts as further rows."""
    return replace(
        program, rows=append_rows(program.rows, [_row(program, cut) for cut in cuts], defining=False)
    )


def _row(program: Program, cut: RuleCut) -> LinearRow:
    grids = program.decisions.grids
    found = np.array([grids[layer][i, s, r, t] for layer, i, s, r, t in cut.places], dtype=np.int64)
    exists = found >= 0
    mark = tag(program.rules.index(cut.rule), cut.subject)
    return LinearRow(found[exists], np.array(cut.coefs, dtype=np.int64)[exists], -INFINITE, cut.bound, mark)
