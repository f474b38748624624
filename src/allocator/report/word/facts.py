"""The facts that a proposal carries for reading it back: its scenario, and digests of what is not read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import DeskTable, DeskView
from allocator.report.desk.seat_reading import digest
from allocator.report.rendering.console import printable

FORMAT = "allocator-proposal/1"
#: Titles of the columns of a comparison that are read back, by field.
READ: Mapping[str, Text] = {
    "period": Text(zh="周期", en="period"),
    "slot": Text(zh="单位（机构）", en="place"),
    "role": Text(zh="职务", en="post"),
    "item": Text(zh="方案", en="proposed"),
}
#: Title of the column of cases, and the one of members of a layer without roles.
CASE, MEMBERS = Text(zh="案件", en="case"), Text(zh="成员", en="members")


def proposal_facts(view: DeskView, tables: Sequence[DeskTable], language: Language) -> str:
    """Return the facts as JSON: tables in their order, each with the digests of its rows.

    Args:
        view: The plan.
        tables: The tables of the annexes.
        language: Language of the document.
    """
    facts = {
        "format": FORMAT,
        "language": language,
        "scenario": [view.scenario, view.scenario_sha256],
        "asked": {name: list(places) for name, places in view.asked.items()},
        "tables": [_table(view, table, language) for table in tables],
    }
    return json.dumps(facts, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _table(view: DeskView, table: DeskTable, language: Language) -> dict[str, object]:
    titles = [printable(one.title(language)) for one in table.columns]
    roles = {
        line.role(language) for seats in view.seats if seats.layer == table.layer for line in seats.lines
    }
    read = [k for k, title in enumerate(titles) if is_read(table.id, title, roles)]
    fixed = [k for k, one in enumerate(table.columns) if k not in read and not one.is_open]
    rows = [[printable(cell.shown(language)) for cell in row] for row in table.rows]
    return {
        "id": table.id,
        "layer": table.layer,
        "title": printable(table.title(language)),
        "read": [titles[k] for k in read],
        "fixed": [titles[k] for k in fixed],
        "rows": [[digest([row[k] for k in part]) for part in (read, fixed)] for row in rows],
    }


def is_read(table: str, title: str, roles: Collection[str]) -> bool:
    """Return whether a column of a table is read back.

    Args:
        table: The id of the table.
        title: Title of the column.
        roles: The words of the roles of its layer.
    """
    if table == "comparison":
        return any(title in (one.zh, one.en) for one in READ.values())
    if table == "casework":
        known = (READ["period"], CASE, MEMBERS)
        return title in roles or any(title in (one.zh, one.en) for one in known)
    return False
