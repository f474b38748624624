"""CP-SAT: one search for the least cost of a problem.

Solver: OR-Tools CP-SAT, https://developers.google.com/optimization.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Thread

import numpy as np
from ortools.sat.python import cp_model

from allocator.optimise.asking import Asking, Teller, unheard, unseen
from allocator.optimise.outcome import Found, Outcome
from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.context import SolveContext

#: CP-SAT's own end of the number line.
FAR = 2**62
_FOUND: dict[int, Found] = {
    int(cp_model.OPTIMAL): "optimal",
    int(cp_model.FEASIBLE): "feasible",
    int(cp_model.INFEASIBLE): "infeasible",
}
_PLANS = ("optimal", "feasible")
#: How often a running search looks whether it was asked to stop, in seconds.
WATCH = 0.05


def minimise(problem: MilpInstance, search: SolveContext, asking: Asking) -> Outcome:
    """Search for the values of least cost."""
    if len(problem) == 0:
        low, high = problem.sides
        if (low > 0).any() or (high < 0).any():  # a row without variables comes to 0
            return Outcome("infeasible")
        cost = problem.constant
        return Outcome("optimal", problem.full_values(problem.columns), max(0, cost), cost)
    if asking.part.is_over:
        return Outcome("unknown", effort=1.0)
    solver = _solver(search, asking)
    shown = None if asking.show is unseen else lambda found: asking.show(problem.full_values(found))
    watcher = _Watcher(asking.tell if problem.objective.any() else unheard, shown)
    solver.best_bound_callback = watcher.on_bound
    status = _FOUND.get(_run(solver, model_of(problem, asking), watcher, search, asking), "unknown")
    response, part = solver.response_proto, asking.part
    search.budget.spent_work += response.deterministic_time
    if status == "feasible" and part.work is not None and asking.gap == 0.0:
        search.budget.cut_short |= response.deterministic_time < part.work
    effort = (
        response.wall_time / part.seconds if part.work is None else response.deterministic_time / part.work
    )
    if status not in _PLANS:
        return Outcome(status, effort=effort)  # its bound cannot be told from a default
    found = np.array(response.solution, dtype=np.int64)
    cost = int(problem.objective @ found) + problem.constant
    bound = max(0, math.ceil(solver.best_objective_bound - 1e-6))
    if asking.gap > 0.0 and problem.objective.any() and bound < cost:
        status = "feasible"  # within the gap CP-SAT calls a plan optimal
    return Outcome(status, problem.full_values(found), cost if status == "optimal" else bound, cost, effort)


def model_of(problem: MilpInstance, asking: Asking) -> cp_model.CpModel:
    """Return a problem as CP-SAT is given it."""
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
        linear.domain.extend([-FAR if low <= -INFINITE else low, FAR if high >= INFINITE else high])
    priced = np.flatnonzero(problem.objective)
    if len(priced):
        proto.objective.vars.extend(priced.tolist())
        proto.objective.coeffs.extend(problem.objective[priced].tolist())
        proto.objective.domain.extend([asking.known - problem.constant, FAR])  # without the offset
        proto.objective.offset = problem.constant
    if asking.hint is not None:
        proto.solution_hint.vars.extend(range(len(problem)))
        proto.solution_hint.values.extend(asking.hint[problem.columns].tolist())
    return model


def _solver(search: SolveContext, asking: Asking) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    parameters, part = solver.parameters, asking.part
    parameters.max_time_in_seconds = max(0.01, part.seconds)
    if part.work is not None:
        parameters.max_deterministic_time = max(0.001, part.work)
    threads = asking.threads or search.budget.threads
    parameters.num_workers = threads
    parameters.linearization_level = 2 if threads == 1 else 1
    parameters.random_seed = search.seed
    parameters.relative_gap_limit = asking.gap
    parameters.catch_sigint_signal = False
    if asking.twice:
        parameters.cp_model_presolve = False
        parameters.symmetry_level = 0
        parameters.random_seed = search.seed + 1
    return solver


def _run(
    solver: cp_model.CpSolver,
    model: cp_model.CpModel,
    watcher: _Watcher,
    search: SolveContext,
    asking: Asking,
) -> int:
    """Run the search in a thread, so that this one hears Ctrl-C and requests to stop."""
    result: list[int] = []
    thread = Thread(target=lambda: result.append(int(solver.solve(model, watcher))), daemon=True)
    thread.start()
    while thread.is_alive():
        try:
            thread.join(WATCH)
        except KeyboardInterrupt:
            search.request_stop()
        if search.is_stopped or asking.is_done():
            solver.stop_search()
    return result[0] if result else int(cp_model.UNKNOWN)


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Hears of better plans and bounds and tells them on; shows the plans if somebody wants to see them."""

    def __init__(self, tell: Teller, show: Callable[[IntArray], None] | None) -> None:
        super().__init__()
        self._tell, self._show = tell, show
        self._cost: int | None = None
        self._bound = 0

    def on_solution_callback(self) -> None:
        self._cost = round(self.objective_value)
        self.on_bound(self.best_objective_bound)
        if self._show is not None:
            self._show(np.array(self.response_proto.solution, dtype=np.int64))

    def on_bound(self, bound: float) -> None:
        """Hear of a better bound."""
        if math.isfinite(bound):
            self._bound = max(self._bound, math.ceil(bound - 1e-6))
            self._tell(self._cost, self._bound)
