"""Rules that read a column in which every cell is empty: mostly a header that was not recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from allocator.errors import Fault, shorten
from allocator.model.tables import TABLES
from allocator.model.text import Text
from allocator.rules.facts import PREFIXES, UNIT_OF, side_prefixes
from allocator.rules.fields import expressions
from allocator.rules.kind import Rule
from allocator.rules.policy import Policy

_VARIABLE = re.compile(r"\b([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)")
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield each column without a filled cell that an expression of a rule reads, with the rule's place."""
    organisation = policy.world.scenario.organisation
    empty: dict[tuple[str, str], bool] = {}
    for rule in policy.rules:
        told: set[tuple[str, str]] = set()
        tables = _tables(policy, rule)
        for written in expressions(rule):
            for prefix, name in _VARIABLE.findall(_QUOTED.sub("", written.text)):
                column = (tables.get(prefix, ""), name)
                if column[0] not in TABLES or column in told:
                    continue
                if column not in empty:
                    rows = organisation.table(column[0]).values()
                    empty[column] = (
                        bool(rows) and _is_text(*column) and not any(getattr(row, name) for row in rows)
                    )
                if empty[column]:
                    told.add(column)
                    yield _doubt(policy, rule, ".".join(written.path), f"{prefix}.{name}", column)


def _doubt(policy: Policy, rule: Rule, key: str, variable: str, column: tuple[str, str]) -> Fault:
    table, name = column
    message = Text(
        zh=f"规则 {rule.id} 读取 {table} 表的 {name} 列，而该列全部为空",
        en=f"the rule {rule.id} reads the column {name} of {table}, which is empty in every row",
    )
    return policy.doubt(rule, message, key, found=shorten(variable))


def _is_text(table: str, name: str) -> bool:
    """Return whether a column reads as an empty text where it is empty; to read others is a fault."""
    field = TABLES[table].model_fields.get(name)
    return field is not None and field.annotation is str


def _tables(policy: Policy, rule: Rule) -> Mapping[str, str]:
    """Return the tables by what variables of a rule's expressions begin with."""
    spec = policy.world.scenario.spec.layers[rule.on]
    tables = {prefix: table for table, prefix in PREFIXES.items()}
    for source in (spec.items, spec.slots):
        own, *units = side_prefixes(source)
        tables[own] = source.table
        tables.update(dict.fromkeys(units if source.table in UNIT_OF else (), "units"))
    return {**tables, "other": spec.items.table}
