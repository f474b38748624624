"""Conditions of rules that read an empty column, or compare one with a value that no row has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from allocator.errors import Fault, nearest, shorten
from allocator.model.tables import TABLES, Row
from allocator.model.text import Text
from allocator.rules.expressions.fields import expression_fields
from allocator.rules.expressions.variables import PREFIXES, UNIT_OF, side_prefixes
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule

_VARIABLE = re.compile(r"\b([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)")
_EXTRA = re.compile(r"""\b([A-Za-z_]\w*)\s*\.\s*extra\s*\[\s*(?:"([^"]*)"|'([^']*)')""")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
_WORD = r"""(?:"[^"]*"|'[^']*')"""
_COLUMN = r"\b([A-Za-z_]\w*)\.([A-Za-z_]\w*)(?![\w.(\[])"
_COMPARED = re.compile(rf"{_COLUMN}\s*(?:==|!=)\s*({_WORD})")
_LISTED = re.compile(rf"{_COLUMN}\s+in\s+\[\s*({_WORD}(?:\s*,\s*{_WORD})*)\s*\]")
_EACH = re.compile(_WORD)
#: Values that a message lists at most.
_MOST_VALUES = 8


def empty_columns(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each empty column that an expression of a rule reads, at the place of the rule.

    Mostly its header was not recognised.
    """
    organisation = policy.context.scenario.organisation
    empty: dict[tuple[str, str], bool] = {}
    for rule in policy.rules:
        told: set[tuple[str, str]] = set()
        tables = _tables_of_variables(policy, rule)
        for written in expression_fields(rule):
            for prefix, name, variable in _read(written.text):
                column = (tables.get(prefix, ""), name)
                if column[0] not in TABLES or column in told:
                    continue
                if column not in empty:
                    empty[column] = _is_empty(*column, list(organisation.table(column[0]).values()))
                if empty[column]:
                    told.add(column)
                    yield _empty_doubt(policy, rule, ".".join(written.path), variable, column)


def _read(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield the variables of an expression: their prefix, their column, and their text."""
    for found in _VARIABLE.finditer(_QUOTED.sub("", text)):
        yield found[1], found[2], f"{found[1]}.{found[2]}"
    for found in _EXTRA.finditer(text):
        yield found[1], found[2] or found[3], f"{found[0]}]"


def _empty_doubt(policy: Policy, rule: Rule, key: str, variable: str, column: tuple[str, str]) -> Fault:
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


def unmatched_values(policy: Policy) -> Iterator[Fault]:
    """Yield each comparison with words that no row has; of a list, only where no row has any of them.

    Mostly it is a slip, or a grade by its title instead of its id.
    """

    @cache
    def values(table: str, name: str) -> frozenset[str]:
        return _values_of(policy, table, name)

    for rule in policy.rules:
        tables = _tables_of_variables(policy, rule)
        told = {key for key, _ in rule.vacuous_selectors(policy.scopes[rule.id])}  # by another lint
        for written in expression_fields(rule):
            if ".".join(written.path) in told:
                continue
            for variable, table, name, words in _comparisons(written.text, tables):
                known = values(table, name)
                if known and not known.intersection(words):
                    yield _unmatched_doubt(
                        policy, rule, ".".join(written.path), variable, words, known, table
                    )


def _comparisons(text: str, tables: Mapping[str, str]) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield variable, table, column and the words that it is compared with."""
    for pattern in (_COMPARED, _LISTED):
        for found in pattern.finditer(text):
            table, name = tables.get(found[1], ""), found[2]
            if table in TABLES:
                words = [word[1:-1] for word in _EACH.findall(found[3])]
                yield f"{found[1]}.{name}", table, name, words


def _values_of(policy: Policy, table: str, name: str) -> frozenset[str]:
    """Return the words in a column; none if any filled cell is no text."""
    rows = policy.context.scenario.organisation.table(table).values()
    is_field = name in TABLES[table].model_fields
    cells = [getattr(row, name) if is_field else row.extra.get(name, "") for row in rows]
    if any(cell is not None and not isinstance(cell, str) for cell in cells):
        return frozenset()
    return frozenset(cell for cell in cells if cell) | ({""} if not all(cells) else frozenset())


def _unmatched_doubt(
    policy: Policy, rule: Rule, key: str, variable: str, words: list[str], known: frozenset[str], table: str
) -> Fault:
    shown = ", ".join(map(shorten, words))
    message = Text(
        zh=f"规则 {rule.id} 以 {variable} 与“{shown}”比较，而 {table} 表没有一行是该值",
        en=f"the rule {rule.id} compares {variable} with '{shown}', which no row of {table} has",
    )
    filled = sorted(known - {""})
    few = filled if len(filled) <= _MOST_VALUES else []
    meant = _grade_meant(policy, words[0]) if variable.endswith(".grade") else ""
    return policy.rule_fault(
        rule,
        message,
        key,
        found=shorten(words[0]),
        allowed=" | ".join(few),
        nearest=meant or nearest(words[0], filled),
    )


def _grade_meant(policy: Policy, word: str) -> str:
    """Return the id of the grade with this title."""
    grades = policy.context.scenario.spec.grades
    return next((one.id for one in grades if word in (one.zh, one.en)), "")


def _tables_of_variables(policy: Policy, rule: Rule) -> Mapping[str, str]:
    """Return the table of each variable of a rule's expressions: ``person`` reads ``people``."""
    spec = policy.context.scenario.spec.layers[rule.on]
    tables = {prefix: table for table, prefix in PREFIXES.items()}
    for source in (spec.items, spec.slots):
        own, *units = side_prefixes(source)
        tables[own] = source.table
        tables.update(dict.fromkeys(units if source.table in UNIT_OF else (), "units"))
    return {**tables, "other": spec.items.table}
