"""A problem as files that solvers read: MPS, and CP-SAT's own text format."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from allocator.program.program import INFINITE
from allocator.program.subproblem import MilpInstance
from allocator.solvers.deadline import Allotment
from allocator.solvers.solver import SearchParams


def model_files(problem: MilpInstance) -> dict[str, str]:
    """Return the text of each file by its name; variables and rows are named by their numbers."""
    from allocator.solvers.adapters.cp_sat import write_model

    proto = write_model(problem, SearchParams(Allotment(1.0, None))).proto
    return {"model.mps": _mps(problem), "model.pb.txt": str(proto)}


def _mps(problem: MilpInstance) -> str:
    builder: Any = import_module("ortools.linear_solver.python.model_builder")
    model = builder.Model()
    low, high = (side.astype(float) for side in problem.sides)
    low[problem.sides[0] <= -INFINITE], high[problem.sides[1] >= INFINITE] = -np.inf, np.inf
    model.helper.fill_model_from_sparse_data(
        problem.bounds[0].astype(float),
        problem.bounds[1].astype(float),
        problem.objective.astype(float),
        low,
        high,
        csr_matrix(problem.matrix.astype(float)),
    )
    model.helper.set_objective_offset(float(problem.constant))
    for k in range(len(problem)):
        model.helper.set_var_integrality(k, True)
    return str(model.export_to_mps_string())
