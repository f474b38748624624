"""prefer: places that are better than others, by a condition or by a price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import model_validator

from allocator.model.layer import IntArray
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.expressions.fields import Doc, PairNumber, PairTest
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Prefer(Rule):
    """Each place taken where ``when`` does not hold costs ``cost`` (1 if not given).

    Without ``when`` every place taken costs ``cost``; a negative cost counts as 0.
    """

    name: ClassVar[str] = "prefer"
    summary: ClassVar[Text] = Text(zh="优先安排：不符合者计入代价", en="places that are better than others")
    doc_zh: ClassVar[str] = (
        "占据的位置中 `when` 不成立的，每个计 `cost`（不填为 1）。\n\n"
        "不填 `when` 时每个位置都计；`cost` 为负按 0 计。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="[!when?<who>安排到<where>，每处计 {cost}|when=false?<who>不安排到<where>[，否则每处计 "
        "{cost}]|<who>安排到<where>，以{when}为先[，其他每处计 {cost}]]",
        en="[!when?any <who> in a <where> costs {cost}|when=false?no <who> is in a <where>[, at {cost}"
        " for each place]|any <who> in a <where> had better meet this: {when}[, at {cost} for each"
        " other place]]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "prefer", "on": "turn", "when": "person.unit == 'Mill' || group.id == 'East'"},
            kept=("Wang=West@all Li=East@all",),
            broken=("Li=West@2027",),
        ),
        Example(
            rule={"kind": "prefer", "on": "turn", "cost": "person.age - 41", "level": 3},
            kept=("Li=East@all",),
            broken=("Wang=East@2026",),
        ),
    )

    kind: Literal["prefer"]
    when: Annotated[
        PairTest, Doc(zh="此条件成立的位置不计代价", en="Condition under which a place costs nothing.")
    ] = ""
    cost: Annotated[
        PairNumber,
        Doc(
            zh="其他位置每占一个的代价；负数按 0 计",
            en="Cost of each other place; a negative cost counts as 0.",
        ),
    ] = 1

    @model_validator(mode="after")
    def _something_asked(self) -> Prefer:
        if not self.when and self.cost == 1:
            raise FieldError(zh="需给出 when 或 cost", en="needs when or cost")
        return self

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Forbid or penalise each place with a price above 0."""
        prices = self._prices(scope)
        where = scope.seats_where(prices > 0)
        writer.forbid(where, prices[where[:, 0], where[:, 1], where[:, 3]])

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each place taken with a price above 0."""
        prices = self._prices(scope)
        for i, s, r, t in scope.taken_seats(roster):
            if prices[i, s, t] > 0:
                yield Breach(Subject(item=i, slot=s, role=r, period=t), int(prices[i, s, t]))

    def _prices(self, scope: Scope) -> IntArray:
        prices = np.maximum(scope.numbers(self.cost), 0)
        return np.where(scope.where(self.when), 0, prices) if self.when else prices
