"""Conditions that a planner writes, from columns and values, and their CEL.

``人员.职务 是 室主任 且 人员.年龄 小于 50`` compares columns with values; a column may stand for a value.
且 / 或 and brackets join, ``and`` / ``or`` in English. A value with blanks or brackets stands in quotes; a
date is written 2026-01-01; a figure of a map follows a point (``人员.特长.审查调查 不低于 3``). An
expression is a number, a column, or for lists columns with commas between them. ``CEL: ...`` is CEL as such.
"""

from __future__ import annotations

from collections.abc import Callable

from allocator.model.text import Language
from allocator.rules.condition_grammar import (
    ConditionError,
    ConditionWriter,
    NamedColumns,
    half_width,
)
from allocator.rules.condition_reader import ConditionReader
from allocator.rules.expressions.phrases import NotReadableError, PhraseTerm, parse_cel, to_cel


class Conditions(NamedColumns):
    """Reads and writes conditions and expressions over some columns of a layer."""

    def read(self, text: str) -> str:
        """Return the CEL of a condition.

        Raises:
            ConditionError: It is no condition over these columns.
        """
        return to_cel(ConditionReader(self, half_width(text)).condition())

    def write(self, cel: str, language: Language) -> str:
        """Return the text of a condition that ``read`` turns into the same CEL; else the CEL as it is."""
        return self._if_same(cel, language, ConditionWriter(self, language).condition, self.read)

    def read_expression(self, text: str, returns: str) -> str | int:
        """Return the CEL of an expression that gives a number, a text or a list.

        Raises:
            ConditionError: It is no expression over these columns.
        """
        return ConditionReader(self, half_width(text)).expression(returns)

    def write_expression(self, cel: str | int, returns: str, language: Language) -> str:
        """Return the text of an expression that ``read_expression`` turns into the same; else the CEL."""
        if isinstance(cel, int):
            return str(cel)
        writer = ConditionWriter(self, language).expression
        return self._if_same(cel, language, writer, lambda text: self.read_expression(text, returns))

    def _if_same(
        self,
        cel: str,
        language: Language,
        write: Callable[[PhraseTerm], str],
        read: Callable[[str], str | int],
    ) -> str:
        raw = f"CEL：{cel}" if language == "zh" else f"CEL: {cel}"
        try:
            text = write(parse_cel(cel))
            return text if read(text) == cel else raw
        except (NotReadableError, ConditionError):
            return raw
