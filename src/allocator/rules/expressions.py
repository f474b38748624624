"""Marks the fields of a rule that hold CEL expressions: what they range over and what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, WithJsonSchema
from pydantic_core import PydanticKnownError

from allocator.model.text import Text
from allocator.rules.means import HOLDS
from allocator.rules.selectors import LARGEST

Range = Literal[
    "item",
    "slot",
    "pair",
    "items",
    "each",
    "side",
    "there-item",
    "there-slot",
    "each-period",
    "slot-period",
    "period",
]


@dataclass(frozen=True)
class Expression:
    """Metadata of a field that holds an expression.

    Attributes:
        over: ``item`` or ``slot`` variables, both and the period (``pair``), two items (``items``: the
            second is ``other``), whichever of item and slot the rule's field ``each`` names (``each``), or
            the items or slots of the layer that the field's model names. ``side``: item or slot, whichever
            it reads. With ``-period`` the period as well, and the score tables of both.
        returns: ``BOOL``, ``INT``, ``STRING`` or ``LIST`` (of texts).
        amount: Whether it is an amount, such as a load, which is never negative.
    """

    over: Range
    returns: Literal["BOOL", "INT", "STRING", "LIST"]
    amount: bool = False


_ITEM = Text(zh="对象", en="the item")
_SLOT = Text(zh="去处", en="the slot")
_PAIR = Text(zh="对象、去处和周期", en="item, slot and period")
_ITEMS = Text(zh="两个对象", en="two items")
_THERE_ITEM = Text(zh="那一层的对象", en="that layer's item")
_THERE_SLOT = Text(zh="那一层的去处", en="that layer's slot")
_SIDE = Text(zh="去处或对象", en="the slot or the item")
_TRUTH = Text(zh="真或假", en="true or false")
_TEXT = Text(zh="文字", en="text")
_TEXTS = Text(zh="文字的列表", en="a list of texts")


def _schema(over: Text, gives: Text) -> WithJsonSchema:
    holds = {"zh": f"CEL：由{over.zh}得{gives.zh}", "en": f"CEL over {over.en}, gives {gives.en}"}
    return WithJsonSchema({"type": "string", HOLDS: holds})


ItemTest = Annotated[str, Expression("item", "BOOL"), _schema(_ITEM, _TRUTH)]
SlotTest = Annotated[str, Expression("slot", "BOOL"), _schema(_SLOT, _TRUTH)]
PairTest = Annotated[str, Expression("pair", "BOOL"), _schema(_PAIR, _TRUTH)]
ItemsTest = Annotated[str, Expression("items", "BOOL"), _schema(_ITEMS, _TRUTH)]
ItemText = Annotated[str, Expression("item", "STRING"), _schema(_ITEM, _TEXT)]
SideText = Annotated[str, Expression("side", "STRING"), _schema(_SIDE, _TEXT)]
PairText = Annotated[str, Expression("pair", "STRING"), _schema(_PAIR, _TEXT)]
PairTexts = Annotated[str, Expression("pair", "LIST"), _schema(_PAIR, _TEXTS)]
ThereItemText = Annotated[str, Expression("there-item", "STRING"), _schema(_THERE_ITEM, _TEXT)]
ThereSlotText = Annotated[str, Expression("there-slot", "STRING"), _schema(_THERE_SLOT, _TEXT)]
_NUMBER = WithJsonSchema(
    {
        "type": ["integer", "string"],
        HOLDS: {"zh": "整数，或得出整数的 CEL", "en": "a whole number, or CEL giving one"},
    }
)


def _between(least: int, most: int) -> AfterValidator:
    """Return what refuses a number beyond its ends; of an expression, what it gives is taken as it is."""

    def checked(value: int | str) -> int | str:
        if isinstance(value, int) and value < least:
            raise PydanticKnownError("greater_than_equal", {"ge": least})
        if isinstance(value, int) and value > most:
            raise PydanticKnownError("less_than_equal", {"le": most})
        return value

    return AfterValidator(checked)


_BOUNDED = _between(-LARGEST, LARGEST)
PairNumber = Annotated[int | str, _BOUNDED, Expression("pair", "INT"), _NUMBER]
ItemNumber = Annotated[int | str, _BOUNDED, Expression("item", "INT"), _NUMBER]
SlotNumber = Annotated[int | str, _BOUNDED, Expression("slot", "INT"), _NUMBER]
EachNumber = Annotated[int | str, _BOUNDED, Expression("each", "INT"), _NUMBER]
EachLimit = Annotated[int | str, _BOUNDED, Expression("each-period", "INT"), _NUMBER]
SlotLimit = Annotated[int | str, _BOUNDED, Expression("slot-period", "INT"), _NUMBER]


# Amounts such as loads: below zero they would hide an overload elsewhere.
_AMOUNT = WithJsonSchema(
    {
        "type": ["integer", "string"],
        "minimum": 0,
        HOLDS: {"zh": "非负整数，或得出非负整数的 CEL", "en": "a whole number from 0, or CEL giving one"},
    }
)
_CHECKED = _between(0, LARGEST)
PairAmount = Annotated[int | str, _CHECKED, Expression("pair", "INT", amount=True), _AMOUNT]
ItemAmount = Annotated[int | str, _CHECKED, Expression("item", "INT", amount=True), _AMOUNT]
EachAmount = Annotated[int | str, _CHECKED, Expression("each", "INT", amount=True), _AMOUNT]


SlotCount = Annotated[int | str, _between(1, 10**6), Expression("slot-period", "INT"), _NUMBER]
PeriodCount = Annotated[int | str, _between(0, 10**6), Expression("period", "INT"), _NUMBER]
PeriodPercent = Annotated[int | str, _between(0, 100), Expression("period", "INT"), _NUMBER]
EachAimed = Annotated[int | str, _between(0, 10**9), Expression("each-period", "INT", amount=True), _AMOUNT]
