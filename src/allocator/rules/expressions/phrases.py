"""A readable part of CEL: columns, values, comparisons, lists, and, or, not, sums; as a tree and back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\\]*"|'[^'\\]*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)"""
    r"""|(?P<sign>==|!=|<=|>=|&&|\|\||[<>!+\-*/%?:().,\[\]]))"""
)
_RELATIONS = ("==", "!=", "<=", ">=", "<", ">", "in")
_LEVELS = (("||",), ("&&",), _RELATIONS, ("+", "-"), ("*", "/", "%"))
_METHODS = ("contains", "startsWith", "endsWith")
_FUNCTIONS = ("size", "int", "timestamp", "double")


@dataclass(frozen=True)
class PhraseTerm:
    """A part of an expression.

    Attributes:
        op: ``text``, ``number``, ``truth``, ``column``, ``list``, ``index`` (a figure of a map by name),
            ``has`` (a comparison with a figure that must be there), ``meets`` (an element of a list is in a
            text), a sign, a method or a function.
        parts: The operands.
        value: The text, the number, or the variable of a column.
    """

    op: str
    parts: tuple[PhraseTerm, ...] = ()
    value: str = ""


class NotReadableError(Exception):
    """The expression uses more of CEL than can be said in words."""


def parse_cel(text: str) -> PhraseTerm:
    """Return the tree of an expression.

    Raises:
        NotReadableError: The expression is outside the readable part of CEL.
    """
    reader = _Reader(text)
    term = reader.ternary()
    if reader.peek():
        raise NotReadableError(text)
    return term


