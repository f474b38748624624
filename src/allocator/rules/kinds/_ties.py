"""Kinds of ties and links that rules name: one that there is not asks for nothing, unnoticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from allocator.errors import nearest, shorten
from allocator.model.text import Text
from allocator.rules.rule import FieldProblem


def unknown_kinds(named: Mapping[str, str], known: Sequence[str]) -> Iterator[FieldProblem]:
    """Yield each kind, by the field that names it, that is none of the known ones."""
    for field, kind in named.items():
        if kind not in known:
            message = Text(zh="没有此类关系", en="there is no such kind of tie")
            near = nearest(kind, known)
            yield FieldProblem(field, message, shorten(kind), allowed=", ".join(known[:40]), nearest=near)
