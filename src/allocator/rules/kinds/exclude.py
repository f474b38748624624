"""exclude: an item is kept out of a slot, or out of every slot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

import numpy as np

from allocator.errors import nearest
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldProblem, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Exclude(Rule):
    """``item`` is not in ``slot`` in any period and role of the rule; without a ``slot``, it is in none."""

    name: ClassVar[str] = "exclude"
    summary: ClassVar[Text] = Text(
        zh="排除：某人不得在某机构或任何机构", en="a place that somebody is kept out of"
    )
    doc_zh: ClassVar[str] = "`item` 在规则所指的周期和角色中不在 `slot`；不填 `slot` 则不在任何去处。"
    sentence: ClassVar[Sentence] = Sentence(
        zh="{item}不得安排到[{slot}|任何<where>]",
        en="{item} is never in [{slot}|any <where>]",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "role", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "exclude", "on": "posting", "item": "Wang", "slot": "East", "during": "2027"},
            kept=("Wang=West/lead@2027 Li=East/lead@2027", "Wang=East/lead@2026"),
            broken=("Wang=East/lead@2027", "Wang=East/member@2027"),
        ),
        Example(
            rule={"kind": "exclude", "on": "casework", "item": "Li", "role": "reviewer"},
            kept=("Li=C1/investigator@2026 Wang=C1/reviewer@2026",),
            broken=("Li=C1/reviewer@2026", "Li=C2/reviewer@2027"),
        ),
    )

    kind: Literal["exclude"]
    item: Annotated[str, Doc(zh="对象编号", en="Id of the item.")]
    slot: Annotated[str, Doc(zh="去处编号；不填为任何去处", en="Id of the slot; any slot if not given.")] = ""

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault if the layer does not have the item or the slot."""
        layer = context.layers[self.on]
        for field, found, known in (("item", self.item, layer.items), ("slot", self.slot, layer.slots)):
            if (found or field == "item") and found not in known:
                message = Text(zh=f"{self.on} 层中没有", en=f"is not in the layer {self.on}")
                yield FieldProblem(field, message, found, nearest=nearest(found, known))

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Forbid each decision that assigns the item to the slot."""
        layer = scope.layer
        where = np.zeros((len(layer.items), len(layer.slots), len(layer.periods)), dtype=np.bool_)
        where[layer.item_index[self.item]] = True
        if self.slot:
            where[:, np.arange(len(layer.slots)) != layer.slot_index[self.slot]] = False
        writer.forbid(scope.seats_where(where & scope.covered))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each seat of the item in the slot, or in any slot if none is given."""
        i, layer = scope.layer.item_index[self.item], scope.layer
        for t in scope.periods if i in scope.item_set else ():
            for s, r in roster[self.on].seats(i, t):
                if s in scope.slot_set and r in scope.roles and self.slot in ("", layer.slots[s]):
                    yield Breach(Subject(item=i, slot=s, role=r, period=t))
