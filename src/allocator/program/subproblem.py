"""Questions to a solver: the whole program at one level, or a piece of it with the rest held.

A program is sliced, never rebuilt: a piece has the rows that its free variables stand in, the sides
moved by what is held, and bounds tightened by what follows. So a piece of a large program is as quick
to ask about as a small program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from allocator.program.program import INFINITE, IntArray, Program
from allocator.program.propagate import Bounds, RowActivities, tighten_bounds
from allocator.program.totals import aggregate_bounds

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class MilpInstance:
    """The least ``objective @ x`` with ``sides[0] <= matrix @ x <= sides[1]`` over whole ``x`` in bounds.

    Attributes:
        columns: ``[n]`` which variable of the program each is.
        bounds: ``[n]`` lower and upper bounds.
        matrix: ``[rows, n]`` whole coefficients, each column once a row.
        sides: ``[rows]`` lower and upper sides, open ones beyond ``INFINITE``.
        objective: ``[n]`` what one of each costs.
        constant: What is paid whatever the ``x``.
        fixed: ``[variables]`` values of the program's other variables (anything at ``columns``).
        rows: ``[rows]`` which row of the program each is, caps counting on; empty where it is of no program.
    """

    columns: IntArray
    bounds: Bounds
    matrix: csr_array
    sides: Bounds
    objective: IntArray
    constant: int
    fixed: IntArray
    rows: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def select_rows(self, rows: IntArray) -> MilpInstance:
        """Return the problem with only some of its rows, given by their numbers in it."""
        sides = self.sides[0][rows], self.sides[1][rows]
        return replace(self, matrix=csr_array(self.matrix[rows]), sides=sides, rows=self.rows[rows])

    def full_bounds(self) -> Bounds:
        """Return the bounds of all variables of the program: those of this problem, and what is held."""
        lower, upper = self.fixed.copy(), self.fixed.copy()
        lower[self.columns], upper[self.columns] = self.bounds
        return lower, upper

    def full_values(self, found: IntArray) -> IntArray:
        """Return the values of all variables of the program, given those of this problem."""
        values = self.fixed.copy()
        values[self.columns] = found
        return values

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, eq=False)
class Subproblem:
    """What is asked of a program at one level (of any plan if None), the levels before held to caps."""

    program: Program
    level: int | None
    caps: Mapping[int, int]
    bounds: Bounds

    @cached_property
    def objective(self) -> IntArray:
        """``[variables]``: what one of each costs at the level."""
        program, level = self.program, self.level
        return np.zeros(len(program), dtype=np.int64) if level is None else level_objective(program, level)

    @cached_property
    def constant(self) -> int:
        """What the level costs whatever the plan."""
        return 0 if self.level is None else self.program.constant(self.level)

    @cached_property
    def _matrix(self) -> csr_array:
        """The program's rows, then one for each cap."""
        rows, width = self.program.rows, len(self.program)
        kind = np.int32 if max(width, len(rows.cols)) < 2**31 else np.int64  # half the size, and faster
        places = rows.cols.astype(kind), rows.starts.astype(kind)
        matrix = csr_array((rows.coefs.copy(), *places), shape=(len(rows), width))
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        capped = [csr_array(level_objective(self.program, level)[None, :]) for level in self.caps]
        return csr_array(vstack([matrix, *capped], format="csr", dtype=np.int64)) if capped else matrix

    @cached_property
    def _sides(self) -> Bounds:
        rows = self.program.rows
        most = [cost - self.program.constant(level) for level, cost in self.caps.items()]
        low = np.concatenate([rows.lo, np.full(len(most), -INFINITE, dtype=np.int64)])
        return low, np.concatenate([rows.hi, np.array(most, dtype=np.int64)])

    @cached_property
    def _bounds(self) -> Bounds:
        """The bounds, and what follows from totals: it holds of every piece, too."""
        return aggregate_bounds(self.program, self._matrix, self._sides, self.bounds)

    def full(self, *, as_written: bool = False) -> MilpInstance | None:
        """Return the whole question, or None if the rows leave some variable no value.

        Args:
            as_written: Leave out no row and tighten no bound, for a second opinion.
        """
        if as_written:
            return self._problem(self._every, self.bounds[0], as_written=True)
        return self._tightened

    @cached_property
    def _tightened(self) -> MilpInstance | None:
        return self._problem(self._every, self.bounds[0])

    @property
    def _every(self) -> BoolArray:
        return np.ones(len(self.program), dtype=np.bool_)

    def restrict(self, values: IntArray, free: BoolArray) -> MilpInstance | None:
        """Return the question over the ``free`` variables with all others held to ``values``."""
        return self._problem(free, values)

    def _problem(self, free: BoolArray, values: IntArray, *, as_written: bool = False) -> MilpInstance | None:
        columns = np.flatnonzero(free)
        held = np.where(free, 0, values)
        if len(columns) == len(free):
            matrix, sides, touched = self._matrix, self._sides, np.arange(self._matrix.shape[0])
        else:
            touched = self._touched(free)
            across = self._matrix[touched]
            sides = _moved((self._sides[0][touched], self._sides[1][touched]), across @ held)
            matrix = select_columns(across, free)
        lower, upper = self.bounds if as_written else self._bounds
        bounds = lower[columns], upper[columns]
        if not as_written:
            found = tighten_bounds(matrix, sides, bounds)
            if found is None:
                return None
            bounds = found
        constant = self.constant + int(self.objective @ held)
        problem = MilpInstance(
            columns, bounds, matrix, sides, self.objective[columns], constant, values, touched
        )
        return problem if as_written else _reduced(problem)

    def _touched(self, free: BoolArray) -> IntArray:
        """Return the rows in which a free variable stands."""
        return np.flatnonzero(self._pattern @ free)

    @cached_property
    def _pattern(self) -> csr_array:
        matrix = self._matrix
        return csr_array(
            (np.ones(len(matrix.data), dtype=np.bool_), matrix.indices, matrix.indptr), matrix.shape
        )


