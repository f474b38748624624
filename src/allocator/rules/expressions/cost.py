"""An upper bound of the cost of an expression, from its syntax tree and the sizes of its variables.

CEL counts the steps of loops, but neither the bytes of texts and lists that grow in them nor the time of a
regular expression. Here each part of an expression has a cost in units of about 50 nanoseconds or 32 bytes,
and an upper bound of the size of its value. An expression that costs too much is refused and never evaluated.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Literal

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
    """Return the tree of an expression, its macros expanded, from ``cel.Expression.serialize()``.

    Format: ``cel.expr.CheckedExpr`` of https://github.com/google/cel-spec (``syntax.proto``,
    ``checked.proto``) in the wire format of protocol buffers. Only the fields named here are read.
    """
    return _node(_first(_first(serialised, _VALUE), _EXPR))


def _node(message: bytes) -> Node:
    for number, value in _numbered(message):
        if number in _KINDS and isinstance(value, bytes):
            return _READERS[_KINDS[number]](value)
    return Node("nothing")


def _read_constant(value: bytes) -> Node:
    text = _first(value, _TEXT) or _first(value, _BYTES)
    return Node("constant", text.decode("utf-8", "replace"))


def _read_name(value: bytes) -> Node:
    return Node("name", _first(value, 1).decode())


def _read_field(value: bytes) -> Node:
    return Node("field", _first(value, 2).decode(), (_node(_first(value, 1)),))


def _read_call(value: bytes) -> Node:
    target = [_node(part) for part in _all(value, 1)]
    return Node(
        "call", _first(value, 2).decode(), (*target, *(_node(argument) for argument in _all(value, 3)))
    )


def _read_list(value: bytes) -> Node:
    return Node("list", "", tuple(_node(element) for element in _all(value, 1)))


def _read_map(value: bytes) -> Node:
    entries = _all(value, 2)
    return Node("map", "", tuple(_node(part) for entry in entries for k in (3, 4) for part in _all(entry, k)))


def _read_loop(value: bytes) -> Node:
    parts = tuple(_node(_first(value, number)) for number in (2, 4, 5, 6, 7))
    return Node("loop", _first(value, 1).decode(), parts, _first(value, 3).decode())


_READERS = {
    "constant": _read_constant,
    "name": _read_name,
    "field": _read_field,
    "call": _read_call,
    "list": _read_list,
    "map": _read_map,
    "loop": _read_loop,
}


def _first(message: bytes, number: int) -> bytes:
    return next(iter(_all(message, number)), b"")


def _all(message: bytes, number: int) -> list[bytes]:
    return [value for found, value in _numbered(message) if found == number and isinstance(value, bytes)]


def _numbered(message: bytes) -> Iterator[tuple[int, bytes | int]]:
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


#: The limit of units of one evaluation: less than half a GiB and half a second.
MOST_AT_ONCE = 10**7
#: The limit of units of all evaluations of an expression together, unless each is cheap (``FEW``).
MOST_IN_ALL = 10**8
#: The units below which an evaluation is cheap: it takes less time than its call.
FEW = 200
#: The limit of combinations of sizes; beyond it every combination counts as the largest.
_MOST_COMBINATIONS = 1_000
_BYTES = 32
#: The number of rounds of loops after which CEL ends an evaluation.
_MOST_ROUNDS = 10_001
#: The units of a pattern's character. A character of the text costs 1 unit for every ``_PATTERN`` of them.
_PATTERN = 16
#: The greatest repetition count of a regular expression, and the length of a class such as ``\pL``.
_REPEATS, _CLASS = 1_000, 1_400


@dataclass(frozen=True)
class Size:
    """An upper bound of the size of a value.

    Attributes:
        own: The number of characters of a text or of elements of a list or map; 0 for any other value.
        each: The largest size of an element; None for a value without elements.
        packed: The factor by which a text may grow when it is expanded as a regular expression.
    """

    own: int = 0
    each: Size | None = None
    packed: int = 1

    @property
    def copied(self) -> int:
        """The units of a shallow copy."""
        return 1 + (self.own // _BYTES if self.each is None else self.own)

    @property
    def weight(self) -> int:
        """The units of reading the whole value."""
        return self.copied if self.each is None else 1 + self.own * self.each.weight

    def join(self, other: Size) -> Size:
        """Return an upper bound of both sizes."""
        each = self.each.join(other.each) if self.each and other.each else self.each or other.each
        return Size(max(self.own, other.own), each, max(self.packed, other.packed))


NONE = Size()
Sizes = Mapping[str, Size]


def size_of(value: Any) -> Size:
    """Return the size of a value, rounded up to a power of two so that few sizes differ."""
    if isinstance(value, str):
        return Size(_rounded(len(value)), packed=_packed(value))
    if isinstance(value, Mapping):
        return Size(_rounded(len(value)), _largest([*value, *value.values()]))
    if isinstance(value, list | tuple):
        return Size(_rounded(len(value)), _largest(value))
    return NONE


def _rounded(number: int) -> int:
    return 1 << (number - 1).bit_length() if number > 1 else number


def _largest(values: Sequence[Any]) -> Size:
    if values and all(isinstance(value, str) for value in values):
        return Size(_rounded(max(map(len, values))), packed=_packed("".join(values)))
    largest = NONE
    for value in values:
        largest = largest.join(size_of(value))
    return largest


def too_much(expression: Node, axes: Sequence[Sequence[Mapping[str, Any]]]) -> bool:
    """Whether an expression may cost more than the limits.

    Args:
        expression: The syntax tree.
        axes: The rows of each axis; the expression is evaluated for each combination of them.
    """
    counted = [_counted(rows) for rows in axes]
    if prod(map(len, counted)) > _MOST_COMBINATIONS:
        counted = [_merged(counts) for counts in counted]
    total = 0
    for chosen in product(*(counts.items() for counts in counted)):
        sizes = {name: size for row, _ in chosen for name, size in row}
        _, units = price(expression, sizes)
        if units > MOST_AT_ONCE:
            return True
        total += units * prod(count for _, count in chosen)
    return total > max(MOST_IN_ALL, FEW * prod(map(len, axes)))


_Row = tuple[tuple[str, Size], ...]


def _counted(rows: Sequence[Mapping[str, Any]]) -> Counter[_Row]:
    """Return the number of rows of each combination of sizes; all values of a variable have one type."""
    sized = (
        [name for name, value in rows[0].items() if isinstance(value, str | list | tuple | dict)]
        if rows
        else []
    )
    return Counter(tuple((name, size_of(row[name])) for name in sized) for row in rows)


def _merged(counts: Counter[_Row]) -> Counter[_Row]:
    largest: dict[str, Size] = {}
    for row in counts:
        for name, size in row:
            largest[name] = largest.get(name, NONE).join(size)
    return Counter({tuple(largest.items()): counts.total()})


def price(node: Node, sizes: Sizes) -> tuple[Size, int]:
    """Return upper bounds of the size of a node's value and of the units of its evaluation."""
    if node.kind == "constant":
        return Size(len(node.text), packed=_packed(node.text)), 1
    if node.kind == "name":
        return sizes.get(node.text, NONE), 1
    if node.kind == "loop":
        return _loop(node, sizes)
    parts = [price(part, sizes) for part in node.parts]
    of_parts, units = [size for size, _ in parts], sum(taken for _, taken in parts)
    if node.kind == "field":
        return of_parts[0].each or NONE, units + 1
    if node.kind in ("list", "map"):
        made = Size(len(of_parts), _joined(of_parts)) if of_parts else NONE
        return made, units + made.copied
    made, taken = _call(node, of_parts)
    return made, units + taken


