"""pin: a place that is settled beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from allocator.errors import nearest
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.tags import Subject
from allocator.rules.kind import Breach, Dimension, Example, Problem, Rule
from allocator.rules.means import Means
from allocator.rules.pen import Pen
from allocator.rules.roster import Roster
from allocator.rules.scope import Scope
from allocator.rules.world import World


class Pin(Rule):
    """``item`` is in ``slot`` in each period of the rule, in one of its roles."""

    name: ClassVar[str] = "pin"
    summary: ClassVar[Text] = Text(zh="指定：某人某期必须在某机构", en="a place settled beforehand")
    in_chinese: ClassVar[str] = "`item` 在规则所指的每个周期都在 `slot`，担任规则所指的角色之一。"
    about: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "pin", "on": "posting", "item": "Wang", "slot": "East", "during": "2027"},
            kept=("Wang=East/lead@2027", "Wang=East/member@2027 Li=East/lead@2026"),
            broken=("Wang=East/lead@2026", "Wang=West/lead@2027"),
        ),
    )

    kind: Literal["pin"]
    item: Annotated[str, Means(zh="对象编号", en="Id of the item.")]
    slot: Annotated[str, Means(zh="去处编号", en="Id of the slot.")]

    def examine(self, world: World) -> Iterator[Problem]:
        """The item and the slot must be of the layer."""
        layer = world.layers[self.on]
        for field, found, known in (("item", self.item, layer.items), ("slot", self.slot, layer.slots)):
            if found not in known:
                message = Text(zh=f"{self.on} 层中没有", en=f"is not in the layer {self.on}")
                yield Problem(field, message, found, nearest=nearest(found, known))

    def post(self, pen: Pen, scope: Scope) -> None:
        """One row for each period."""
        i, s = scope.layer.item_index[self.item], scope.layer.slot_index[self.slot]
        for t in scope.periods:
            there = Expr.of(pen.grid()[i, s, list(scope.roles), t])
            pen.at_least(there, 1, Subject(item=i, slot=s, period=t))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Look whether the item is there."""
        i, s = scope.layer.item_index[self.item], scope.layer.slot_index[self.slot]
        for t in scope.periods:
            if not roster[self.on].holds(i, s, t, scope.roles):
                yield Breach(Subject(item=i, slot=s, period=t))