def level_objective(program: Program, level: int) -> IntArray:
    """Return ``[variables]``: what one of each variable costs at ``level``."""
    costs, result = program.costs, np.zeros(len(program), dtype=np.int64)
    at = costs.levels == level
    np.add.at(result, costs.cols[at], costs.coefs[at])
    return result


def objective_lower_bound(question: Subproblem, whole: MilpInstance) -> int:
    """Return the least that a question can cost within the bounds of a problem over the whole program."""
    lower, upper = whole.full_bounds()
    cheapest = np.minimum(question.objective * lower, question.objective * upper)
    return int(cheapest.sum()) + question.constant


def _moved(sides: Bounds, by: IntArray) -> Bounds:
    """Return the sides of rows, moved by what the held variables add to each."""
    low, high = sides
    return np.where(low <= -INFINITE, low, low - by), np.where(high >= INFINITE, high, high - by)


def _reduced(problem: MilpInstance) -> MilpInstance:
    """Return the problem without the variables that have one value left and the rows that always hold."""
    lower, upper = problem.bounds
    is_free = lower < upper
    free = np.flatnonzero(is_free)
    least, most = RowActivities(problem.matrix).of(lower, upper)
    asking = np.flatnonzero((least < problem.sides[0]) | (most > problem.sides[1]))
    rows = problem.matrix[asking]
    at_lower = lower.copy()
    at_lower[free] = 0
    low, high = _moved((problem.sides[0][asking], problem.sides[1][asking]), rows @ at_lower)
    fixed = problem.fixed.copy()
    fixed[problem.columns] = lower
    return MilpInstance(
        columns=problem.columns[free],
        bounds=(lower[free], upper[free]),
        matrix=select_columns(rows, is_free),
        sides=(low, high),
        objective=problem.objective[free],
        constant=problem.constant + int(problem.objective @ at_lower),
        fixed=fixed,
        rows=problem.rows[asking],
    )


def select_columns(matrix: csr_array, kept: BoolArray) -> csr_array:
    """Return some columns of a matrix, ``[columns]`` whether each is kept."""
    kind = matrix.indices.dtype
    terms, number = kept[matrix.indices], np.cumsum(kept, dtype=kind) - 1
    ends = np.concatenate([np.zeros(1, dtype=kind), np.cumsum(terms, dtype=kind)])[matrix.indptr]
    return csr_array(
        (matrix.data[terms], number[matrix.indices[terms]], ends), (matrix.shape[0], int(kept.sum()))
    )
