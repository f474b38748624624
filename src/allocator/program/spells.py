"""Spells: an item in a slot from period a to period b without a break, one variable each; and presences.

A step is an item in a slot in one period; a spell is a run of steps. Rules about terms and moves read spells
because their linear relaxation is far tighter: a term limit forbids long spells, which is exact, whereas
windows over steps let an item be half in two slots at once.

Spells are maximal: the item is elsewhere in the period before ``a`` and in the one after ``b``. A spell that
starts with the horizon may continue one from before the horizon.

A presence is one variable for an item being in any of some slots, in place of a sum in every row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from allocator.model.layer import BoolArray, Layer
from allocator.program.builder import ProgramBuilder
from allocator.program.expr import Expr, ExprArray
from allocator.program.program import INFINITE, IntArray, Subject, tags

#: Rows that only define spells and presences belong to no rule.
NO_RULE = -1
#: Codes of patterns are renumbered after this many periods, so that they stay far below 2^63.
MAX_CODE_PERIODS = 30


class SpellBlock(NamedTuple):
    """The spells of the (item, slot) pairs with one pattern of possible periods.

    Attributes:
        pairs: ``[m, 2]`` item and slot of each pair.
        ends: ``[w, 2]`` first and last period of each stretch of periods.
        columns: ``[w, m]`` the variables.
    """

    pairs: IntArray
    ends: IntArray
    columns: IntArray

    def staying(self, period: int) -> IntArray:
        """Return ``[m, k]`` the spells that cover both ``period`` and the period before it."""
        through = (self.ends[:, 0] < period) & (self.ends[:, 1] >= period)
        return self.columns[through].T


@dataclass(frozen=True, eq=False)
class Spells:
    """The spells of a layer, in some of its roles.

    Attributes:
        item: ``[n]`` item of each spell.
        slot: ``[n]`` slot of each spell.
        first: ``[n]`` first period.
        last: ``[n]`` last period.
        cols: ``[n]`` variable of each spell.
        carried: ``[n]`` periods before the horizon that belong to the spell (0 if it starts later).
        blocks: The same spells, by the pattern of periods in which their pairs are possible.
    """

    item: IntArray
    slot: IntArray
    first: IntArray
    last: IntArray
    cols: IntArray
    carried: IntArray
    blocks: tuple[SpellBlock, ...] = ()

    @property
    def length(self) -> IntArray:
        """``[n]`` length in periods, with those before the horizon."""
        return np.asarray(self.last - self.first + 1 + self.carried)

    def subjects(self, chosen: IntArray) -> IntArray:
        """Return ``[n, 6]`` subjects of the ``chosen`` spells: item, slot and last period."""
        subjects = np.full((len(chosen), len(Subject._fields)), -1, dtype=np.int64)
        subjects[:, 0] = self.item[chosen]
        subjects[:, 1] = self.slot[chosen]
        subjects[:, 3] = self.last[chosen]
        return subjects

    def staying(self, items: IntArray, slot: int, period: int) -> Expr:
        """Return the number of items in the slot both in ``period - 1`` and in ``period`` (at least 1)."""
        through = (self.slot == slot) & (self.first < period) & (self.last >= period)
        return Expr.of(self.cols[through & np.isin(self.item, items)])


def add_spells(builder: ProgramBuilder, layer: Layer, roles: tuple[int, ...]) -> Spells:
    """Add the spells of ``layer`` in ``roles`` to the program and return them.

    The layer must let an item take at most one slot a period, so that being in a slot is 0 or 1.
    """
    grid = builder.decisions.grids[layer.name][:, :, list(roles), :]
    possible: BoolArray = np.asarray((grid >= 0).any(axis=2))
    blocks = tuple(
        _SpellWriter(grid, pairs, pattern).write(builder) for pattern, pairs in _patterns(possible)
    )
    parts = [np.zeros((5, 0), dtype=np.int64), *(_listed(block) for block in blocks)]
    item, slot, first, last, cols = np.concatenate(parts, axis=1)
    runs = past_runs(layer, roles)
    return Spells(item, slot, first, last, cols, np.where(first == 0, runs[item, slot], 0), blocks)


def _listed(block: SpellBlock) -> IntArray:
    """Return ``[5, n]``: item, slot, first, last and column of each spell of a block."""
    item, slot = np.tile(block.pairs.T, len(block.ends))
    first, last = np.repeat(block.ends.T, len(block.pairs), axis=1)
    return np.stack([item, slot, first, last, block.columns.reshape(-1)])


def link_spells(builder: ProgramBuilder, narrow: Spells, wide: Spells, others: IntArray) -> None:
    """Link spells: an item that stays in a slot stays in the narrow roles, or has another role there.

    This holds in every plan. Without it the relaxation lets the spells that count terms end where those that
    count moves go on, and moves then cost nothing.

    Args:
        builder: The program.
        narrow: The spells in some roles.
        wide: The spells in those roles and others.
        others: ``[I, S, R, T]`` decisions in the other roles.
    """
    for inner, outer in zip(narrow.blocks, wide.blocks, strict=True):
        items, slots = inner.pairs[:, 0], inner.pairs[:, 1]
        for t in range(1, others.shape[3]):
            stays, within = outer.staying(t), inner.staying(t)
            if stays.size:
                besides = others[items, slots][:, :, t - 1 : t + 1].reshape(len(items), -1)
                cols = np.hstack([stays, within, besides])
                coefs = np.full(cols.shape[1], -1, dtype=np.int64)
                coefs[: stays.shape[1]] = 1
                marks = tags(NO_RULE, _subjects(inner.pairs, t))
                builder.add_rows(cols, coefs, (-INFINITE, 0), marks, defining=True)


def _subjects(pairs: IntArray, period: int) -> IntArray:
    subjects = np.full((len(pairs), len(Subject._fields)), -1, dtype=np.int64)
    subjects[:, :2] = pairs
    subjects[:, 3] = period
    return subjects


def _patterns(possible: BoolArray) -> Iterator[tuple[BoolArray, IntArray]]:
    """Yield each pattern of possible periods ``[T]`` with the (item, slot) pairs ``[m, 2]`` that have it."""
    flat = possible.reshape(-1, possible.shape[2])
    codes = _codes(flat)
    for code in np.unique(codes):
        places = np.flatnonzero(codes == code)
        if flat[places[0]].any():
            yield flat[places[0]], np.stack(np.divmod(places, possible.shape[1]), axis=1)


def _codes(flat: BoolArray) -> IntArray:
    """Return ``[n]`` a code for each row: equal rows have equal codes, and codes have the order of rows."""
    codes = np.zeros(len(flat), dtype=np.int64)
    for period in range(flat.shape[1]):
        if period % MAX_CODE_PERIODS == MAX_CODE_PERIODS - 1:
            codes = np.unique(codes, return_inverse=True)[1].reshape(-1)
        codes = 2 * codes + flat[:, period]
    return codes


@dataclass(frozen=True, eq=False)
class _SpellWriter:
    """The (item, slot) pairs with one pattern of possible periods, whose spells are written together."""

    grid: IntArray
    pairs: IntArray
    pattern: BoolArray

    def write(self, builder: ProgramBuilder) -> SpellBlock:
        """Write the spells of these pairs."""
        stretches = list(self._stretches())
        if len(stretches) == 1 and self.grid.shape[2] == 1:
            ((period, _),) = stretches  # with one role and one period the spell is the step
            return SpellBlock(self.pairs, np.array(stretches, dtype=np.int64), self._steps(period).T)
        columns = np.stack([self._define_spell(builder, first, last) for first, last in stretches])
        ends = np.array(stretches, dtype=np.int64)
        for t in np.flatnonzero(self.pattern).tolist():
            covering = (ends[:, 0] <= t) & (ends[:, 1] >= t)
            self._link_steps(builder, t, columns[covering])
            if t > 0 and self.pattern[t - 1]:
                self._separate(builder, t, columns[ends[:, 0] == t])
        return SpellBlock(self.pairs, ends, columns)

    def _stretches(self) -> Iterator[tuple[int, int]]:
        periods = len(self.pattern)
        for first in range(periods):
            for last in range(first, periods):
                if self.pattern[first : last + 1].all():
                    yield first, last

    def _define_spell(self, builder: ProgramBuilder, first: int, last: int) -> IntArray:
        """Define a spell as 1 exactly if all its steps are 1 and the steps before and after it are 0."""
        inside = np.hstack([self._steps(t) for t in range(first, last + 1)])
        around = [self._steps(t) for t in (first - 1, last + 1) if 0 <= t < len(self.pattern)]
        cols = np.hstack([inside, *around])
        coefs = np.full(cols.shape[1], -1, dtype=np.int64)
        coefs[: inside.shape[1]] = 1
        zeros = np.zeros(len(self.pairs), dtype=np.int64)
        columns = builder.add_variables(zeros, zeros + 1)
        builder.define_maxima(columns, ExprArray.of(cols, coefs, first - last), zeros + 1)
        return columns

    def _link_steps(self, builder: ProgramBuilder, period: int, covering: IntArray) -> None:
        """Add the rows by which a step is the sum of the spells that cover it."""
        steps = self._steps(period)
        coefs = np.array([1] * steps.shape[1] + [-1] * len(covering), dtype=np.int64)
        self._add_rows(builder, np.hstack([steps, covering.T]), coefs, (0, 0), period)

    def _separate(self, builder: ProgramBuilder, period: int, starting: IntArray) -> None:
        """Add the rows by which a spell starts only if the item was not in the slot the period before.

        Spells exclude each other if they overlap or meet, and then they have a period in common. With these
        rows and those of the steps the relaxation of the spells of a pair is their integer hull (rows of
        consecutive ones, Fulkerson and Gross, Pacific Journal of Mathematics 1965).
        """
        both = np.hstack([self._steps(period - 1), starting.T])
        self._add_rows(builder, both, np.ones(both.shape[1], dtype=np.int64), (-INFINITE, 1), period)

    def _steps(self, period: int) -> IntArray:
        return self.grid[self.pairs[:, 0], self.pairs[:, 1], :, period]

    def _add_rows(
        self, builder: ProgramBuilder, cols: IntArray, coefs: IntArray, sides: tuple[int, int], period: int
    ) -> None:
        builder.add_rows(cols, coefs, sides, tags(NO_RULE, _subjects(self.pairs, period)), defining=True)


def past_runs(layer: Layer, roles: tuple[int, ...]) -> IntArray:
    """Return ``[I, S]`` the number of periods up to the horizon that the item has been in the slot."""
    runs = np.zeros((len(layer.items), len(layer.slots)), dtype=np.int64)
    for stay in sorted(layer.past.stays, key=lambda stay: -stay.last):
        run = runs[stay.item, stay.slot]
        if stay.role in roles and stay.last >= -run - 1:
            runs[stay.item, stay.slot] = max(run, -stay.first)
    return runs


def presence_variables(builder: ProgramBuilder, steps: IntArray) -> IntArray:
    """Add a variable for each item and period that is the sum of its steps, and return their columns.

    Args:
        builder: The program.
        steps: ``[I, T, w]`` decisions of which at most one is 1; -1 for no decision.

    Returns:
        ``[I, T]`` columns; a single decision stands for itself, -1 where there is none.
    """
    exists = steps >= 0
    columns: IntArray = steps.max(axis=2, initial=-1)
    several = np.argwhere(exists.sum(axis=2) > 1)
    if len(several):
        items, periods = several.T
        zeros = np.zeros(len(several), dtype=np.int64)
        made = builder.add_variables(zeros, zeros + 1)
        summed = steps[items, periods]
        ones = np.ones(summed.shape[1], dtype=np.int64)
        builder.define_maxima(made, ExprArray.of(summed, ones), zeros + 1)
        subjects = np.full((len(several), len(Subject._fields)), -1, dtype=np.int64)
        subjects[:, 0], subjects[:, 3] = items, periods
        both = np.hstack([made[:, None], summed])
        coefs = np.concatenate([[1], -ones])
        builder.add_rows(both, coefs, (0, 0), tags(NO_RULE, subjects), defining=True)
        columns[items, periods] = made
    return columns
