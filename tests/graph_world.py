"""Small organisations for the tests of the graph, written as rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from allocator.graph import OrganisationGraph, build_graph
from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import TABLES

TODAY = date(2026, 1, 1)

Row = dict[str, Any]


def graph_of(**tables: Iterable[Row]) -> OrganisationGraph:
    """Return the graph of the given tables on `TODAY`; ``people`` may be bare ids."""
    rows = {
        name: [TABLES[name].model_validate(as_row(row)) for row in table] for name, table in tables.items()
    }
    by_id = {
        name: {row.id: row for row in rows.pop(name, [])} for name in ("units", "people", "groups", "cases")
    }
    organisation = Organisation(**by_id, **{name: tuple(table) for name, table in rows.items()})
    return build_graph(Scenario(spec(), organisation, Path()))


def as_row(row: Row | str) -> Row:
    return {"id": row} if isinstance(row, str) else row


def spec() -> ScenarioSpec:
    layers = {"posting": {"items": "people", "slots": "groups"}}
    return ScenarioSpec.model_validate({"scenario": "w", "today": TODAY, "periods": [2026], "layers": layers})


def tie(source: str, target: str, kind: str = "kin", **more: Any) -> Row:
    return {"source": source, "target": target, "kind": kind, **more}


def posting(person: str, group: str, start: str, end: str = "") -> Row:
    return {"person": person, "group": group, "from": start, "to": end}
