"""Selectors: the CEL expressions of rules, checked when a pack loads, evaluated over whole axes.

Every variable is declared with its type, so a misspelt field or a comparison of text with a number is
found when the pack is read, with a caret under the fault. An axis is a list of entities with their
variables; an expression is evaluated once for each distinct combination of the values that it uses.

Language: Common Expression Language, https://cel.dev (run by Google's C++ implementation).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from cel_expr_python import cel

from allocator.errors import caret, nearest, shorten
from allocator.model.text import Text
from allocator.rules.axis import Axis, Types
from allocator.rules.celwords import compiler_words, runtime_words, type_words

MAX_LENGTH = 4000
_PLACE = re.compile(r"<input>:(\d+):(\d+):\s*(.*)", re.DOTALL)
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")


#: The distinct combinations of values on an axis, and which one each entity has.
Coded = tuple[list[dict[str, Any]], npt.NDArray[np.int64]]


class Missing:
    """An empty cell whose value an expression may not guess."""

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


class SelectorError(ValueError):
    """An expression that cannot be used; says why in both languages, with a caret where it helps."""

    def __init__(self, message: Text, *, detail: str = "", near: str = "", allowed: str = "") -> None:
        super().__init__(message.en)
        self.message, self.detail, self.nearest, self.allowed = message, detail, near, allowed


@dataclass(frozen=True, eq=False)
class Selector:
    """A compiled expression: its text, the variables it may read and the type it returns."""

    text: str
    used: frozenset[str]
    returns: str
    _compiled: cel.Expression

    def over(self, *axes: Axis) -> npt.NDArray[Any]:
        """Return the value for every combination of the axes' entities, as an object array.

        Raises:
            SelectorError: A value that is needed is an empty cell, or the expression fails on it.
        """
        coded = [self._distinct(axis) for axis in axes]
        shape = tuple(len(rows) for rows, _ in coded)
        values = np.empty(prod(shape), dtype=object)
        for k, parts in enumerate(product(*(rows for rows, _ in coded))):
            data: dict[str, Any] = {}
            for part in parts:
                data.update(part)
            try:
                values[k] = self._value(data)
            except SelectorError as error:
                raise self._about(error, k, axes, coded) from None
        table = values.reshape(shape)
        return table[np.ix_(*(inverse for _, inverse in coded))] if axes else table

    def _about(
        self, error: SelectorError, k: int, axes: Sequence[Axis], coded: Sequence[Coded]
    ) -> SelectorError:
        """Return the error with the entities that it is about, the first of their like."""
        chosen = np.unravel_index(k, [len(rows) for rows, _ in coded])
        named = [
            axis.ids[int(np.flatnonzero(inverse == one)[0])]
            for axis, (rows, inverse), one in zip(axes, coded, chosen, strict=True)
            if rows[int(one)]
        ]
        if not named:
            return error
        who = ", ".join(shorten(name, 40) for name in named)
        message = Text(zh=f"{error.message.zh}（{who}）", en=f"{error.message.en} ({who})")
        return SelectorError(message, detail=error.detail)

    def _distinct(self, axis: Axis) -> Coded:
        """Return the distinct combinations of used values on the axis, and which one each entity has."""
        names = sorted(self.used & axis.columns.keys())
        columns = [axis.columns[name] for name in names]
        codes: dict[tuple[Any, ...], int] = {}
        rows: list[dict[str, Any]] = []
        inverse = np.empty(len(axis), dtype=np.int64)
        for k, values in enumerate(zip(*columns, strict=True) if columns else [()] * len(axis)):
            key = tuple(map(_hashable, values))
            if key not in codes:
                self._refuse_missing(names, values, axis.ids[k])
                codes[key] = len(rows)
                rows.append(dict(zip(names, values, strict=True)))
            inverse[k] = codes[key]
        return rows, inverse

    def _refuse_missing(self, names: Sequence[str], values: Sequence[Any], entity: str) -> None:
        for name, value in zip(names, values, strict=True):
            if value is MISSING:
                raise SelectorError(
                    Text(
                        zh=f"表达式用到 {name}，但 {entity} 的该单元格为空",
                        en=f"the expression reads {name}, but that cell is empty for {entity}",
                    ),
                    detail=_shown(self.text),
                )

    def _value(self, data: Mapping[str, Any]) -> Any:
        try:
            result = self._compiled.eval(data=data)
        except RuntimeError as error:
            raise self._failed(str(error)) from None
        value, given = result.plain_value(), result.type().name().split("<")[0].upper()
        if given == "ERROR":
            raise self._failed(str(value))
        if given != self.returns or (given == "LIST" and not all(isinstance(part, str) for part in value)):
            raise _other_type(self.text, given, self.returns)
        return value

    def _failed(self, reason: str) -> SelectorError:
        words = runtime_words(reason)
        message = Text(zh=f"表达式求值失败：{words.zh}", en=f"the expression fails: {words.en}")
        return SelectorError(message, detail=_shown(self.text))


def _hashable(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return tuple(value) if isinstance(value, list) else value


@dataclass(eq=False)
class Compiler:
    """Compiles expressions over declared variables and remembers what it compiled."""

    _known: dict[tuple[str, str, frozenset[str]], Selector] = field(default_factory=dict)

    def compile(self, text: str, types: Types, returns: str) -> Selector:
        """Return the selector for ``text``.

        Args:
            text: The expression.
            types: The variables that it may use, with their types.
            returns: ``BOOL``, ``INT``, ``STRING`` or ``LIST``.

        Raises:
            SelectorError: It does not parse, uses an unknown variable or has another type.
        """
        key = (text, returns, frozenset(types))
        if key not in self._known:
            self._known[key] = _compile(text, types, returns)
        return self._known[key]


def _compile(text: str, types: Types, returns: str) -> Selector:
    if len(text) > MAX_LENGTH:
        raise SelectorError(
            Text(
                zh=f"表达式超过 {MAX_LENGTH} 个字符",
                en=f"the expression is longer than {MAX_LENGTH} characters",
            )
        )
    try:
        compiled = cel.NewEnv(variables=dict(types)).compile(text)
    except (RuntimeError, ValueError, TypeError) as error:
        raise _explained(text, str(error), types) from None
    found = compiled.return_type().name().split("<")[0].upper()
    if found not in {returns, "DYN"}:
        raise _other_type(text, found, returns)
    return Selector(text, _names_in(text, types), returns, compiled)


def _other_type(text: str, found: str, returns: str) -> SelectorError:
    asked = _TEXTS if returns == "LIST" else type_words(returns)
    given = type_words(found)
    message = Text(
        zh=f"表达式的结果应为{asked.zh}，现为{given.zh}",
        en=f"the expression should give {asked.en}, but gives {given.en}",
    )
    return SelectorError(message, detail=_shown(text))


_TEXTS = Text(zh="文字的列表", en="a list of texts")


def _shown(text: str) -> str:
    """Return an expression as one line under a fault."""
    return f"    {shorten(text, 200)}"


def _names_in(text: str, types: Types) -> frozenset[str]:
    """Return the declared variables that the text mentions (more than it uses does no harm)."""
    dotted = re.findall(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)?", text)
    mentioned = {re.sub(r"\s", "", name) for name in dotted} | set(re.findall(r"[A-Za-z_]\w*", text))
    return frozenset(mentioned & types.keys())


def _explained(text: str, error: str, types: Types) -> SelectorError:
    """Turn the compiler's words into a message with a caret and the nearest variable."""
    found = _PLACE.search(error)
    if not found:
        reason = error.split(": ", 1)[-1].splitlines()[0].split(" [")[0] if error else "?"
        words = compiler_words(reason)
        message = Text(zh=f"表达式无法使用：{words.zh}", en=f"the expression cannot be used: {words.en}")
        return SelectorError(message, detail=_shown(text))
    line, column, rest = int(found[1]), int(found[2]), found[3].splitlines()[0].split(" (in container")[0]
    lines = text.splitlines() or [""]
    detail = caret(lines[min(line, len(lines)) - 1], max(0, column - 1))
    if unknown := _UNDECLARED.search(rest):
        return SelectorError(
            Text(zh=f"没有名为“{unknown[1]}”的字段", en=f"there is no field named '{unknown[1]}'"),
            detail=detail,
            near=nearest(unknown[1], types),
            allowed=", ".join(sorted(types)),
        )
    words = compiler_words(rest)
    message = Text(zh=f"表达式有误：{words.zh}", en=f"the expression is wrong: {words.en}")
    return SelectorError(message, detail=detail)
