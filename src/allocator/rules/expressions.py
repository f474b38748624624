"""Marks the fields of a rule that hold CEL expressions: what they range over and what they give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import WithJsonSchema

Range = Literal["item", "slot", "pair", "items", "each", "there-item", "there-slot"]


@dataclass(frozen=True)
class Expression:
    """Metadata of a field that holds an expression.

    Attributes:
        over: ``item`` or ``slot`` variables, both and the period (``pair``), two items (``items``: the
            second is ``other``), whichever of item and slot the rule's field ``each`` names (``each``), or
            the items or slots of the layer that the field's model names.
        returns: ``BOOL``, ``INT``, ``STRING`` or ``LIST`` (of texts).
    """

    over: Range
    returns: Literal["BOOL", "INT", "STRING", "LIST"]


def _schema(over: str, gives: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "description": f"CEL over {over}, gives {gives}"})


ItemTest = Annotated[str, Expression("item", "BOOL"), _schema("the item", "true or false")]
SlotTest = Annotated[str, Expression("slot", "BOOL"), _schema("the slot", "true or false")]
PairTest = Annotated[str, Expression("pair", "BOOL"), _schema("item, slot and period", "true or false")]
ItemsTest = Annotated[str, Expression("items", "BOOL"), _schema("two items", "true or false")]
PairText = Annotated[str, Expression("pair", "STRING"), _schema("item, slot and period", "text")]
PairTexts = Annotated[str, Expression("pair", "LIST"), _schema("item, slot and period", "a list of texts")]
ThereItemText = Annotated[str, Expression("there-item", "STRING"), _schema("that layer's item", "text")]
ThereSlotText = Annotated[str, Expression("there-slot", "STRING"), _schema("that layer's slot", "text")]
_NUMBER = WithJsonSchema({"type": ["integer", "string"], "description": "a whole number, or CEL giving one"})
PairNumber = Annotated[int | str, Expression("pair", "INT"), _NUMBER]
ItemNumber = Annotated[int | str, Expression("item", "INT"), _NUMBER]
SlotNumber = Annotated[int | str, Expression("slot", "INT"), _NUMBER]
EachNumber = Annotated[int | str, Expression("each", "INT"), _NUMBER]
