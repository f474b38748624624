"""Search independent parts side by side: where no row ties two parts, the best of each is the best of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from threading import Lock

from allocator.model.witnesses import CP_SAT, joined
from allocator.optimise.standing import Standing
from allocator.program.program import BoolArray, IntArray
from allocator.program.subproblem import Subproblem
from allocator.solvers.adapters import minimise
from allocator.solvers.context import SolveContext
from allocator.solvers.deadline import Allotment, Deadline
from allocator.solvers.protocol import SearchParams, SearchResult


def search_parts(
    question: Subproblem,
    parts: Sequence[BoolArray],
    values: IntArray,
    search: SolveContext,
    search_params: Callable[[int], SearchParams],
    ended: Callable[[BoolArray, SearchResult], None] = lambda _part, _found: None,
) -> list[SearchResult]:
    """Search each part with all others held to ``values``, as many at a time as there are threads.

    Args:
        question: What is asked.
        parts: ``[variables]`` masks, independent of each other.
        values: What is outside a part; values of other parts are never read.
        search: How to search.
        search_params: Returns how to search part ``k``; called when its turn comes.
        ended: Hears of each part that has been searched, in the thread that searched it.
    """
    threads_each = 0 if len(parts) == 1 else 1

    def one(k: int) -> SearchResult:
        problem = question.restrict(values, parts[k])
        if problem is None:
            return SearchResult("infeasible")
        found = minimise(problem, search, replace(search_params(k), threads=threads_each))
        ended(parts[k], found)
        return found

    with ThreadPoolExecutor(search.budget.workers) as pool:
        searches = [pool.submit(one, k) for k in range(len(parts))]
        try:
            wait(searches)
        except KeyboardInterrupt:
            search.request_stop()
    return [done.result() for done in searches]


def merged(values: IntArray, parts: Sequence[BoolArray], outcomes: Sequence[SearchResult]) -> IntArray:
    """Return ``values`` with each part as it was found, where it was."""
    result = values.copy()
    for part, outcome in zip(parts, outcomes, strict=True):
        if outcome.values is not None:
            result[part] = outcome.values[part]
    return result


class _Ended:
    """Puts each part that has ended into the plan and shows what it then is: others may take long."""

    def __init__(self, standing: Standing) -> None:
        self._standing, self._values, self._lock = standing, standing.values, Lock()

    def __call__(self, part: BoolArray, found: SearchResult) -> None:
        """Hear of a part."""
        with self._lock:
            self._values = merged(self._values, [part], [found])
        self._standing.show(self._values)


def turn(deadline: Deadline, search: SolveContext, k: int, count: int) -> Allotment:
    """Return the time that the ``k``-th of ``count`` parts may take of what is left."""
    return deadline.share(min(1.0, search.budget.workers / (count - k)))


def minimise_parts(
    standing: Standing, parts: list[BoolArray], deadline: Deadline, search: SolveContext
) -> list[BoolArray]:
    """Minimise a level over each independent part and return the parts that are not proved.

    Parts are independent only where the levels above are proved to cost no less: else one of them
    could cost less there and leave room for another.
    """

    def search_params(k: int) -> SearchParams:
        return SearchParams(turn(deadline, search, k, len(parts)), hint=standing.values, gap=standing.gap)

    while True:
        question, ended = standing.task.question(standing.level), _Ended(standing)
        outcomes = search_parts(question, parts, standing.values, search, search_params, ended)
        if standing.take(merged(standing.values, parts, outcomes)):
            break
        if deadline.is_over or search.is_over:
            return parts
    losses = [None if found.cost is None else found.cost - found.bound for found in outcomes]
    if None not in losses and standing.task.is_tight:
        bound = standing.cost - sum(loss or 0 for loss in losses)
        standing.hear(None, bound, joined((CP_SAT,), standing.above))
    return [part for part, loss in zip(parts, losses, strict=True) if loss != 0]
