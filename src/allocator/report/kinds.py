"""What there is to know of a rule kind, read off the kind itself: fields, meaning, examples."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from allocator.model.text import Text
from allocator.rules.kind import Example, Rule

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class FieldLine:
    """A field of a rule: its path, what it holds, its default, what it means.

    ``common`` fields are those that every kind has.
    """

    name: str
    type: str
    default: str
    required: bool
    meaning: str
    common: bool


@dataclass(frozen=True)
class KindView:
    """A rule kind laid out."""

    name: str
    summary: Text
    about: tuple[str, ...]
    can_be_soft: bool
    meaning: str
    fields: tuple[FieldLine, ...]
    examples: tuple[Example, ...]


def kind_view(kind: type[Rule]) -> KindView:
    """Return a kind laid out; its own fields come first, then those that every rule has."""
    lines = list(_fields(kind, kind.model_json_schema()))
    lines.sort(key=lambda line: line.common)
    return KindView(
        name=kind.name,
        summary=kind.summary,
        about=kind.about,
        can_be_soft=kind.can_be_soft,
        meaning=_prose(kind),
        fields=tuple(lines),
        examples=kind.examples,
    )


def _fields(model: type[BaseModel], root: Schema, path: str = "") -> Iterator[FieldLine]:
    """Yield the fields of a model, those of a model inside it after the field that holds it."""
    schema = root if not path else root["$defs"][model.__name__]
    meanings = _meanings(model)
    for name, info in model.model_fields.items():
        if name == "kind" and not path:
            continue
        part = schema["properties"][info.alias or name]
        default = "" if info.is_required() else _shown(info.get_default(call_default_factory=True))
        words = _type(part, root)
        yield FieldLine(
            name=path + name,
            type=words,
            default=default,
            required=info.is_required(),
            meaning=meanings.get(name, ""),
            common=not path and name in Rule.model_fields,
        )
        for inner in _models(info.annotation):
            yield from _fields(inner, root, f"{path}{name}.")


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a field may hold, but for those with a short way of writing."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__name__ not in _SHORT:
            yield annotation
        return
    for part in getattr(annotation, "__args__", ()):
        yield from _models(part)


def _type(schema: Schema, root: Schema) -> str:
    """Return in a few words what a field may hold."""
    if "$ref" in schema:
        return _SHORT.get(str(schema["$ref"]).rpartition("/")[2], "mapping")
    if "const" in schema:
        return str(schema["const"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if described := str(schema.get("description", "")):
        return described
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        words = [_type(choice, root) for choice in choices]
        skipped = {"null", "whole number"} if "text" in words else {"null"}  # a number is read as a text
        return " | ".join(dict.fromkeys(word for word in words if word not in skipped))
    return _plain_type(schema, root)


#: Models that YAML writes shorter than as a mapping.
_SHORT = {"Text": "text, or {zh, en}", "Range": "1, 0-1, 2-3, ≥2, ≤3 or any"}


def _plain_type(schema: Schema, root: Schema) -> str:
    kind = str(schema.get("type", "any"))
    if kind == "array":
        inner = schema.get("items") or {}
        return f"list of {_type(inner, root)}"
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    limits = f" {low}..{high}" if low is not None and high is not None else ""
    return _WORDS.get(kind, kind) + limits


_WORDS = {"integer": "whole number", "string": "text", "boolean": "true or false", "object": "mapping"}


def _shown(value: Any) -> str:
    """Return a default as YAML would write it; nothing for what is empty."""
    if value is None or value in ((), "") or isinstance(value, Text | Mapping):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _prose(model: type[BaseModel]) -> str:
    """Return the docstring of a class without its list of fields."""
    return inspect.cleandoc(model.__doc__ or "").partition("\nAttributes:")[0].strip().replace("``", "`")


def _meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return what the docstrings of a class and its bases say of each field."""
    meanings: dict[str, str] = {}
    for base in model.__mro__:
        if issubclass(base, BaseModel):
            for name, text in _documented(inspect.cleandoc(base.__dict__.get("__doc__") or "")):
                meanings.setdefault(name, text)
    return meanings


def _documented(doc: str) -> Iterator[tuple[str, str]]:
    """Yield the entries of the ``Attributes:`` part of a docstring."""
    _, _, listed = doc.partition("\nAttributes:\n")
    for name, text in re.findall(r"^    (\w+): (.*(?:\n {8,}.*)*)", listed, flags=re.MULTILINE):
        yield name, " ".join(text.split()).replace("``", "`")