#: The greatest depth of a tree, and the greatest number of tokens, of an expression that is said in words.
_DEEPEST, _MOST_TOKENS = 40, 600


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None:
                raise NotReadableError(text)
            self.tokens.append((str(found.lastgroup), str(found[str(found.lastgroup)])))
            at = found.end()
            if len(self.tokens) > _MOST_TOKENS:
                raise NotReadableError("too long")
        self.at = 0
        self.depth = 0

    def peek(self) -> str:
        """Return the next sign or word; empty at the end and for texts and numbers."""
        if self.at >= len(self.tokens):
            return ""
        kind, value = self.tokens[self.at]
        return value if kind in ("sign", "name") else f"<{kind}>"

    def take(self, sign: str) -> None:
        if self.peek() != sign:
            raise NotReadableError(sign)
        self.at += 1

    def ternary(self) -> PhraseTerm:
        self.deeper()
        condition = self.binary(0)
        if self.peek() == "?":
            self.at += 1
            yes = self.ternary()
            self.take(":")
            condition = PhraseTerm("?:", (condition, yes, self.ternary()))
        self.depth -= 1
        return condition

    def deeper(self) -> None:
        """Go one level down."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotReadableError("too deep")

    def binary(self, level: int) -> PhraseTerm:
        if level == len(_LEVELS):
            return self.unary()
        left, many = self.binary(level + 1), level < 2
        found, depth = [left], self.depth
        while (sign := self.peek()) in _LEVELS[level]:
            self.at += 1
            right = self.binary(level + 1)
            if many:
                found.append(right)
            else:
                self.deeper()
                found = [PhraseTerm(sign, (found[0], right))]
        self.depth = depth
        if not many or len(found) == 1:
            return found[0]
        parts = _with_levels(found) if level == 1 else tuple(found)
        return parts[0] if len(parts) == 1 else PhraseTerm(_LEVELS[level][0], parts)

    def unary(self) -> PhraseTerm:
        if self.peek() == "!":
            self.at += 1
            self.deeper()
            term = PhraseTerm("!", (self.unary(),))
            self.depth -= 1
            return term
        return self.postfix(self.primary())

    def primary(self) -> PhraseTerm:
        if self.at >= len(self.tokens):
            raise NotReadableError("it ends too early")
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind in ("text", "number"):
            return PhraseTerm(kind, value=value[1:-1] if kind == "text" else value)
        if value == "(":
            inner = self.ternary()
            self.take(")")
            return inner
        if value == "[":
            return PhraseTerm("list", self.arguments("]"))
        if value in ("true", "false"):
            return PhraseTerm("truth", value=value)
        return self.named(kind, value)

    def named(self, kind: str, value: str) -> PhraseTerm:
        """Read a function or a column that begins with a name."""
        if kind == "name" and value in _FUNCTIONS and self.peek() == "(":
            self.at += 1
            return PhraseTerm(value, self.arguments(")"))
        if kind == "name" and self.peek() == ".":
            self.at += 1
            kind, name = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
            self.at += 1
            if kind == "name":
                return PhraseTerm("column", value=f"{value}.{name}")
        raise NotReadableError(value)

    def postfix(self, term: PhraseTerm) -> PhraseTerm:
        while self.peek() in (".", "["):
            sign = self.peek()
            self.at += 1
            if sign == "[":
                (key,) = self.arguments("]") or (PhraseTerm("nothing"),)
                if term.op != "column" or key.op not in ("text", "column"):
                    raise NotReadableError("index")
                term = PhraseTerm("index", (term, key))
                continue
            method = self.peek()
            self.at += 1
            self.take("(")
            if method == "exists":
                term = self.meets(term)
                continue
            arguments = self.arguments(")")
            if method not in _METHODS or len(arguments) != 1:
                raise NotReadableError(method)
            term = PhraseTerm(method, (term, *arguments))
        return term

    def meets(self, term: PhraseTerm) -> PhraseTerm:
        """Read ``unit, TEXT.contains(unit))`` after ``LIST.exists(``: the text has an element of the list."""
        name = self.peek()
        self.at += 1
        self.take(",")
        other = self.primary()
        for sign in (".", "contains", "(", name, ")", ")"):
            self.take(sign)
        if other.op != "column" or not name.isidentifier():
            raise NotReadableError(name)
        return PhraseTerm("meets", (term, other), name)

    def arguments(self, end: str) -> tuple[PhraseTerm, ...]:
        found: list[PhraseTerm] = []
        while self.peek() != end:
            found.append(self.ternary())
            if self.peek() != end:
                self.take(",")
        self.at += 1
        return tuple(found)


def _with_levels(parts: list[PhraseTerm]) -> tuple[PhraseTerm, ...]:
    """Return the parts of a conjunction; a name in a map, followed by its figure, becomes one part."""
    found: list[PhraseTerm] = []
    for part in parts:
        before = found[-1] if found else PhraseTerm("nothing")
        index = part.parts[0] if part.op in _RELATIONS and part.parts[0].op == "index" else None
        if before.op == "in" and index and before.parts == (index.parts[1], index.parts[0]):
            found[-1] = PhraseTerm("has", (part,))
        else:
            found.append(part)
    return tuple(found)


_BINDING = {sign: level for level, signs in enumerate(_LEVELS) for sign in signs} | {"?:": -1, "has": 1}


def to_cel(term: PhraseTerm) -> str:
    """Return the expression of a tree; ``parse_cel`` reads it back."""
    if term.op in _BINDING and term.op not in ("?:", "has"):
        level = _BINDING[term.op]
        first, *others = term.parts
        tail = (_bracketed(part, level + (level > 1)) for part in others)
        return f" {term.op} ".join([_bracketed(first, level), *tail])
    if term.op == "has":
        index = term.parts[0].parts[0]
        return f"{to_cel(index.parts[1])} in {to_cel(index.parts[0])} && {to_cel(term.parts[0])}"
    parts = [to_cel(part) for part in term.parts]
    if term.op in _METHODS:
        return f"{parts[0]}.{term.op}({parts[1]})"
    if term.op in _FUNCTIONS:
        return f"{term.op}({', '.join(parts)})"
    if term.op == "meets":
        return f"{parts[0]}.exists({term.value}, {parts[1]}.contains({term.value}))"
    written = {
        "text": lambda: json.dumps(term.value, ensure_ascii=False),
        "list": lambda: f"[{', '.join(parts)}]",
        "index": lambda: f"{parts[0]}[{parts[1]}]",
        "!": lambda: f"!{_bracketed(term.parts[0], 9)}",
        "?:": lambda: " ".join(
            (_bracketed(term.parts[0], 0), "?", _bracketed(term.parts[1], 0), ":", parts[2])
        ),
    }
    return written.get(term.op, lambda: term.value)()


def _bracketed(term: PhraseTerm, level: int) -> str:
    """Return an operand, in brackets where it binds less than its operator."""
    loose = term.op in _BINDING and _BINDING[term.op] < level
    return f"({to_cel(term)})" if loose else to_cel(term)
