"""HiGHS in a process of its own: it cannot share one with OR-Tools, and a process can be killed.

Run as ``python -m allocator.optimise.mip_child``: reads one problem (numpy's ``.npz``) from standard input
and writes JSON lines: ``{"bound": b}``, ``{"cost": c, "values": base64 of int64}``, ``{"searches": true}`` as
branch and cut begins. Of a large problem the relaxation is told before, found by an interior point, and is
``{"relaxed": base64 of float32}``: simplex takes minutes for what takes seconds so.
"""

from __future__ import annotations

import base64
import time

import highspy
import numpy as np

from allocator.optimise.highs import (
    NOTHING,
    BoundsTold,
    Problem,
    model_of,
    packed,
    quiet_solver,
    read_problem,
    tell,
    tell_solution,
)
from allocator.optimise.pricing import bounds_by_slot

#: By how much, relative to it, what an interior point and many small searches end at may be above the least.
LOOSE = 1e-6


def main() -> None:
    """Solve the problem on standard input."""
    problem = read_problem()
    if problem["relaxes"]:
        began = time.monotonic()
        relaxed = _relax(problem)
        if time.monotonic() - began > problem["slow"]:
            if relaxed is not None:
                for bound in bounds_by_slot(problem, *relaxed):
                    tell({"bound": _surely(bound)})
            return
    tell({"searches": True})
    solver = quiet_solver(int(problem["seed"]))
    solver.passModel(model_of(problem, problem["cost"], whole=problem["branched"] > 0))
    # Of the plan that is known only the cost is told: HiGHS 1.16 takes a plan to start from for another, of
    # another cost, once presolve has changed the model.
    cutoff = float(problem["cutoff"])
    solver.setOptionValue("objective_bound", cutoff)
    solver.cbMipImprovingSolution.subscribe(tell_solution)
    solver.cbMipInterrupt.subscribe(BoundsTold())
    solver.run()
    nothing = solver.getModelStatus() in NOTHING
    info = solver.getInfo()
    if not nothing and info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        # What is found before the search proper, or needs none, is not told as an improvement.
        tell({"cost": info.objective_function_value, "values": packed(solver.getSolution().col_value)})
    tell({"bound": cutoff if nothing else info.mip_dual_bound})


def _relax(problem: Problem) -> tuple[np.ndarray, float] | None:
    """Tell the value of the relaxation, and of each variable; return the prices of rows, and that value."""
    solver = quiet_solver(int(problem["seed"]))
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "off")
    solver.passModel(model_of(problem, problem["cost"], whole=False))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    bound, found = solver.getInfo().objective_function_value, solver.getSolution()
    relaxed = np.asarray(found.col_value, dtype=np.float32)
    tell({"bound": _surely(bound), "relaxed": base64.b64encode(relaxed.tobytes()).decode()})
    return (np.asarray(found.row_dual), bound) if found.dual_valid else None


def _surely(bound: float) -> float:
    """Return what a bound found by floating point is at least."""
    return bound - LOOSE * (1 + abs(bound))


if __name__ == "__main__":
    main()
