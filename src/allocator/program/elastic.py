"""An elastic program: what is asked may be broken, at a price beyond all that its first level may save."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allocator.program.defining import DefinitionBuilder
from allocator.program.expr import Expr
from allocator.program.more_rows import LinearRow, append_rows
from allocator.program.program import INFINITE, Costs, IntArray, Program
from allocator.program.propagate import Bounds

#: The level of what is broken: before 1.
ELASTIC_LEVEL = 0
#: What is broken costs no more than this: sums of it have to be whole numbers of 64 bits.
MAX_PENALTY = 2**40


def elastic(program: Program, bounds: Bounds, loose: IntArray) -> Program:
    """Return the program of which some rows may be broken, each unit of it at a price at level 0.

    What its own first level costs more than the least is paid for there, too, so that of two ways to mend a
    plan the cheaper is taken. Its levels stay as they are, after that.

    Args:
        program: The program.
        bounds: Bounds of its variables.
        loose: Numbers of the rows that may be broken; none of them defines an auxiliary.
    """
    rows, costs, size = program.rows, program.costs, len(program)
    definitions = DefinitionBuilder(program.decisions.count)
    made: list[LinearRow] = []
    most: list[int] = []
    for column, row in enumerate(loose.tolist(), start=size):
        terms = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
        cols, coefs = rows.cols[terms], rows.coefs[terms]
        least, greatest = _ends(coefs, cols, bounds)
        low, high = int(rows.lo[row]), int(rows.hi[row])
        whole, exprs, furthest = Expr(cols, coefs, 0), [], 0
        if low > -INFINITE:
            made.append(
                LinearRow(np.append(cols, column), np.append(coefs, 1), low, INFINITE, rows.tags[row])
            )
            exprs.append(-whole + low)
            furthest = max(furthest, low - least)
        if high < INFINITE:
            made.append(
                LinearRow(np.append(cols, column), np.append(coefs, -1), -INFINITE, high, rows.tags[row])
            )
            exprs.append(whole - high)
            furthest = max(furthest, greatest - high)
        definitions.add(column, exprs)
        most.append(furthest)
    kept = np.ones(len(rows), dtype=np.bool_)
    kept[loose] = False
    count = len(loose)
    added = np.arange(size, size + count)
    first = np.flatnonzero(costs.levels == min(program.levels, default=ELASTIC_LEVEL))
    cheapest, dearest = _ends(costs.coefs[first], costs.cols[first], bounds)
    price = 1 + min(dearest - cheapest, MAX_PENALTY)
    return replace(
        program,
        lower=np.concatenate([bounds[0], np.zeros(count, dtype=np.int64)]),
        upper=np.concatenate([bounds[1], np.array(most, dtype=np.int64)]),
        rows=append_rows(rows.select(kept), made, defining=True),
        costs=Costs(
            np.concatenate([added, costs.cols[first], costs.cols]),
            np.concatenate([np.full_like(added, price), costs.coefs[first], costs.coefs]),
            np.concatenate([np.full(count + len(first), ELASTIC_LEVEL, dtype=np.int64), costs.levels]),
            np.concatenate([rows.tags[loose], costs.tags[first], costs.tags]),
        ),
        constants=(*program.constants, (ELASTIC_LEVEL, 0, -cheapest)),
        definitions=program.definitions.concat(definitions.build()),
        levels=(ELASTIC_LEVEL, *program.levels),
    )


def _ends(coefs: IntArray, cols: IntArray, bounds: Bounds) -> tuple[int, int]:
    """Return the least and the greatest that a sum can come to within bounds, term by term."""
    ends = coefs * bounds[0][cols], coefs * bounds[1][cols]
    return int(np.minimum(*ends).sum()), int(np.maximum(*ends).sum())
