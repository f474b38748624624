"""Five counties cut out of the scenarios of the project, each made impossible in four ways.

A county has twelve people, three groups and six townships of one scenario, by their own names, and two
layers: people to groups over two periods, townships to two zones. It has a plan. Each way adds rules, or
takes neighbours away, so that no plan is left; `Planted` says what the answer has to name, and nothing else.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import yaml

from allocator import api
from allocator.rules.policy import Policy
from scenario_tools import folder as scenario_folder

Row = dict[str, str]

SCENARIO = """\
scenario: {name}
title: {{zh: {title}, en: {name}}}
synthetic: true
periods: [2026, 2027]
grades:
  - {{id: head, zh: 正, en: head}}
  - {{id: deputy, zh: 副, en: deputy}}
  - {{id: cadre, zh: 干部, en: cadre}}
roles:
  lead: {{zh: 组长, en: lead}}
  member: {{zh: 组员, en: member}}
layers:
  posting:
    title: {{zh: 人员编组, en: Postings}}
    items: people
    slots: groups where group.kind == "team"
    roles: [lead, member]
  zoning:
    title: {{zh: 片区划分, en: Zones}}
    items: units
    slots: groups where group.kind == "zone"
    periods: once
levels:
  1: {{zh: 少调动, en: few moves}}
