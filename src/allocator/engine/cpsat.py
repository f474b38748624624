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

from allocator.engine.budget import Budget, Slice
from allocator.engine.progress import Stop
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
    """What one search found: the values of all variables (None if no plan) and the proven bound."""

    found: Found
    values: IntArray | None
    bound: int


class CpSatRoute:
    """One program in CP-SAT; rows, ceilings and hints are added as the levels are worked through."""

    def __init__(self, program: Program, *, seed: int, budget: Budget, stop: Stop) -> None:
        self._program = program
        self._seed, self._budget, self._stop = seed, budget, stop
        self._model = cp_model.CpModel()
        for low, high in zip(program.lower.tolist(), program.upper.tolist(), strict=True):
            self._model.proto.variables.add().domain.extend([low, high])
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
        """Fix variables to values."""
        for column, value in zip(columns.tolist(), values.tolist(), strict=True):
            domain = self._model.proto.variables[column].domain
            domain.clear()
            domain.extend([value, value])

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
    ) -> Outcome:
        """Search for a plan of least cost at ``level`` (any plan if None), starting from ``hint``.

        Args:
            level: The level to minimise.
            hint: Values of all variables to start from.
            part: How long to search.
            tell: Called with each better cost and bound.
            gap: Relative gap at which the plan is good enough; 0 asks for a proof.
        """
        constant = 0 if level is None else self._program.constant(level)
        self._set_objective(level)
        self._set_hint(hint)
        solver = self._solver(part, gap)
        watcher = _Watcher(constant, tell, priced=level is not None)
        solver.best_bound_callback = watcher.on_bound
        status = self._run(solver, watcher)
        self._budget.spent_work += solver.response_proto.deterministic_time
        found = _FOUND.get(int(status), "unknown")
        if found == "feasible" and part.work is not None:
            self._budget.cut_short |= solver.response_proto.deterministic_time < part.work and gap == 0.0
        values = np.array(solver.response_proto.solution, dtype=np.int64) if found in _PLANS else None
        return Outcome(found, values, self._bound(solver, level, constant, found))

    def _bound(self, solver: cp_model.CpSolver, level: int | None, constant: int, found: Found) -> int:
        """Return the proven bound, never below 0: no breach has a negative amount."""
        if level is None or (
            found in ("infeasible", "unknown") and not math.isfinite(solver.best_objective_bound)
        ):
            return 0
        return max(0, math.ceil(solver.best_objective_bound - 1e-6) + constant)

    def _solver(self, part: Slice, gap: float) -> cp_model.CpSolver:
        solver = cp_model.CpSolver()
        parameters = solver.parameters
        parameters.max_time_in_seconds = max(0.01, part.seconds)
        if part.work is not None:
            parameters.max_deterministic_time = max(0.001, part.work)
        parameters.num_workers = self._budget.workers
        parameters.random_seed = self._seed
        parameters.relative_gap_limit = gap
        parameters.catch_sigint_signal = False
        parameters.linearization_level = 2
        return solver

    def _run(self, solver: cp_model.CpSolver, watcher: _Watcher) -> int:
        """Run the search in a thread, so that this one hears Ctrl-C and requests to stop."""
        result: list[int] = []
        thread = Thread(target=lambda: result.append(int(solver.solve(self._model, watcher))), daemon=True)
        thread.start()
        while thread.is_alive():
            try:
                thread.join(WATCH)
            except KeyboardInterrupt:
                self._stop.ask()
            if self._stop.asked:
                solver.stop_search()
        return result[0] if result else int(cp_model.UNKNOWN)

    def _set_objective(self, level: int | None) -> None:
        proto = self._model.proto
        proto.clear_objective()
        if level is not None:
            cols, coefs = self._prices(level)
            proto.objective.vars.extend(cols)
            proto.objective.coeffs.extend(coefs)

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
