"""The builder of a program: it collects variables, rows and costs in blocks and returns them as arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from allocator.program.auxiliary_definitions import DefinitionBuilder, VariableBounds
from allocator.program.cuts import initial_tangents
from allocator.program.decisions import Decisions
from allocator.program.expr import EMPTY, Expr, ExprArray, refuse_large_sums, refuse_too_large
from allocator.program.program import (
    INFINITE,
    WIDTH,
    Costs,
    ExcessComponents,
    IntArray,
    Medoid,
    Program,
    Rows,
    TagArray,
)

T = TypeVar("T")


class ProgramBuilder:
    """A program under construction; each rule writes to it through a constraint writer."""

    def __init__(self, decisions: Decisions, rules: Sequence[str]) -> None:
        self.decisions = decisions
        self.rules = tuple(rules)
        self._bounds = VariableBounds(decisions.count)
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
        self._components: list[ExcessComponents] = []
        self._cache: dict[int, tuple[IntArray, Any]] = {}

    def add_variables(self, lower: IntArray, upper: IntArray) -> IntArray:
        """Add auxiliary variables with their bounds and return their columns."""
        return self._bounds.add(lower, upper)

    def bounds(self, expr: Expr) -> tuple[int, int]:
        """Return a lower and an upper bound of ``expr``, term by term."""
        lower, upper = self._bounds.of(expr.cols)
        refuse_large_sums(expr.coefs, lower, upper)
        ends = expr.coefs * lower, expr.coefs * upper
        low, high = int(np.minimum(*ends).sum()), int(np.maximum(*ends).sum())
        return low + expr.constant, high + expr.constant

    def bounds_each(self, exprs: ExprArray) -> tuple[IntArray, IntArray]:
        """Return ``[n]`` a lower and an upper bound of each of ``exprs``, term by term."""
        exists = exprs.cols >= 0
        lower, upper = (np.zeros_like(exprs.cols) for _ in range(2))
        lower[exists], upper[exists] = self._bounds.of(exprs.cols[exists])
        refuse_large_sums(exprs.coefs, lower, upper)
        ends = exprs.coefs * lower, exprs.coefs * upper
        low, high = np.minimum(*ends).sum(axis=1), np.maximum(*ends).sum(axis=1)
        return low + exprs.constants, high + exprs.constants

    def upper_bound(self, expr: Expr) -> int:
        """Return an upper bound of ``expr``, term by term."""
        if len(expr.cols) == 0 or expr.cols.max() < self.decisions.count:
            return int(np.maximum(expr.coefs, 0).sum()) + expr.constant
        return self.bounds(expr)[1]

    def add_row(self, expr: Expr, lo: int, hi: int, tag: TagArray, *, defining: bool = False) -> None:
        """Add ``lo <= expr <= hi``; ``defining`` says whether the row only defines an auxiliary."""
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
            cols: ``[n, w]`` columns; -1 stands for no variable and is left out.
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
        """Return a variable that is the maximum of ``floor`` and ``ceil(expr / divisor)`` of each."""
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

    def maximum_each(self, exprs: ExprArray, owners: IntArray, tags: TagArray) -> ExprArray:
        """Return for each of ``m`` owners the maximum of 0 and its expressions, as a variable.

        An owner with one expression that is never negative gets that expression itself.

        Args:
            exprs: ``n`` expressions.
            owners: ``[n]`` owner of each, in order; every owner has at least one.
            tags: ``[m, 7]`` the tag of each owner.
        """
        least, highest = self.bounds_each(exprs)
        itself = (least >= 0) & (np.bincount(owners, minlength=len(tags))[owners] == 1)
        made, which = np.unique(owners[~itself], return_inverse=True)
        upper = np.zeros_like(made)
        np.maximum.at(upper, which, highest[~itself])
        columns = self.add_variables(np.zeros_like(upper), upper)
        self._write_maxima(columns, exprs[~itself], which, tags[made])
        width = exprs.cols.shape[1]
        found = ExprArray.empty(len(tags), max(1, width))
        found.cols[made, 0], found.coefs[made, 0] = columns, 1
        found.cols[owners[itself], :width] = exprs.cols[itself]
        found.coefs[owners[itself], :width] = exprs.coefs[itself]
        found.constants[owners[itself]] = exprs.constants[itself]
        return found

    def _write_maxima(self, columns: IntArray, exprs: ExprArray, which: IntArray, tags: TagArray) -> None:
        """Define each variable as the maximum of 0 and its expressions, and add the rows that bound it."""
        self.define_maxima(columns, exprs, np.bincount(which, minlength=len(columns)))
        cols = np.hstack([columns[which][:, None], exprs.cols])
        coefs = np.hstack([np.ones_like(which)[:, None], -exprs.coefs])
        self.add_rows(cols, coefs, (exprs.constants, INFINITE), tags[which], defining=True)

    def minimum(self, exprs: Sequence[Expr], tag: TagArray) -> Expr:
        """Return a variable that is the minimum of ``exprs`` (at least one)."""
        ends = [self.bounds(expr) for expr in exprs]
        ceiling = min(high for _, high in ends)
        [column] = self.add_variables(np.array([min(low for low, _ in ends)]), np.array([ceiling]))
        self._definitions.add(column, exprs, is_minimum=True, limit=ceiling)
        variable = Expr.of([column])
        for expr in exprs:
            self.add_row(variable - expr, -INFINITE, 0, tag, defining=True)
        return variable

    def nth_largest(self, exprs: Sequence[Expr], nth: int) -> Expr:
        """Return a variable that is the nth largest of ``exprs``, of which there are at least ``nth``.

        No row holds it to that: use it only where any other value costs as much or more.
        """
        ends = np.array([self.bounds(expr) for expr in exprs])
        lowest, highest = (int(np.sort(side)[-nth]) for side in ends.T)
        [column] = self.add_variables(np.array([lowest]), np.array([highest]))
        self._definitions.add(column, exprs, limit=lowest, nth=nth)
        return Expr.of([column])

    def square(self, root: Expr, tag: TagArray) -> Expr:
        """Return a variable that is the square of ``root``, which is never negative.

        Its rows are tangents. Only small roots have all of them: `cuts.add_tangents` adds those that a plan
        violates.
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
        """Define each of ``columns`` as the maximum of 0 and its expressions; the caller adds the rows.

        Args:
            columns: ``[n]`` auxiliaries.
            exprs: Their expressions, one auxiliary after another.
            lengths: ``[n]`` number of expressions of each.
        """
        self._definitions.add_maxima(columns, exprs, lengths)

    def cached(self, matrix: IntArray, make: Callable[[IntArray], T]) -> T:
        """Return ``make(matrix)``, computed once for each matrix object."""
        if id(matrix) not in self._cache:
            self._cache[id(matrix)] = matrix, make(matrix)
        made: T = self._cache[id(matrix)][1]
        return made

    def add_medoid(self, medoid: Medoid) -> None:
        """Record an auxiliary that is a medoid distance."""
        self._medoids.append(medoid)

    def add_components(self, components: ExcessComponents) -> None:
        """Record an auxiliary that is an excess of components."""
        self._components.append(components)

    def build(self) -> Program:
        """Return the program as arrays."""
        lower, upper = self._bounds.all()
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
            excess_components=tuple(self._components),
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
