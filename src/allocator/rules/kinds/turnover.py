"""turnover: the least and the most share of a slot's members that change from period to period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence

Percent = Annotated[int, Field(ge=0, le=100)]


class Turnover(Rule):
    """Of the members that a slot had, at least ``atleast`` and at most ``atmost`` percent have left.

    Counted over the items and roles in scope, against the period before (for the first period, the
    history). A share is never rounded: 20% of 9 members asks for 2 to leave. Each member too few or
    too many costs 1. A slot that is not there in a period, such as a case that is done, is not judged.
    """

    name: ClassVar[str] = "turnover"
    summary: ClassVar[Text] = Text(zh="轮换比例：每期成员更换的上下限", en="share of members that change")
    doc_zh: ClassVar[str] = (
        "去处原有的成员中，应有 `atleast` 到 `atmost` 百分比的人离开。\n\n"
        "按规则所指的对象和角色，与上一周期相比（首期与任职经历相比）。比例不取整：9 人的 20% 要 2 人离开。\n"
        "每多或少一人计 1。该周期不存在的去处（如已办结的案件）不判断。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="每个<where>的<who><each>更换不少于 {atleast}%、不超过 {atmost}%",
        en="of the <whos> of each <where>, {atleast}% to {atmost}% change<each>",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("slot", "period")
    one_slot: ClassVar[bool] = True
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "turnover", "on": "turn", "atleast": 30, "during": ["2027", "2028"]},
            kept=("Wang=East@2026 Wang=West@2027 Wang=East@2028", "all=West@2026"),
            broken=("Wang=East@2026 Wang=East@2027", "all=East@all"),
        ),
        Example(
            rule={"kind": "turnover", "on": "turn", "atmost": 50},
            kept=("Zhao=East@all Wang=East@all", "all=East@all"),
            broken=("Wang=East@2027", "Zhao=East@2026 Wang=West@2026 Li=West@2026"),
        ),
        Example(
            rule={"kind": "turnover", "on": "turn", "atleast": 67, "during": ["2027"]},
            kept=("all=East@2026 all=West@2027",),
            broken=("all=East@2026 Wang=East@2027",),
        ),
        Example(
            rule={"kind": "turnover", "on": "turn", "atmost": 33, "during": ["2027"]},
            kept=("all=East@all",),
            broken=("all=East@2026 Wang=East@2027 Li=East@2027",),
        ),
    )

    kind: Literal["turnover"]
    atleast: Annotated[
        Percent, Doc(zh="至少更换百分之几", en="The least share that changes, in percent.")
    ] = 0
    atmost: Annotated[
        Percent, Doc(zh="至多更换百分之几", en="The greatest share that changes, in percent.")
    ] = 100

    @model_validator(mode="after")
    def _bounds_in_order(self) -> Turnover:
        if self.atmost < self.atleast:
            raise FieldError(zh="atmost 小于 atleast", en="atmost is below atleast")
        return self

    @property
    def reads_history(self) -> bool:
        """Whether the periods before the horizon count."""
        return True

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write rows that bound the shares of members who leave and who stay, by slot and period."""
        for s in scope.slots.tolist():
            for t in scope.periods:
                if not scope.layer.active[s, t]:
                    continue
                before, stay = self._members_before_and_staying(writer, scope, s, t)
                subject = Subject(slot=s, period=t)
                if self.atleast > 0:
                    writer.at_least_share(before - stay, before, self.atleast, subject)
                if self.atmost < 100:
                    writer.at_least_share(stay, before, 100 - self.atmost, subject)

    def _members_before_and_staying(
        self, writer: ConstraintWriter, scope: Scope, s: int, t: int
    ) -> tuple[Expr, Expr]:
        """Return the number of members in the period before, and the number of them who stay."""
        roles, grid = list(scope.roles), writer.grid()
        if t == 0:
            held = scope.items[scope.holders_before(-1)[scope.items, s]]
            return Expr(constant=len(held)), Expr.of(grid[held][:, s, roles, 0])
        stay = writer.spells(scope.roles).staying(scope.items, s, t)
        return Expr.of(grid[scope.items][:, s, roles, t - 1]), stay

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each slot and period in which too few or too many members have left."""
        held = roster[self.on]
        for s in scope.slots.tolist():
            for t in scope.periods:
                before = set(held.items_in(s, t - 1, scope.roles)) & scope.item_set
                left = len(before - set(held.items_in(s, t, scope.roles)))
                few = -(-(self.atleast * len(before) - 100 * left) // 100)
                many = -(-(100 * left - self.atmost * len(before)) // 100)
                if scope.layer.active[s, t] and max(few, many) > 0:
                    detail = Text(
                        zh=f"原 {len(before)} 人，换 {left} 人", en=f"{left} of {len(before)} members changed"
                    )
                    yield Breach(Subject(slot=s, period=t), max(few, many), detail)
