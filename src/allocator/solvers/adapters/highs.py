"""HiGHS: branch and cut on the linear relaxation, in a worker process with one thread.

Solver: HiGHS, https://highs.dev.
"""

from __future__ import annotations

import time
from typing import ClassVar

from allocator.model.run import HIGHS
from allocator.program.subproblem import MilpInstance
from allocator.solvers.background import BackgroundMip
from allocator.solvers.deadline import SolveContext
from allocator.solvers.observer import Observer
from allocator.solvers.solver import SearchParams, SearchResult, Solver, result_without_variables

#: Seconds between two looks at the worker.
POLL_SECONDS = 0.02


class Highs(Solver):
    """HiGHS; the clock alone ends it early, since its work is not counted. It takes no hint."""

    name: ClassVar[str] = HIGHS

    def minimise(self, problem: MilpInstance, context: SolveContext, params: SearchParams) -> SearchResult:
        """Return the best values found within the allotment, and what is proved of the cost."""
        if len(problem) == 0:
            return result_without_variables(problem)
        if params.allotment.is_over:
            return SearchResult("unknown", effort=1.0)
        search, began = BackgroundMip(problem, None, context.seed), time.monotonic()
        search.begin()
        try:
            while search.is_running and time.monotonic() < began + params.allotment.seconds:
                if context.is_stopped or params.observer.stop_reason() is not None:
                    break
                _wait(context)
                _report(search, params.observer)
        finally:
            search.close()
        _report(search, params.observer)
        effort = min(1.0, (time.monotonic() - began) / params.allotment.seconds)
        bound = max(search.bound, params.known_bound)
        if search.cost is None:
            return SearchResult("infeasible" if search.is_infeasible else "unknown", effort=effort)
        is_best = bound >= search.cost
        return SearchResult("optimal" if is_best else "feasible", search.values, bound, search.cost, effort)


def _wait(context: SolveContext) -> None:
    try:
        time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        context.request_stop()


def _report(search: BackgroundMip, observer: Observer) -> None:
    """Let an observer see the incumbent and the bound so far."""
    values, cost = search.plan
    if values is not None and observer.wants_plans:
        observer.on_plan(values)
    observer.on_bound(cost, search.bound)
