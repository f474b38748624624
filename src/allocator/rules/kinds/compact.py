"""compact: what is grouped lies close together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.kind import Breach, Dimension, Example, Rule
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope


class Compact(Rule):
    """The members of a slot cost their distance, to its seat or to one another, in units of ``metres``.

    ``to: seat`` measures to the position of the slot's place, ``to: members`` between every two members.
    Distances are great circles, rounded to whole units; ``beyond`` units are free. An entity without
    a position is at no distance from anything.
    """

    name: ClassVar[str] = "compact"
    summary: ClassVar[Text] = Text(zh="就近：片区内距离最短", en="members of a slot lie close together")
    in_chinese: ClassVar[str] = (
        "去处的成员按距离计代价，以 `metres` 米为一个单位。\n\n"
        "`to: seat` 量到驻地，`to: members` 量成员两两之间。距离按大圆计算，取整到单位；\n"
        "`beyond` 个单位以内不计。没有坐标的按距离 0 计。"
    )
    about: ClassVar[tuple[Dimension, ...]] = ("item", "other", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "compact", "on": "zoning", "beyond": 10},
            kept=("North=Z1 South=Z2",),
            broken=("North=Z2", "Far=Z1"),
        ),
        Example(
            rule={"kind": "compact", "on": "zoning", "to": "members", "beyond": 43, "metres": 500},
            kept=("North=Z1 South=Z1", "North=Z1 Far=Z2"),
            broken=("North=Z1 Far=Z1",),
        ),
    )

    kind: Literal["compact"]
    to: Annotated[
        Literal["seat", "members"],
        Means(
            zh="距离量到驻地（seat），还是成员两两之间（members）",
            en="Whether distance is to the seat of the slot or between its members.",
        ),
    ] = "seat"
    metres: Annotated[
        int,
        Field(ge=1, le=10**7),
        Means(zh="一个距离单位合多少米", en="How many metres one unit of distance has."),
    ] = 1000
    beyond: Annotated[
        int, Field(ge=0, le=10**7), Means(zh="在此单位数以内不计", en="So many units are free.")
    ] = 0

    def post(self, pen: Pen, scope: Scope) -> None:
        """Price each place, or each two members in a slot."""
        if self.to == "seat":
            self._post_seats(pen, scope)
            return
        grid = pen.grid()[:, :, list(scope.roles), :]
        for a, b, far in self._pairs(scope):
            for s in scope.slots.tolist():
                for t in scope.periods:
                    subject = Subject(item=a, other=b, slot=s, period=t)
                    both = Expr.of(grid[a, s, :, t]) + Expr.of(grid[b, s, :, t]) - 1
                    pen.pay(pen.most([both], 0, subject) * far, subject)

    def _post_seats(self, pen: Pen, scope: Scope) -> None:
        far = self._to_seats(scope)
        chosen = [(i, s, r, t) for i, s in np.argwhere(far > 0) for r in scope.roles for t in scope.periods]
        where = np.array(chosen, dtype=np.int64).reshape(-1, 4)
        pen.forbid(where, far[where[:, 0], where[:, 1]])

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Measure each member, or each two members."""
        if self.to == "seat":
            yield from self._check_seats(roster, scope)
            return
        pairs = self._pairs(scope)
        for s in scope.slots.tolist():
            for t in scope.periods:
                members = set(roster[self.on].who(s, t, scope.roles))
                for a, b, far in pairs:
                    if a in members and b in members:
                        yield Breach(Subject(item=a, other=b, slot=s, period=t), far)

    def _check_seats(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        far = self._to_seats(scope)
        for i, s, r, t in roster[self.on].taken:
            if r in scope.roles and scope.covered[i, s, t] and far[i, s] > 0:
                yield Breach(Subject(item=i, slot=s, role=r, period=t), int(far[i, s]))

    def _to_seats(self, scope: Scope) -> IntArray:
        """Return ``[I, S]`` distances beyond what is free, 0 outside the scope."""
        far = np.zeros(scope.layer.shape[:2], dtype=np.int64)
        for i in scope.items.tolist():
            for s in scope.slots.tolist():
                far[i, s] = self._far(scope, scope.layer.items[i], scope.layer.slots[s])
        return far

    def _pairs(self, scope: Scope) -> list[tuple[int, int, int]]:
        items = scope.items.tolist()
        measured = (
            (a, b, self._far(scope, scope.layer.items[a], scope.layer.items[b]))
            for k, a in enumerate(items)
            for b in items[k + 1 :]
        )
        return [(a, b, far) for a, b, far in measured if far > 0]

    def _far(self, scope: Scope, a: str, b: str) -> int:
        metres = scope.world.graph.distance_metres(a, b) or 0
        return max(0, (metres + self.metres // 2) // self.metres - self.beyond)
