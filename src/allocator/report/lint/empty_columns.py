"""Rules that read a column in which every cell is empty: mostly a header that was not recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allocator.errors import Fault, shorten
from allocator.model.tables import TABLES, Row
from allocator.model.text import Text
from allocator.report.lint._variables import tables_of_variables
from allocator.rules.expressions.fields import expression_fields
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule

_VARIABLE = re.compile(r"\b([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)")
_EXTRA = re.compile(r"""\b([A-Za-z_]\w*)\s*\.\s*extra\s*\[\s*(?:"([^"]*)"|'([^']*)')""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each empty column that an expression of a rule reads, at the place of the rule."""
    organisation = policy.context.scenario.organisation
    empty: dict[tuple[str, str], bool] = {}
    for rule in policy.rules:
        told: set[tuple[str, str]] = set()
        tables = tables_of_variables(policy, rule)
        for written in expression_fields(rule):
            for prefix, name, variable in _read(written.text):
                column = (tables.get(prefix, ""), name)
                if column[0] not in TABLES or column in told:
                    continue
                if column not in empty:
                    empty[column] = _is_empty(*column, list(organisation.table(column[0]).values()))
                if empty[column]:
                    told.add(column)
                    yield _doubt(policy, rule, ".".join(written.path), variable, column)


def _read(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the variables of an expression: their prefix, their column, and their text."""
    for found in _VARIABLE.finditer(_QUOTED.sub("", text)):
        yield found[1], found[2], f"{found[1]}.{found[2]}"
    for found in _EXTRA.finditer(text):
        yield found[1], found[2] or found[3], f"{found[0]}]"


def _doubt(policy: Policy, rule: Rule, key: str, variable: str, column: tuple[str, str]) -> Fault:
    table, name = column
    field = TABLES[table].model_fields.get(name)
    number = field is not None and field.default == 0
    zh, en = ("为空或 0", "empty or 0") if number else ("为空", "empty")
    message = Text(
        zh=f"规则 {rule.id} 读取 {table} 表的 {shorten(name)} 列，而该列全部{zh}",
        en=f"the rule {rule.id} reads the column {shorten(name)} of {table}, which is {en} in every row",
    )
    return policy.rule_fault(rule, message, key, found=shorten(variable))


def _is_empty(table: str, name: str, rows: Sequence[Row]) -> bool:
    """Return whether a column has no filled cell and reads as empty text, 0 or an empty list.

    An expression that reads an empty day or an unknown number is a fault of its own.
    """
    field = TABLES[table].model_fields.get(name)
    if field is None:
        cells = [row.extra[name] for row in rows if name in row.extra]
        return bool(cells) and all(cell in (None, "") for cell in cells)
    return bool(rows) and field.default is not None and not any(getattr(row, name) for row in rows)
