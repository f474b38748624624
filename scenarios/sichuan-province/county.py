"""A county from its size and geography: the tables that its scenarios share, whatever the mode.

A `County` is a row of this province's `units.csv`, or any other that a planner writes down. Townships are real where
a scenario of the project has those of the county; the others are laid out around the centroid over the county's
width, and their `position` says synthetic. Departments are typical ones; people, ties, links and work are invented.
The same county gives the same tables every time.

Whatever is drawn, a plan must exist in every mode. So the zones and groups of one plan are made first, people and
limits follow from it, and links are then disturbed so that the best plan is another one.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from land import grown, laid_out, neighbours
from sectors import HOSTS, grouped, named

HERE = Path(__file__).parent
Row = dict[str, object]

SEATS = {  # grade and title of the seats of a unit of each kind
    "office": [("head", "室主任"), ("deputy", "副主任"), ("cadre", "纪检监察员"), ("cadre", "纪检监察员")],
    "agency": [("head", "纪检监察组组长"), ("deputy", "副组长"), ("cadre", "干部"), ("cadre", "干部")],
}
SKILLS = ["监督检查", "综合文稿", "审查调查", "财务审计", "法律"]
BORN = {"head": (1968, 1982), "deputy": (1974, 1988), "cadre": (1980, 1999)}
SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅建国志远晓东海燕文博思源雨晴俊峰佳怡子涵天佑"
SUBJECTS = ["违规吃喝", "工程招投标", "补贴发放", "项目验收", "集体资金管理"]
OUTSIDE = "外县"
#: How many units in a hundred are linked with another office than the plan made first would have it.
DISTURBED = 15


@dataclass(frozen=True)
class County:
    """Size and geography of a county.

    Attributes:
        code: Statistical code; also the seed of what is invented.
        townships: Number of townships and streets.
        width: Mean distance in km to the middle of the neighbouring counties.
        agencies: Number of stationed agencies, 6 to 30.
        offices: Number of supervision offices, 2 to 9.
        lon: Longitude of its middle, degrees.
        lat: Latitude of its middle, degrees.
    """

    code: str
    name: str
    townships: int
    width: int
    agencies: int
    offices: int
    lon: float
    lat: float

    def __post_init__(self) -> None:
        limits = {"townships": (4, 80), "width": (1, 400), "agencies": (6, len(HOSTS)), "offices": (2, 9)}
        for what, (least, most) in limits.items():
            if not least <= (found := getattr(self, what)) <= most:
                raise ValueError(f"{self.name}: {what} = {found} · {least}..{most}")
        if self.agencies < self.offices:
            raise ValueError(f"{self.name}: agencies = {self.agencies} · ≥ {self.offices}")


@dataclass
class Made:
    """What is made of a county: its tables by name, and the plan made first, from which limits follow.

    Attributes:
        zones: For each zone of that plan, its offices, townships and agencies.
        sectors: The sectors of that plan's groups.
        joined: The sector of the group of each agency in that plan.
    """

    county: County
    tables: dict[str, list[Row]] = field(default_factory=dict)
    zones: list[dict[str, list[str]]] = field(default_factory=list)
    sectors: list[str] = field(default_factory=list)
    joined: dict[str, str] = field(default_factory=dict)

    def units(self, kind: str) -> list[Row]:
        """Return the units of one kind."""
        return [row for row in self.tables["units"] if row["kind"] == kind]


def read_counties(file: Path = HERE / "units.csv") -> list[County]:
    """Return the counties of a province's `units.csv`."""
    with file.open(encoding="utf-8", newline="") as table:
        rows = [row for row in csv.DictReader(table) if row["kind"] == "county"]
    numbers = ("townships", "width", "agencies", "offices")
    return [
        County(row["id"], row["name"], *(int(row[name]) for name in numbers), float(row["lon"]), float(row["lat"]))
        for row in rows
    ]


