"""The land of a county: where its townships lie, which adjoin, and zones that hang together."""

from __future__ import annotations

import csv
import math
import random
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from county import County

HERE = Path(__file__).parent
Row = dict[str, object]
KM_A_DEGREE = 111.2
GOLDEN = math.pi * (3 - math.sqrt(5))


def laid_out(county: County, draw: random.Random) -> list[Row]:
    """Return the townships: the real ones that a scenario of the project has, the rest around the middle."""
    real = _real(county.code)[: county.townships]
    rows: list[Row] = []
    for k in range(county.townships):
        row: Row = {"id": f"T{k + 1:02}", "kind": "township", "parent": "C00"}
        if k < len(real):
            row |= real[k]
        else:
            row |= {"name": f"虚拟乡镇{k + 1:02}", "workload": draw.randint(5, 20)}
        if not row.get("lon"):
            row |= {**_around(county, k, draw), "position": "synthetic"}
        rows.append({**row, "place": row["name"]})
    return rows


def _real(code: str) -> list[Row]:
    """Return name, code, villages and position of the townships of a county that some scenario has."""
    for file in sorted(HERE.parent.glob("*/units.csv")):
        with file.open(encoding="utf-8", newline="") as table:
            rows = [row for row in csv.DictReader(table) if row["kind"] == "township"]
        own = [row for row in rows if (row.get("code") or "").startswith(code)]
        if own:
            return [
                {"name": row["name"], "code": row["code"], "workload": row.get("villages") or row["workload"],
                 "position": row.get("position") or "box centre",
                 **({"lon": float(row["lon"]), "lat": float(row["lat"])} if row["lon"] else {})}
                for row in own
            ]  # fmt: skip
    return []


def _around(county: County, k: int, draw: random.Random) -> Row:
    """Return the k-th place of a spiral that fills a disc as wide as the county, a little off it."""
    reach = 0.45 * county.width * math.sqrt((k + 0.5) / county.townships)
    angle = k * GOLDEN + draw.uniform(-0.2, 0.2)
    east = KM_A_DEGREE * math.cos(math.radians(county.lat))
    return {
        "lon": round(county.lon + reach * math.cos(angle) / east, 4),
        "lat": round(county.lat + reach * math.sin(angle) / KM_A_DEGREE, 4),
    }


def _apart(a: Row, b: Row) -> float:
    """Return the squared distance of two places in km², flat enough for one county."""
    lat = math.radians(float(str(a["lat"])))
    east = (float(str(a["lon"])) - float(str(b["lon"]))) * math.cos(lat) * KM_A_DEGREE
    north = (float(str(a["lat"])) - float(str(b["lat"]))) * KM_A_DEGREE
    return east * east + north * north


def from_seat(county: County, places: list[Row]) -> list[Row]:
    """Return the townships with their distance in km to the county seat, the one nearest to the middle."""
    middle: Row = {"lon": county.lon, "lat": county.lat}
    seat = min(places, key=lambda row: _apart(row, middle))
    return [{**row, "km": round(math.sqrt(_apart(row, seat)))} for row in places]


def neighbours(places: list[Row]) -> list[tuple[str, str]]:
    """Return which places adjoin: no third one is in the circle between them (Gabriel graph, connected)."""
    return [
        (str(a["id"]), str(b["id"]))
        for a, b in combinations(places, 2)
        if all(_apart(a, c) + _apart(b, c) > _apart(a, b) for c in places if c is not a and c is not b)
    ]


def grown(places: list[Row], near: list[tuple[str, str]], number: int) -> list[list[str]]:
    """Return zones that hang together: from far-off seeds, the smallest grows by the place nearest to it."""
    at = {str(row["id"]): row for row in places}
    beside: dict[str, set[str]] = {key: set() for key in at}
    for a, b in near:
        beside[a].add(b)
        beside[b].add(a)
    seeds = [next(iter(at))]
    while len(seeds) < number:
        seeds.append(max(at, key=lambda key: min(_apart(at[key], at[seed]) for seed in seeds)))
    zones, free = [[seed] for seed in seeds], set(at) - set(seeds)
    while free:
        for zone in sorted(zones, key=len):
            edge = {key for member in zone for key in beside[member]} & free
            if edge:
                chosen = min(edge, key=lambda key: (_apart(at[key], at[zone[0]]), key))
                zone.append(chosen)
                free.remove(chosen)
                break
        else:
            raise ValueError(f"a township that no other adjoins: {sorted(free)}")
    return zones
