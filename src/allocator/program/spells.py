"""Spells: an item in a slot from period a to period b without a break, as one variable each.

A step says where an item is in one period; a spell says for how long. Rules about terms and moves
read spells because their linear relaxation is far tighter (a term limit forbids long spells, which
is exact, where windows over steps let an item sit half in two slots at once).

Spells are maximal: the item is elsewhere in the period before ``a`` and in the one after ``b``. A
spell that starts with the horizon may continue one begun before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from allocator.model.layer import BoolArray, Layer
from allocator.program.builder import ProgramBuilder
from allocator.program.expr import Expr
from allocator.program.program import INFINITE, IntArray
from allocator.program.tags import Subject, TagArray, tag, tags

#: Rows that only say what a spell is belong to no rule.
NO_RULE = -1


@dataclass(frozen=True, eq=False)
class Spells:
    """The spells of a layer, in some of its roles.

    Attributes:
        item: ``[n]`` item of each spell.
        slot: ``[n]`` slot of each spell.
        first: ``[n]`` first period.
        last: ``[n]`` last period.
        cols: ``[n]`` variable of each spell.
        carried: ``[n]`` periods before the horizon that the spell continues (0 where it starts later).
    """

    item: IntArray
    slot: IntArray
    first: IntArray
    last: IntArray
    cols: IntArray
    carried: IntArray

    @property
    def length(self) -> IntArray:
        """``[n]`` length in periods, those before the horizon included."""
        return np.asarray(self.last - self.first + 1 + self.carried)

    @cached_property
    def _by_place(self) -> dict[tuple[int, int], IntArray]:
        keys = np.stack([self.item, self.slot], axis=1)
        order = np.lexsort((self.slot, self.item))
        pairs, starts = np.unique(keys[order], axis=0, return_index=True)
        groups = np.split(order, starts[1:]) if len(pairs) else []
        return {(int(i), int(s)): group for (i, s), group in zip(pairs, groups, strict=True)}

    def staying(self, item: int, slot: int, period: int) -> Expr:
        """Return 1 if the item is in the slot both in ``period - 1`` and in ``period`` (at least 1)."""
        group = self._by_place.get((item, slot))
        if group is None:
            return Expr()
        through = (self.first[group] < period) & (self.last[group] >= period)
        return Expr.of(self.cols[group[through]])


def spells_of(builder: ProgramBuilder, layer: Layer, roles: tuple[int, ...]) -> Spells:
    """Add the spells of ``layer`` in ``roles`` to the program and return them.

    The layer must let an item take at most one slot a period, so that being in a slot is 0 or 1.
    """
    grid = builder.decisions.grids[layer.name][:, :, list(roles), :]
    periods = grid.shape[3]
    possible: BoolArray = np.asarray((grid >= 0).any(axis=2))
    item, slot, first, last = _stretches(possible)
    zeros, ones = np.zeros(len(item), dtype=np.int64), np.ones(len(item), dtype=np.int64)
    cols = builder.variables(zeros, ones)
    runs = past_runs(layer, roles)
    carried = np.where(first == 0, runs[item, slot], 0)
    spells = Spells(item, slot, first, last, cols, carried)
    _define(builder, spells, grid)
    _link(builder, spells, grid, possible)
    _keep_maximal(builder, spells, periods)
    return spells


def past_runs(layer: Layer, roles: tuple[int, ...]) -> IntArray:
    """Return ``[I, S]``: for how many periods up to the horizon the item has sat in the slot."""
    runs = np.zeros((len(layer.items), len(layer.slots)), dtype=np.int64)
    for (item, period), held in sorted(layer.past.items(), key=lambda entry: -entry[0][1]):
        for slot, role in held:
            if role in roles and runs[item, slot] == -period - 1:
                runs[item, slot] = -period
    return runs


def _stretches(possible: BoolArray) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return item, slot, first and last period of every stretch of possible periods."""
    found: list[IntArray] = []
    periods = possible.shape[2]
    for first in range(periods):
        for last in range(first, periods):
            pairs = np.argwhere(possible[:, :, first : last + 1].all(axis=2))
            ends = np.broadcast_to([first, last], (len(pairs), 2))
            found.append(np.hstack([pairs, ends]))
    table = np.concatenate(found).astype(np.int64)
    return table[:, 0], table[:, 1], table[:, 2], table[:, 3]


def _define(builder: ProgramBuilder, spells: Spells, grid: IntArray) -> None:
    """A spell is 1 exactly if all its steps are, and neither the one before nor the one after."""
    periods = grid.shape[3]
    exprs = []
    for i, s, a, b in zip(spells.item, spells.slot, spells.first, spells.last, strict=True):
        inside = Expr.of(grid[i, s, :, a : b + 1])
        before = grid[i, s, :, a - 1] if a > 0 else grid[i, s, :, :0]
        after = grid[i, s, :, b + 1] if b + 1 < periods else grid[i, s, :, :0]
        outside = Expr.of(np.concatenate([before.reshape(-1), after.reshape(-1)]), -1)
        exprs.append(inside + outside - int(b - a))
    builder.define(spells.cols, exprs)


def _link(builder: ProgramBuilder, spells: Spells, grid: IntArray, possible: BoolArray) -> None:
    """A step is the sum of the spells that cover it."""
    for (i, s), group in spells._by_place.items():
        for t in np.flatnonzero(possible[i, s]).tolist():
            covering = group[(spells.first[group] <= t) & (spells.last[group] >= t)]
            steps = Expr.of(grid[i, s, :, t])
            builder.row(steps - Expr.of(spells.cols[covering]), 0, 0, _about(i, s, t), defining=True)


def _keep_maximal(builder: ProgramBuilder, spells: Spells, periods: int) -> None:
    """No spell starts right after another of the same item in the same slot has ended."""
    for (i, s), group in spells._by_place.items():
        for t in range(1, periods):
            ending = group[spells.last[group] == t - 1]
            starting = group[spells.first[group] == t]
            if len(ending) and len(starting):
                both = Expr.of(spells.cols[np.concatenate([ending, starting])])
                builder.row(both, -INFINITE, 1, _about(i, s, t), defining=True)


def _about(item: int, slot: int, period: int) -> TagArray:
    return tag(NO_RULE, Subject(item=int(item), slot=int(slot), period=int(period)))


def spell_tags(rule: int, spells: Spells, chosen: IntArray) -> TagArray:
    """Return the tags of rows or costs about the ``chosen`` spells: item, slot and last period."""
    subjects = np.full((len(chosen), len(Subject._fields)), -1, dtype=np.int64)
    subjects[:, 0] = spells.item[chosen]
    subjects[:, 1] = spells.slot[chosen]
    subjects[:, 3] = spells.last[chosen]
    return tags(rule, subjects)
