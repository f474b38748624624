"""The table that each variable of a rule's expressions reads."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.rules.expressions.variables import PREFIXES, UNIT_OF, side_prefixes
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule


def tables_of_variables(policy: Policy, rule: Rule) -> Mapping[str, str]:
    """Return the table of each variable of a rule's expressions: ``person`` reads ``people``."""
    spec = policy.context.scenario.spec.layers[rule.on]
    tables = {prefix: table for table, prefix in PREFIXES.items()}
    for source in (spec.items, spec.slots):
        own, *units = side_prefixes(source)
        tables[own] = source.table
        tables.update(dict.fromkeys(units if source.table in UNIT_OF else (), "units"))
    return {**tables, "other": spec.items.table}
