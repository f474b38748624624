"""The job ``branch_and_cut``: the least cost of one problem, or bounds of it.

Messages: ``{"bound": b}``; ``{"cost": c, "values": base64 of int64}``; ``{"searches": true}`` as branch and
cut begins. The relaxation of a large problem comes first, as ``{"relaxed": base64 of float32}``. It is found
by an interior point: simplex takes minutes where that takes seconds.
"""

from __future__ import annotations

import base64
import time

import highspy
import numpy as np

from allocator.solvers.highs_worker.model import (
    NOTHING_BETTER,
    Arrays,
    BoundSender,
    has_solution,
    model_of,
    packed,
    quiet_solver,
    send,
    send_solution,
    set_cutoff,
    solution_of,
)
from allocator.solvers.highs_worker.slot_lagrangian import slot_bounds

#: Relative error of a bound that an interior point or many small searches end at.
_TOLERANCE = 1e-6


def run(problem: Arrays) -> None:
    """Search; before that, solve the relaxation if the problem is large, and if slow, bound slots instead."""
    if problem["relaxes"]:
        began = time.monotonic()
        relaxed = _solve_relaxation(problem)
        if time.monotonic() - began > problem["slow"]:
            if relaxed is not None:
                for bound in slot_bounds(problem, *relaxed):
                    send({"bound": _rounded_down(bound)})
            return
    _search(problem)


def _search(problem: Arrays) -> None:
    """Search by branch and cut for a plan that costs less than the cutoff, to the end."""
    send({"searches": True})
    solver = quiet_solver(int(problem["seed"]))
    solver.passModel(model_of(problem, problem["cost"], integral=problem["branched"] > 0))
    cutoff = float(problem["cutoff"])
    set_cutoff(solver, cutoff)
    solver.cbMipImprovingSolution.subscribe(send_solution)
    solver.cbMipInterrupt.subscribe(BoundSender())
    solver.run()
    nothing = solver.getModelStatus() in NOTHING_BETTER
    info = solver.getInfo()
    if not nothing and has_solution(solver):
        # A plan found before the search proper, or without one, has not come as an improvement.
        send({"cost": info.objective_function_value, "values": packed(solution_of(solver))})
    send({"bound": cutoff if nothing else info.mip_dual_bound})


def _solve_relaxation(problem: Arrays) -> tuple[np.ndarray, float] | None:
    """Send bound and values of the relaxation; return the duals of its rows, and the bound."""
    solver = quiet_solver(int(problem["seed"]))
    solver.setOptionValue("solver", "ipm")
    solver.setOptionValue("run_crossover", "off")
    solver.passModel(model_of(problem, problem["cost"], integral=False))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    bound, found = solver.getInfo().objective_function_value, solver.getSolution()
    relaxed = np.asarray(found.col_value, dtype=np.float32)
    send({"bound": _rounded_down(bound), "relaxed": base64.b64encode(relaxed.tobytes()).decode()})
    return (np.asarray(found.row_dual), bound) if found.dual_valid else None


def _rounded_down(bound: float) -> float:
    """Return the least that a bound may be, given the error of floating-point numbers."""
    return bound - _TOLERANCE * (1 + abs(bound))
