"""A first plan: part by part, and again with more rows while the plan calls for cuts."""

from __future__ import annotations

from allocator.model.witnesses import BY_ROWS, CP_SAT, NOBODY
from allocator.optimise.by_parts import merged, search_parts, turn
from allocator.optimise.task import Task
from allocator.program.program import IntArray
from allocator.solvers.adapters import minimise
from allocator.solvers.bounds import Bound
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Deadline
from allocator.solvers.observer import Observer
from allocator.solvers.protocol import SearchParams, SearchResult


def any_plan(
    task: Task, hint: IntArray | None, deadline: Deadline, search: SolveContext, observer: Observer
) -> SearchResult:
    """Search for any plan, from a ``hint`` that need not be one."""
    while True:
        found = _once(task, hint, deadline, search, observer)
        if found.values is None:
            return found
        settled = task.settled(found.values)
        if settled is not None:
            return SearchResult("feasible", settled)
        if deadline.is_over or search.is_over:
            return SearchResult("unknown")
        hint = found.values


def _once(
    task: Task, hint: IntArray | None, deadline: Deadline, search: SolveContext, observer: Observer
) -> SearchResult:
    if (
        deadline.is_over or search.is_over
    ):  # to read what is large takes seconds, and nothing would come of it
        return SearchResult("unknown")
    question, parts = task.question(None), task.parts()
    whole = question.full()
    if whole is None or parts is None:
        return SearchResult("infeasible")
    guess = whole.bounds[0] if hint is None else hint[whole.columns]
    values = whole.full_values(guess.clip(*whole.bounds))

    def search_params(k: int) -> SearchParams:
        return SearchParams(turn(deadline, search, k, len(parts)), hint=hint, observer=observer)

    outcomes = search_parts(question, parts, values, search, search_params)
    without = [found for found in outcomes if found.values is None]
    if without:
        return next((found for found in without if found.ended), without[0])
    return SearchResult("feasible", merged(values, parts, outcomes))


def is_impossible(task: Task, deadline: Deadline, search: SolveContext) -> Bound | None:
    """Ask once more, of the program as written and without presolve: one such answer may be wrong.

    Returns:
        Who proved that there is no plan; None only if one turned up after all.
    """
    problem = task.question(None).full(as_written=True)
    assert problem is not None, "nothing is looked at yet"
    found = minimise(problem, search, SearchParams(deadline.share(1.0), without_presolve=True))
    if found.values is not None:
        return None
    if task.question(None).full() is not None:
        return Bound(by=frozenset((CP_SAT,)))
    second = found.found == "infeasible" and len(problem) > 0
    return Bound(by=BY_ROWS, second=frozenset((CP_SAT,)) if second else NOBODY)
