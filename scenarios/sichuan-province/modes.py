"""A county's scenario in one of the three modes: its groups, its `scenario.yaml` and a copy of the packs that
it needs.

What the modes share, units, people, links, ties, work, is the county's; a mode adds which groups there are,
within which limits, and what is decided.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from county import County, Made, Row, make
from sectors import sizes
from staff import task_forces

HERE = Path(__file__).parent
RULES = HERE.parent.parent / "rules"
COLUMNS = {
    "units": "id,name,kind,parent,place,domain,second,workload,lon,lat,code,position,km,liaison",
    "people": "id,name,grade,title,unit,native_place,born,skills,in_charge,field,served_at,served",
    "links": "source,target,kind",
    "ties": "source,target,kind",
    "cases": "id,title,unit,domain,received,effort,parties,kind,known_to",
    "postings": "person,group,role,from,to",
}
SUBGROUPS = [  # kind, name, the skill that it needs
    ("general", "综合组", "综合文稿"), ("inspection", "监督检查组", "监督检查"),
    ("investigation", "审查调查组", "审查调查"),
]  # fmt: skip


@dataclass(frozen=True)
class Mode:
    """One of the three modes.

    Attributes:
        packs: The pack of the mode, and those that it extends.
        columns: The columns of its groups.
        groups: Makes the groups of a county.
        links: Makes links that the mode needs beside the county's.
    """

    id: str
    zh: str
    en: str
    packs: tuple[str, ...]
    columns: str
    groups: Callable[[Made], list[Row]]
    links: Callable[[Made], list[Row]] = lambda made: []


def forces(made: Made) -> list[Row]:
    """Return a task force for each office, or for several where people are few, and its three subgroups."""
    rows: list[Row] = []
    for k, (own, people) in enumerate(task_forces(made), start=1):
        agencies = [str(row["id"]) for row in made.units("agency") if row["liaison"] in own]
        townships = [str(row["name"]) for row in made.units("township") if row["liaison"] in own]
        tied: Row = {
            "office": own[0],
            "offices": ";".join(own),
            "agencies": ";".join(agencies),
            "townships": ";".join(townships),
        }
        name = f"第{k}专班"
        general, other = f"1组长+2-{max(3, people // 3)}组员", f"1组长+3-{max(6, people // 2)}组员"
        rows.append({"id": f"F{k}", "name": name, "kind": "force", **tied})
        rows += [
            {"id": f"F{k}-{kind}", "name": f"{name}{title}", "kind": kind, "parent": f"F{k}", "need": need,
             "seats": general if kind == "general" else other, **tied} for kind, title, need in SUBGROUPS
        ]  # fmt: skip
    return rows


def zones(made: Made) -> list[Row]:
    """Return the zones; their limits leave room around the zones of the plan made first."""
    load = {str(row["id"]): int(str(row["workload"])) for row in made.tables["units"] if row.get("workload")}
    loads = [sum(load[unit] for units in zone.values() for unit in units) for zone in made.zones]
    at = {str(row["id"]): row for row in made.units("township")}
    limits: Row = {"least_load": min(loads), "most_load": max(loads)}
    for kind in ("townships", "agencies"):
        counts = [len(zone[kind]) for zone in made.zones]
        limits |= {f"least_{kind}": max(1, min(counts) - 1), f"most_{kind}": max(counts) + 1}
    seats = [at[zone["townships"][0]] for zone in made.zones]
    return [
        {"id": f"Z{k}", "name": f"第{k}片区", "kind": "zone", "place": seat["place"], "km": seat["km"],
         "office": zone["offices"][0], "offices": ";".join(zone["offices"]), **limits}
        for k, (zone, seat) in enumerate(zip(made.zones, seats, strict=True), start=1)
    ]  # fmt: skip


def today(made: Made) -> list[Row]:
    """Return as links the zones of today: a plan that can be kept, and that a better one is reached from."""
    return [
        {"source": unit, "target": f"Z{k}", "kind": "member_of"}
        for k, zone in enumerate(made.zones, start=1)
        for units in zone.values()
        for unit in units
    ]


def joint_groups(made: Made) -> list[Row]:
    """Return a cooperation group for each sector; limits leave room around those of the plan made first."""
    agencies = made.units("agency")
    load = dict.fromkeys(made.sectors, 0)
    for row in agencies:
        load[made.joined[str(row["id"])]] += int(str(row["workload"]))
    least, most = sizes(len(agencies), len(made.sectors))
    effort = sum(int(str(row["effort"])) for row in made.tables["cases"])
    limits: Row = {
        "least": least, "most": most, "least_load": min(load.values()), "most_load": max(load.values()),
        "most_effort": 2 * effort // len(made.sectors) + 4,
        "seats": f"1组长+1副组长+{3 * least - 2}-{4 * most}组员",
    }  # fmt: skip
    return [
        {
            "id": f"G{k}",
            "name": f"{sector}协作组",
            "kind": "cooperation",
            "parent": "C00",
            "domain": sector,
            **limits,
        }
        for k, sector in enumerate(made.sectors, start=1)
    ]


MODES = {
    mode.id: mode
    for mode in (
        Mode("task-force", "专班式", "task forces", ("county-task-forces", "task-forces-linked"),
             "id,name,kind,parent,office,offices,need,seats,agencies,townships", forces),
        Mode("zone", "片区式", "zones", ("county-zones", "zones-by-liaison"),
             "id,name,kind,place,km,office,offices,least_townships,most_townships,least_agencies,most_agencies,"
             "least_load,most_load", zones, today),
        Mode("joint", "联合式", "joint groups", ("county-joint-groups", "sector-groups"),
             "id,name,kind,parent,domain,seats,least,most,least_load,most_load,most_effort", joint_groups),
    )
}  # fmt: skip


def write(county: County, mode: str, folder: Path, made: Made | None = None, name: str = "") -> Path:
    """Write a county's scenario in a mode.

    Args:
        county: Size and geography.
        mode: One of `MODES`.
        folder: Where scenarios go; the new one is a folder in it.
        made: What `make` returned for the county, if it is at hand.
        name: Name of the new folder; by default that of the scenario.

    Returns:
        The scenario's folder, complete in itself: it can be moved or copied anywhere.
    """
    chosen, made = MODES[mode], made or make(county)
    scenario = f"county-{county.code}-{mode}"
    place = folder / (name or scenario)
    place.mkdir(parents=True, exist_ok=True)
    tables = made.tables | {"links": made.tables["links"] + chosen.links(made), "groups": chosen.groups(made)}
    for table, columns in (COLUMNS | {"groups": chosen.columns}).items():
        _table(place / f"{table}.csv", columns, tables[table])
    template = (HERE / "templates" / f"{mode}.yaml").read_text(encoding="utf-8")
    words = {
        "{scenario}": scenario,
        "{county}": county.name,
        "{zh_name}": chosen.zh,
        "{en_name}": chosen.en,
    }
    for word, value in words.items():
        template = template.replace(word, value)
    (place / "scenario.yaml").write_text(template, encoding="utf-8")
    for pack in chosen.packs:
        shutil.copyfile(RULES / f"{pack}.yaml", place / f"{pack}.yaml")
    return place


def _table(file: Path, columns: str, rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as table:
        writer = csv.DictWriter(
            table, columns.split(","), restval="", lineterminator="\n", extrasaction="ignore"
        )
        writer.writeheader()
        writer.writerows(rows)