def _joined(sizes: Iterable[Size]) -> Size:
    largest = NONE
    for size in sizes:
        largest = largest.join(size)
    return largest


def _loop(node: Node, sizes: Sizes) -> tuple[Size, int]:
    """Return size and units of a loop: the runtime copies the collected list in each round."""
    run, start, condition, step, result = node.parts
    (over, run_units), (first, first_units) = price(run, sizes), price(start, sizes)
    rounds = min(over.own, _MOST_ROUNDS)
    within = {**sizes, node.text: over.each or NONE, node.sums: first}
    after, _ = price(step, within)
    collected = Size(first.own + rounds * max(0, after.own - first.own), after.each)
    last = {**within, node.sums: collected}
    (_, tested), (_, stepped) = price(condition, last), price(step, last)
    made, given = price(result, last)
    return made, run_units + first_units + rounds * (tested + stepped + 1) + given


def _call(node: Node, given: Sequence[Size]) -> tuple[Size, int]:
    """Return the size of a function's value, and its units without those of its arguments."""
    if node.text == "_+_":
        made = Size(sum(size.own for size in given), _either(given), max(size.packed for size in given))
        return made, made.copied
    if node.text == "_?_:_":
        return given[1].join(given[2]), 1
    if node.text == "_[_]":
        return given[0].each or NONE, 1
    looked = _looked(node, given)
    if node.text in _PLAIN or node.text.startswith("get"):
        return NONE, looked
    longest = sum(size.own for size in given) + 64
    made = Size(longest, _either(given), max((size.packed for size in given), default=1))
    return made, looked + made.copied


def _looked(node: Node, given: Sequence[Size]) -> int:
    """Return the units of a function that reads all of its arguments."""
    if node.text == "matches":
        return _matching(node.parts[1], *given)
    if node.text == "contains":
        return 1 + given[0].copied * given[1].copied
    return 1 + sum(size.weight for size in given)


def _either(sizes: Iterable[Size]) -> Size | None:
    held = [size.each for size in sizes if size.each is not None]
    return _joined(held) if held else None


#: Functions that return a number, a truth value or a timestamp.
_OPERATORS = "_-_ _*_ _/_ _%_ -_ !_ _&&_ _||_ _==_ _!=_ _<_ _<=_ _>_ _>=_ @in _in_ @not_strictly_false"
_FUNCTIONS = "startsWith endsWith contains matches size int uint double bool timestamp duration type"
_PLAIN = frozenset(f"{_OPERATORS} {_FUNCTIONS}".split())


def _packed(text: str) -> int:
    """Return the factor by which a text may grow as a regular expression: ``x{1000}`` has 1000 characters."""
    return _REPEATS * _CLASS if "{" in text or "\\" in text else 1


def _matching(pattern: Node, text: Size, size: Size) -> int:
    """Return the units of a regular expression, by the length of its pattern with repetitions expanded."""
    written = (size.own + 1) * size.packed
    if pattern.kind == "constant":
        numbers = [int(found) for found in re.findall(r"(\d{1,4}),?\}", pattern.text)]
        classes = len(re.findall(r"\\[pP]", pattern.text))
        written = (size.own + 1 + classes * _CLASS) * min(_REPEATS, prod(max(1, one) for one in numbers))
    return _PATTERN * written + text.own * (1 + written // _PATTERN)
