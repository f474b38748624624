"""Rules that compare two whereabouts for each place taken: `follow` and `elsewhere`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.expressions import PairText
from allocator.rules.kind import Dimension, Rule
from allocator.rules.kinds._whereabouts import Decided, Known, Side, whereabouts
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope

ABOUT: tuple[Dimension, ...] = ("item", "slot", "role", "period")
Place = tuple[int, int, int]


class MeetingRule(Rule):
    """The two sides that are compared; a side without a place, or that no layer knows, asks nothing."""

    this: Side | PairText
    that: Side | PairText

    def found(self, roster: Roster, scope: Scope) -> Iterator[tuple[Subject, list[tuple[str, str]]]]:
        """Yield each place taken in scope with the pairs of whereabouts that a plan gives it."""
        sides = whereabouts(self.this, scope), whereabouts(self.that, scope)
        for i, s, r, t in roster[self.on].taken:
            if scope.covered[i, s, t] and r in scope.roles:
                this, that = (_named(side, roster, (i, s, t)) for side in sides)
                yield Subject(item=i, slot=s, role=r, period=t), list(product(this, that))

    def asked(self, pen: Pen, scope: Scope, where: Place, sides: tuple[Known | Decided, ...]) -> list[Expr]:
        """Return expressions of which none may be above 0 if the place is taken; a kind defines them."""
        raise TypeError(f"{type(self).__name__} does not say what it asks")

    def post(self, pen: Pen, scope: Scope) -> None:
        """For each place: what is asked holds if it is taken; a soft rule pays 1 where it does not."""
        sides = whereabouts(self.this, scope), whereabouts(self.that, scope)
        for i, s, t in np.argwhere(scope.covered).tolist():
            asked = self.asked(pen, scope, (i, s, t), sides)
            for r in scope.roles:
                taken = pen.grid()[i, s, r, t]
                if taken >= 0 and asked:
                    self._ask(pen, Expr.of([taken]), asked, Subject(item=i, slot=s, role=r, period=t))

    def _ask(self, pen: Pen, taken: Expr, asked: list[Expr], subject: Subject) -> None:
        broken = [taken - 1 + expr for expr in asked]
        if self.is_hard:
            for expr in broken:
                pen.at_most(expr, 0, subject)
        else:
            pen.pay(pen.most(broken, 0, subject), subject)


def meet(pen: Pen, sides: tuple[Known | Decided, ...], where: Place) -> Iterator[list[tuple[Expr, Expr]]]:
    """Yield, for each two movers of the sides, for each place whether each of them is there."""
    for movers in product(*(side.movers(*where) for side in sides)):
        there = [_located(pen, side, mover, where) for side, mover in zip(sides, movers, strict=True)]
        names = dict.fromkeys([*there[0], *there[1]])
        yield [(there[0].get(name, Expr()), there[1].get(name, Expr())) for name in names]


def _located(pen: Pen, side: Known | Decided, mover: int | None, where: Place) -> dict[str, Expr]:
    if isinstance(side, Known) or mover is None:
        return {side.text(*where): Expr(constant=1)} if isinstance(side, Known) else {}
    return side.located(pen, mover, where[2])


def _named(side: Known | Decided, roster: Roster, where: Place) -> list[str]:
    if isinstance(side, Known):
        return [side.text(*where) for _ in side.movers(*where)]
    return [side.place(roster, mover, where[2]) for mover in side.movers(*where)]


def seen(pairs: list[tuple[str, str]]) -> Text:
    """Say what was found."""
    return Text(
        zh="；".join(f"{a or '无'} 与 {b or '无'}" for a, b in pairs),
        en="; ".join(f"{a or 'nowhere'} and {b or 'nowhere'}" for a, b in pairs),
    )