rules: [base, planted]
"""
BASE: tuple[Mapping[str, object], ...] = (
    {
        "id": "staffing",
        "kind": "composition",
        "on": "posting",
        "atleast": "1组长+1组员",
        "why": {"zh": "每组至少一名组长、一名组员", "en": "a lead and a member in each group, at least"},
    },
    {
        "id": "kin",
        "kind": "apart",
        "on": "posting",
        "ties": "kin",
        "why": {"zh": "亲属回避", "en": "relatives serve apart"},
    },
    {
        "id": "connected",
        "kind": "contiguous",
        "on": "zoning",
        "why": {"zh": "片区连成一片", "en": "each zone hangs together on the map"},
    },
    {
        "id": "zone-size",
        "kind": "capacity",
        "on": "zoning",
        "atleast": 2,
        "why": {"zh": "每个片区至少两个乡镇", "en": "two townships in each zone, at least"},
    },
    {
        "id": "keep-people",
        "kind": "stability",
        "on": "posting",
        "level": 1,
        "why": {"zh": "少调动", "en": "few moves"},
    },
)


@dataclass(eq=False)
class County:
    """The tables and planted rules of a county, before they are written.

    Attributes:
        name: The scenario that it is cut out of.
        people: Rows of people: five deputies, then seven cadres.
        groups: Rows of groups: three teams, then two zones.
        units: Rows of six townships.
        links: Pairs of neighbours among them.
        rules: The planted rules.
    """

    name: str
    people: list[Row]
    groups: list[Row]
    units: list[Row]
    links: list[tuple[str, str]]
    rules: list[Mapping[str, object]] = field(default_factory=list)

    @property
    def deputies(self) -> list[Row]:
        return [row for row in self.people if row["grade"] == "deputy"]

    @property
    def teams(self) -> list[Row]:
        return [row for row in self.groups if row["kind"] == "team"]

    def write(self, place: Path) -> Path:
        """Write the county as a scenario folder, and return it."""
        place.mkdir(parents=True, exist_ok=True)
        text = SCENARIO.format(name=self.name, title=f"{self.name}（节选）")
        (place / "scenario.yaml").write_text(text, "utf-8")
        for pack, rules in (("base", BASE), ("planted", self.rules)):
            data = {"pack": pack, "rules": [dict(rule) for rule in rules]}
            (place / f"{pack}.yaml").write_text(
                yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8"
            )
        tables: Mapping[str, Sequence[Row]] = {
            "people": self.people,
            "groups": self.groups,
            "units": self.units,
        }
        for table, rows in tables.items():
            _write(place / f"{table}.csv", list(rows[0]), rows)
        links = [{"source": a, "target": b, "kind": "adjacent"} for a, b in self.links]
        _write(place / "links.csv", ["source", "target", "kind"], links)
        return place


@dataclass(frozen=True)
class Planted:
    """What makes a county impossible.

    Attributes:
        rules: Ids of the rules of the one conflict.
        table: Who it is about: people, groups or units.
        names: These, by name.
    """

    rules: frozenset[str]
    table: str
    names: frozenset[str]


#: By county: ids of its three groups.
TEAMS: Mapping[str, tuple[str, ...]] = {
    "neijiang-zones": ("Z1", "Z2", "Z3"),
    "henan-cooperation": ("Z1", "Z2", "Z3"),
    "yantan-zones": ("Z1", "Z2", "Z3"),
    "qingchuan-linked": ("F1-general", "F1-inspection", "F2-general"),
    "badaojiang-pool": ("Z1", "Z2", "Z3"),
}


def county(name: str) -> County:
    """Return a county with a plan."""
    source = scenario_folder(name)
    people = _rows(source / "people.csv")
    deputies = [row for row in people if row["grade"] == "deputy"][:5]
    cadres = [row for row in people if row["grade"] == "cadre"][:7]
    townships = [row for row in _rows(source / "units.csv") if row["kind"] == "township"]
    known = {row["id"]: row["name"] for row in _rows(source / "groups.csv")}
    groups = [
        {"id": f"{k}-{one}", "name": known[one], "kind": "team"} for k, one in enumerate(TEAMS[name], 1)
    ]
    zones = [{"id": f"Z-{k}", "name": f"{side}部片区", "kind": "zone"} for k, side in enumerate("东西", 1)]
    units, links = _connected(source, townships)
    return County(
        name,
        [{key: row[key] for key in ("id", "name", "grade")} for row in (*deputies, *cadres)],
        [*groups, *zones],
        [{key: row[key] for key in ("id", "name", "kind")} for row in units],
        links,
    )


def _connected(source: Path, townships: list[Row]) -> tuple[list[Row], list[tuple[str, str]]]:
    """Return six townships and their neighbours: those of the map, or a row of them where there is no map."""
    written = _rows(source / "links.csv") if (source / "links.csv").exists() else []
    pairs = [(row["source"], row["target"]) for row in written if row["kind"] == "adjacent"]
    if not pairs:
        ids = [row["id"] for row in townships[:6]]
        return townships[:6], list(pairwise(ids))
    chosen, known = [townships[0]["id"]], {row["id"] for row in townships}
    while len(chosen) < 6:
        near = (b if a in chosen else a for a, b in pairs if (a in chosen) != (b in chosen))
        chosen.append(next(one for one in near if one in known))
    kept = [row for row in townships if row["id"] in chosen]
    return kept, [(a, b) for a, b in pairs if a in chosen and b in chosen]


def too_few_deputies(one: County) -> Planted:
    """Ask for two deputies in each group in 2026, one more than there are."""
    one.rules.append(
        {
            "id": "deputies",
            "kind": "composition",
            "on": "posting",
            "atleast": "2副",
            "during": ["2026"],
            "why": {"zh": "每组至少两名副职", "en": "two deputies in each group, at least"},
        }
    )
    return Planted(frozenset({"deputies"}), "groups", frozenset(row["name"] for row in one.teams))


def ring_of_kin(one: County) -> Planted:
    """Let three cadres, each kin of the other two, serve in two groups alone in 2026."""
    ring = [row for row in one.people if row["grade"] == "cadre"][:3]
    ids = [row["id"] for row in ring]
    groups = [row["id"] for row in one.teams][:2]
    one.rules.append(
        {
            "id": "near-kin",
            "kind": "apart",
            "on": "posting",
            "pairs": [[ids[0], ids[1]], [ids[1], ids[2]], [ids[2], ids[0]]],
            "during": ["2026"],
            "why": {"zh": "近亲属不得同组", "en": "near kin are never in one group"},
        }
    )
    one.rules.append(
        {
            "id": "two-groups",
            "kind": "eligible",
            "on": "posting",
            "items": f"person.id in {ids}".replace("'", '"'),
            "when": f"group.id in {groups}".replace("'", '"'),
            "during": ["2026"],
            "why": {"zh": "三人只在前两组任职", "en": "these three serve in the first two groups"},
        }
    )
    return Planted(
        frozenset({"near-kin", "two-groups", "take.posting"}),
        "people",
        frozenset(row["name"] for row in ring),
    )


def cut_off_township(one: County) -> Planted:
    """Take all neighbours of the last township away."""
    alone = one.units[-1]
    one.links[:] = [pair for pair in one.links if alone["id"] not in pair]
    return Planted(frozenset({"connected", "zone-size", "take.zoning"}), "units", frozenset({alone["name"]}))


def contradictory_terms(one: County) -> Planted:
    """Let a deputy lead a group in 2026, for two periods at least, and for one at most."""
    who, group = one.deputies[0], one.teams[0]
    mine = f'person.id == "{who["id"]}"'
    one.rules += [
        {
            "id": "appointed",
            "kind": "pin",
            "on": "posting",
            "item": who["id"],
            "slot": group["id"],
            "role": "lead",
            "during": ["2026"],
            "why": {"zh": "已定任组长", "en": "appointed as the lead"},
        },
        {
            "id": "two-years",
            "kind": "min_term",
            "on": "posting",
            "role": "lead",
            "items": mine,
            "periods": 2,
            "why": {"zh": "组长任满两年", "en": "a lead serves two years"},
        },
        {
            "id": "one-year",
            "kind": "max_term",
            "on": "posting",
            "role": "lead",
            "items": mine,
            "periods": 1,
            "why": {"zh": "组长逐年轮换", "en": "leads change every year"},
        },
    ]
    return Planted(frozenset({"appointed", "two-years", "one-year"}), "people", frozenset({who["name"]}))


#: The four ways, by name.
WAYS: Mapping[str, Callable[[County], Planted]] = {
    "deputies": too_few_deputies,
    "kin": ring_of_kin,
    "township": cut_off_township,
    "terms": contradictory_terms,
}
COUNTIES = tuple(TEAMS)


def planted(name: str, way: str, place: Path) -> tuple[Path, Planted]:
    """Write a county that is made impossible in one way; return its folder and what was planted."""
    one = county(name)
    found = WAYS[way](one)
    return one.write(place), found


def bound(folder: Path) -> Policy:
    """Bind a folder."""
    return api.bind(api.load(folder))


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write(path: Path, header: Sequence[str], rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(rows)
