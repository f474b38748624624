"""Rules that compare a column with a value that no row has: a slip, or a grade by its title for its id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from allocator.errors import Fault, nearest, shorten
from allocator.model.tables import TABLES
from allocator.model.text import Text
from allocator.report.lint._variables import tables_of_variables
from allocator.rules.expressions.fields import expression_fields
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule

_WORD = r"""(?:"[^"]*"|'[^']*')"""
_COLUMN = r"\b([A-Za-z_]\w*)\.([A-Za-z_]\w*)(?![\w.(\[])"
_COMPARED = re.compile(rf"{_COLUMN}\s*(?:==|!=)\s*({_WORD})")
_LISTED = re.compile(rf"{_COLUMN}\s+in\s+\[\s*({_WORD}(?:\s*,\s*{_WORD})*)\s*\]")
_EACH = re.compile(_WORD)
#: Values that a message lists at most.
_MOST_VALUES = 8


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield each comparison with words that no row has; of a list, only where no row has any of them."""

    @cache
    def values(table: str, name: str) -> frozenset[str]:
        return _values(policy, table, name)

    for rule in policy.rules:
        tables = tables_of_variables(policy, rule)
        told = {key for key, _ in rule.vacuous_selectors(policy.scopes[rule.id])}  # by another lint
        for written in expression_fields(rule):
            if ".".join(written.path) in told:
                continue
            for variable, table, name, words in _comparisons(written.text, tables):
                known = values(table, name)
                if known and not known.intersection(words):
                    yield _doubt(policy, rule, ".".join(written.path), variable, words, known, table)


def _comparisons(text: str, tables: Mapping[str, str]) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield variable, table, column and the words that it is compared with."""
    for pattern in (_COMPARED, _LISTED):
        for found in pattern.finditer(text):
            table, name = tables.get(found[1], ""), found[2]
            if table in TABLES:
                words = [word[1:-1] for word in _EACH.findall(found[3])]
                yield f"{found[1]}.{name}", table, name, words


def _values(policy: Policy, table: str, name: str) -> frozenset[str]:
    """Return the words in a column; none if any filled cell is no text."""
    rows = policy.context.scenario.organisation.table(table).values()
    is_field = name in TABLES[table].model_fields
    cells = [getattr(row, name) if is_field else row.extra.get(name, "") for row in rows]
    if any(cell is not None and not isinstance(cell, str) for cell in cells):
        return frozenset()
    return frozenset(cell for cell in cells if cell) | ({""} if not all(cells) else frozenset())


def _doubt(
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
