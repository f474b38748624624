"""What the linear relaxation of a problem proves: a bound, and what each variable costs beyond it.

The prices of its rows are rounded to whole numbers, so that bound and reduced costs are exact: any prices
prove a bound, the best ones a good one (Geoffrion, 1974).

Solver: HiGHS by scipy, https://highs.dev.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack

from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.linear import LinearParams, LinearProgram, UnsolvedError, solve_linear

#: Prices of rows are told apart to so many parts of the greatest price of a variable.
FINE = 2.0**30


@dataclass(frozen=True, eq=False)
class RelaxationBound:
    """What prices of rows prove.

    Attributes:
        scale: Bound and reduced costs are in so many parts of 1.
        bound: What is paid at least, without the problem's constant.
        reduced: ``[n]`` by how much more whatever has one more of a variable costs than the bound, at least.
    """

    scale: int
    bound: int
    reduced: IntArray

    @property
    def least(self) -> int:
        """What is paid at least, in whole units."""
        return -(-self.bound // self.scale)

    def room(self, cost: int) -> int:
        """Return what a variable's reduced cost is at most in anything that costs no more than ``cost``."""
        return cost * self.scale - self.bound


def relaxed(problem: MilpInstance, seconds: float) -> RelaxationBound | None:
    """Return what the relaxation of a problem proves; None if it could not be solved."""
    most = int(np.abs(problem.objective).max(initial=0))
    if most == 0:
        return None
    duals = _duals(problem, most, seconds)
    return None if duals is None else proved(problem, duals, max(1, int(FINE / most)))


def proved(problem: MilpInstance, duals: np.ndarray, scale: int) -> RelaxationBound:
    """Return what any prices ``[rows]`` of rows prove, rounded to parts of 1."""
    low, high = problem.sides
    price = np.rint(duals * scale).astype(np.int64)
    price[(price > 0) & (low <= -INFINITE) | (price < 0) & (high >= INFINITE)] = 0
    sides = np.where(price > 0, low, np.where(price < 0, high, 0))
    reduced = problem.objective * scale - problem.matrix.T @ price
    ends = np.minimum(reduced * problem.bounds[0], reduced * problem.bounds[1])
    return RelaxationBound(scale, int(price @ sides) + int(ends.sum()), reduced)


def _duals(problem: MilpInstance, most: int, seconds: float) -> np.ndarray | None:
    """Return ``[rows]`` the prices of the rows in the relaxation."""
    low, high = problem.sides
    equal = low == high
    above, below = (low > -INFINITE) & ~equal, (high < INFINITE) & ~equal
    matrix = csr_array(problem.matrix, dtype=float)
    program = LinearProgram(
        cost=problem.objective / most,
        rows=_stacked(matrix[below], -matrix[above]),
        upper=np.concatenate([high[below], -low[above]]),
        equal_rows=matrix[equal],
        equal=low[equal],
        bounds=np.stack(problem.bounds, axis=1),
    )
    try:
        found = solve_linear(program, LinearParams(seconds=max(0.1, seconds)))
    except UnsolvedError:
        return None
    duals = np.zeros(len(low))
    duals[equal] = found.equal_duals
    duals[below] += found.duals[: below.sum()]
    duals[above] -= found.duals[below.sum() :]
    return duals * most


def _stacked(*parts: csr_array) -> csr_array:
    return csr_array(vstack(parts, format="csr"))
