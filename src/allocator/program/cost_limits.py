"""Programs with other objectives: some of the levels, in another order, and rows that limit costs of levels.

A row that limits the cost of a level is the constraint of the epsilon-constraint method (Haimes, Lasdon and
Wismer, 1971): one criterion is minimised, the others are held to a limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from allocator.program.cuts import LinearRow, append_rows
from allocator.program.program import INFINITE, IntArray, Program, Subject, tag
from allocator.program.subproblem import level_objective


def with_objective(program: Program, order: Sequence[int]) -> Program:
    """Return the program with some of its levels as 1, 2, 3 ... in the given order; the others cost nothing.

    Args:
        program: The program.
        order: Levels of the program, the most important first.
    """
    number = {level: k for k, level in enumerate(order, start=1)}
    costs = program.costs
    kept = np.isin(costs.levels, list(order))
    chosen = costs.select(kept)
    levels: IntArray = np.array([number[level] for level in chosen.levels.tolist()], dtype=np.int64)
    constants = tuple(
        (number[level], rule, amount) for level, rule, amount in program.constants if level in number
    )
    return replace(
        program,
        costs=replace(chosen, levels=levels),
        constants=constants,
        levels=tuple(range(1, len(order) + 1)),
    )


def with_cost_limits(program: Program, limits: Mapping[int, int]) -> Program:
    """Return the program with a row for each level that may cost so much at most.

    The rows belong to no rule of the scenario: they have an entry of their own at the end of ``rules``.

    Args:
        program: The program.
        limits: The most that a level may cost, by level.
    """
    rules, rows = list(program.rules), list[LinearRow]()
    for level, most in limits.items():
        price = level_objective(program, level)
        cols = np.flatnonzero(price)
        own = tag(len(rules), Subject())[0]
        rules.append(f"limit.{level}")
        rows.append(LinearRow(cols, price[cols], -INFINITE, most - program.constant(level), own))
    return replace(program, rows=append_rows(program.rows, rows, defining=False), rules=tuple(rules))


def with_later_rows(program: Program, grown: Program, known: int) -> Program:
    """Return the program with the rows that another one has got since: cuts, tangents, Benders rows.

    Args:
        program: The program.
        grown: A program over the same variables.
        known: The number of rows that it had at first.
    """
    later = grown.rows.select(np.arange(len(grown.rows)) >= known)
    if not len(later):
        return program
    own = program.rows
    rows = replace(
        own,
        starts=np.concatenate([own.starts, own.starts[-1] + later.starts[1:]]),
        cols=np.concatenate([own.cols, later.cols]),
        coefs=np.concatenate([own.coefs, later.coefs]),
        lo=np.concatenate([own.lo, later.lo]),
        hi=np.concatenate([own.hi, later.hi]),
        tags=np.concatenate([own.tags, later.tags]),
        defining=np.concatenate([own.defining, later.defining]),
    )
    return replace(program, rows=rows)
