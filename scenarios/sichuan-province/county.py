"""A county from its size and geography: the tables that its scenarios share, whatever the mode.

A `County` is a row of this province's `units.csv`, or any other that a planner writes down. Townships are
real where a scenario of the project has those of the county; the others are laid out around the centroid
over the county's width, and their `position` says synthetic. Departments are typical ones; people, ties,
links and work are invented. The same county gives the same tables every time.

Whatever is drawn, a plan must exist in every mode. So the zones and groups of one plan are made first,
people and limits follow from it, and links are then disturbed so that the best plan is another one.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass, field
from pathlib import Path

from land import from_seat, grown, laid_out, neighbours
from sectors import grouped, named
from staff import cases, kin, people

HERE = Path(__file__).parent
Row = dict[str, object]

#: How many units in a hundred are linked with another office than the plan made first would have it.
DISTURBED = 15


@dataclass(frozen=True)
class County:
    """Size and geography of a county.

    Attributes:
        code: Statistical code; also the seed of what is invented.
        townships: Number of townships and streets.
        width: Mean distance in km to the middle of the neighbouring counties.
        agencies: Number of stationed agencies, 6 to 24.
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
        limits = {"townships": (4, 80), "width": (1, 400), "agencies": (6, 24), "offices": (2, 9)}
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
        County(
            row["id"],
            row["name"],
            *(int(row[name]) for name in numbers),
            float(row["lon"]),
            float(row["lat"]),
        )
        for row in rows
    ]


def make(county: County, number: int = 1) -> Made:
    """Return the tables of a county; another ``number`` invents other departments, people, ties and work."""
    draw = random.Random(int(county.code) if number == 1 else f"{county.code}-{number}")
    made = Made(county)
    places = from_seat(county, laid_out(county, draw))
    near = neighbours(places)
    agencies = _zones(made, places, near, draw)
    made.tables["links"] = [{"source": a, "target": b, "kind": "adjacent"} for a, b in near]
    made.tables["links"] += [
        {"source": row["liaison"], "target": row["id"], "kind": "liaises"} for row in [*places, *agencies]
    ]
    made.tables["people"] = people(made, draw)
    made.tables["ties"] = kin(made, draw)
    made.tables["cases"] = cases(made, draw)
    made.tables["ties"] += [
        {"source": row["known_to"], "target": row["parties"], "kind": "friend"}
        for row in made.tables["cases"]
        if row["known_to"]
    ]
    made.tables["postings"] = [
        {"person": row["id"], "group": row["served_at"], "from": "2018-01-01", "to": "2021-12-31"}
        for row in made.tables["people"]
        if row.get("served_at")
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
    made.joined = dict(
        zip([str(row["id"]) for row in agencies], grouped(hosts, made.sectors) or (), strict=True)
    )
    number = max(2, min(county.offices, county.townships // 4))
    for k, members in enumerate(grown(places, near, number)):
        own = [office for o, office in enumerate(offices) if o % number == k]
        tied = [str(row["id"]) for row in agencies if row["liaison"] in own]
        made.zones.append({"offices": own, "townships": members, "agencies": tied})
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
