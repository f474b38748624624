"""Subproblems for a solver: the program at one level, whole or restricted to some of its variables.

A program is sliced, never rebuilt. A restricted subproblem has the rows of its free variables, with the sides
moved by the fixed variables and bounds tightened by propagation. So a part of a large program is solved as
quickly as a small program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, vstack

from allocator.program.auxiliary_definitions import DefinitionBuilder
from allocator.program.bound_tightening import Bounds, RowActivities, aggregate_bounds, tighten_bounds
from allocator.program.decisions import Decisions
from allocator.program.program import INFINITE, BoolArray, Costs, IntArray, Program, Rows


@dataclass(frozen=True, eq=False)
class MilpInstance:
    """A mixed-integer linear program over some variables of a program, all of them whole.

    Minimise ``objective @ x`` subject to ``sides[0] <= matrix @ x <= sides[1]`` and bounds.

    Attributes:
        columns: ``[n]`` the variable of the program that each is.
        bounds: ``[n]`` lower and upper bounds.
        matrix: ``[rows, n]`` whole coefficients, each column once a row.
        sides: ``[rows]`` lower and upper sides, open ones beyond ``INFINITE``.
        objective: ``[n]`` cost of one unit of each.
        constant: Cost that no variable can change.
        fixed: ``[variables]`` values of the program's other variables (anything at ``columns``).
        rows: ``[rows]`` number of each row in the program, then those of the caps; empty without a program.
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
        """Return the instance with only some of its rows, given by their numbers in it."""
        sides = self.sides[0][rows], self.sides[1][rows]
        return replace(self, matrix=csr_array(self.matrix[rows]), sides=sides, rows=self.rows[rows])

    def full_bounds(self) -> Bounds:
        """Return the bounds of all variables of the program; a fixed variable has its value for both."""
        lower, upper = self.fixed.copy(), self.fixed.copy()
        lower[self.columns], upper[self.columns] = self.bounds
        return lower, upper

    def full_values(self, found: IntArray) -> IntArray:
        """Return the values of all variables of the program, given those of this instance."""
        values = self.fixed.copy()
        values[self.columns] = found
        return values

    def __len__(self) -> int:
        return len(self.columns)


@dataclass(frozen=True, eq=False)
class Subproblem:
    """A program with the objective of one level, and caps on the costs of the levels above it.

    Attributes:
        program: The program.
        level: The level to minimise; None asks for any plan.
        caps: By level, the highest cost that is allowed.
        bounds: ``[variables]`` lower and upper bounds.
    """

    program: Program
    level: int | None
    caps: Mapping[int, int]
    bounds: Bounds

    @cached_property
    def objective(self) -> IntArray:
        """``[variables]`` cost of one unit of each at the level."""
        program, level = self.program, self.level
        return np.zeros(len(program), dtype=np.int64) if level is None else level_objective(program, level)

    @cached_property
    def constant(self) -> int:
        """Cost of the level that no decision can change."""
        return 0 if self.level is None else self.program.constant(self.level)

    def full(self, *, as_written: bool = False) -> MilpInstance | None:
        """Return the instance over all variables, or None if propagation leaves some variable no value.

        Args:
            as_written: Without any presolve: all rows, no tightened bound. For a second opinion.
        """
        if as_written:
            return self._instance(self._all, self.bounds[0], as_written=True)
        return self._presolved

    def restrict(self, values: IntArray, free: BoolArray) -> MilpInstance | None:
        """Return the instance over the ``free`` variables with all others fixed to ``values``.

        None if propagation leaves some variable no value.
        """
        return self._instance(free, values)

    @cached_property
    def _presolved(self) -> MilpInstance | None:
        return self._instance(self._all, self.bounds[0])

    @property
    def _all(self) -> BoolArray:
        return np.ones(len(self.program), dtype=np.bool_)

    @cached_property
    def _matrix(self) -> csr_array:
        """The program's rows, then one row for each cap."""
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
        """The bounds, tightened by totals of loads; they hold for every restriction, too."""
        return aggregate_bounds(self.program, self._matrix, self._sides, self.bounds)

    def _instance(
        self, free: BoolArray, values: IntArray, *, as_written: bool = False
    ) -> MilpInstance | None:
        columns = np.flatnonzero(free)
        fixed = np.where(free, 0, values)
        if len(columns) == len(free):
            matrix, sides, touched = self._matrix, self._sides, np.arange(self._matrix.shape[0])
        else:
            touched = self._touched_rows(free)
            across = self._matrix[touched]
            sides = _shift_sides((self._sides[0][touched], self._sides[1][touched]), across @ fixed)
            matrix = select_columns(across, free)
        lower, upper = self.bounds if as_written else self._bounds
        bounds = lower[columns], upper[columns]
        if not as_written:
            found = tighten_bounds(matrix, sides, bounds)
            if found is None:
                return None
            bounds = found
        constant = self.constant + int(self.objective @ fixed)
        instance = MilpInstance(
            columns, bounds, matrix, sides, self.objective[columns], constant, values, touched
        )
        return instance if as_written else _drop_redundant(instance)

    def _touched_rows(self, free: BoolArray) -> IntArray:
        """Return the rows that read a free variable."""
        return np.flatnonzero(self._pattern @ free)

    @cached_property
    def _pattern(self) -> csr_array:
        matrix = self._matrix
        return csr_array(
            (np.ones(len(matrix.data), dtype=np.bool_), matrix.indices, matrix.indptr), matrix.shape
        )


def level_objective(program: Program, level: int) -> IntArray:
    """Return ``[variables]`` the cost of one unit of each variable at ``level``."""
    costs, result = program.costs, np.zeros(len(program), dtype=np.int64)
    at = costs.levels == level
    np.add.at(result, costs.cols[at], costs.coefs[at])
    return result


