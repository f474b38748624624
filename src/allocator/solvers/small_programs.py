"""Small linear and integer programs that are written piece by piece and solved to the end, by OR-Tools.

The linear program grows by columns and is solved again from its last basis. Its solver is GLOP,
https://developers.google.com/optimization/lp, which takes a column in where HiGHS by SciPy begins anew. Its
answers are now and then not exact: check them before they are relied on. Integer programs are solved by
CP-SAT with one thread, so that the same program always gives the same solution.

Both are apart from ``linear``, which may not import OR-Tools: the check of a draw calls it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.linear_solver import pywraplp
from ortools.sat.python import cp_model


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


#: Coefficient of each variable, by its number.
Terms = Mapping[int, int]


@dataclass(frozen=True)
class IntegerValues:
    """A best solution.

    Attributes:
        values: The value of each variable.
        objective: What they come to.
    """

    values: tuple[int, ...]
    objective: int


class IntegerProgram:
    """Bounded whole variables, linear rows and one objective; variables are known by their numbers."""

    def __init__(self) -> None:
        self._model = cp_model.CpModel()
        self._variables: list[cp_model.IntVar] = []

    def add_variable(self, lower: int, upper: int) -> int:
        """Add a variable; return its number."""
        self._variables.append(self._model.new_int_var(lower, upper, ""))
        return len(self._variables) - 1

    def add_row(
        self, terms: Terms, lower: int | None, upper: int | None, *, only_if: int | None = None
    ) -> None:
        """Ask that ``lower <= sum of terms <= upper``, a side of None being open.

        Args:
            terms: The coefficients.
            lower: Lower side.
            upper: Upper side.
            only_if: A 0/1 variable; the row is asked for only where it is 1.
        """
        row = self._model.add_linear_constraint(
            self._sum(terms),
            cp_model.INT_MIN if lower is None else lower,
            cp_model.INT_MAX if upper is None else upper,
        )
        if only_if is not None:
            row.only_enforce_if(self._variables[only_if])

    def maximise(self, terms: Terms) -> None:
        """Make this sum the objective, in place of any before."""
        self._model.maximize(self._sum(terms))

    def minimise(self, terms: Terms) -> None:
        """Make this sum the objective, in place of any before."""
        self._model.minimize(self._sum(terms))

    def solve(self, gap: float = 0.0) -> IntegerValues | None:
        """Return a best solution, or one within a relative gap of the best; None if there is none."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.relative_gap_limit = gap
        if solver.solve(self._model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        values = tuple(solver.value(one) for one in self._variables)
        return IntegerValues(values, round(solver.objective_value))

    def _sum(self, terms: Terms) -> cp_model.LinearExpr:
        return cp_model.LinearExpr.weighted_sum(
            [self._variables[number] for number in terms], list(terms.values())
        )
