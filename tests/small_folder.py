"""A small scenario as a folder, with the rule packs that a test gives it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from allocator import api
from allocator.errors import Fault, InputError
from allocator.rules.policy import Policy

SCENARIO = """\
scenario: small
today: 2026-01-01
periods: [2026, 2027]
roles:
  lead: {zh: 组长, en: lead}
  member: {zh: 组员, en: member}
layers:
  zoning: {items: units, slots: groups where group.kind == "zone", periods: once, take: 1}
  posting: {items: people, slots: groups where group.kind == "team", roles: [lead, member], take: 0-1}
  casework: {items: people, slots: cases, take: any}
"""
TABLES = {
    "units.csv": (
        "id,name,kind,place,workload\nNorth,北镇,township,Northton,3\nSouth,南镇,township,Southton,5\n"
    ),
    "people.csv": (
        "id,name,grade,unit,native_place,born,retires,skills,政治面貌\n"
        "Wang,王强,head,North,Northton,1980-05-01,,law:4,中共党员\n"
        "Li,李娜,cadre,South,Southton,1990-03-01,2027-06-30,,\n"
        "Zhao,赵敏,cadre,,Northton,,,,\n"
    ),
    "groups.csv": (
        "id,kind,parent,place\nZ1,zone,,Northton\nZ2,zone,,Southton\nEast,team,Z1,Northton\nWest,team,Z2,Southton\n"
    ),
    "cases.csv": "id,unit,effort,received,due\nC1,North,2,2026-02-01,\nC2,South,3,2027-02-01,2027-12-31\n",
    "links.csv": "source,target,kind\nNorth,South,adjacent\n",
    "postings.csv": "person,group,role,from,to\nWang,West,lead,2024-01-01,\n",
}


def folder(tmp_path: Path, packs: dict[str, str] | None = None, scenario: str = SCENARIO) -> Path:
    """Write the scenario with its packs (the first is the one that it names) and return its folder."""
    packs = packs or {}
    base = tmp_path / "scenarios" / "small"
    base.mkdir(parents=True, exist_ok=True)
    (tmp_path / "rules").mkdir(exist_ok=True)
    named = [name for name in packs if not name.startswith("_")][:1]
    (base / "scenario.yaml").write_text(f"{scenario}rules: [{', '.join(named)}]\n", "utf-8")
    for name, text in TABLES.items():
        (base / name).write_text(text, "utf-8")
    for name, text in packs.items():
        (tmp_path / "rules" / f"{name.removeprefix('_')}.yaml").write_text(dedent(text), "utf-8")
    return base


def bound(tmp_path: Path, pack: str = "", pins: tuple[str, ...] = (), **others: str) -> Policy:
    """Bind the scenario with one pack of these rules, and others that it may extend."""
    packs = {"main": f"pack: main\n{dedent(pack)}"} if pack else {}
    return api.bind(api.load(folder(tmp_path, {**packs, **others})), pins=pins)


def faults(tmp_path: Path, pack: str, pins: tuple[str, ...] = (), **others: str) -> tuple[Fault, ...]:
    """Return the faults that binding the scenario with a pack raises."""
    try:
        bound(tmp_path, pack, pins, **others)
    except InputError as error:
        for fault in error.faults:
            assert fault.message.zh and fault.message.en and fault("zh") and fault("en")
        return error.faults
    return ()
