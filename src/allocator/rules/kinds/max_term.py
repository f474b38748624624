"""max_term: the longest stay in one slot, in consecutive periods (任期)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class MaxTerm(Rule):
    """A stay in a slot, in the roles of the rule, lasts at most ``periods`` consecutive periods.

    Periods served before the horizon count; each period too many costs 1. A return after a break begins a
    new term (see ``cooldown``). With ``during`` the rule judges the stays whose last period is one of those
    periods.
    """

    name: ClassVar[str] = "max_term"
    summary: ClassVar[Text] = Text(zh="任期上限：连续任职不超过若干周期", en="longest term on end in a slot")
    doc_zh: ClassVar[str] = (
        "在一个去处（限规则所指的角色）连续任职不超过 `periods` 个周期。\n\n"
        "规划期以前的任职计入；每超一个周期计 1。离开后再回来重新起算（见 `cooldown`）。\n"
        "填了 `during` 时，判断最后一个周期在其中的任职。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="<who>在同一<where>连任不超过 {periods} 期",
        en="any <who> stays in one <where> for at most {periods} period(s) on end",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    one_slot: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "max_term", "on": "turn", "periods": 2},
            kept=("Wang=East@2026 Wang=East@2027 Wang=West@2028", "Li=East@2026 Li=East@2028"),
            broken=("Wang=East@all", "Zhao=East@2026 Zhao=East@2027"),
        ),
        Example(
            rule={"kind": "max_term", "on": "posting", "role": "lead", "periods": 1},
            kept=("Wang=East/lead@2026 Wang=West/lead@2027", "Wang=East/lead@2026 Wang=East/member@2027"),
            broken=("Wang=East/lead@2026 Wang=East/lead@2027",),
        ),
    )

    kind: Literal["max_term"]
    periods: Annotated[
        int,
        Field(ge=1, le=1000),
        Doc(zh="最多连续任职几个周期", en="Greatest number of consecutive periods in a slot."),
    ]

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return True

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Forbid or penalise the spells that are too long."""
        spells = writer.spells(scope.roles)
        excess = spells.length - self.periods
        inside = np.isin(spells.item, scope.items) & np.isin(spells.slot, scope.slots)
        inside &= np.isin(spells.last, scope.periods)
        chosen = np.flatnonzero(inside & (excess > 0))
        writer.penalise_variables(spells.cols[chosen], excess[chosen], spells.subjects(chosen))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each stay that is too long."""
        for i, s, first, last in roster[self.on].spells(scope.roles):
            length = last - first + 1
            in_scope = i in scope.item_set and s in scope.slot_set and last in scope.periods
            if in_scope and length > self.periods:
                detail = Text(zh=f"连续 {length} 个周期", en=f"{length} periods on end")
                yield Breach(Subject(item=i, slot=s, period=last), length - self.periods, detail)
