"""Selectors: the CEL expressions of rules, evaluated over whole axes.

An axis is a list of entities with their variables; an expression is evaluated once for each distinct
combination of the values that it uses.

Language: Common Expression Language, https://cel.dev (run by Google's C++ implementation).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from cel_expr_python import cel

from allocator.errors import shorten
from allocator.messages.cel import runtime_text, type_text
from allocator.model.layer import IntArray
from allocator.model.scenario import Coded as PairCodes
from allocator.model.scenario import Codes
from allocator.model.text import Text
from allocator.rules.expressions.axes import Axis, Pairs, combinations
from allocator.rules.expressions.cost import Node, too_much, tree

#: The distinct combinations of values on an axis, and ``[n]`` the index of each entity's combination.
Coded = tuple[list[dict[str, Any]], IntArray]
#: The array type of values by the type of the expression; other values are objects.
_ARRAYS: Mapping[str, type] = {"BOOL": np.bool_, "INT": np.int64}


#: The greatest absolute value of a rule's number or of an expression: weighted sums stay below 2^63.
LARGEST = 10**9


class Missing:
    """An empty cell that an expression may not read."""

    def __repr__(self) -> str:
        return "missing"


MISSING = Missing()


class SelectorError(ValueError):
    """A fault of an expression, in both languages, with a caret where possible.

    Attributes:
        message: The fault.
        detail: The line of the expression under the fault, perhaps with a caret.
        nearest: The closest valid name.
        allowed: The allowed names.
    """

    def __init__(self, message: Text, *, detail: str = "", near: str = "", allowed: str = "") -> None:
        super().__init__(message.en)
        self.message, self.detail, self.nearest, self.allowed = message, detail, near, allowed


_TOO_MUCH = Text(
    zh="表达式的循环、拼接或匹配过多，所需时间或内存超过限度",
    en="its loops, joins or matches may take more time or memory than an expression may",
)
_TOO_LARGE = Text(
    zh=f"数值的绝对值超过 {LARGEST}", en=f"gives a number beyond {LARGEST}, above or below zero"
)


@dataclass(frozen=True, eq=False)
class Selector:
    """A compiled expression: its text, the variables it may read and the type it returns."""

    text: str
    used: frozenset[str]
    returns: str
    _compiled: cel.Expression

    def over(self, *axes: Axis, pairs: Pairs | None = None) -> npt.NDArray[Any]:
        """Return the value for every combination of the axes' entities.

        Args:
            axes: Entities with their variables; with ``pairs``, items and slots come first.
            pairs: The variables of pairs of an item and a slot.

        Returns:
            An array with a dimension for each axis: truth values, whole numbers, or objects (texts, lists).

        Raises:
            SelectorError: The expression reads an empty cell, fails on a value or may cost too much.
        """
        read = sorted(self.used & pairs.columns.keys()) if pairs is not None else []
        if pairs is not None and read:
            return self._over_pairs(
                axes[0], axes[1], axes[2:], [(name, pairs.columns[name]) for name in read]
            )
        coded = [self._distinct(axis) for axis in axes]
        if too_much(self._tree, [rows for rows, _ in coded]):
            raise SelectorError(_TOO_MUCH, detail=shown(self.text))
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
        table: npt.NDArray[Any] = values.astype(_ARRAYS.get(self.returns, object)).reshape(shape)
        return table[np.ix_(*(inverse for _, inverse in coded))] if axes else table

    def _over_pairs(
        self, items: Axis, slots: Axis, rest: Sequence[Axis], read: Sequence[tuple[str, PairCodes]]
    ) -> npt.NDArray[Any]:
        """Return ``[I, S, ...]`` values of an expression that reads numbers of pairs.

        Each distinct combination of item, slot and numbers becomes one entity of an axis of its own.
        """
        (item_rows, item_code), (slot_rows, slot_code) = self._distinct(items), self._distinct(slots)
        across = len(items), len(slots)
        codes: list[IntArray | Codes] = [one.reshape(-1) for _, (_, one) in read]
        sides = [(item_rows, item_code[:, None]), (slot_rows, slot_code[None, :])]
        # A side with one distinct combination is left out of the codes: there may be millions of pairs.
        told = [(rows, np.broadcast_to(code, across).reshape(-1)) for rows, code in sides if len(rows) > 1]
        first, code = combinations([*codes, *(code for _, code in told)])
        columns: dict[str, list[Any]] = {}
        for (name, (values, _)), one in zip(read, codes, strict=True):
            columns[name] = [values[k] for k in one[first].tolist()]
        for rows, side in told:
            for name in rows[0]:
                columns[name] = [rows[k][name] for k in side[first].tolist()]
        for rows in (rows for rows, _ in sides if len(rows) == 1):
            columns |= {name: [value] * len(first) for name, value in rows[0].items()}
        ids = [f"{items.ids[k // len(slots)]}, {slots.ids[k % len(slots)]}" for k in first.tolist()]
        found = self.over(Axis(ids, columns, {}), *rest)
        return np.asarray(found[code].reshape(*across, *found.shape[1:]))

    def _about(
        self, error: SelectorError, k: int, axes: Sequence[Axis], coded: Sequence[Coded]
    ) -> SelectorError:
        """Return the error with the first entities for which it occurs."""
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
        """Return the distinct combinations of used values on the axis, and ``[n]`` that of each entity."""
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
                    detail=shown(self.text),
                )

    @cached_property
    def _tree(self) -> Node:
        return tree(self._compiled.serialize())

    def _value(self, data: Mapping[str, Any]) -> Any:
        try:
            result = self._compiled.eval(data=data)
        except RuntimeError as error:
            raise self._failed(str(error)) from None
        value, given = result.plain_value(), result.type().name().split("<")[0].upper()
        if given == "ERROR":
            raise self._failed(str(value))
        if given != self.returns or (given == "LIST" and not all(isinstance(part, str) for part in value)):
            raise other_type(self.text, given, self.returns)
        if given == "INT" and abs(value) > LARGEST:
            raise SelectorError(_TOO_LARGE, detail=shown(self.text))
        return value

    def _failed(self, reason: str) -> SelectorError:
        words = runtime_text(reason)
        message = Text(zh=f"表达式求值失败：{words.zh}", en=f"the expression fails: {words.en}")
        return SelectorError(message, detail=shown(self.text))


def _hashable(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted(value.items()))
    return tuple(value) if isinstance(value, list) else value


def other_type(text: str, found: str, returns: str) -> SelectorError:
    """Return the error of an expression of a wrong type."""
    asked = _TEXTS if returns == "LIST" else type_text(returns)
    given = type_text(found)
    message = Text(
        zh=f"表达式的结果应为{asked.zh}，现为{given.zh}",
        en=f"the expression should give {asked.en}, but gives {given.en}",
    )
    return SelectorError(message, detail=shown(text))


_TEXTS = Text(zh="文字的列表", en="a list of texts")


def shown(text: str) -> str:
    """Return an expression as one line under a fault."""
    return f"    {shorten(text, 200)}"


def refuse_negative(values: IntArray, expression: int | str, *ids: Sequence[str]) -> None:
    """Refuse amounts below 0; the fault names the entities of the first one.

    Args:
        values: One amount for each combination of the entities.
        expression: The amount or its expression, shown with the fault.
        ids: The entities along each axis of ``values``.

    Raises:
        SelectorError: An amount is negative.
    """
    found = np.argwhere(values < 0)
    if len(found):
        first = tuple(found[0].tolist())
        who = ", ".join(shorten(names[k], 40) for names, k in zip(ids, first, strict=True))
        amount = int(values[first])
        raise SelectorError(
            Text(zh=f"不能为负数，{who} 为 {amount}", en=f"may not be negative, but is {amount} for {who}"),
            detail=shown(str(expression)),
        )
