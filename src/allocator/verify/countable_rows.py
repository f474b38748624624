"""Rows to count over: a table's, or a layer's assignments in a plan, each with the variables to select by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from allocator.model.layer import Layer
from allocator.model.plan import Assignment
from allocator.model.spec import Source
from allocator.model.tables import TABLES, Row
from allocator.rules.axis import Axis, take
from allocator.rules.context import RuleContext
from allocator.rules.facts import PREFIXES, period_axis, type_of, value_of

_EDGES = {
    "links": "link",
    "ties": "tie",
    "postings": "posting",
    "absences": "absence",
    "indicators": "indicator",
}


def countable(context: RuleContext) -> tuple[str, ...]:
    """Return the names of what can be counted: tables, then layers."""
    return (*PREFIXES, *_EDGES, *context.layers)


def table_axis(context: RuleContext, table: str) -> Axis | None:
    """Return the rows of a table with their variables; None if there is no such table."""
    organisation = context.scenario.organisation
    if table in _EDGES:
        return _edges(table, getattr(organisation, table))
    if table not in PREFIXES:
        return None
    return context.variables.side(Source.model_validate(table), organisation.table(table))


def layer_axis(context: RuleContext, layer: Layer, assignments: Iterable[Assignment]) -> Axis:
    """Return a layer's assignments with the variables of their item, slot and period, and ``role``."""
    taken = [one for one in assignments if one.layer == layer.name]
    picked = (
        (context.item_axes(layer)[0], [layer.item_index[one.item] for one in taken]),
        (context.slot_axes(layer)[0], [layer.slot_index[one.slot] for one in taken]),
        (period_axis(layer.periods), [layer.period_index[one.period] for one in taken]),
    )
    columns: dict[str, Sequence[Any]] = {"role": [one.role or "" for one in taken]}
    types = {"role": type_of(str)}
    for axis, chosen in picked:
        part = take(axis, np.asarray(chosen, dtype=np.int64))
        columns.update(part.columns)
        types.update(part.types)
    return Axis([one.item for one in taken], columns, types)


def _edges(table: str, rows: Sequence[Row]) -> Axis:
    """Return the rows of a table without ids; their variables are named as the header names the columns."""
    prefix = _EDGES[table]
    fields = {field.alias or name: (name, field) for name, field in TABLES[table].model_fields.items()}
    types = {f"{prefix}.{shown}": type_of(field.annotation) for shown, (_, field) in fields.items()}
    columns = {
        f"{prefix}.{shown}": [value_of(shown, getattr(row, name), types[f"{prefix}.{shown}"]) for row in rows]
        for shown, (name, _) in fields.items()
    }
    return Axis([f"{table}.csv:{number}" for number in range(2, len(rows) + 2)], columns, types)
