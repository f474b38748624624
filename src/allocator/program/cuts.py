"""Rows beside those of the builder: cuts that rules add later, tangents, facets of shares, elastic rows.

The square of a whole number ``d`` is the maximum of ``(2k + 1) d - k (k + 1)`` over whole ``k``; the two
tangents with ``k = d - 1`` and ``k = d`` meet it. Every tangent holds in every plan. A program with a few of
them bounds the cost of a plan from below; one with the tangents that meet the squares of a plan prices that
plan exactly.

A share of a whole number of members is rounded up: of 3 members 67% are 3, not 2.01. The points
``(w, ceil(p w / 100))`` lie above the line of the percentage, and their convex envelope is the tightest
linear bound.

An elastic row may be violated, at a penalty above all that the first level of its program may save.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import gcd, isqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from allocator.program.auxiliary_definitions import DefinitionBuilder
from allocator.program.expr import EMPTY, Expr
from allocator.program.program import (
    INFINITE,
    WIDTH,
    Costs,
    Definitions,
    IntArray,
    Program,
    Rows,
    Subject,
    TagArray,
    tag,
)

if TYPE_CHECKING:
    from allocator.program.bound_tightening import Bounds

#: A decision: layer, item, slot, role, period.
Place = tuple[str, int, int, int, int]


class LinearRow(NamedTuple):
    """One row ``low <= sum(coefs * x[cols]) <= high``, with its tag ``[7]``."""

    cols: IntArray
    coefs: IntArray
    low: int
    high: int
    tag: TagArray


@dataclass(frozen=True)
class RuleCut:
    """A cut of a rule: ``sum(coefs * decisions) <= bound`` over places (layer, item, slot, role, period)."""

    rule: str
    subject: Subject
    places: tuple[Place, ...]
    coefs: tuple[int, ...]
    bound: int


@dataclass(frozen=True)
class TangentParams:
    """Which tangents of a square are written beforehand.

    Attributes:
        dense_until: Every tangent is written up to this root. Good plans are seldom further from a target.
        stretch: Beyond it, each tangent touches at this factor of the root of the one before.
    """

    dense_until: int = 48
    stretch: float = 1.4


TANGENT_PARAMS = TangentParams()


class ShareFacet(NamedTuple):
    """``scale * part >= slope * whole + constant``."""

    scale: int
    slope: int
    constant: int


def append_rows(rows: Rows, more: Sequence[LinearRow], *, defining: bool) -> Rows:
    """Return the rows followed by more rows; ``defining`` says whether these only define auxiliaries."""
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


def add_cuts(program: Program, cuts: Sequence[RuleCut]) -> Program:
    """Return the program with the cuts of rules as further rows."""
    rows = [_cut_row(program, cut) for cut in cuts]
    return replace(program, rows=append_rows(program.rows, rows, defining=False))


def _cut_row(program: Program, cut: RuleCut) -> LinearRow:
    grids = program.decisions.grids
    found = np.array([grids[layer][i, s, r, t] for layer, i, s, r, t in cut.places], dtype=np.int64)
    exists = found >= 0
    mark = tag(program.rules.index(cut.rule), cut.subject)
    return LinearRow(found[exists], np.array(cut.coefs, dtype=np.int64)[exists], -INFINITE, cut.bound, mark)


def initial_tangents(upper: int) -> Iterator[int]:
    """Yield the ``k`` of the tangents that are written beforehand for roots from 0 to ``upper``."""
    k = 0
    while k <= upper:
        yield k
        k = k + 1 if k < TANGENT_PARAMS.dense_until else int(k * TANGENT_PARAMS.stretch)


def has_outer_approximation(program: Program) -> bool:
    """Return whether the rows understate some square, far out, because they hold only some tangents."""
    definitions = program.definitions
    squares = definitions.cols[definitions.power == 2]
    return bool((program.upper[squares] > TANGENT_PARAMS.dense_until**2).any())


def violated_tangents(program: Program, values: IntArray, true: IntArray) -> list[tuple[int, int]]:
    """Return the missing tangents that meet the squares that a solver understated, as auxiliary and ``k``.

    Args:
        program: The program.
        values: ``[variables]`` the values that a solver found.
        true: ``[variables]`` the same with every auxiliary at its defined value.
    """
    columns = program.definitions.cols
    squares = np.flatnonzero(program.definitions.power == 2)
    less = squares[values[columns[squares]] < true[columns[squares]]]
    roots = ((int(square), isqrt(int(true[columns[square]]))) for square in less)
    return [(square, k) for square, root in roots for k in (root - 1, root)]


def add_tangents(program: Program, tangents: Sequence[tuple[int, int]]) -> Program:
    """Return the program with further tangents, each given by its auxiliary and its ``k``."""
    columns = program.definitions.cols[[auxiliary for auxiliary, _ in tangents]]
    tags = program.rows.tags[_first_rows(program.rows, columns)]
    made = [_tangent(program.definitions, *one, tag) for one, tag in zip(tangents, tags, strict=True)]
    return replace(program, rows=append_rows(program.rows, made, defining=True))


def _first_rows(rows: Rows, columns: IntArray) -> IntArray:
    """Return the first row of each column, by one pass over all terms."""
    places = np.flatnonzero(np.isin(rows.cols, columns))
    met, first = np.unique(rows.cols[places], return_index=True)
    firsts = places[first[np.searchsorted(met, columns)]]
    return np.asarray(np.searchsorted(rows.starts, firsts, side="right") - 1)


def _tangent(definitions: Definitions, auxiliary: int, k: int, tag: TagArray) -> LinearRow:
    """Return one tangent of a square, with the tag of its other tangents."""
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


def share_facets(percent: int, low: int, high: int) -> list[ShareFacet]:
    """Return the facets that bound a part from below that is ``percent`` of a whole, rounded up.

    Every facet holds for each such pair of whole numbers. The maximum of the facets, rounded up, is the
    minimum of the part.

    Args:
        percent: From 0 to 100.
        low: Lower bound of the whole, never negative.
        high: Upper bound of the whole.
    """
    points = [(whole, -(-percent * whole // 100)) for whole in range(low, high + 1)]
    if len(points) == 1:
        return [ShareFacet(1, 0, points[0][1])]
    return list(_lines(_lower_envelope(points)))


def _lower_envelope(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the corners of the lower convex envelope of points in order (Andrew 1979)."""
    corners: list[tuple[int, int]] = []
    for x, y in points:
        while len(corners) > 1:
            (x0, y0), (x1, y1) = corners[-2:]
            if (y1 - y0) * (x - x0) < (y - y0) * (x1 - x0):
                break
            corners.pop()
        corners.append((x, y))
    return corners


