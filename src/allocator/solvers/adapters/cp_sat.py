"""CP-SAT: constraint search with clause learning, for problems of any structure.

Solver: OR-Tools CP-SAT, https://developers.google.com/optimization.
"""

from __future__ import annotations

import math
from threading import Thread
from typing import ClassVar

import numpy as np
from ortools.sat.python import cp_model

from allocator.model.run import CP_SAT
from allocator.program.program import INFINITE
from allocator.program.subproblem import MilpInstance
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.observer import Observer
from allocator.solvers.solver import (
    Found,
    SearchParams,
    SearchResult,
    Solver,
    result_without_variables,
)

#: CP-SAT's own infinity.
_INFINITY = 2**62
_FOUND: dict[int, Found] = {
    int(cp_model.OPTIMAL): "optimal",
    int(cp_model.FEASIBLE): "feasible",
    int(cp_model.INFEASIBLE): "infeasible",
}
#: Seconds between two looks at the stop request while a search runs.
POLL_SECONDS = 0.05
#: Tolerance of a bound, which the solver tells as a floating-point number.
_TOLERANCE = 1e-6


class CpSat(Solver):
    """CP-SAT; with one thread its work is counted, so that results do not depend on the machine."""

    name: ClassVar[str] = CP_SAT

    def minimise(self, problem: MilpInstance, context: SolveContext, params: SearchParams) -> SearchResult:
        """Return the best values found within the allotment, and what is proved of the cost."""
        if len(problem) == 0:
            return result_without_variables(problem)
        if params.allotment.is_over:
            return SearchResult("unknown", effort=1.0)
        solver = _configured(context, params)
        listener = _SolutionListener(problem, params.observer, context.budget)
        solver.best_bound_callback = listener.on_bound
        status = _FOUND.get(_run(solver, write_model(problem, params), listener, context, params), "unknown")
        response, allotment = solver.response_proto, params.allotment
        context.budget.spent_work += response.deterministic_time
        context.budget.running_work = 0.0
        if status == "feasible" and allotment.work is not None and params.gap == 0.0:
            context.budget.cut_short |= response.deterministic_time < allotment.work
        effort = (
            response.wall_time / allotment.seconds
            if allotment.work is None
            else response.deterministic_time / allotment.work
        )
        if status in ("infeasible", "unknown"):
            return SearchResult(status, effort=effort)  # the bound told here may be a mere default
        found = np.array(response.solution, dtype=np.int64)
        cost = int(problem.objective @ found) + problem.constant
        bound = max(0, math.ceil(solver.best_objective_bound - _TOLERANCE))
        if params.gap > 0.0 and problem.objective.any() and bound < cost:
            status = "feasible"  # CP-SAT calls a plan within the gap optimal
        return SearchResult(
            status, problem.full_values(found), cost if status == "optimal" else bound, cost, effort
        )


def write_model(problem: MilpInstance, params: SearchParams) -> cp_model.CpModel:
    """Return a problem as a model of CP-SAT."""
    model = cp_model.CpModel()
    proto = model.proto
    for low, high in zip(*(bound.tolist() for bound in problem.bounds), strict=True):
        proto.variables.add().domain.extend([low, high])
    starts, cols = problem.matrix.indptr.tolist(), problem.matrix.indices.tolist()
    coefs = problem.matrix.data.tolist()
    for k, (low, high) in enumerate(zip(*(side.tolist() for side in problem.sides), strict=True)):
        linear = proto.constraints.add().linear
        linear.vars.extend(cols[starts[k] : starts[k + 1]])
        linear.coeffs.extend(coefs[starts[k] : starts[k + 1]])
        linear.domain.extend(
            [-_INFINITY if low <= -INFINITE else low, _INFINITY if high >= INFINITE else high]
        )
    priced = np.flatnonzero(problem.objective)
    if len(priced):
        proto.objective.vars.extend(priced.tolist())
        proto.objective.coeffs.extend(problem.objective[priced].tolist())
        proto.objective.domain.extend([params.known_bound - problem.constant, _INFINITY])  # without offset
        proto.objective.offset = problem.constant
    if params.hint is not None:
        proto.solution_hint.vars.extend(range(len(problem)))
        proto.solution_hint.values.extend(params.hint[problem.columns].tolist())
    return model


def _configured(context: SolveContext, params: SearchParams) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    parameters, allotment = solver.parameters, params.allotment
    parameters.max_time_in_seconds = max(0.01, allotment.seconds)
    if allotment.work is not None:
        parameters.max_deterministic_time = max(0.001, allotment.work)
    threads = params.threads or context.budget.threads
    parameters.num_workers = threads
    parameters.linearization_level = 2 if threads == 1 else 1
    parameters.random_seed = context.seed
    parameters.relative_gap_limit = params.gap
    parameters.catch_sigint_signal = False
    if params.without_presolve:
        parameters.cp_model_presolve = False
        parameters.symmetry_level = 0
        parameters.random_seed = context.seed + 1
    return solver


def _run(
    solver: cp_model.CpSolver,
    model: cp_model.CpModel,
    listener: _SolutionListener,
    context: SolveContext,
    params: SearchParams,
) -> int:
    """Run the search in a thread of its own, so that this one sees Ctrl-C and requests to stop."""
    result: list[int] = []
    thread = Thread(target=lambda: result.append(int(solver.solve(model, listener))), daemon=True)
    thread.start()
    while thread.is_alive():
        try:
            thread.join(POLL_SECONDS)
        except KeyboardInterrupt:
            context.request_stop()
        if context.is_stopped or params.observer.stop_reason() is not None:
            solver.stop_search()
    return result[0] if result else int(cp_model.UNKNOWN)


class _SolutionListener(cp_model.CpSolverSolutionCallback):
    """Passes better costs and bounds on, if there is anything to pay for, and better plans."""

    def __init__(self, problem: MilpInstance, observer: Observer, budget: Budget) -> None:
        super().__init__()
        self._problem, self._observer, self._budget = problem, observer, budget
        self._has_costs, self._wants_plans = bool(problem.objective.any()), observer.wants_plans
        self._cost: int | None = None
        self._bound = 0

    def on_solution_callback(self) -> None:
        """Pass a better plan on."""
        self._cost = round(self.objective_value)
        if self._budget.deterministic:
            self._budget.running_work = self.deterministic_time
        self.on_bound(self.best_objective_bound)
        if self._wants_plans:
            found = np.array(self.response_proto.solution, dtype=np.int64)
            self._observer.on_plan(self._problem.full_values(found))

    def on_bound(self, bound: float) -> None:
        """Pass a better bound on."""
        if self._has_costs and math.isfinite(bound):
            self._bound = max(self._bound, math.ceil(bound - _TOLERANCE))
            self._observer.on_bound(self._cost, self._bound)
