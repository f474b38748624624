"""eligible: only items that meet a condition may take a place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc, PairTest
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Eligible(Rule):
    """Where ``when`` does not hold, the item may not take the place (a soft rule pays 1 for each)."""

    name: ClassVar[str] = "eligible"
    summary: ClassVar[Text] = Text(zh="任职资格：符合条件者方可担任", en="who may take a place at all")
    doc_zh: ClassVar[str] = "`when` 不成立的位置不得担任（非硬规则每处计 1）。"
    sentence: ClassVar[Sentence] = Sentence(
        zh="[when=false?<who>不得安排到<where>|[role&!slots?<who>|<who>安排到<where>，]须符合：{when}]",
        en="[when=false?no <who> is placed in any <where>|any <who> in a <where> must meet this: {when}]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "eligible", "on": "posting", "role": "lead", "when": "person.grade == 'head'"},
            kept=("Wang=East/lead@2026 Li=East/member@2026",),
            broken=("Li=East/lead@2026",),
        ),
    )

    kind: Literal["eligible"]
    when: Annotated[PairTest, Doc(zh="任职条件，符合者方可担任", en="The condition for taking a place.")]

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Forbid the places where the condition does not hold."""
        writer.forbid(scope.seats_where(scope.covered & ~scope.where(self.when)))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each taken place where the condition does not hold."""
        allowed = scope.where(self.when)
        for i, s, r, t in scope.taken_seats(roster):
            if not allowed[i, s, t]:
                yield Breach(Subject(item=i, slot=s, role=r, period=t))
