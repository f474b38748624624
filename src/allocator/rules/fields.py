"""The fields of a rule that need the scenario to be understood: expressions and layer names."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from allocator.rules.expressions import Expression
from allocator.rules.rule import Rule


@dataclass(frozen=True)
class ExpressionField:
    """An expression as a rule writes it: where it stands, its text, what it ranges over."""

    path: tuple[str, ...]
    text: str
    expression: Expression
    holder: BaseModel


def expression_fields(model: BaseModel, path: tuple[str, ...] = ()) -> Iterator[ExpressionField]:
    """Yield every expression that a rule, or a part of it, holds; numbers and empty ones are none."""
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
    """Yield the words that may stand in the place of an expression."""
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
    """Return the layers that a rule is about or looks at."""
    return {rule.on, *(layer for _, layer in layer_references(rule))}
