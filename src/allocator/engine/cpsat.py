"""The CP-SAT route: the program as a CP-SAT model, minimised one level at a time.

Solver: OR-Tools CP-SAT, https://developers.google.com/optimization.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Literal

import numpy as np
from ortools.sat.python import cp_model

from allocator.engine.budget import Slice
from allocator.engine.search import Search
from allocator.program.program import INFINITE, IntArray, Program, Rows

Found = Literal["optimal", "feasible", "infeasible", "unknown"]
#: CP-SAT's own end of the number line.
FAR = 2**62
_FOUND: dict[int, Found] = {
    int(cp_model.OPTIMAL): "optimal",
    int(cp_model.FEASIBLE): "feasible",
    int(cp_model.INFEASIBLE): "infeasible",
}
#: How often a running search looks whether it was asked to stop, in seconds.
WATCH = 0.05


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one search found: values of all variables (None if no plan), the proven bound, the cost."""

    found: Found
    values: IntArray | None
    bound: int
    cost: int | None = None

    def is_within(self, gap: float) -> bool:
        """Whether the plan is proved to be within a relative gap of the best."""
        return self.cost is not None and self.cost - self.bound <= gap * abs(self.cost)


class CpSatRoute:
    """One program in CP-SAT; rows, ceilings and hints are added as the levels are worked through."""

    def __init__(self, program: Program, search: Search) -> None:
        self._program = program
        self._seed, self._budget, self._stop = search.seed, search.budget, search.stop
        self._model = cp_model.CpModel()
        for low, high in zip(program.lower.tolist(), program.upper.tolist(), strict=True):
            self._model.proto.variables.add().domain.extend([low, high])
        self._lower, self._upper = program.lower.copy(), program.upper.copy()
        self._held = np.zeros(program.decisions.count, dtype=np.bool_)
        self.add_rows(program.rows, 0)

    def add_rows(self, rows: Rows, first: int) -> None:
        """Add the rows from number ``first`` on."""
        constraints = self._model.proto.constraints
        starts = rows.starts.tolist()
        cols, coefs = rows.cols.tolist(), rows.coefs.tolist()
        sides = zip(rows.lo[first:].tolist(), rows.hi[first:].tolist(), strict=True)
        for k, (low, high) in enumerate(sides, start=first):
            linear = constraints.add().linear
            linear.vars.extend(cols[starts[k] : starts[k + 1]])
            linear.coeffs.extend(coefs[starts[k] : starts[k + 1]])
            linear.domain.extend([-FAR if low <= -INFINITE else low, FAR if high >= INFINITE else high])

    def fix(self, columns: IntArray, values: IntArray) -> None:
        """Fix variables to values for good."""
        self._lower[columns] = self._upper[columns] = values
        self._bound_to(columns, values, values)

    def hold(self, plan: IntArray, free: IntArray | None) -> None:
        """Hold every decision to its value in ``plan`` but for the ``free`` ones; None lets all go."""
        held = np.full(len(self._held), free is not None)
        if free is not None:
            held[free] = False
        loose = np.flatnonzero(self._held & ~held)
        self._bound_to(loose, self._lower[loose], self._upper[loose])
        tight = np.flatnonzero(held)
        self._bound_to(tight, plan[tight], plan[tight])
        self._held = held

    def _bound_to(self, columns: IntArray, lower: IntArray, upper: IntArray) -> None:
        variables = self._model.proto.variables
        for column, low, high in zip(columns.tolist(), lower.tolist(), upper.tolist(), strict=True):
            domain = variables[column].domain
            domain.clear()
            domain.extend([low, high])

    def cap(self, level: int, cost: int) -> None:
        """Ask for ``level`` to cost no more than ``cost`` from now on."""
        cols, coefs = self._prices(level)
        linear = self._model.proto.constraints.add().linear
        linear.vars.extend(cols)
        linear.coeffs.extend(coefs)
        linear.domain.extend([-FAR, cost - self._program.constant(level)])

    def minimise(
        self,
        level: int | None,
        hint: IntArray | None,
        part: Slice,
        tell: Callable[[int | None, int], None],
        gap: float = 0.0,
        known: int = 0,
        is_done: Callable[[], bool] = lambda: False,
        workers: int = 0,
    ) -> Outcome:
        """Search for a plan of least cost at ``level`` (any plan if None), starting from ``hint``.

        Args:
            level: The level to minimise.
            hint: Values of all variables to start from.
            part: How long to search.
            tell: Called with each better cost and bound.
            gap: Relative gap at which the plan is good enough; 0 asks for a proof.
            known: A lower bound of the level that is proved already.
            is_done: Asked now and then whether to end.
            workers: Threads, those of the budget if 0.
        """
        constant = 0 if level is None else self._program.constant(level)
        self._set_objective(level, known - constant)
        self._set_hint(hint)
        solver = self._solver(part, gap)
        if workers:
            solver.parameters.num_workers = workers
            solver.parameters.linearization_level = 2 if workers == 1 else 1
        watcher = _Watcher(constant, tell, priced=level is not None)
        solver.best_bound_callback = watcher.on_bound
        status = self._run(solver, watcher, is_done)
        self._budget.spent_work += solver.response_proto.deterministic_time
        found = _FOUND.get(int(status), "unknown")
        if found == "feasible" and part.work is not None:
            self._budget.cut_short |= solver.response_proto.deterministic_time < part.work and gap == 0.0
        values = np.array(solver.response_proto.solution, dtype=np.int64) if found in _PLANS else None
        cost = None if values is None or level is None else round(solver.objective_value) + constant
        return Outcome(found, values, self._bound(solver, level, constant, found), cost)

    def confirms_infeasible(self, part: Slice) -> bool:
        """Ask once more without presolve: one such answer alone has been wrong before.

        Returns:
            False only if a plan turned up after all.
        """
        solver = self._solver(part, 0.0)
        solver.parameters.cp_model_presolve = False
        solver.parameters.symmetry_level = 0
        solver.parameters.random_seed = self._seed + 1
        status = self._run(solver, _Watcher(0, lambda cost, bound: None, priced=False))
        return _FOUND.get(status, "unknown") not in _PLANS

    def _bound(self, solver: cp_model.CpSolver, level: int | None, constant: int, found: Found) -> int:
        """Return the proven bound, never below 0: no breach has a negative amount.

        A search that ended before it had a plan reports no bound that can be told from a default.
        """
        if level is None or found not in _PLANS:
            return 0
        return max(0, math.ceil(solver.best_objective_bound - 1e-6) + constant)

    def _solver(self, part: Slice, gap: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.max_time_in_seconds = max(0.01, part.seconds)
        if part.work is not None:
            parameters.max_deterministic_time = max(0.001, part.work)
        parameters.num_workers = self._budget.workers
        parameters.linearization_level = 2 if self._budget.workers == 1 else 1
        parameters.random_seed = self._seed
        parameters.relative_gap_limit = gap
        parameters.catch_sigint_signal = False
        return solver

    def _run(
        self,
        solver: cp_model.CpSolver,
        watcher: _Watcher,
        is_done: Callable[[], bool] = lambda: False,
    ) -> int:
        """Run the search in a thread, so that this one hears Ctrl-C and requests to stop."""
        result: list[int] = []
        thread = Thread(target=lambda: result.append(int(solver.solve(self._model, watcher))), daemon=True)
        thread.start()
        while thread.is_alive():
            try:
                thread.join(WATCH)
            except KeyboardInterrupt:
                self._stop.ask()
            if self._stop.asked or is_done():
                solver.stop_search()
        return result[0] if result else int(cp_model.UNKNOWN)

    def _set_objective(self, level: int | None, least: int) -> None:
        proto = self._model.proto
        proto.clear_objective()
        if level is not None:
            cols, coefs = self._prices(level)
            proto.objective.vars.extend(cols)
            proto.objective.coeffs.extend(coefs)
            proto.objective.domain.extend([least, FAR])

    def _prices(self, level: int) -> tuple[list[int], list[int]]:
        costs = self._program.costs
        at = costs.levels == level
        cols, which = np.unique(costs.cols[at], return_inverse=True)
        coefs = np.zeros(len(cols), dtype=np.int64)
        np.add.at(coefs, which, costs.coefs[at])
        return cols.tolist(), coefs.tolist()

    def _set_hint(self, hint: IntArray | None) -> None:
        proto = self._model.proto
        proto.clear_solution_hint()
        if hint is not None:
            proto.solution_hint.vars.extend(range(len(hint)))
            proto.solution_hint.values.extend(hint.tolist())


_PLANS = ("optimal", "feasible")


class _Watcher(cp_model.CpSolverSolutionCallback):
    """Hears of better plans and bounds and tells them on."""

    def __init__(self, constant: int, tell: Callable[[int | None, int], None], *, priced: bool) -> None:
        super().__init__()
        self._constant, self._tell, self._priced = constant, tell, priced
        self._cost: int | None = None
        self._bound = 0

    def on_solution_callback(self) -> None:
        if self._priced:
            self._cost = round(self.objective_value) + self._constant
            self.on_bound(self.best_objective_bound)

    def on_bound(self, bound: float) -> None:
        """Hear of a better bound."""
        if self._priced and math.isfinite(bound):
            self._bound = max(self._bound, math.ceil(bound - 1e-6) + self._constant)
            self._tell(self._cost, self._bound)
