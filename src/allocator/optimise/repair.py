"""A first plan of a large program: the best of its network part, then what that breaks is mended.

Most of what is asked of a posting is a network: how many of each grade, who may not go where. One flow
keeps all of that at least cost; of the rest (skills, kin kept apart) it breaks little. Those rows are made
elastic and improved like any level until none is broken; of millions of decisions a few hundred thousand
are enough for that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from allocator.optimise.flow import cheapest_plan
from allocator.optimise.improve import Improvement
from allocator.optimise.standing import Standing
from allocator.optimise.task import Task
from allocator.program.elastic import ELASTIC_LEVEL, elastic
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.medoids import undefined_auxiliaries
from allocator.program.narrow import restrict_to_decisions
from allocator.program.network_part import find_network_part
from allocator.program.program import IntArray, Program
from allocator.program.projection import decision_rows, rows_with_auxiliaries
from allocator.program.propagate import Bounds
from allocator.program.subproblem import MilpInstance
from allocator.solvers.budget import Clock, Slice
from allocator.solvers.context import SolveContext

#: Of more than twice as many decisions so many are looked at first: a plan is broken at few places, and each
#: can be mended in very many ways.
MANY = 400_000
#: The part of the time left for each of these two.
NARROW_PART = 0.5
#: Smaller programs are found a first plan by search in no time.
LARGE = 6_000


def repaired(task: Task, time: Slice, search: SolveContext) -> IntArray | None:
    """Return a plan as values of all variables, or None if none was found so.

    Args:
        task: What is to be solved.
        time: The time that mending may take.
        search: How to search.
    """
    program = task.program
    if program.decisions.count < LARGE or undefined_auxiliaries(program):
        return None
    whole = task.question(None).whole()
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
    Improvement(standing, np.ones(len(loose), dtype=np.bool_), search, races=False).run(time)
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
