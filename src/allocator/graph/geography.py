"""Distances between units and places, and adjacency with its connected components."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from allocator.model.scenario import Organisation
from allocator.model.tables import Person, Unit

#: By number, the numbers of its neighbours.
Neighbours = Mapping[int, Set[int]]


def adjacency_of(pairs: Iterable[tuple[int, int]]) -> Neighbours:
    """Return for each number of ``pairs`` the others that it is paired with."""
    found: dict[int, set[int]] = {}
    for a, b in pairs:
        found.setdefault(a, set()).add(b)
        found.setdefault(b, set()).add(a)
    return found


def connected_components(members: Collection[int], near: Neighbours) -> Iterator[frozenset[int]]:
    """Yield the connected components of ``members``, by paths through members alone."""
    left = set(members)
    while left:
        part, edge = set[int](), {left.pop()}
        while edge:
            part |= edge
            edge = {other for one in edge for other in near.get(one, ())} & left
            left -= edge
        yield frozenset(part)


EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


class Position(NamedTuple):
    """A point on the Earth, in degrees (WGS 84)."""

    lon: float
    lat: float


def great_circle_km(a: Position, b: Position) -> float:
    """Return the great-circle distance in kilometres, by the haversine formula (within 0.5%)."""
    half_lat = radians(b.lat - a.lat) / 2
    half_lon = radians(b.lon - a.lon) / 2
    h = sin(half_lat) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(h)))


def great_circles_km(positions: Sequence[Position]) -> npt.NDArray[np.float64]:
    """Return ``[n, n]`` `great_circle_km` between every two of ``n`` positions; O(n^2), 0.7 s for 3,000."""
    lon, lat = np.radians(np.array(positions, dtype=float).reshape(-1, 2)).T
    found = np.sin((lat[:, None] - lat) / 2) ** 2
    found += np.cos(lat)[:, None] * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(found))))


def place_positions(organisation: Organisation) -> Mapping[str, Position]:
    """Return the position of every place of a unit with a position.

    It is the position of its township, or else the mean of the units in the place. O(units).
    """
    townships: defaultdict[str, list[Position]] = defaultdict(list)
    others: defaultdict[str, list[Position]] = defaultdict(list)
    for unit in organisation.units.values():
        if (position := _own(unit)) and unit.place:
            (townships if unit.kind == "township" else others)[unit.place].append(position)
    return {place: _mean(found) for place, found in {**others, **townships}.items()}


def position_of(organisation: Organisation, places: Mapping[str, Position], name: str) -> Position | None:
    """Return the position of an entity (by id) or a place (by name); None if it is unknown.

    Units have a position of their own, else that of their place, as groups and cases do. People have the
    position of their home unit.
    """
    entity = organisation.entities.get(name)
    if entity is None:
        return places.get(name)
    if isinstance(entity, Person):
        return position_of(organisation, places, entity.unit) if entity.unit in organisation.units else None
    return (isinstance(entity, Unit) and _own(entity)) or places.get(entity.place)


def _own(unit: Unit) -> Position | None:
    return None if unit.lon is None or unit.lat is None else Position(unit.lon, unit.lat)


def _mean(positions: Sequence[Position]) -> Position:
    count = len(positions)
    return Position(sum(p.lon for p in positions) / count, sum(p.lat for p in positions) / count)
