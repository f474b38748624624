"""The pen: how a rule writes to the program. A soft rule pays for what a hard one forbids.

Every row and cost that a pen writes is tagged with its rule and subject. What a waiver covers is not
written. The amount that a soft rule pays is the amount that its ``check`` reports, times its weight.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from allocator.program.builder import ProgramBuilder
from allocator.program.expr import Expr
from allocator.program.program import INFINITE
from allocator.program.spells import Spells, spells_of
from allocator.program.tags import Subject, tag, tags
from allocator.rules.scope import Scope

IntArray = npt.NDArray[np.int64]
SpellCache = dict[tuple[str, tuple[int, ...]], Spells]


class Pen:
    """Writes one rule. ``number`` is the rule's index in the program's list of rules."""

    def __init__(self, builder: ProgramBuilder, scope: Scope, number: int, spells: SpellCache) -> None:
        self._builder = builder
        self._scope = scope
        self._number = number
        self._spells = spells
        rule = scope.rule
        self.level = 0 if rule.level == "hard" else rule.level
        self.weight = rule.weight

    def grid(self, layer: str = "") -> IntArray:
        """Return the decisions ``[I, S, R, T]`` of the rule's layer, or of another; -1 where none."""
        return self._builder.decisions.grids[layer or self._scope.layer.name]

    def at_most(self, expr: Expr, bound: int, subject: Subject, per: int = 1) -> None:
        """Ask for ``expr <= bound``; a soft rule pays for each ``per`` above it, begun ones included."""
        if self._scope.waives(subject) or self._builder.bounds(expr)[1] <= bound:
            return
        mark = tag(self._number, subject)
        if self.level == 0:
            self._builder.row(expr, -INFINITE, bound, mark)
        else:
            self.pay(self._builder.most([expr - bound], 0, mark, per), subject)

    def at_least(self, expr: Expr, bound: int, subject: Subject, per: int = 1) -> None:
        """Ask for ``expr >= bound``; a soft rule pays for each ``per`` below it, begun ones included."""
        self.at_most(-expr, -bound, subject, per)

    def pay(self, expr: Expr, subject: Subject) -> None:
        """Pay for ``expr`` (never negative); a hard rule asks for it to be 0."""
        if self._scope.waives(subject):
            return
        mark = tag(self._number, subject)
        if self.level == 0:
            self._builder.row(expr, -INFINITE, 0, mark)
            return
        marks = np.broadcast_to(mark, (len(expr.cols), mark.shape[1]))
        self._builder.cost(expr.cols, expr.coefs * self.weight, self.level, marks)
        self._builder.constant(self.level, self._number, expr.constant * self.weight)

    def forbid(self, where: IntArray, amounts: IntArray | int = 1) -> None:
        """Forbid decisions, or pay ``amounts`` for each.

        Args:
            where: ``[n, 4]`` item, slot, role and period of decisions; what is no decision is passed over.
            amounts: What each costs if the rule is soft, ``[n]`` or one number.
        """
        cols = self.grid()[tuple(where.T)]
        kept = (cols >= 0) & ~self._waived(where)
        cols, subjects = cols[kept], np.full((int(kept.sum()), len(Subject._fields)), -1, dtype=np.int64)
        subjects[:, :4] = where[kept]
        marks = tags(self._number, subjects)
        if self.level == 0:
            self._builder.block(cols[:, None], np.ones(1, dtype=np.int64), -INFINITE, 0, marks)
        else:
            prices = np.broadcast_to(np.asarray(amounts, dtype=np.int64), kept.shape)[kept]
            self._builder.cost(cols, prices * self.weight, self.level, marks)

    def most(self, exprs: Sequence[Expr], floor: int, subject: Subject) -> Expr:
        """Return the greatest of ``floor`` and ``exprs`` (exact from below: for use where less is better)."""
        return self._builder.most(exprs, floor, tag(self._number, subject))

    def least(self, exprs: Sequence[Expr], subject: Subject) -> Expr:
        """Return the least of ``exprs`` (exact from above: for use where more is better)."""
        return self._builder.least(exprs, tag(self._number, subject))

    def greatest(self, expr: Expr) -> int:
        """Return the greatest value that ``expr`` can take."""
        return self._builder.bounds(expr)[1]

    def spells(self, roles: tuple[int, ...]) -> Spells:
        """Return the spells of the rule's layer in ``roles``; made once for all rules that ask."""
        key = (self._scope.layer.name, roles)
        if key not in self._spells:
            self._spells[key] = spells_of(self._builder, self._scope.layer, roles)
        return self._spells[key]

    def _waived(self, where: IntArray) -> npt.NDArray[np.bool_]:
        if not self._scope.has_waivers:
            return np.zeros(len(where), dtype=np.bool_)
        return np.array([self._scope.waives(Subject(*(int(k) for k in row))) for row in where], dtype=bool)