def make(county: County) -> Made:
    """Return the tables of a county."""
    draw = random.Random(int(county.code))
    made = Made(county)
    places = laid_out(county, draw)
    near = neighbours(places)
    agencies = _zones(made, places, near, draw)
    made.tables["links"] = [{"source": a, "target": b, "kind": "adjacent"} for a, b in near]
    made.tables["links"] += [
        {"source": row["liaison"], "target": row["id"], "kind": "liaises"} for row in [*places, *agencies]
    ]
    made.tables["people"] = list(_people(made, draw))
    made.tables["ties"] = _kin(made, draw)
    made.tables["cases"] = _cases(made, draw)
    made.tables["ties"] += [
        {"source": row["known_to"], "target": row["parties"], "kind": "friend"}
        for row in made.tables["cases"]
        if row["known_to"]
    ]
    made.tables["postings"] = [
        {"person": row["id"], "group": row["served_at"], "from": "2018-01-01", "to": "2021-12-31"}
        for row in made.tables["people"]
        if row["served_at"]
    ]
    return made


def _zones(made: Made, places: list[Row], near: list[tuple[str, str]], draw: random.Random) -> list[Row]:
    """Make the plan of zones and of groups, then the units with their links; return the agencies."""
    county = made.county
    offices = [f"O{k}" for k in range(1, county.offices + 1)]
    hosts, made.sectors = named(county.agencies, draw)
    agencies: list[Row] = []
    for k, (host, sector, second) in enumerate(hosts, start=1):
        row = {"id": f"A{k:02}", "name": f"派驻{host}纪检监察组", "kind": "agency", "parent": "C00"}
        agencies.append({**row, "domain": sector, "second": second, "workload": draw.randint(6, 12),
                         "liaison": offices[k % len(offices)]})  # fmt: skip
    made.joined = dict(zip([str(row["id"]) for row in agencies], grouped(hosts, made.sectors) or (), strict=True))
    number = max(2, min(county.offices, county.townships // 4))
    for k, members in enumerate(grown(places, near, number)):
        own = [office for o, office in enumerate(offices) if o % number == k]
        made.zones.append({"offices": own, "townships": members,
                           "agencies": [str(row["id"]) for row in agencies if row["liaison"] in own]})  # fmt: skip
    for place in places:
        zone = next(zone for zone in made.zones if place["id"] in zone["townships"])
        place["liaison"] = draw.choice(zone["offices"])
    for row in [*places, *agencies]:
        alone = sum(one["liaison"] == row["liaison"] for one in agencies) < 2
        if draw.randrange(100) < DISTURBED and not (row in agencies and alone):
            row["liaison"] = draw.choice(offices)
    committee: Row = {"id": "C00", "name": f"{county.name}纪委监委机关", "kind": "committee"}
    bodies: list[Row] = [
        {"id": office, "name": f"第{office[1:]}纪检监察室", "kind": "office", "parent": "C00", "workload": 12,
         "liaison": office} for office in offices
    ]  # fmt: skip
    made.tables["units"] = [committee, *bodies, *places, *agencies]
    return agencies


def _name(draw: random.Random) -> str:
    return draw.choice(SURNAMES) + "".join(draw.sample(GIVEN, draw.choice([1, 2, 2])))


def _person(draw: random.Random, key: str, grade: str, title: str, unit: object) -> Row:
    born = f"{draw.randint(*BORN[grade])}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
    skills = {skill: draw.randint(1, 3) for skill in draw.sample(SKILLS, 3)}
    return {"id": key, "name": _name(draw), "grade": grade, "title": title, "unit": unit, "born": born,
            "skills": skills, "native_place": OUTSIDE, "served_at": "", "served": ""}  # fmt: skip


def _people(made: Made, draw: random.Random) -> Iterator[Row]:
    """Yield the leadership, one for each office and group at least, and the people of offices and agencies."""
    for row in [*_leaders(made, draw), *_staff(made, draw)]:
        row["skills"] = ";".join(f"{name}:{level}" for name, level in dict(row["skills"]).items())  # type: ignore
        row["served"] = row["served_at"]
        yield row


def _leaders(made: Made, draw: random.Random) -> Iterator[Row]:
    """Yield leaders with the office and the sectors in their charge, and a former post that bars neither."""
    offices, sectors = made.units("office"), made.sectors
    for k in range(max(len(offices), len(sectors)) + 1):
        row = _person(draw, f"L{k + 1}", "head", "委班子成员", "C00")
        office = str(offices[k]["id"]) if k < len(offices) else ""
        fields = [sectors[k % len(sectors)], sectors[(k + 1) % len(sectors)]]
        zone = next((zone for zone in made.zones if office in zone["offices"]), None)
        free = [
            str(one["id"])
            for one in made.units("agency")
            if one["liaison"] != office
            and made.joined[str(one["id"])] not in fields
            and not (zone and one["id"] in zone["agencies"])
        ]
        yield {**row, "in_charge": office, "field": ";".join(fields), "served_at": draw.choice(free) if free else ""}


def _staff(made: Made, draw: random.Random) -> Iterator[Row]:
    """Yield the people of offices and agencies: heads know investigation, the others each one other thing well."""
    number = 0
    for office in made.units("office"):
        tied = [row for row in made.units("agency") if row["liaison"] == office["id"]]
        strong = 0
        for unit in [office, *tied]:
            seats = SEATS[str(unit["kind"])]
            vacancy = unit["kind"] == "agency" and int(str(unit["id"])[1:]) % 4 == 0
            for grade, title in seats[:-1] if vacancy else seats:
                number += 1
                row = _person(draw, f"P{number:03}", grade, title, unit["id"])
                skill = "审查调查" if grade == "head" else SKILLS[strong % len(SKILLS)]
                strong += grade != "head"
                dict_of_skills = dict(row["skills"])  # type: ignore
                row["skills"] = {**dict_of_skills, skill: draw.randint(4, 5)}
                if grade == "cadre":
                    row["native_place"] = draw.choice([*made.units("township"), {"name": OUTSIDE}])["name"]
                if grade == "deputy" and draw.random() < 0.5:
                    row["served_at"] = draw.choice([one["id"] for one in made.units("agency") if one is not unit])
                yield row


def _kin(made: Made, draw: random.Random) -> list[Row]:
    """Return kin and couples whose agencies the plan made first has in different groups."""
    staff = [row for row in made.tables["people"] if row["unit"] in made.joined]
    found: list[Row] = []
    while len(found) < len(made.joined) // 2:
        a, b = draw.sample(staff, 2)
        if made.joined[str(a["unit"])] != made.joined[str(b["unit"])]:
            found.append({"source": a["id"], "target": b["id"], "kind": "kin" if len(found) % 3 else "spouse"})
    return found


def _cases(made: Made, draw: random.Random) -> list[Row]:
    """Return inspections and cases, three for every two agencies; somebody of an agency may know the party."""
    staff = [str(row["id"]) for row in made.tables["people"] if row["unit"] in made.joined]
    agencies, rows = made.units("agency"), []
    for k in range(1, len(agencies) * 3 // 2 + 1):
        agency, inspection = draw.choice(agencies), k % 3 == 0
        host = str(agency["name"]).removeprefix("派驻").removesuffix("纪检监察组")
        about = "专项监督检查" if inspection else f"{draw.choice(SUBJECTS)}问题"
        rows.append({
            "id": f"K{k:02}", "title": f"{host}{about}", "unit": agency["id"], "domain": agency["domain"],
            "received": "2024-07-05", "effort": draw.randint(1, 4), "kind": "inspection" if inspection else "case",
            "parties": "" if inspection else f"当事人{k:02}",
            "known_to": "" if inspection or draw.random() < 0.5 else draw.choice(staff),
        })  # fmt: skip
    return rows
