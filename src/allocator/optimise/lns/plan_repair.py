"""A first plan near what nearly is one: what stands stays, and only around what is broken it may change.

A baseline with a pin, an exclusion or somebody who left breaks few rows. Everything is held as it was but
for what these rows speak of, and that piece is solved to the least cost of the first level; where nothing
in it mends the plan, the piece grows. It is a large neighbourhood search (Shaw, 1998) whose neighbourhood
is what has to change, so its first answer is mostly the best one too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from allocator.optimise.asking import Asking, minimise
from allocator.optimise.flow import cheapest_plan
from allocator.optimise.lns.large_neighbourhood import LargeNeighbourhoodSearch
from allocator.optimise.standing import Standing
from allocator.optimise.task import Task
from allocator.program.decisions import Decisions
from allocator.program.elastic import ELASTIC_LEVEL, elastic
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.following import antecedents, dependents
from allocator.program.medoids import undefined_auxiliaries
from allocator.program.narrow import restrict_to_decisions
from allocator.program.network_part import find_network_part
from allocator.program.program import IntArray, Program
from allocator.program.projection import decision_rows, rows_with_auxiliaries
from allocator.program.propagate import Bounds
from allocator.program.subproblem import BoolArray, MilpInstance
from allocator.solvers.budget import Clock, Slice
from allocator.solvers.context import SolveContext

#: Pieces with more decisions than this take as long as a plan from nothing.
LARGEST = 20_000
#: What breaks more rows than this part of all that is chosen is no plan that a small change mends.
FAR = 0.1
#: The part of the time left for each piece, and the most seconds of it.
PIECE_PART, PIECE = 0.5, 0.7


def local_repair(task: Task, hint: IntArray, part: Slice, search: SolveContext) -> IntArray | None:
    """Return a plan near ``hint`` as values of all variables, or None if none was found so.

    Args:
        task: What is to be solved.
        hint: ``[variables]`` what nearly is a plan; what rows alone settle is taken as they settle it.
        part: The time that mending may take.
        search: How to search.
    """
    clock, whole = Clock(search.budget, part), task.question(None).full()
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
        problem = question.restrict(near, dependents(task.program, np.flatnonzero(free)))
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
    decisions = whole.full_values(hint[whole.columns])[: task.program.decisions.count]
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


#: Of more than twice as many decisions so many are looked at first: a plan is broken at few places, and each
#: can be mended in very many ways.
MANY = 400_000
#: The part of the time left for each of these two.
NARROW_PART = 0.5
#: Smaller programs are found a first plan by search in no time.
LARGE = 6_000


def elastic_repair(task: Task, time: Slice, search: SolveContext) -> IntArray | None:
    """Return a plan as values of all variables, or None if none was found so.

    Args:
        task: What is to be solved.
        time: The time that mending may take.
        search: How to search.
    """
    program = task.program
    if program.decisions.count < LARGE or undefined_auxiliaries(program):
        return None
    whole = task.question(None).full()
    part = None if whole is None else find_network_part(program, whole, lambda: search.is_over)
    if whole is None or part is None or search.is_over:
        return None
    flow = cheapest_plan(program, part.problem, part.network)
    if flow is None or search.is_over:
        return None
    decisions = flow[: program.decisions.count]
    clock = Clock(search.budget, time)
    for loose in _narrowed(program, task.bounds, whole, decisions, search.seed):
        mended = decisions.copy()
        found = _mended(
            loose.program, loose.bounds, decisions[loose.columns], clock.share(NARROW_PART), search
        )
        if found is not None:
            mended[loose.columns] = found
            return np.asarray(evaluate_auxiliaries(program, mended[None, :])[0])
        if clock.is_over or search.is_over:
            break
    return None


class _Narrowed(NamedTuple):
    """A program, bounds of its variables, and which decision of the whole program each of its own is."""

    program: Program
    bounds: Bounds
    columns: IntArray


def _narrowed(
    program: Program, bounds: Bounds, whole: MilpInstance, decisions: IntArray, seed: int
) -> Iterator[_Narrowed]:
    """Yield what is to be mended: where there are very many decisions, of a few by chance, then of all."""
    count = program.decisions.count
    if rows_with_auxiliaries(program).any():
        yield _Narrowed(program, bounds, np.arange(count))
        return
    asked = decision_rows(program, whole)
    for part in (MANY / count, 1.0) if count > 2 * MANY else (1.0,):
        kept = np.random.default_rng(seed).random(len(asked)) < part
        made, columns = restrict_to_decisions(program, asked, kept | (decisions[asked.columns] > 0))
        yield _Narrowed(made, (made.lower, made.upper), columns)


def _mended(
    program: Program, bounds: Bounds, decisions: IntArray, time: Slice, search: SolveContext
) -> IntArray | None:
    """Return decisions near some that may break a program, and do not; None if none are found."""
    broken = np.flatnonzero(violated_rows(program, evaluate_auxiliaries(program, decisions[None, :]))[0])
    if not len(broken):
        return decisions
    loose = elastic(program, bounds, broken)
    start = evaluate_auxiliaries(loose, decisions[None, :])[0]
    task = Task(loose, lambda _: [])
    standing = _Mending(task, ELASTIC_LEVEL, start, 0, 0.0, lambda _cost, _bound: None, elastic=len(broken))
    LargeNeighbourhoodSearch(standing, np.ones(len(loose), dtype=np.bool_), search, races=False).run(time)
    return standing.values[: len(decisions)] if standing.is_mended else None


@dataclass(eq=False)
class _Mending(Standing):
    """A plan that is good enough once nothing of it is broken.

    Attributes:
        elastic: How many of the last variables say what is broken.
    """

    elastic: int = 0

    @property
    def is_mended(self) -> bool:
        """Whether nothing is broken."""
        return not self.values[len(self.values) - self.elastic :].any()

    @property
    def is_good_enough(self) -> bool:
        """Whether nothing is broken, or nothing can be better."""
        return self.is_mended or super().is_good_enough
