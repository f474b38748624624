"""min_term: the shortest stay in one slot, in periods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from allocator.model.layer import BoolArray
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.program.spells import Spells
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class MinTerm(Rule):
    """A stay in a slot, in the roles of the rule, that ends within the horizon lasted ``periods`` or more.

    Periods served before the horizon count. A stay that reaches the end of the horizon may still go on and
    is not judged; a stay cut short because the person is no longer there (retired, away) is no breach. Each
    period too few costs 1. A stay that ended with the last period before the horizon is judged too, as one
    of the first period. With ``during`` the rule judges the stays whose last period is one of those
    periods; the first period of the horizon stands for the last one before it.
    """

    name: ClassVar[str] = "min_term"
    summary: ClassVar[Text] = Text(zh="最低任职年限：到任后至少任满若干周期", en="shortest term in a slot")
    doc_zh: ClassVar[str] = (
        "在一个去处（限规则所指的角色）任职，在规划期内结束的，应当任满 `periods` 个周期。\n\n"
        "规划期以前的任职计入；到规划期末仍在任的不算；因退休、离岗而结束的不算。每差一个周期计 1。\n"
        "刚好在规划期前一个周期结束的任职也要判断，计入首个周期。\n"
        "填了 `during` 时，判断最后一个周期在其中的任职；规划期首个周期兼指规划期前一个周期。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="<who>到一个<where>后至少任满 {periods} 期",
        en="any <who> stays in a <where> for at least {periods} period(s)",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    one_slot: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "min_term", "on": "turn", "periods": 2},
            kept=("Wang=East@all Zhao=East@2026", "Li=West@2027 Li=West@2028 Zhao=East@all"),
            broken=("Li=East@2026 Zhao=East@all", "Wang=West@2027 Zhao=East@all", "Wang=East@all"),
        ),
    )

    kind: Literal["min_term"]
    periods: Annotated[
        int, Field(ge=2, le=1000), Doc(zh="至少任满几个周期", en="Least number of periods of a stay.")
    ]

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return True

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Forbid or penalise spells that end too early, also those that began before the horizon."""
        spells = writer.spells(scope.roles)
        missing = self.periods - spells.length
        inside = np.isin(spells.item, scope.items) & np.isin(spells.slot, scope.slots)
        inside &= np.isin(spells.last, scope.periods) & _next_is_open(scope, spells)
        chosen = np.flatnonzero(inside & (missing > 0))
        writer.penalise_variables(spells.cols[chosen], missing[chosen], spells.subjects(chosen))
        for i, s, run in self._running_stays(scope):
            leaves = Expr(constant=1) - Expr.of(writer.grid()[i, s, list(scope.roles), 0])
            writer.penalise(leaves * (self.periods - run), Subject(item=i, slot=s, period=0))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each stay that ends too early."""
        for i, s, first, last in roster[self.on].spells(scope.roles):
            short = self.periods - (last - first + 1)
            in_scope = i in scope.item_set and s in scope.slot_set and last in scope.periods
            if in_scope and short > 0 and _ended_early(scope, i, s, last):
                yield Breach(Subject(item=i, slot=s, period=last), short, _detail(self.periods - short))
        for i, s, run in self._running_stays(scope):
            if not roster[self.on].holds(i, s, 0, scope.roles):
                yield Breach(Subject(item=i, slot=s, period=0), self.periods - run, _detail(run))

    def _running_stays(self, scope: Scope) -> Iterator[tuple[int, int, int]]:
        """Yield item, slot and length of each stay of the history that should go on into the horizon."""
        held = scope.holders_before(-1) & scope.covered[:, :, 0] & scope.layer.open[:, :, 0]
        for i, s in np.argwhere(held).tolist():
            run = 1
            while run < self.periods and scope.held_before(i, s, -run - 1):
                run += 1
            if run < self.periods:
                yield i, s, run


def _ended_early(scope: Scope, item: int, slot: int, last: int) -> bool:
    """Whether the stay ended although the item could have stayed in the next period."""
    return last + 1 < len(scope.layer.periods) and scope.layer.can_be(item, slot, last + 1)


def _next_is_open(scope: Scope, spells: Spells) -> BoolArray:
    """Return ``[n]``: whether the item can stay in its slot in the period after each spell."""
    closed = np.zeros((*scope.layer.shape[:2], 1), dtype=np.bool_)
    after = np.concatenate([scope.layer.open[:, :, 1:], closed], axis=2)
    return np.asarray(after[spells.item, spells.slot, spells.last])


def _detail(length: int) -> Text:
    return Text(zh=f"仅任 {length} 个周期", en=f"only {length} periods")
