"""Linear programs, small mixed-integer programs and linear assignment, by SciPy.

Solver: HiGHS as SciPy carries it, https://highs.dev; it can share a process with OR-Tools. The optimisers of
SciPy are imported when one is first called: they take a quarter of a second to load.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Matrix = Any  # a dense array or any sparse one: SciPy takes both


class UnsolvedError(ArithmeticError):
    """A solver has given no answer where one was due; its message says why."""


@dataclass(frozen=True, eq=False)
class LinearProgram:
    """The least ``cost @ x`` with ``rows @ x <= upper`` and ``equal_rows @ x == equal`` within bounds.

    Attributes:
        cost: ``[n]``.
        rows: ``[r, n]`` coefficients of the inequalities.
        upper: ``[r]`` their right-hand sides.
        equal_rows: ``[e, n]`` coefficients of the equations.
        equal: ``[e]`` their right-hand sides.
        bounds: ``[n, 2]`` lower and upper bounds, infinite where open.
    """

    cost: FloatArray
    rows: Matrix
    upper: FloatArray
    equal_rows: Matrix
    equal: FloatArray
    bounds: FloatArray


@dataclass(frozen=True)
class LinearParams:
    """Parameters of a search for an optimal solution.

    Attributes:
        method: ``dual_simplex``, or ``automatic`` for the solver's own choice.
        tolerance: Feasibility tolerance of primal and dual solution; None for the solver's default (1e-7).
        seconds: Time limit; None for no limit.
    """

    method: Literal["automatic", "dual_simplex"] = "automatic"
    tolerance: float | None = None
    seconds: float | None = None


#: The solver's own choices, without a limit.
DEFAULT = LinearParams()
#: A vertex as exact as the solver can be asked for: its duals become proofs in whole numbers.
EXACT_VERTEX = LinearParams(method="dual_simplex", tolerance=1e-10)
_METHODS = {"automatic": "highs", "dual_simplex": "highs-ds"}


@dataclass(frozen=True, eq=False)
class LinearSolution:
    """An optimal solution of a linear program.

    Attributes:
        values: ``[n]``.
        cost: What they cost.
        duals: ``[r]`` change of the cost as an inequality's side grows by one; never positive.
        equal_duals: ``[e]`` the same of the equations.
        lower_duals: ``[n]`` the same of the lower bounds.
        upper_duals: ``[n]`` the same of the upper bounds; never positive.
    """

    values: FloatArray
    cost: float
    duals: FloatArray
    equal_duals: FloatArray
    lower_duals: FloatArray
    upper_duals: FloatArray


def solve_linear(program: LinearProgram, params: LinearParams = DEFAULT) -> LinearSolution:
    """Return an optimal solution of a linear program.

    Raises:
        UnsolvedError: There is none, or the time limit came first.
    """
    from scipy.optimize import linprog

    options: dict[str, float] = {}
    if params.tolerance is not None:
        options |= dict.fromkeys(
            ("primal_feasibility_tolerance", "dual_feasibility_tolerance"), params.tolerance
        )
    if params.seconds is not None:
        options["time_limit"] = params.seconds
    solved = linprog(
        program.cost,
        A_ub=program.rows,
        b_ub=program.upper,
        A_eq=program.equal_rows,
        b_eq=program.equal,
        bounds=program.bounds,
        method=_METHODS[params.method],
        options=options,
    )
    if solved.status != 0:
        raise UnsolvedError(solved.message)
    return LinearSolution(
        values=solved.x,
        cost=float(solved.fun),
        duals=solved.ineqlin.marginals,
        equal_duals=solved.eqlin.marginals,
        lower_duals=solved.lower.marginals,
        upper_duals=solved.upper.marginals,
    )


@dataclass(frozen=True, eq=False)
class IntegerSolution:
    """The best whole values that branch and bound has found.

    Attributes:
        values: ``[n]`` whole numbers.
        bound: A proven lower bound of the cost.
    """

    values: npt.NDArray[np.int64]
    bound: float


def solve_integer(
    cost: FloatArray, rows: Matrix, sides: tuple[Any, Any], upper: FloatArray, seconds: float
) -> IntegerSolution | None:
    """Return whole ``x`` of least ``cost @ x`` with ``sides[0] <= rows @ x <= sides[1]``.

    Args:
        cost: ``[n]``.
        rows: ``[r, n]`` coefficients.
        sides: Lower and upper sides of the rows.
        upper: ``[n]`` upper bounds of ``x``; the lower ones are 0.
        seconds: Time limit.

    Returns:
        The best solution within the time limit; None if there is none.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp

    solved = milp(
        cost,
        constraints=[LinearConstraint(rows, *sides)],
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, upper),
        options={"mip_rel_gap": 0, "time_limit": seconds},
    )
    if solved.x is None:
        return None
    return IntegerSolution(np.rint(solved.x).astype(np.int64), float(solved.mip_dual_bound))


def assign(cost: FloatArray) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]] | None:
    """Return the rows and columns of a linear assignment of least cost, rows in order.

    Args:
        cost: ``[rows, columns]``; infinite where the two may not be paired.

    Returns:
        None if no assignment is possible.
    """
    from scipy.optimize import linear_sum_assignment

    try:
        rows, columns = linear_sum_assignment(cost)
    except ValueError:  # some row has no finite column left
        return None
    return rows, columns