def _lines(corners: list[tuple[int, int]]) -> Iterator[ShareFacet]:
    for (x0, y0), (x1, y1) in pairwise(corners):
        divisor = gcd(x1 - x0, y1 - y0)
        scale, slope = (x1 - x0) // divisor, (y1 - y0) // divisor
        yield ShareFacet(scale, slope, scale * y0 - slope * x0)


#: The level of violations, before level 1.
ELASTIC_LEVEL = 0
#: Upper limit of the penalty for one unit of violation: sums of penalties must fit into 64 bits.
MAX_PENALTY = 2**40


def elastic(program: Program, bounds: Bounds, loose: IntArray) -> Program:
    """Return the program with some rows elastic: level 0 charges a penalty for each unit of violation.

    Level 0 also charges the cost of the program's own first level above its minimum, so of two repairs of a
    plan the cheaper one wins. The program's levels follow unchanged.

    Args:
        program: The program.
        bounds: Bounds of its variables.
        loose: Numbers of the rows that may be violated; none of them defines an auxiliary.
    """
    rows, costs, size, count = program.rows, program.costs, len(program), len(loose)
    definitions, made, most = DefinitionBuilder(program.decisions.count), list[LinearRow](), list[int]()
    for column, row in enumerate(loose.tolist(), start=size):
        exprs, relaxed, largest = _violations(program, bounds, row, column)
        made += relaxed
        definitions.add(column, exprs)
        most.append(largest)
    kept = np.ones(len(rows), dtype=np.bool_)
    kept[loose] = False
    added = np.arange(size, size + count)
    first = np.flatnonzero(costs.levels == min(program.levels, default=ELASTIC_LEVEL))
    cheapest, dearest = _range_of_sum(costs.coefs[first], costs.cols[first], bounds)
    penalty = 1 + min(dearest - cheapest, MAX_PENALTY)
    return replace(
        program,
        lower=np.concatenate([bounds[0], np.zeros(count, dtype=np.int64)]),
        upper=np.concatenate([bounds[1], np.array(most, dtype=np.int64)]),
        rows=append_rows(rows.select(kept), made, defining=True),
        costs=Costs(
            np.concatenate([added, costs.cols[first], costs.cols]),
            np.concatenate([np.full_like(added, penalty), costs.coefs[first], costs.coefs]),
            np.concatenate([np.full(count + len(first), ELASTIC_LEVEL, dtype=np.int64), costs.levels]),
            np.concatenate([rows.tags[loose], costs.tags[first], costs.tags]),
        ),
        constants=(*program.constants, (ELASTIC_LEVEL, 0, -cheapest)),
        definitions=program.definitions.concat(definitions.build()),
        levels=(ELASTIC_LEVEL, *program.levels),
    )


def _violations(
    program: Program, bounds: Bounds, row: int, column: int
) -> tuple[list[Expr], list[LinearRow], int]:
    """Return the violations of a row, the row relaxed by a variable, and its largest violation."""
    rows = program.rows
    terms = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
    cols, coefs = rows.cols[terms], rows.coefs[terms]
    least, greatest = _range_of_sum(coefs, cols, bounds)
    low, high = int(rows.lo[row]), int(rows.hi[row])
    total, exprs, relaxed, largest = Expr(cols, coefs, 0), list[Expr](), list[LinearRow](), 0
    if low > -INFINITE:
        relaxed.append(LinearRow(np.append(cols, column), np.append(coefs, 1), low, INFINITE, rows.tags[row]))
        exprs.append(-total + low)
        largest = max(largest, low - least)
    if high < INFINITE:
        relaxed.append(
            LinearRow(np.append(cols, column), np.append(coefs, -1), -INFINITE, high, rows.tags[row])
        )
        exprs.append(total - high)
        largest = max(largest, greatest - high)
    return exprs, relaxed, largest


def _range_of_sum(coefs: IntArray, cols: IntArray, bounds: Bounds) -> tuple[int, int]:
    """Return the minimum and the maximum of a sum within bounds, term by term."""
    ends = coefs * bounds[0][cols], coefs * bounds[1][cols]
    return int(np.minimum(*ends).sum()), int(np.maximum(*ends).sum())
