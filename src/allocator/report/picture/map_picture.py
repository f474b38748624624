"""Draws units as a map: each at its position, with the sign of its zone; the rest stands in the legend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, floor, log10, pi, radians, sin

from allocator.graph.geography import EARTH_RADIUS_KM, Position
from allocator.model.text import Language
from allocator.report.picture.page import (
    APPROXIMATE,
    MARGIN,
    ROOM,
    PictureInput,
    count_text,
    dropped_note,
    heading,
    join_parts,
    more_text,
    notes,
    page_drawing,
    weight_text,
)
from allocator.report.picture.shapes import (
    CARD,
    EDGE,
    FAINT,
    INK,
    Block,
    Box,
    Drawing,
    Label,
    Line,
    Mark,
    Rectangle,
    Shape,
    fit_text,
    place_labels,
    sign,
    wrap_text,
)
from allocator.report.rendering.console import number, pick
from allocator.report.roster_view import Member

_GAP, _LEAST, _MOST, _EDGE_ROOM = 16.0, 340.0, 800.0, 56.0
#: Width of the legend with units without a position, and of the legend without such units.
_WIDE, _NARROW = 300.0, 190.0
#: Radius of the dots, the radius where there are many, and the number that counts as many.
_LARGE, _SMALL, _MANY = 7.0, 4.5, 60
_Points = Mapping[str, tuple[float, float]]


_MOST_NAMES, _INDENT, _LINE = 12, 20.0, 16.5
_DEGREE_KM = EARTH_RADIUS_KM * pi / 180
#: Distance in pixels below which two points are drawn side by side.
_APART = 9.0
#: The smallest extent that fills the map, in kilometres.
_LEAST_KM = 1.0


def located_items(source: PictureInput) -> dict[str, Position]:
    """Return the positions of the items that have one."""
    items = (member.id for row in source.roster.rows for cell in row.cells for member in cell)
    return {item: source.positions[item] for item in dict.fromkeys(items) if item in source.positions}


def draw_map(source: PictureInput, language: Language) -> Drawing:
    """Return a map of the units of a layer; at least one has a position."""
    zones = zones_of(source)
    places = located_items(source)
    everywhere = all(member.id in places for zone in zones for member in zone.members)
    side = _NARROW if everywhere else _WIDE
    projection = map_projection(places, ROOM - side - _GAP)
    head = heading(source, language)
    x, y = MARGIN, head.bottom
    country, unnamed = country_map(source, zones, projection, x, y, language)
    key = legend(source, zones, frozenset(places), x + projection.width + _GAP, y, side, language)
    foot = notes(_notes(source, unnamed, language), max(country.bottom, key.bottom) + 8)
    amount = count_text(len(places), source.items, language)
    about = pick(language, f"地图：{amount}，分在 {len(zones)} 处", f"Map: {amount} in {len(zones)} zones")
    return page_drawing(source, language, about, [head, country, key, foot])


def country_map(
    source: PictureInput,
    zones: Sequence[Zone],
    projection: MapProjection,
    x: float,
    y: float,
    language: Language,
) -> tuple[Block, int]:
    """Lay out the map without legend; return it with the number of dots without room for a name.

    Args:
        source: The layer to draw.
        zones: Its zones.
        projection: The points of its items.
        x: Left edge, in pixels.
        y: Upper edge, in pixels.
        language: Language of the words.
    """
    slot = {member.id: k for k, zone in enumerate(zones) for member in zone.members}
    names = {member.id: source.short_name(member.name) for zone in zones for member in zone.members}
    points = {item: (x + px, y + py) for item, (px, py) in projection.points.items()}
    radius = _LARGE if len(points) <= _MANY else _SMALL
    frame = Rectangle(x + 2, y + 2, x + projection.width - 2, y + projection.height - 34)
    short = {item: fit_text(names[item], 220, "place") for item in points}
    signs = {item: sign(slot[item]) for item in points}
    labels = place_labels(points, short, radius, frame)
    marks = (
        Mark(*at, radius, signs[item].form, signs[item].colour, f"{names[item]} · {zones[slot[item]].name}")
        for item, at in points.items()
    )
    shapes = (
        Box(x, y, projection.width, projection.height, CARD, EDGE, 6),
        *_links(source, points, slot, 2.3 * radius),
        *marks,
        *(labels[item] for item in points if item in labels),
        *north_and_scale(projection, x, y, language),
    )
    return Block(shapes, y + projection.height), len(points) - len(labels)


def _links(source: PictureInput, points: _Points, slot: Mapping[str, int], broad: float) -> Iterator[Shape]:
    """Yield the links between units on the map: broad and thin lines inside a zone, faint ones across."""
    drawn = [(a, b) for a, b in source.links if a in points and b in points]
    inside = [(a, b) for a, b in drawn if slot[a] == slot[b]]
    yield from (Line(*points[a], *points[b], FAINT) for a, b in drawn if slot[a] != slot[b])
    yield from (Line(*points[a], *points[b], _colour(slot[a]), broad, 0.16) for a, b in inside)
    yield from (Line(*points[a], *points[b], _colour(slot[a]), 1.4) for a, b in inside)


def _colour(zone: int) -> str:
    return sign(zone).colour


def north_and_scale(projection: MapProjection, x: float, y: float, language: Language) -> Iterator[Shape]:
    """Yield the scale of a map whose upper left corner is given, and the sign of north."""
    kilometres, long = scale_bar(projection)
    left, base = x + 14, y + projection.height - 14
    yield Line(left, base, left + long, base, INK)
    yield Line(left, base - 4, left, base + 4, INK)
    yield Line(left + long, base - 4, left + long, base + 4, INK)
    yield Label(left + long / 2, base - 6, f"{kilometres:g} {pick(language, '公里', 'km')}", "note", "middle")
    yield Label(x + projection.width - 16, base, pick(language, "北 ↑", "N ↑"), "note", "end")


def _notes(source: PictureInput, unnamed: int, language: Language) -> list[str]:
    crowded = pick(
        language,
        f"太密，{number(unnamed)} 处未标名称",
        f"{number(unnamed)} dots stand too close for a name",
    )
    return [APPROXIMATE(language), dropped_note(source, language), crowded if unnamed else ""]


@dataclass(frozen=True)
class Zone:
    """A slot with its items."""

    name: str
    members: tuple[Member, ...]


def zones_of(source: PictureInput) -> tuple[Zone, ...]:
    """Return the zones in their order, the empty ones too."""
    return tuple(
        Zone(row.slot.name, tuple(member for cell in row.cells for member in cell))
        for row in source.roster.rows
    )


def legend(
    source: PictureInput,
    zones: Sequence[Zone],
    mapped: frozenset[str],
    left: float,
    top: float,
    room: float,
    language: Language,
) -> Block:
    """Lay out the legend in a column ``room`` wide.

    Args:
        source: The layer to draw.
        zones: Its zones.
        mapped: The items on the map.
        left: Left edge, in pixels.
        top: Upper edge, in pixels.
        room: Width, in pixels.
        language: Language of the words.
    """
    shapes: list[Shape] = []
    y = top
    for k, zone in enumerate(zones):
        shapes.append(Mark(left + 8, y + 9, 7, sign(k).form, sign(k).colour))
        for kind, text in _lines(source, zone, mapped, room - _INDENT, language):
            shapes.append(Label(left + _INDENT + 2, y + 13.5, text, kind))
            y += _LINE
        y += 10
    return Block(tuple(shapes), y)


def _lines(
    source: PictureInput, zone: Zone, mapped: frozenset[str], room: float, language: Language
) -> Iterator[tuple[str, str]]:
    yield "head", fit_text(zone.name, room, "head")
    weight = sum(source.weights.get(member.id, 0) for member in zone.members)
    yield (
        "note",
        join_parts(
            [
                count_text(len(zone.members), source.items, language),
                weight_text(weight, source.items, language),
            ]
        ),
    )
    comma = pick(language, "、", ", ")
    kinds = Counter(source.kinds[one.id](language) for one in zone.members if one.id in source.kinds)
    if len(kinds) > 1:
        for line in wrap_text(
            comma.join(f"{kind} {number(count)}" for kind, count in kinds.items()), room, "role"
        ):
            yield "role", line
    apart = [source.short_name(member.name) for member in zone.members if member.id not in mapped]
    if apart:
        names = apart if len(apart) <= _MOST_NAMES else apart[: _MOST_NAMES - 1]
        rest = [more_text(len(apart) - len(names), source.items, language)] if len(names) < len(apart) else []
        begin = pick(language, "不在图上：", "not on the map: ")
        for line in wrap_text(begin + comma.join([*names, *rest]), room, "role", lines=12):
            yield "role", line


@dataclass(frozen=True)
class MapProjection:
    """Positions on the map: an equirectangular projection, shrunk by the cosine of the middle latitude.

    Attributes:
        width: Width of the map, in pixels.
        height: Height of the map, in pixels.
        points: Point of each item, in pixels from the top left corner.
        pixels: Pixels per kilometre.
    """

    width: float
    height: float
    points: Mapping[str, tuple[float, float]]
    pixels: float


def map_projection(places: Mapping[str, Position], width: float) -> MapProjection:
    """Return positions projected onto a map of a width, in pixels."""
    return project_positions(places, width, _LEAST, _MOST, _EDGE_ROOM)


def project_positions(
    positions: Mapping[str, Position], width: float, least: float, most: float, margin: float
) -> MapProjection:
    """Return positions projected onto a map of a width; its height fits them, between two bounds."""
    middle = radians((min(p.lat for p in positions.values()) + max(p.lat for p in positions.values())) / 2)
    east = {key: p.lon * cos(middle) * _DEGREE_KM for key, p in positions.items()}
    north = {key: p.lat * _DEGREE_KM for key, p in positions.items()}
    left, right, low, high = min(east.values()), max(east.values()), min(north.values()), max(north.values())
    across, up = max(right - left, _LEAST_KM), max(high - low, _LEAST_KM)
    pixels = min((width - 2 * margin) / across, (most - 2 * margin) / up)
    height = max(least, min(most, up * pixels + 2 * margin))
    dx = width / 2 - pixels * (left + right) / 2
    dy = height / 2 + pixels * (low + high) / 2
    points = {key: (east[key] * pixels + dx, dy - north[key] * pixels) for key in positions}
    return MapProjection(width, height, _spread(points), pixels)


def _spread(points: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Move points that coincide onto rings around the spot, so that all are seen."""
    seen: Counter[tuple[int, int]] = Counter()
    placed = {}
    for key, (x, y) in points.items():
        spot = (round(x / _APART), round(y / _APART))
        ring, turn = divmod(seen[spot] + 5, 6)
        angle, away = turn * pi / 3 + ring * pi / 6, 1.6 * _APART * ring
        placed[key] = (x + away * cos(angle), y + away * sin(angle))
        seen[spot] += 1
    return placed


def scale_bar(projection: MapProjection) -> tuple[float, float]:
    """Return a round number of kilometres, at most a fifth of the map, and its length in pixels."""
    about = projection.width / 5 / projection.pixels
    power = 10.0 ** floor(log10(about))
    kilometres = max(step * power for step in (1, 2, 5) if step * power <= about)
    return kilometres, kilometres * projection.pixels
