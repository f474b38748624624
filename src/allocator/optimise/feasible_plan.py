"""Any feasible plan: components are searched side by side, again while the plan violates cuts."""

from __future__ import annotations

from allocator.model.run import BY_ROWS, CP_SAT, NOBODY
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.routes.decomposition import allot_part, merge_parts, search_parts
from allocator.optimise.routes.route import ProgramRequest, RouteResult, program_routes
from allocator.program.program import IntArray
from allocator.solvers.adapters import minimise
from allocator.solvers.bounds import Bound
from allocator.solvers.deadline import Deadline, SolveContext
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.solvers.solver import SearchParams, SearchResult


def find_feasible(
    constrained: ConstrainedProgram,
    hint: IntArray | None,
    deadline: Deadline,
    context: SolveContext,
    observer: Observer = NULL_OBSERVER,
) -> SearchResult:
    """Search for any plan.

    Args:
        constrained: The program; cuts that plans violate are added to it.
        hint: ``[variables]`` values to begin from, which need not be a plan.
        deadline: The time that the search may take.
        context: Seed, budget and stop.
        observer: Sees bounds.
    """
    while True:
        found = _search_components(constrained, hint, deadline, context, observer)
        if found.values is None:
            return found
        plan = constrained.complete_plan(found.values)
        if plan is not None:
            return SearchResult("feasible", plan)
        if deadline.is_over or context.is_over:
            return SearchResult("unknown")
        hint = found.values


def find_any_plan(constrained: ConstrainedProgram, deadline: Deadline, context: SolveContext) -> RouteResult:
    """Find any plan, or that there is none, by the routes for whole programs or else by a search."""
    for route in program_routes():
        request = ProgramRequest(constrained, context, deadline)
        if route.applies(request).applies:
            result = route.solve(request)
            if result.decisions is not None or result.found == "infeasible":
                return result
    found = find_feasible(constrained, None, deadline, context)
    return RouteResult(found.found, found.values)


def _search_components(
    constrained: ConstrainedProgram,
    hint: IntArray | None,
    deadline: Deadline,
    context: SolveContext,
    observer: Observer,
) -> SearchResult:
    """Search each component for any values."""
    if deadline.is_over or context.is_over:  # to read a large program takes seconds
        return SearchResult("unknown")
    subproblem, parts = constrained.subproblem(None), constrained.parts()
    whole = subproblem.full()
    if whole is None or parts is None:
        return SearchResult("infeasible")
    guess = whole.bounds[0] if hint is None else hint[whole.columns]
    values = whole.full_values(guess.clip(*whole.bounds))

    def params_of(k: int) -> SearchParams:
        return SearchParams(allot_part(deadline, context, k, len(parts)), hint=hint, observer=observer)

    results = search_parts(subproblem, parts, values, context, params_of)
    without = [result for result in results if result.values is None]
    if without:
        return next((result for result in without if result.ended), without[0])
    return SearchResult("feasible", merge_parts(values, parts, results))


def confirm_infeasible(
    constrained: ConstrainedProgram, deadline: Deadline, context: SolveContext
) -> Bound | None:
    """Search once more, the program as written and without presolve: a single such answer may be wrong.

    Returns:
        The proof that there is no plan; None only if a plan was found after all.
    """
    problem = constrained.subproblem(None).full(as_written=True)
    assert problem is not None, "no bounds are tightened"
    found = minimise(problem, context, SearchParams(deadline.share(1.0), without_presolve=True))
    if found.values is not None:
        return None
    if constrained.subproblem(None).full() is not None:
        return Bound(by=frozenset((CP_SAT,)))
    second = found.found == "infeasible" and len(problem) > 0
    return Bound(by=BY_ROWS, second=frozenset((CP_SAT,)) if second else NOBODY)
