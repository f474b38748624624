"""pin: an item's slot that is fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import model_validator

from allocator.errors import nearest
from allocator.model.layer import BoolArray, Layer
from allocator.model.text import Text
from allocator.program.expr import Expr
from allocator.program.program import Subject
from allocator.rules.constraints import ConstraintWriter
from allocator.rules.context import RuleContext
from allocator.rules.expressions.fields import Doc
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Dimension, Example, FieldError, FieldProblem, Rule
from allocator.rules.scope import Scope
from allocator.rules.sentences import Sentence


class Pin(Rule):
    """``item`` is in ``slot`` in each period of the rule, in one of its roles.

    Without ``during`` these are the periods in which both are there: a case is worked on in one of them, and
    somebody may retire.
    """

    name: ClassVar[str] = "pin"
    summary: ClassVar[Text] = Text(zh="指定：某人某期必须在某机构", en="a place settled beforehand")
    doc_zh: ClassVar[str] = (
        "`item` 在规则所指的每个周期都在 `slot`，担任规则所指的角色之一。\n\n"
        "不填 `during` 时，指两者都在的各周期：案件只在一个周期办理，人员可能退休。"
    )
    sentence: ClassVar[Sentence] = Sentence(
        zh="{item}固定安排到{slot}",
        en="{item} is in {slot}",
    )
    subject_dims: ClassVar[tuple[Dimension, ...]] = ("item", "slot", "period")
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            rule={"kind": "pin", "on": "posting", "item": "Wang", "slot": "East", "during": "2027"},
            kept=("Wang=East/lead@2027", "Wang=East/member@2027 Li=East/lead@2026"),
            broken=("Wang=East/lead@2026", "Wang=West/lead@2027"),
        ),
        Example(
            rule={"kind": "pin", "on": "casework", "item": "Li", "slot": "C1"},
            kept=("Li=C1/reviewer@2026", "Li=C1/investigator@2026 Li=C2/reviewer@2027"),
            broken=("Wang=C1/reviewer@2026", "Li=C2/reviewer@2027"),
        ),
    )

    kind: Literal["pin"]
    item: Annotated[str, Doc(zh="对象编号", en="Id of the item.")]
    slot: Annotated[str, Doc(zh="去处编号", en="Id of the slot.")]

    @model_validator(mode="after")
    def _no_selectors(self) -> Pin:
        if self.items or self.slots:
            raise FieldError(
                zh="对象与去处写在 item、slot 中，不用 items、slots",
                en="names its item and slot in `item` and `slot`, not in `items` or `slots`",
            )
        return self

    def validate_in(self, context: RuleContext) -> Iterator[FieldProblem]:
        """Yield a fault if the layer has no such item or slot, or if the two never exist in one period."""
        layer = context.layers[self.on]
        if self.item in layer.item_index and self.slot in layer.slot_index:
            yield from self._never_together(layer)
        for field, found, known in (("item", self.item, layer.items), ("slot", self.slot, layer.slots)):
            if found not in known:
                message = Text(zh=f"{self.on} 层中没有", en=f"is not in the layer {self.on}")
                yield FieldProblem(field, message, found, nearest=nearest(found, known))

    def post(self, writer: ConstraintWriter, scope: Scope) -> None:
        """Write one row for each pinned period."""
        i, s = scope.layer.item_index[self.item], scope.layer.slot_index[self.slot]
        for t in self._pinned_periods(scope):
            there = Expr.of(writer.grid()[i, s, list(scope.roles), t])
            writer.at_least(there, 1, Subject(item=i, slot=s, period=t))

    def check(self, roster: Roster, scope: Scope) -> Iterator[Breach]:
        """Yield each pinned period in which the item is not in the slot."""
        i, s = scope.layer.item_index[self.item], scope.layer.slot_index[self.slot]
        for t in self._pinned_periods(scope):
            if not roster[self.on].holds(i, s, t, scope.roles):
                missing = Text(zh="未在此处", en="is not there")
                yield Breach(Subject(item=i, slot=s, period=t), 1, missing)

    def _pinned_periods(self, scope: Scope) -> Iterator[int]:
        """Yield the periods that ``during`` names, or else those in which the item can be in the slot."""
        there = _possible_periods(scope.layer, self.item, self.slot)
        return (t for t in scope.periods if self.during or there[t])

    def _never_together(self, layer: Layer) -> Iterator[FieldProblem]:
        """Yield a fault if the item can never be in the slot; with ``during`` the search reports it."""
        if self.during or _possible_periods(layer, self.item, self.slot).any():
            return
        message = Text(
            zh=f"{self.item} 与 {self.slot} 没有同时在的周期",
            en=f"there is no period in which both {self.item} and {self.slot} are there",
        )
        items, slots = layer.present[layer.item_index[self.item]], layer.active[layer.slot_index[self.slot]]
        when = "; ".join(
            f"{name}: {', '.join(p.id for p, here in zip(layer.periods, there, strict=True) if here) or '-'}"
            for name, there in ((self.item, items), (self.slot, slots))
        )
        yield FieldProblem("slot", message, self.slot, allowed=when)


def _possible_periods(layer: Layer, item: str, slot: str) -> BoolArray:
    """Return ``[T]``: whether the item can be in the slot in the period."""
    there: BoolArray = layer.open[layer.item_index[item], layer.slot_index[slot]]
    return there
