"""Collects variables, rows and costs, in pieces of any size, and hands them over as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from allocator.graph.neighbours import Neighbours
from allocator.program.decisions import Decisions
from allocator.program.defining import DefinitionBuilder
from allocator.program.ends import VariableBounds
from allocator.program.expr import EMPTY, Expr
from allocator.program.exprs import ExprArray
from allocator.program.magnitude import refuse_large_sums, refuse_too_large
from allocator.program.map_components import initial_separator_rows
from allocator.program.program import INFINITE, Costs, ExcessComponents, IntArray, Medoid, Program, Rows
from allocator.program.tags import WIDTH, TagArray
from allocator.program.tangents import initial_tangents

T = TypeVar("T")


class ProgramBuilder:
    """A program under construction; rules write to it through their pens."""

    def __init__(self, decisions: Decisions, rules: Sequence[str]) -> None:
        self.decisions = decisions
        self.rules = tuple(rules)
        self._ends = VariableBounds(decisions.count)
        self._row_lengths: list[IntArray] = []
        self._row_cols: list[IntArray] = []
        self._row_coefs: list[IntArray] = []
        self._row_sides: list[tuple[IntArray, IntArray]] = []
        self._row_tags: list[TagArray] = []
        self._row_defining: list[npt.NDArray[np.bool_]] = []
        self._costs: list[tuple[IntArray, IntArray, IntArray, TagArray]] = []
        self._priced: set[int] = set()
        self._constants: list[tuple[int, int, int]] = []
        self._definitions = DefinitionBuilder(decisions.count)
        self._medoids: list[Medoid] = []
        self._pieces: list[ExcessComponents] = []
        self._made: dict[int, tuple[IntArray, Any]] = {}

    def add_variables(self, lower: IntArray, upper: IntArray) -> IntArray:
        """Add auxiliary variables with their bounds and return their columns."""
        return self._ends.add(lower, upper)

    def bounds(self, expr: Expr) -> tuple[int, int]:
        """Return the least and greatest value that ``expr`` can take, term by term."""
        lower, upper = self._ends.of(expr.cols)
        refuse_large_sums(expr.coefs, lower, upper)
        ends = expr.coefs * lower, expr.coefs * upper
        least, most = int(np.minimum(*ends).sum()), int(np.maximum(*ends).sum())
        return least + expr.constant, most + expr.constant

    def bounds_each(self, exprs: ExprArray) -> tuple[IntArray, IntArray]:
        """Return the least and greatest value that each of ``exprs`` can take, term by term."""
        exists = exprs.cols >= 0
        lower, upper = (np.zeros_like(exprs.cols) for _ in range(2))
        lower[exists], upper[exists] = self._ends.of(exprs.cols[exists])
        refuse_large_sums(exprs.coefs, lower, upper)
        ends = exprs.coefs * lower, exprs.coefs * upper
        least, greatest = np.minimum(*ends).sum(axis=1), np.maximum(*ends).sum(axis=1)
        return least + exprs.constants, greatest + exprs.constants

    def upper_bound(self, expr: Expr) -> int:
        """Return the greatest value that ``expr`` can take, term by term."""
        if len(expr.cols) == 0 or expr.cols.max() < self.decisions.count:
            return int(np.maximum(expr.coefs, 0).sum()) + expr.constant
        return self.bounds(expr)[1]

    def add_row(self, expr: Expr, lo: int, hi: int, tag: TagArray, *, defining: bool = False) -> None:
        """Add ``lo <= expr <= hi``."""
        low = -INFINITE if lo <= -INFINITE else lo - expr.constant
        high = INFINITE if hi >= INFINITE else hi - expr.constant
        self._row_lengths.append(np.array([len(expr.cols)], dtype=np.int64))
        self._row_cols.append(expr.cols)
        self._row_coefs.append(expr.coefs)
        self._row_sides.append((np.array([low], dtype=np.int64), np.array([high], dtype=np.int64)))
        self._row_tags.append(tag)
        self._row_defining.append(np.array([defining]))

    def add_rows(
        self,
        cols: IntArray,
        coefs: IntArray,
        sides: tuple[int | IntArray, int | IntArray],
        tags: TagArray,
        *,
        defining: bool = False,
    ) -> None:
        """Add ``n`` rows of one shape: ``sides[0] <= sum(coefs * x[cols[k]]) <= sides[1]``.

        Args:
            cols: ``[n, w]`` columns; -1 stands for no such variable and is left out.
            coefs: ``[w]`` coefficients, or ``[n, w]``.
            sides: The lower and the upper side, of every row or ``[n]`` of each.
            tags: ``[n, 7]`` tags.
            defining: Whether the rows only define auxiliaries.
        """
        exists = cols >= 0
        self._row_lengths.append(exists.sum(axis=1))
        self._row_cols.append(cols[exists])
        self._row_coefs.append(np.broadcast_to(coefs, cols.shape)[exists].astype(np.int64))
        low, high = (np.broadcast_to(np.asarray(side, dtype=np.int64), len(cols)) for side in sides)
        self._row_sides.append((low, high))
        self._row_tags.append(tags)
        self._row_defining.append(np.full(len(cols), defining))

    def add_costs(self, cols: IntArray, coefs: IntArray, level: int, tags: TagArray) -> None:
        """Add cost terms ``coefs * x[cols]`` to ``level``."""
        kept = coefs != 0
        if kept.any():
            self._priced.add(level)
            levels = np.full(int(kept.sum()), level, dtype=np.int64)
            self._costs.append((cols[kept], coefs[kept], levels, tags[kept]))

    def add_constant(self, level: int, rule: int, amount: int) -> None:
        """Add a cost to ``level`` that no decision can change."""
        if amount:
            self._constants.append((level, rule, amount))

    def maximum(self, exprs: Sequence[Expr], floor: int, tag: TagArray, divisor: int = 1) -> Expr:
        """Return a variable that is the greatest of ``floor`` and ``ceil(expr / divisor)`` of each."""
        if len(exprs) == 1 and divisor == 1 and self.bounds(exprs[0])[0] >= floor:
            return exprs[0]
        highest = max([self.bounds(expr)[1] for expr in exprs], default=floor)
        upper = max(floor, -(-highest // divisor))
        [column] = self.add_variables(np.array([floor]), np.array([upper]))
        self._definitions.add(column, exprs, limit=floor, divisor=divisor)
        variable = Expr.of([column])
        for expr in exprs:
            self.add_row(variable * divisor - expr, 0, INFINITE, tag, defining=True)
        return variable

    def minimum(self, exprs: Sequence[Expr], tag: TagArray) -> Expr:
        """Return a variable that is the least of ``exprs`` (at least one)."""
        ends = [self.bounds(expr) for expr in exprs]
        ceiling = min(high for _, high in ends)
        [column] = self.add_variables(np.array([min(low for low, _ in ends)]), np.array([ceiling]))
        self._definitions.add(column, exprs, least=True, limit=ceiling)
        variable = Expr.of([column])
        for expr in exprs:
            self.add_row(variable - expr, -INFINITE, 0, tag, defining=True)
        return variable

    def nth_largest(self, exprs: Sequence[Expr], nth: int) -> Expr:
        """Return a variable that is the nth greatest of ``exprs``, of which there are so many at least.

        No row holds it to that: it is for use where any other value costs as much or more.
        """
        ends = np.array([self.bounds(expr) for expr in exprs])
        lowest, highest = (int(np.sort(side)[-nth]) for side in ends.T)
        [column] = self.add_variables(np.array([lowest]), np.array([highest]))
        self._definitions.add(column, exprs, limit=lowest, nth=nth)
        return Expr.of([column])

    def square(self, root: Expr, tag: TagArray) -> Expr:
        """Return a variable that is the square of ``root``, a whole number of 0 or more.

        Its rows are tangents, all of them only near 0: ``tangents.py`` adds those that a plan calls for.
        """
        upper = self.bounds(root)[1]
        refuse_too_large(upper * upper)
        [column] = self.add_variables(np.array([0]), np.array([upper * upper]))
        self._definitions.add(column, [root], power=2)
        variable = Expr.of([column])
        for k in initial_tangents(upper):
            self.add_row(variable - root * (2 * k + 1), -k * (k + 1), INFINITE, tag, defining=True)
        return variable

    def define_maxima(self, columns: IntArray, exprs: ExprArray, lengths: IntArray) -> None:
        """Say that each of ``columns`` is the greatest of 0 and so many of the expressions, in order.

        The caller adds the rows that make it so.
        """
        self._definitions.add_block(columns, exprs, lengths)

    def cached(self, matrix: IntArray, make: Callable[[IntArray], T]) -> T:
        """Return what is made of a matrix, which is made once for all that share it."""
        if id(matrix) not in self._made:
            self._made[id(matrix)] = matrix, make(matrix)
        made: T = self._made[id(matrix)][1]
        return made

    def add_medoid(self, medoid: Medoid) -> None:
        """Say that an auxiliary is the way of all members to the one of them to which it is least."""
        self._medoids.append(medoid)

    def excess_components(self, members: IntArray, near: Neighbours, free: int, tag: TagArray) -> Expr:
        """Return a variable: by how many pieces more than ``free`` the members fall apart.

        Args:
            members: ``[n]`` 0/1 variables, whether each is a member.
            near: Which of the ``n`` are neighbours, by number.
            free: So many pieces count for nothing, at least 1.
            tag: What it is about.
        """
        [column] = self.add_variables(np.array([0]), np.array([max(0, len(members) - free)]))
        made = ExcessComponents(int(column), members, near, free, tag)
        self._pieces.append(made)
        for row in initial_separator_rows(made):
            self.add_row(Expr(row.cols, row.coefs), row.low, row.high, tag, defining=True)
        return Expr.of([column])

    def build(self) -> Program:
        """Return the program as arrays."""
        lower, upper = self._ends.all()
        return Program(
            decisions=self.decisions,
            lower=lower,
            upper=upper,
            rows=self._rows(),
            costs=self._cost_arrays(),
            constants=tuple(self._constants),
            definitions=self._definitions.build(),
            rules=self.rules,
            levels=self._levels(),
            medoids=tuple(self._medoids),
            excess_components=tuple(self._pieces),
        )

    def _rows(self) -> Rows:
        lengths = np.concatenate([EMPTY, *self._row_lengths])
        return Rows(
            starts=np.concatenate([[0], np.cumsum(lengths)]),
            cols=np.concatenate([EMPTY, *self._row_cols]),
            coefs=np.concatenate([EMPTY, *self._row_coefs]),
            lo=np.concatenate([EMPTY, *(lo for lo, _ in self._row_sides)]),
            hi=np.concatenate([EMPTY, *(hi for _, hi in self._row_sides)]),
            tags=np.concatenate([np.zeros((0, WIDTH), dtype=np.int32), *self._row_tags]),
            defining=np.concatenate([np.zeros(0, dtype=np.bool_), *self._row_defining]),
        )

    def _cost_arrays(self) -> Costs:
        return Costs(
            cols=np.concatenate([EMPTY, *(cols for cols, _, _, _ in self._costs)]),
            coefs=np.concatenate([EMPTY, *(coefs for _, coefs, _, _ in self._costs)]),
            levels=np.concatenate([EMPTY, *(levels for _, _, levels, _ in self._costs)]),
            tags=np.concatenate([np.zeros((0, WIDTH), np.int32), *(tags for *_, tags in self._costs)]),
        )

    def _levels(self) -> tuple[int, ...]:
        return tuple(sorted(self._priced | {level for level, _, _ in self._constants}))
