"""Lays out a rule kind, read from its class: fields, meaning, examples."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from allocator.model.text import Text
from allocator.rules.expressions.fields import HOLDS, doc_text
from allocator.rules.rule import Example, Rule

Schema = Mapping[str, Any]


_TEXT = Text(zh="文字", en="text")
_WHOLE = Text(zh="整数", en="whole number")
_MAPPING = Text(zh="键: 值", en="mapping")
#: Models with a short form in YAML, instead of a mapping.
_SHORT = {
    "Text": Text(zh="文字，或 {zh, en}", en="text, or {zh, en}"),
    "Range": Text(zh="1、0-1、2-3、≥2、≤3 或 any", en="1, 0-1, 2-3, ≥2, ≤3 or any"),
}


@dataclass(frozen=True)
class FieldLine:
    """A field of a rule: its path, its type, its default and its meaning.

    ``common`` fields are those that every kind has.
    """

    name: str
    type: Text
    default: str
    required: bool
    meaning: Text
    common: bool


@dataclass(frozen=True)
class RuleKindView:
    """A rule kind laid out."""

    name: str
    summary: Text
    about: tuple[str, ...]
    can_be_soft: bool
    meaning: Text
    fields: tuple[FieldLine, ...]
    examples: tuple[Example, ...]


def rule_kind_view(kind: type[Rule]) -> RuleKindView:
    """Return a kind laid out; its own fields come first, then those that every rule has."""
    lines = list(_fields(kind, kind.model_json_schema()))
    lines.sort(key=lambda line: line.common)
    return RuleKindView(
        name=kind.name,
        summary=kind.summary,
        about=kind.subject_dims,
        can_be_soft=kind.can_be_soft,
        meaning=_prose(kind),
        fields=tuple(lines),
        examples=kind.examples,
    )


def _fields(model: type[BaseModel], root: Schema, path: str = "") -> Iterator[FieldLine]:
    """Yield the fields of a model; the fields of a nested model follow the field that holds it."""
    schema = root if not path else root["$defs"][model.__name__]
    for name, info in model.model_fields.items():
        if name == "kind" and not path:
            continue
        part = schema["properties"][info.alias or name]
        default = "" if info.is_required() else _shown(info.get_default(call_default_factory=True))
        yield FieldLine(
            name=path + name,
            type=_type(part, root),
            default=default,
            required=info.is_required(),
            meaning=doc_text(info.metadata),
            common=not path and name in Rule.model_fields,
        )
        for inner in _models(info.annotation):
            yield from _fields(inner, root, f"{path}{name}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field may hold, except those with a short form."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__name__ not in _SHORT:
            yield annotation
        return
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


def _type(schema: Schema, root: Schema) -> Text:
    """Return the type of a field in a few words."""
    if "$ref" in schema:
        return _SHORT.get(str(schema["$ref"]).rpartition("/")[2], _MAPPING)
    if "const" in schema:
        return _same(str(schema["const"]))
    if "enum" in schema:
        return _same(" | ".join(str(value) for value in schema["enum"]))
    if HOLDS in schema:
        return Text(**schema[HOLDS])
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        words = [_type(choice, root) for choice in choices if choice.get("type") != "null"]
        skipped = _WHOLE if _TEXT in words else None  # a number is accepted as text, too
        kept = list(dict.fromkeys(word for word in words if word != skipped))
        return Text(zh=" | ".join(word.zh for word in kept), en=" | ".join(word.en for word in kept))
    return _plain_type(schema, root)


def _plain_type(schema: Schema, root: Schema) -> Text:
    kind = str(schema.get("type", "any"))
    if kind == "array":
        inner = _type(schema.get("items") or {}, root)
        return Text(zh=f"列表：{inner.zh}", en=f"list of {inner.en}")
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    limits = f" {low}..{high}" if low is not None and high is not None else ""
    words = _WORDS.get(kind, _same(kind))
    return Text(zh=words.zh + limits, en=words.en + limits)


def _same(words: str) -> Text:
    return Text(zh=words, en=words)


_WORDS = {
    "integer": _WHOLE,
    "number": Text(zh="数", en="number"),
    "string": _TEXT,
    "boolean": _same("true | false"),
    "object": _MAPPING,
    "any": Text(zh="任意", en="any"),
}


def _shown(value: Any) -> str:
    """Return a default as YAML would write it; empty for an empty value."""
    if value is None or value in ((), "") or isinstance(value, Text | Mapping):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _prose(kind: type[Rule]) -> Text:
    """Return the meaning of a kind: its docstring, and its text in Chinese."""
    english = inspect.cleandoc(kind.__doc__ or "").replace("``", "`")
    return Text(zh=kind.doc_zh, en=english)
