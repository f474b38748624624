"""The job ``lexicographic``: the relaxation of each level in turn, those before held to their bounds.

Messages: ``{"step": k, "bound": b}`` for the relaxation of each level; then, of the last level with all
before it held to their bounds and all values whole, ``{"cost": c, "values": ...}`` and ``{"last": b}``.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import highspy
import numpy as np

from allocator.solvers.highs_worker.model import (
    Arrays,
    cap_cost,
    model_of,
    packed,
    quiet_solver,
    send,
    send_solution,
    solution_of,
)

#: Distance from a whole number that still counts as one.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class LexicographicJobParams:
    """Parameters of the branch and cut after the relaxations.

    Attributes:
        time_ratio: Its time limit as a multiple of the seconds that all relaxations took.
        extra_seconds: Seconds that are added to its time limit.
    """

    time_ratio: float = 2.0
    extra_seconds: float = 2.0


PARAMS = LexicographicJobParams()


def run(problem: Arrays) -> None:
    """Solve the relaxations of all levels, then search for whole values."""
    began = time.monotonic()
    solver = quiet_solver(int(problem["seed"]))
    solver.passModel(model_of(problem, problem["prices"][0], integral=False))
    if not _solve_relaxations(solver, problem):
        return
    if _is_integral(values := solution_of(solver)):
        cost = float(problem["prices"][-1] @ np.rint(values))
        send({"cost": cost, "values": packed(values)})
        send({"last": cost})
        return
    solver.setOptionValue("time_limit", PARAMS.extra_seconds + PARAMS.time_ratio * (time.monotonic() - began))
    _search_integral(solver, len(values))


def _solve_relaxations(solver: highspy.Highs, problem: Arrays) -> bool:
    """Solve the relaxation of each level in turn; return whether all were solved."""
    columns = np.arange(len(problem["lower"]), dtype=np.int32)
    for step, price in enumerate(problem["prices"]):
        solver.changeColsCost(len(columns), columns, price)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        bound = float(np.ceil(solver.getInfo().objective_function_value - _TOLERANCE))
        send({"step": step, "bound": bound})
        if step + 1 < len(problem["prices"]):
            cap_cost(solver, price, bound)
    return True


def _search_integral(solver: highspy.Highs, count: int) -> None:
    """Search for whole values: with all levels before held to their bounds, there may be none."""
    columns = np.arange(count, dtype=np.int32)
    kinds = np.full(count, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    solver.changeColsIntegrality(count, columns, kinds)
    solver.cbMipImprovingSolution.subscribe(send_solution)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        send({"last": solver.getInfo().mip_dual_bound})


def _is_integral(values: np.ndarray) -> bool:
    return bool((np.abs(values - np.rint(values)) < _TOLERANCE).all())
