"""The fields of a rule: their documentation, types of CEL expressions, and the expressions of a rule."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AfterValidator, BaseModel, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, PydanticKnownError

from allocator.model.text import Text
from allocator.rules.expressions.selectors import LARGEST

if TYPE_CHECKING:
    from allocator.rules.rule import Rule

#: The key of a JSON Schema for the range and the type of a CEL expression, in both languages.
HOLDS = "x-holds"
#: The key of a JSON Schema for its description in Chinese.
CHINESE = "x-zh"


@dataclass(frozen=True)
class Doc:
    """The documentation of a field, as its metadata: ``periods: Annotated[int, Doc(zh=..., en=...)]``.

    The JSON Schema has the English words as the field's description and the Chinese ones beside it.
    """

    zh: str
    en: str

    @property
    def text(self) -> Text:
        """The documentation as a text in both languages."""
        return Text(zh=self.zh, en=self.en)

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        schema = dict(handler(core))
        holds = schema.get(HOLDS)
        en = f"{self.en} ({holds['en']})" if holds else self.en
        zh = f"{self.zh}（{holds['zh']}）" if holds else self.zh
        return {**schema, "description": en, CHINESE: zh}


def doc_text(metadata: Iterable[Any]) -> Text:
    """Return the documentation in the metadata of a field; an empty text if there is none."""
    return next((mark.text for mark in metadata if isinstance(mark, Doc)), Text())


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
        over: The variables that the expression reads. ``item``, ``slot``, ``period``: those of one.
            ``pair``: item, slot and period. ``items``: two items, the second as ``other``. ``each``: the side
            that the rule's field ``each`` names. ``side``: item or slot, the one that the text mentions.
            ``there-item``, ``there-slot``: those of the layer that the field's model names. ``-period`` adds
            the period, and the score tables of the side and the period.
        returns: ``BOOL``, ``INT``, ``STRING`` or ``LIST`` (of texts).
        amount: Whether the value is an amount, such as a load, which is never negative.
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
    """Return a validator that refuses a number outside the bounds; an expression is not evaluated here."""

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


# Amounts such as loads: a negative amount would hide an overload elsewhere.
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


@dataclass(frozen=True)
class ExpressionField:
    """An expression of a rule.

    Attributes:
        path: The path of its field, such as ``("that", "item")``.
        text: The CEL text.
        expression: Its range and type.
        holder: The model that has the field.
    """

    path: tuple[str, ...]
    text: str
    expression: Expression
    holder: BaseModel


def expression_fields(model: BaseModel, path: tuple[str, ...] = ()) -> Iterator[ExpressionField]:
    """Yield every expression of a rule, or of a part of a rule; numbers and empty texts are left out."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from expression_fields(value, (*path, name))
            continue
        if isinstance(value, str) and value and value not in _words(field.annotation):
            for mark in (*field.metadata, *_marks(field.annotation)):
                if isinstance(mark, Expression):
                    yield ExpressionField((*path, name), value, mark, model)
                    break
        elif isinstance(value, Mapping):
            found = (mark for mark in _marks(field.annotation, within=True) if isinstance(mark, Expression))
            for mark in found:
                texts = ((key, one) for key, one in value.items() if isinstance(one, str) and one)
                yield from (ExpressionField((*path, name, key), one, mark, model) for key, one in texts)
                break


def _marks(annotation: Any, *, within: bool = False) -> Iterator[Any]:
    """Yield the metadata of an annotation and of each member of a union; or of the values of a mapping."""
    if get_origin(annotation) is Annotated:
        yield from () if within else get_args(annotation)[1:]
        yield from _marks(get_args(annotation)[0], within=within)
    elif get_origin(annotation) in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _marks(member, within=within)
    elif get_origin(annotation) is Mapping and within:
        yield from _marks(get_args(annotation)[1])


def _words(annotation: Any) -> Iterator[str]:
    """Yield the words that a field may hold in place of an expression."""
    if get_origin(annotation) is Literal:
        yield from get_args(annotation)
    elif get_origin(annotation) in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _words(member)


def layer_references(rule: BaseModel) -> Iterator[tuple[str, str]]:
    """Yield ``(field, layer)`` for each part of a rule that names another layer."""
    for name in type(rule).model_fields:
        value = getattr(rule, name)
        if isinstance(value, BaseModel) and isinstance(layer := getattr(value, "layer", None), str):
            yield name, layer


def layers_read(rule: Rule) -> set[str]:
    """Return the layer of a rule, and every other layer that the rule names."""
    return {rule.on, *(layer for _, layer in layer_references(rule))}
