"""Squares as integer tangents: near 0 all of them, further out a few, and those that a plan calls for.

The square of a whole number ``d`` is the greatest of ``(2k + 1) d - k (k + 1)`` over whole ``k``; the two
with ``k = d - 1`` and ``k = d`` meet it. Any of them hold of every plan, so a program with few of them
bounds its cost from below, and one with those that meet the squares of a plan prices that plan exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import isqrt

import numpy as np

from allocator.program.more_rows import LinearRow, append_rows
from allocator.program.program import INFINITE, Definitions, IntArray, Program, Rows
from allocator.program.tags import TagArray

#: Up to here every tangent is written: plans worth finding are seldom further from what is asked.
NEAR = 48
#: Beyond, each touches so much further out than the one before.
STRETCH = 1.4


def initial_tangents(upper: int) -> Iterator[int]:
    """Yield the ``k`` of the tangents that are written beforehand for numbers from 0 to ``upper``."""
    k = 0
    while k <= upper:
        yield k
        k = k + 1 if k < NEAR else int(k * STRETCH)


def has_outer_approximation(program: Program) -> bool:
    """Return whether some square may be taken for less than it is, far out."""
    definitions = program.definitions
    return bool((program.upper[definitions.cols[definitions.power == 2]] > NEAR * NEAR).any())


def violated_tangents(program: Program, values: IntArray, true: IntArray) -> list[tuple[int, int]]:
    """Return the tangents that would meet what is taken for less than it is, as auxiliary and ``k``.

    Args:
        program: The program.
        values: ``[variables]`` what a solver found.
        true: ``[variables]`` the same with all auxiliaries as they are defined.
    """
    columns = program.definitions.cols
    squares = np.flatnonzero(program.definitions.power == 2)
    less = squares[values[columns[squares]] < true[columns[squares]]]
    roots = ((int(square), isqrt(int(true[columns[square]]))) for square in less)
    return [(square, k) for square, root in roots for k in (root - 1, root)]


def add_tangents(program: Program, tangents: Sequence[tuple[int, int]]) -> Program:
    """Return the program with further tangents, each of an auxiliary and with a ``k``."""
    columns = program.definitions.cols[[auxiliary for auxiliary, _ in tangents]]
    tags = program.rows.tags[_first_rows(program.rows, columns)]
    made = [_tangent(program.definitions, *one, tag) for one, tag in zip(tangents, tags, strict=True)]
    return replace(program, rows=append_rows(program.rows, made, defining=True))


def _first_rows(rows: Rows, columns: IntArray) -> IntArray:
    """Return the first row in which each column stands; all terms are looked through once, not for each."""
    places = np.flatnonzero(np.isin(rows.cols, columns))
    met, first = np.unique(rows.cols[places], return_index=True)
    firsts = places[first[np.searchsorted(met, columns)]]
    return np.asarray(np.searchsorted(rows.starts, firsts, side="right") - 1)


def _tangent(definitions: Definitions, auxiliary: int, k: int, tag: TagArray) -> LinearRow:
    """Return a tangent, with the tag of those that there are."""
    column, expr = int(definitions.cols[auxiliary]), int(definitions.start[auxiliary])
    terms = slice(int(definitions.expr_start[expr]), int(definitions.expr_start[expr + 1]))
    slope = 2 * k + 1
    return LinearRow(
        cols=np.append(column, definitions.term_cols[terms]),
        coefs=np.append(1, -slope * definitions.term_coefs[terms]),
        low=slope * int(definitions.constants[expr]) - k * (k + 1),
        high=INFINITE,
        tag=tag,
    )
