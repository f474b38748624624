"""What the processes that run HiGHS share: reading a problem, a quiet solver, and telling what it finds.

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

Problem = Mapping[str, np.ndarray]
#: Where messages go: a copy of standard output, since HiGHS writes its banner to the original.
_MESSAGES = os.fdopen(os.dup(1), "w", encoding="ascii")

#: What HiGHS says where nothing is below the cost of the known plan.
NOTHING = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kObjectiveBound)


def read_problem() -> Problem:
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


def model_of(problem: Problem, cost: np.ndarray, *, whole: np.ndarray | bool) -> highspy.HighsLp:
    """Return the least ``cost @ x`` over the problem's rows and bounds, and which ``x`` are whole."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(problem["lower"]), len(problem["row_lower"])
    model.col_cost_ = cost
    model.col_lower_, model.col_upper_ = problem["lower"], problem["upper"]
    model.row_lower_, model.row_upper_ = problem["row_lower"], problem["row_upper"]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = problem["starts"], problem["cols"], problem["coefs"]
    is_whole = np.broadcast_to(whole, model.num_col_)
    if is_whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[one] for one in is_whole.tolist()]
    return model


def tell_solution(event: Any) -> None:
    """Tell a better plan: its cost and its values."""
    tell({"cost": event.data_out.objective_function_value, "values": packed(event.data_out.mip_solution)})


def packed(values: Any) -> str:
    """Return whole values as text."""
    whole = np.rint(np.asarray(values)).astype(np.int64)
    return base64.b64encode(whole.tobytes()).decode()


class BoundsTold:
    """Tells each better bound; hung on the interrupt callback, which is heard without any log."""

    def __init__(self) -> None:
        self._best = -np.inf

    def __call__(self, event: Any) -> None:
        """Hear of the bound, better or not."""
        bound = event.data_out.mip_dual_bound
        if bound > self._best:
            self._best = bound
            tell({"bound": bound})


def tell(message: Mapping[str, object]) -> None:
    """Tell the process that started this one."""
    _MESSAGES.write(json.dumps(message) + "\n")
    _MESSAGES.flush()
