"""An elastic program: some rows may be violated, at a penalty above all that its first level may save."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.program.auxiliary_definitions import DefinitionBuilder
from allocator.program.bound_tightening import Bounds
from allocator.program.cuts import LinearRow, append_rows
from allocator.program.expr import Expr
from allocator.program.program import INFINITE, Costs, IntArray, Program

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
