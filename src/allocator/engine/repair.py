"""A first plan of a large program: the best of its network part, then what that breaks is mended.

Most of what is asked of a posting is a network: how many of each grade, who may not go where. One flow
keeps all of that at least cost; of the rest (skills, kin kept apart) it breaks little. Those rows are made
elastic and improved like any level until none is broken.
"""

from __future__ import annotations

import numpy as np

from allocator.engine.budget import Slice
from allocator.engine.flow import cheapest_plan
from allocator.engine.improve import Improvement
from allocator.engine.search import Search
from allocator.engine.standing import Standing
from allocator.engine.task import Task
from allocator.program.elastic import BROKEN, elastic
from allocator.program.evaluate import broken_rows, complete
from allocator.program.excerpt import without_costs
from allocator.program.medoids import undefined
from allocator.program.network_part import network_part
from allocator.program.program import IntArray, Program
from allocator.program.propagate import Bounds
from allocator.program.question import Problem

#: Smaller programs are found a first plan by search in no time.
LARGE = 6_000


def repaired(task: Task, time: Slice, search: Search) -> IntArray | None:
    """Return a plan as values of all variables, or None if none was found so.

    Args:
        task: What is to be solved.
        time: The time that mending may take.
        search: How to search.
    """
    program = task.program
    if program.decisions.count < LARGE or undefined(program):
        return None
    whole = task.question(None).whole()
    part = None if whole is None else network_part(program, whole, lambda: search.is_over)
    if whole is None or part is None or search.is_over:
        return None
    flow = cheapest_plan(program, part.problem, part.network)
    if flow is None or search.is_over:
        return None
    asked = without_costs(program)
    decisions = flow[: program.decisions.count]
    broken = np.flatnonzero(broken_rows(asked, complete(asked, decisions[None, :]))[0])
    if len(broken):
        loose = elastic(asked, _within(whole, len(asked)), broken)
        mended = _mended(loose, decisions, time, search)
        if mended is None:
            return None
        decisions = mended[: program.decisions.count]
    return np.asarray(complete(program, decisions[None, :])[0])


def _mended(loose: Program, decisions: IntArray, time: Slice, search: Search) -> IntArray | None:
    """Return a plan, near some decisions, that breaks nothing of an elastic program, if one is found."""
    start = complete(loose, decisions[None, :])[0]
    standing = Standing(Task(loose, lambda _: []), BROKEN, start, 0, 0.0, lambda _cost, _bound: None)
    Improvement(standing, np.ones(len(loose), dtype=np.bool_), search, races=False).run(time)
    return None if standing.cost else standing.values


def _within(whole: Problem, count: int) -> Bounds:
    """Return the bounds of the first so many variables that follow from all rows together."""
    lower, upper = whole.held.copy(), whole.held.copy()
    lower[whole.columns], upper[whole.columns] = whole.bounds
    return lower[:count], upper[:count]
