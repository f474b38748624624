"""A plan to begin from that is made, not searched for: by a flow alone, near a hint, or from a flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from allocator.optimise.flow import plan_by_flow
from allocator.optimise.lns.plan_repair import elastic_repair, is_large, local_repair
from allocator.optimise.task import Task
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline

#: The part of the time for mending what is hinted at, then that of what is left for mending a flow.
MENDING_PART, REPAIR_PART = 0.25, 0.5


@dataclass(frozen=True, eq=False)
class Beginning:
    """A plan as values of all variables, and whether a flow gave it: what is asked is then a network."""

    values: IntArray
    is_flow: bool


def beginning(
    task: Task, hint: IntArray | None, deadline: Deadline, search: SolveContext
) -> Beginning | None:
    """Return a plan, or None if none was made: what is no network and small is better searched for.

    Near the hint comes before any other way: that is where whoever gave a baseline wants to stay.

    Args:
        task: What is to be solved.
        hint: ``[variables]`` what nearly is a plan, if anything is known.
        deadline: The time that there is.
        search: How to search.
    """
    whole = task.question(None).full()
    if whole is None:  # the rows alone leave no plan
        return None
    for is_flow, make in _ways(task, whole, hint, deadline, search):
        values = make()
        if values is not None and task.is_sound(values):
            return Beginning(values, is_flow)
    return None


def _ways(
    task: Task, whole: MilpInstance, hint: IntArray | None, deadline: Deadline, search: SolveContext
) -> Iterator[tuple[bool, Callable[[], IntArray | None]]]:
    yield True, lambda: _by_flow(task.program, whole)
    if not is_large(task.program):
        return
    if hint is not None:
        yield False, lambda: local_repair(task, hint, deadline.share(MENDING_PART), search)
    yield False, lambda: elastic_repair(task, deadline.share(REPAIR_PART), search)


def _by_flow(program: Program, whole: MilpInstance) -> IntArray | None:
    decisions = plan_by_flow(program, whole)
    return None if decisions is None else np.asarray(evaluate_auxiliaries(program, decisions[None, :])[0])
