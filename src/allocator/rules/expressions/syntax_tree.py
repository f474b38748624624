"""The syntax tree of a compiled expression with its macros expanded, parsed from the compiler's bytes.

Format: ``cel.expr.CheckedExpr`` of https://github.com/google/cel-spec (``syntax.proto``, ``checked.proto``)
in the wire format of protocol buffers. Only the fields named here are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["constant", "name", "field", "call", "list", "map", "loop", "nothing"]
_VALUE, _EXPR = 2, 4
_KINDS: Mapping[int, Kind] = {
    3: "constant",
    4: "name",
    5: "field",
    6: "call",
    7: "list",
    8: "map",
    9: "loop",
}
_TEXT, _BYTES = 6, 7


@dataclass(frozen=True)
class Node:
    """A part of an expression.

    Attributes:
        kind: The kind of part; ``loop`` is an expanded macro: ``map``, ``filter``, ``exists`` or ``all``.
        text: A constant text, the name of a variable, field or function, or a loop's variable of an element.
        parts: The arguments of a call, the operand of a field, the elements of a list, the keys and values of
            a map; of a loop the list, the start, the condition, the step and the result.
        sums: The variable in which a loop collects its result.
    """

    kind: Kind
    text: str = ""
    parts: tuple[Node, ...] = ()
    sums: str = ""

    def walk(self) -> Iterator[Node]:
        """Yield the node and all nodes below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


def tree(serialised: bytes) -> Node:
    """Return the tree of an expression from ``cel.Expression.serialize()``."""
    return _node(_first(_first(serialised, _VALUE), _EXPR))


def _node(message: bytes) -> Node:
    for number, value in _fields(message):
        if number in _KINDS and isinstance(value, bytes):
            return _READERS[_KINDS[number]](value)
    return Node("nothing")


def _constant(value: bytes) -> Node:
    text = _first(value, _TEXT) or _first(value, _BYTES)
    return Node("constant", text.decode("utf-8", "replace"))


def _name(value: bytes) -> Node:
    return Node("name", _first(value, 1).decode())


def _field(value: bytes) -> Node:
    return Node("field", _first(value, 2).decode(), (_node(_first(value, 1)),))


def _call(value: bytes) -> Node:
    target = [_node(part) for part in _all(value, 1)]
    return Node(
        "call", _first(value, 2).decode(), (*target, *(_node(argument) for argument in _all(value, 3)))
    )


def _list(value: bytes) -> Node:
    return Node("list", "", tuple(_node(element) for element in _all(value, 1)))


def _map(value: bytes) -> Node:
    entries = _all(value, 2)
    return Node("map", "", tuple(_node(part) for entry in entries for k in (3, 4) for part in _all(entry, k)))


def _loop(value: bytes) -> Node:
    parts = tuple(_node(_first(value, number)) for number in (2, 4, 5, 6, 7))
    return Node("loop", _first(value, 1).decode(), parts, _first(value, 3).decode())


_READERS = {
    "constant": _constant,
    "name": _name,
    "field": _field,
    "call": _call,
    "list": _list,
    "map": _map,
    "loop": _loop,
}


def _first(message: bytes, number: int) -> bytes:
    return next(iter(_all(message, number)), b"")


def _all(message: bytes, number: int) -> list[bytes]:
    return [value for found, value in _fields(message) if found == number and isinstance(value, bytes)]


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    """Yield the numbers and values of a message's fields: bytes, or whole numbers of any width."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        wire = key & 7
        if wire == 2:
            length, at = _varint(message, at)
            yield key >> 3, message[at : at + length]
            at += length
        elif wire == 0:
            value, at = _varint(message, at)
            yield key >> 3, value
        else:
            width = 8 if wire == 1 else 4
            yield key >> 3, int.from_bytes(message[at : at + width], "little")
            at += width


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while message[at] & 0x80:
        value |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | message[at] << shift, at + 1