def objective_lower_bound(subproblem: Subproblem, full: MilpInstance) -> int:
    """Return a lower bound of a subproblem's cost from the bounds of its full instance alone."""
    lower, upper = full.full_bounds()
    cheapest = np.minimum(subproblem.objective * lower, subproblem.objective * upper)
    return int(cheapest.sum()) + subproblem.constant


def _shift_sides(sides: Bounds, by: IntArray) -> Bounds:
    """Return the sides of rows less the part of each sum that fixed variables add."""
    low, high = sides
    return np.where(low <= -INFINITE, low, low - by), np.where(high >= INFINITE, high, high - by)


def _drop_redundant(instance: MilpInstance) -> MilpInstance | None:
    """Return the instance without variables of a single value and without rows that always hold.

    None if a row cannot hold: propagation stops after some rounds, and may not have come to it.
    """
    lower, upper = instance.bounds
    is_free = lower < upper
    free = np.flatnonzero(is_free)
    least, most = RowActivities(instance.matrix).of(lower, upper)
    if ((least > instance.sides[1]) | (most < instance.sides[0])).any():
        return None
    binding = np.flatnonzero((least < instance.sides[0]) | (most > instance.sides[1]))
    rows = instance.matrix[binding]
    single = lower.copy()
    single[free] = 0
    low, high = _shift_sides((instance.sides[0][binding], instance.sides[1][binding]), rows @ single)
    fixed = instance.fixed.copy()
    fixed[instance.columns] = lower
    return MilpInstance(
        columns=instance.columns[free],
        bounds=(lower[free], upper[free]),
        matrix=select_columns(rows, is_free),
        sides=(low, high),
        objective=instance.objective[free],
        constant=instance.constant + int(instance.objective @ single),
        fixed=fixed,
        rows=instance.rows[binding],
    )


def select_columns(matrix: csr_array, kept: BoolArray) -> csr_array:
    """Return some columns of a matrix, ``[columns]`` whether each is kept."""
    kind = matrix.indices.dtype
    terms, number = kept[matrix.indices], np.cumsum(kept, dtype=kind) - 1
    ends = np.concatenate([np.zeros(1, dtype=kind), np.cumsum(terms, dtype=kind)])[matrix.indptr]
    return csr_array(
        (matrix.data[terms], number[matrix.indices[terms]], ends), (matrix.shape[0], int(kept.sum()))
    )


def rows_with_auxiliaries(program: Program) -> BoolArray:
    """Return ``[rows]`` whether a row constrains plans and reads an auxiliary."""
    rows, reads = program.rows, np.zeros(len(program.rows), dtype=np.bool_)
    terms = np.flatnonzero(rows.cols >= program.decisions.count)
    reads[np.searchsorted(rows.starts, terms, side="right") - 1] = True
    return reads & ~rows.defining


def decision_rows(program: Program, full: MilpInstance) -> MilpInstance:
    """Return the rows that read decisions alone, within the bounds that follow from all rows.

    Args:
        program: The program.
        full: Its full instance.
    """
    decided = int(np.searchsorted(full.columns, program.decisions.count))
    is_apart = np.ones(len(full.rows), dtype=np.bool_)
    terms = np.flatnonzero(full.matrix.indices >= decided)
    is_apart[np.searchsorted(full.matrix.indptr, terms, side="right") - 1] = False
    found = full.select_rows(np.flatnonzero(is_apart & ~program.rows.defining[full.rows]))
    matrix = found.matrix
    return replace(
        found,
        columns=found.columns[:decided],
        bounds=(found.bounds[0][:decided], found.bounds[1][:decided]),
        matrix=csr_array((matrix.data, matrix.indices, matrix.indptr), (matrix.shape[0], decided)),
        objective=found.objective[:decided],
    )


def restrict_to_decisions(
    program: Program, instance: MilpInstance, kept: BoolArray
) -> tuple[Program, IntArray]:
    """Return a program over some decisions, all others 0, and the decision that each of its variables is.

    Its costs are those of single decisions.

    Args:
        program: The program.
        instance: Its rows over decisions alone, from `decision_rows`.
        kept: ``[n]`` which of the instance's variables are kept.
    """
    columns = instance.columns[kept]
    number = np.full(program.decisions.count, -1, dtype=np.int64)
    number[columns] = np.arange(len(columns))
    grids = {name: np.where(grid >= 0, number[grid], -1) for name, grid in program.decisions.grids.items()}
    matrix, costs = select_columns(instance.matrix, kept), program.costs
    paid = np.flatnonzero(costs.cols < program.decisions.count)
    paid = paid[number[costs.cols[paid]] >= 0]
    rows = Rows(
        starts=matrix.indptr.astype(np.int64),
        cols=matrix.indices.astype(np.int64),
        coefs=matrix.data,
        lo=instance.sides[0],
        hi=instance.sides[1],
        tags=program.rows.tags[instance.rows],
        defining=np.zeros(len(instance.rows), dtype=np.bool_),
    )
    made = Program(
        decisions=Decisions(program.decisions.layers, grids, len(columns)),
        lower=instance.bounds[0][kept],
        upper=instance.bounds[1][kept],
        rows=rows,
        costs=Costs(number[costs.cols[paid]], costs.coefs[paid], costs.levels[paid], costs.tags[paid]),
        constants=(),
        definitions=DefinitionBuilder(len(columns)).build(),
        rules=program.rules,
        levels=tuple(np.unique(costs.levels[paid]).tolist()),
    )
    return made, columns
