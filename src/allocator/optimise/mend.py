"""A first plan near what nearly is one: what stands stays, and only around what is broken it may change.

A baseline with a pin, an exclusion or somebody who left breaks few rows. Everything is held as it was but
for what these rows speak of, and that piece is solved to the least cost of the first level; where nothing
in it mends the plan, the piece grows. It is a large neighbourhood search (Shaw, 1998) whose neighbourhood
is what has to change, so its first answer is mostly the best one too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allocator.optimise.asking import Asking, minimise
from allocator.optimise.task import Task
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.following import antecedents, dependents
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import BoolArray, MilpInstance
from allocator.solvers.budget import Clock, Slice
from allocator.solvers.context import SolveContext

#: Pieces with more decisions than this take as long as a plan from nothing.
LARGEST = 20_000
#: What breaks more rows than this part of all that is chosen is no plan that a small change mends.
FAR = 0.1
#: The part of the time left for each piece, and the most seconds of it.
PIECE_PART, PIECE = 0.5, 0.7


def mended(task: Task, hint: IntArray, part: Slice, search: SolveContext) -> IntArray | None:
    """Return a plan near ``hint`` as values of all variables, or None if none was found so.

    Args:
        task: What is to be solved.
        hint: ``[variables]`` what nearly is a plan; what rows alone settle is taken as they settle it.
        part: The time that mending may take.
        search: How to search.
    """
    clock, whole = Clock(search.budget, part), task.question(None).whole()
    if whole is None:
        return None
    near = _within_bounds(task, whole, hint)
    broken = violated_rows(task.program, near[None, :])[0]
    if not broken.any():
        return near
    question = task.question(next(iter(task.program.levels), None))
    for free in _pieces(task.program, near, broken):
        if clock.is_over or search.is_over:
            return None
        if free[whole.columns[: np.searchsorted(whole.columns, len(free))]].sum() > LARGEST:
            return None
        problem = question.piece(near, dependents(task.program, np.flatnonzero(free)))
        if problem is None:
            continue
        found = minimise(problem, search, Asking(clock.share(PIECE_PART, most=PIECE), hint=near)).values
        if found is not None:
            return np.asarray(
                evaluate_auxiliaries(task.program, found[None, : task.program.decisions.count])[0]
            )
    return None


def _within_bounds(task: Task, whole: MilpInstance, hint: IntArray) -> IntArray:
    """Return the hint with what the rows alone leave one value at that value."""
    decisions = whole.whole(hint[whole.columns])[: task.program.decisions.count]
    return np.asarray(evaluate_auxiliaries(task.program, decisions[None, :])[0])


def _pieces(program: Program, near: IntArray, broken: BoolArray) -> Iterator[BoolArray]:
    """Yield ``[decisions]`` that may change, first fewer, then more.

    First what the broken rows speak of, and whatever else is chosen may be given up; then also wherever
    else whoever these rows speak of could be. Nothing where very much is broken.
    """
    rows, decisions = program.rows, program.decisions
    chosen = near[: decisions.count] > 0
    if broken.sum() > FAR * chosen.sum():
        return
    free = antecedents(program, rows.cols[np.repeat(broken, np.diff(rows.starts))])
    yield free | chosen
    yield free | chosen | _of_the_same_items(decisions, free & chosen)


def _of_the_same_items(decisions: Decisions, some: BoolArray) -> BoolArray:
    """Return ``[decisions]``: all decisions of the items of some."""
    found = np.zeros(decisions.count, dtype=np.bool_)
    for grid in decisions.grids.values():
        is_some = np.where(grid >= 0, some[grid], False).any(axis=(1, 2, 3))
        columns = grid[is_some]
        found[columns[columns >= 0]] = True
    return found
