"""An excerpt of a program: the rows of some of its rules alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from allocator.program.program import Program, Rows


def excerpt(program: Program, rules: Iterable[str]) -> Program:
    """Return the program with only what some rules ask; rows that define auxiliaries ask nothing and stay.

    Args:
        program: A whole program.
        rules: Ids of the rules that are kept.
    """
    numbers = [program.rules.index(rule) for rule in rules]
    rows = program.rows
    kept = np.isin(rows.tags[:, 0], numbers) | rows.defining
    lengths = np.diff(rows.starts)
    terms = np.repeat(kept, lengths)
    return replace(
        program,
        rows=Rows(
            starts=np.concatenate([[0], np.cumsum(lengths[kept])]),
            cols=rows.cols[terms],
            coefs=rows.coefs[terms],
            lo=rows.lo[kept],
            hi=rows.hi[kept],
            tags=rows.tags[kept],
            defining=rows.defining[kept],
        ),
    )
