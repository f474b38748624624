"""A linear program that grows by columns and is solved again from its last basis.

Solver: GLOP of OR-Tools, https://developers.google.com/optimization/lp. It takes a column in where HiGHS
by SciPy begins anew, but its answers are now and then not exact: check them before they are relied on.
It is apart from ``linear``, which may not import OR-Tools: the check of a draw calls it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp


class IncrementalLinearProgram:
    """Maximises one column over rows and columns that are added one by one, each known by its number."""

    def __init__(self) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SuppressOutput()
        self._columns: list[pywraplp.Variable] = []
        self._rows: list[pywraplp.Constraint] = []

    def add_row(self, lower: float, upper: float, terms: Mapping[int, float] | None = None) -> int:
        """Add a row with these coefficients by column; return its number."""
        row = self._solver.Constraint(lower, upper)
        for column, coefficient in (terms or {}).items():
            row.SetCoefficient(self._columns[column], coefficient)
        self._rows.append(row)
        return len(self._rows) - 1

    def add_column(self, lower: float, upper: float, terms: Mapping[int, float] | None = None) -> int:
        """Add a column with these coefficients by row; return its number."""
        column = self._solver.NumVar(lower, upper, "")
        for row, coefficient in (terms or {}).items():
            self._rows[row].SetCoefficient(column, coefficient)
        self._columns.append(column)
        return len(self._columns) - 1

    def maximise(self, column: int) -> None:
        """Make the value of a column what is maximised."""
        self._solver.Maximize(self._columns[column])

    def solve(self) -> bool:
        """Solve from the last basis; return whether the solution is optimal."""
        return bool(self._solver.Solve() == pywraplp.Solver.OPTIMAL)

    def value(self, column: int) -> float:
        """Return the value of a column in the solution."""
        return float(self._columns[column].solution_value())

    @property
    def duals(self) -> npt.NDArray[np.float64]:
        """``[rows]`` change of the maximum as a row's side grows by one."""
        return np.array([row.dual_value() for row in self._rows])
