"""follow: a place taken lies where something else is: a person goes with the unit's zone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.rules.kind import Breach, Dimension, Example
from allocator.rules.kinds._meeting import ABOUT, MeetingRule, Place, meet, seen
from allocator.rules.kinds._whereabouts import Decided, Known
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope


class Follow(MeetingRule):
    """For each place taken, ``this`` and ``that`` are in the same place.

    Each is a text (``group.parent``) or whereabouts that another layer decides (``{layer: zoning, item:
    person.unit}``). An item that is known there but assigned nowhere is in no place, and so a breach.
    """

    name: ClassVar[str] = "follow"
    summary: ClassVar[Text] = Text(
        zh="随同：人员随单位入片区、案件在本片区办理", en="go where something else goes"
    )
    about: ClassVar[tuple[Dimension, ...]] = ABOUT
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={
                "kind": "follow",
                "on": "turn",
                "items": "person.id != 'Zhao'",
                "this": "group.parent",
                "that": {"layer": "zoning", "item": "person.unit"},
            },
            kept=(
                "Mill=Z1 Wang=East@all",
                "Mill=Z2 North=Z1 Wang=West@2026 Zhao=East@all",
                "Li=East@all North=Z1",
            ),
            broken=("Mill=Z2 Wang=East@all", "Wang=East@2026"),
        ),
        Example(
            rule={
                "kind": "follow",
                "on": "casework",
                "role": "investigator",
                "this": {"layer": "turn", "item": "person.id", "at": "group.parent"},
                "that": {"layer": "zoning", "item": "case.unit"},
            },
            kept=("North=Z1 Li=East@2026 Li=C1/investigator@2026", "Li=C1/reviewer@2026"),
            broken=("North=Z1 Li=West@2026 Li=C1/investigator@2026", "Li=East@2026 Li=C1/investigator@2026"),
        ),
    )

    kind: Literal["follow"]

    def asked(self, pen: Pen, scope: Scope, where: Place, sides: tuple[Known | Decided, ...]) -> list[Expr]:
        """If one side is in a place so is the other, and it is somewhere."""
        asked: list[Expr] = []
        for places in meet(pen, sides, where):
            if all(isinstance(side, Decided) for side in sides):
                asked.append(Expr(constant=1) - Expr.total(that for _, that in places))
                asked.extend(that - this for this, that in places)
            else:
                known = 0 if isinstance(sides[0], Known) else 1
                asked.extend(pair[known] - pair[1 - known] for pair in places if pair[known].constant)
        return asked

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Compare the whereabouts of each place taken."""
        for subject, pairs in self.found(roster, scope):
            if apart := [(this, that) for this, that in pairs if this != that or not this]:
                yield Breach(subject, 1, seen(apart))
