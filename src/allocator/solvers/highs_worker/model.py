"""Arrays in, messages out, and a model of HiGHS with a solver that prints nothing: shared by all jobs.

Never imported where OR-Tools is: the two cannot share a process.

Solver: HiGHS, https://highs.dev.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

import highspy
import numpy as np

Arrays = Mapping[str, np.ndarray]
#: Where messages go: a copy of standard output, since HiGHS writes its banner to the original.
_MESSAGES = os.fdopen(os.dup(1), "w", encoding="ascii")

#: The status of HiGHS where no plan costs less than the cutoff.
NOTHING_BETTER = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kObjectiveBound)


def read_arrays() -> Arrays:
    """Return the arrays on standard input; what libraries print goes to standard error from now on."""
    os.dup2(2, 1)
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as arrays:
        return dict(arrays)


def quiet_solver(seed: int) -> highspy.Highs:
    """Return a solver that uses one thread, prints nothing and ends only with a proof."""
    solver = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", seed),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.99),
    ):
        solver.setOptionValue(option, value)
    return solver


def model_of(problem: Arrays, cost: np.ndarray, *, integral: np.ndarray | bool) -> highspy.HighsLp:
    """Return the model of the least ``cost @ x`` over the rows and bounds of a problem.

    Args:
        problem: ``lower`` and ``upper`` bounds; ``starts``, ``cols`` and ``coefs`` of the rows, with their
            sides ``row_lower`` and ``row_upper``.
        cost: ``[n]``.
        integral: ``[n]`` which variables are whole, or one answer for all.
    """
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(problem["lower"]), len(problem["row_lower"])
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = problem["lower"], problem["upper"]
    model.row_lower_, model.row_upper_ = problem["row_lower"], problem["row_upper"]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = problem["starts"], problem["cols"], problem["coefs"]
    is_integral = np.broadcast_to(integral, model.num_col_)
    if is_integral.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[one] for one in is_integral.tolist()]
    return model


def set_cutoff(solver: highspy.Highs, cutoff: float) -> None:
    """Look only for plans that cost less than the cutoff.

    HiGHS 1.16 is told the cost of the incumbent only, not its values: once presolve has changed the model it
    takes a plan to start from for another one, of another cost.
    """
    solver.setOptionValue("objective_bound", cutoff)


def has_solution(solver: highspy.Highs) -> bool:
    """Return whether the solver holds values that keep all rows."""
    status = solver.getInfo().primal_solution_status
    return bool(status == highspy.SolutionStatus.kSolutionStatusFeasible)


def solution_of(solver: highspy.Highs) -> np.ndarray:
    """Return ``[n]`` the values that the solver holds."""
    return np.asarray(solver.getSolution().col_value)


def cap_cost(solver: highspy.Highs, cost: np.ndarray, most: float) -> None:
    """Add the row ``cost @ x <= most``."""
    paid = np.flatnonzero(cost).astype(np.int32)
    solver.addRow(-np.inf, most, len(paid), paid, cost[paid])


def packed(values: Any) -> str:
    """Return whole values as text."""
    whole = np.rint(np.asarray(values)).astype(np.int64)
    return base64.b64encode(whole.tobytes()).decode()


def send(message: Mapping[str, object]) -> None:
    """Send a message to the process that started this one."""
    _MESSAGES.write(json.dumps(message) + "\n")
    _MESSAGES.flush()


def send_solution(event: Any) -> None:
    """Send a better plan that a callback of HiGHS brings: its cost and its values."""
    send({"cost": event.data_out.objective_function_value, "values": packed(event.data_out.mip_solution)})


class BoundSender:
    """Sends each better bound; subscribed to the interrupt callback, which is called without any log."""

    def __init__(self) -> None:
        self._best = -np.inf

    def __call__(self, event: Any) -> None:
        """Send the bound if it is better."""
        bound = event.data_out.mip_dual_bound
        if bound > self._best:
            self._best = bound
            send({"bound": bound})
