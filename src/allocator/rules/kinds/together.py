"""together: two items are always in the same slots."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.kinds._pairs import PAIRS_EN, PAIRS_ZH, PairRule
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Together(PairRule):
    """In every period in which both can serve, two items of a pair sit in the same slots, or nowhere.

    A pair that does not costs 1 for each period.
    """

    name: ClassVar[str] = "together"
    summary: ClassVar[Text] = Text(zh="同组：应在同一机构", en="pairs that always share a slot")
    doc_zh: ClassVar[str] = (
        "两个对象都在任的每个周期，结成对的两个应当在同样的去处，或都不作安排。\n\n不在一处的，每个周期计 1。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh=f"{PAIRS_ZH}应当同在一个<where>，或都不作安排",
        en=f"{PAIRS_EN} are always in the same <where>, or in none",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "other", "period")
    one_slot: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "together", "on": "zoning", "ties": "liaises"},
            kept=("Mill=Z1 North=Z1", "South=Z1"),
            broken=("Mill=Z1 North=Z2", "Mill=Z1"),
        ),
        Example(
            rule={"kind": "together", "on": "turn", "pairs": [["Wang", "Zhao"]]},
            kept=("Wang=East@all Zhao=East@all Li=West@all",),
            broken=("Wang=East@2026 Zhao=West@2026",),
        ),
    )

    kind: Literal["together"]

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write rows by which both items are in a slot or neither; a soft rule pays 1 for each period."""
        grid = writer.grid()[:, :, list(scope.roles), :]
        for a, b, t in self._pairs_there(scope):
            subject = Subject(item=a, other=b, period=t)
            differ = [Expr.of(grid[a, s, :, t]) - Expr.of(grid[b, s, :, t]) for s in scope.slots]
            both_ways = [way for expr in differ for way in (expr, -expr)]
            if self.is_hard:
                for way in both_ways:
                    writer.at_most(way, 0, subject)
            else:
                writer.penalise(writer.maximum(both_ways, 0, subject), subject)

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each pair and period in which the slots of the two items differ."""
        for a, b, t in self._pairs_there(scope):
            held = [set(roster[self.on].slots_of(i, t, scope.roles)) & scope.slot_set for i in (a, b)]
            if held[0] != held[1]:
                yield Breach(Subject(item=a, other=b, period=t))

    def _pairs_there(self, scope: Scope) -> Iterator[tuple[int, int, int]]:
        """Yield each pair with each period in which both are in service."""
        present = scope.layer.present
        for pairs, periods in self.pairs_by_period(scope):
            yield from ((a, b, t) for a, b in pairs for t in periods if present[a, t] and present[b, t])
