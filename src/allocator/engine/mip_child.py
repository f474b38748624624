"""HiGHS in a process of its own: it cannot share one with OR-Tools, and a process can be killed.

Run as ``python -m allocator.engine.mip_child``: reads one problem (numpy's ``.npz``) from standard input
and writes JSON lines: ``{"bound": b}``, ``{"cost": c, "values": base64 of int64}``, ``{"done": status}``.

Solver: HiGHS, https://highs.dev.
"""

from __future__ import annotations

import base64
import io
import json
import os
import sys
from typing import Any

import highspy
import numpy as np

#: Where messages go: a copy of standard output, since HiGHS writes its banner to the original.
_MESSAGES = os.fdopen(os.dup(1), "w", encoding="ascii")


def main() -> None:
    """Solve the problem on standard input."""
    os.dup2(2, 1)
    with np.load(io.BytesIO(sys.stdin.buffer.read()), allow_pickle=False) as problem:
        solver = _solver(problem)
    solver.run()
    status = solver.modelStatusToString(solver.getModelStatus())
    _tell({"bound": solver.getInfo().mip_dual_bound})
    _tell({"done": status})


def _solver(problem: Any) -> Any:
    solver: Any = highspy.Highs()
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", int(problem["seed"])),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.99),
    ):
        solver.setOptionValue(option, value)
    solver.passModel(_model(problem))
    if len(problem["hint"]):
        solution = highspy.HighsSolution()
        solution.col_value = problem["hint"].astype(float)
        solver.setSolution(solution)
    solver.cbMipImprovingSolution.subscribe(_on_solution)
    solver.cbMipInterrupt.subscribe(_Bounds())
    return solver


def _model(problem: Any) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(problem["lower"]), len(problem["row_lower"])
    model.col_cost_ = problem["cost"]
    model.col_lower_, model.col_upper_ = problem["lower"], problem["upper"]
    model.row_lower_, model.row_upper_ = problem["row_lower"], problem["row_upper"]
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_, matrix.index_, matrix.value_ = problem["starts"], problem["cols"], problem["coefs"]
    model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
    return model


def _on_solution(event: Any) -> None:
    values = np.rint(np.asarray(event.data_out.mip_solution)).astype(np.int64)
    text = base64.b64encode(values.tobytes()).decode()
    _tell({"cost": event.data_out.objective_function_value, "values": text})


class _Bounds:
    """Tells each better bound; hung on the interrupt callback, which is heard without any log."""

    def __init__(self) -> None:
        self._best = -np.inf

    def __call__(self, event: Any) -> None:
        bound = event.data_out.mip_dual_bound
        if bound > self._best:
            self._best = bound
            _tell({"bound": bound})


def _tell(message: dict[str, object]) -> None:
    _MESSAGES.write(json.dumps(message) + "\n")
    _MESSAGES.flush()


if __name__ == "__main__":
    main()
