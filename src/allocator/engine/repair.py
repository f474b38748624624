"""A first plan of a large program: the best of its network part, then what that breaks is mended.

Most of what is asked of a posting is a network: how many of each grade, who may not go where. One flow
keeps all of that at least cost; of the rest (skills, kin kept apart) it breaks little. Those rows are made
elastic and improved like any level until none is broken.
"""

from __future__ import annotations

import numpy as np

from allocator.engine.budget import Slice
from allocator.engine.flow import best_by_flow
from allocator.engine.improve import Improvement
from allocator.engine.search import Search
from allocator.engine.standing import Standing
from allocator.engine.task import Task
from allocator.program.elastic import BROKEN, elastic
from allocator.program.evaluate import broken_rows, complete
from allocator.program.network_part import network_part
from allocator.program.program import IntArray

#: Smaller programs are found a first plan by search in no time.
LARGE = 6_000


def repaired(task: Task, part: Slice, search: Search) -> IntArray | None:
    """Return a plan as values of all variables, or None if none was found so.

    Args:
        task: What is to be solved.
        part: The time that mending may take.
        search: How to search.
    """
    program = task.program
    if program.decisions.count < LARGE:
        return None
    found = network_part(program, task.bounds, lambda: search.is_over)
    flow = None if found is None or search.is_over else best_by_flow(*found)
    if flow is None or search.is_over:
        return None
    values = complete(program, flow[None, : program.decisions.count])
    broken = np.flatnonzero(broken_rows(program, values)[0])
    if not len(broken):
        return np.asarray(values[0])
    loose = Task(elastic(program, task.bounds, broken), lambda _: [])
    start = complete(loose.program, values[:, : program.decisions.count])[0]
    standing = Standing(loose, BROKEN, start, 0, 0.0, lambda _cost, _bound: None)
    Improvement(standing, np.ones(len(loose.program), dtype=np.bool_), search, races=False).run(part)
    return None if standing.cost else np.asarray(standing.values[: len(program)])
