"""The rows of one layer by itself: what its hard rules ask of slots, allow in them, and forbid outright."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from allocator.model.layer import Layer
from allocator.program.program import INFINITE, Program
from allocator.rules.policy import Policy


@dataclass(frozen=True)
class SlotRow:
    """A number of decisions of one slot and period, as the rule of number ``rule`` bounds it.

    Attributes:
        rule: Number of the rule among the policy's.
        slot: The slot.
        period: The period.
        least: At least so many of the decisions; 0 where the row asks for none.
        most: At most so many; None where it allows any number.
        cols: The decisions.
        part: What else the rule counts by, such as a skill, by its number; -1 where it does not.
    """

    rule: int
    slot: int
    period: int
    least: int
    most: int | None
    cols: tuple[int, ...]
    part: int = -1


@dataclass(frozen=True, eq=False)
class LayerRows:
    """One layer with the hard rules that are about it alone."""

    policy: Policy
    layer: Layer

    @classmethod
    def of(cls, policy: Policy, name: str) -> LayerRows:
        """Return the rows of the layer called ``name``; rules that also read other layers are left out."""
        layer = policy.context.layers[name]
        alone = policy.truncate({name: len(layer.periods)})
        rules = tuple(rule for rule in alone.rules if rule.is_hard and not rule.one_slot)
        return cls(replace(alone, rules=rules), layer)

    @cached_property
    def program(self) -> Program:
        """The program of these rules."""
        return self.policy.compile()

    @cached_property
    def places(self) -> Mapping[int, tuple[int, int]]:
        """Item and role of each decision of the layer."""
        grid = self.program.decisions.grids[self.layer.name]
        return {int(grid[i, s, r, t]): (i, r) for i, s, r, t in np.argwhere(grid >= 0).tolist()}

    @cached_property
    def barring(self) -> Mapping[int, tuple[int, ...]]:
        """By decision, the numbers of the rules that forbid it outright."""
        rows, found = self.program.rows, dict[int, tuple[int, ...]]()
        alone = (np.diff(rows.starts) == 1) & ~rows.defining
        for row in np.flatnonzero(alone).tolist():
            col, coef = int(rows.cols[rows.starts[row]]), int(rows.coefs[rows.starts[row]])
            if coef > rows.hi[row] or coef < rows.lo[row]:
                found[col] = (*found.get(col, ()), int(rows.tags[row, 0]))
        return found

    def slot_rows(self) -> Iterator[SlotRow]:
        """Yield each row that bounds a number of decisions of one slot and period."""
        rows = self.program.rows
        about_slots = (rows.tags[:, 2] >= 0) & (rows.tags[:, 1] < 0) & (rows.tags[:, 4] >= 0)
        for row in np.flatnonzero(about_slots & ~rows.defining).tolist():
            terms = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
            cols, coefs, lo, hi = rows.cols[terms], rows.coefs[terms], int(rows.lo[row]), int(rows.hi[row])
            if len(coefs) and (coefs == -1).all():
                lo, hi = -hi, -lo
            elif not (coefs == 1).all():
                continue
            if (cols < self.program.decisions.count).all():
                number, _, slot, _, period, _, part = rows.tags[row].tolist()
                most = hi if hi < INFINITE else None
                yield SlotRow(number, slot, period, max(0, lo), most, tuple(cols.tolist()), part)
