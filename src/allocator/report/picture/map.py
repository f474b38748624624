"""The map: each unit where it lies, with the sign of its zone; what has no position stands in the legend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from allocator.graph.distance import Position
from allocator.model.text import Language
from allocator.report.picture.labels import Patch, place_labels
from allocator.report.picture.legend import Zone, legend, zones_of
from allocator.report.picture.lettering import fit
from allocator.report.picture.page import MARGIN, ROOM, dropped, heading, notes, page
from allocator.report.picture.palette import CARD, EDGE, FAINT, INK, look
from allocator.report.picture.scale import Paper, bar, on_paper
from allocator.report.picture.shapes import Box, Drawing, Label, Laid, Line, Mark, Shape
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import APPROXIMATE, counted
from allocator.report.rendering.console import number, pick

_GAP, _LEAST, _MOST, _EDGE_ROOM = 16.0, 340.0, 800.0, 56.0
#: Width of a legend that lists units without a position, and of one that need not.
_WIDE, _NARROW = 300.0, 190.0
#: Size of the dots, and of each where they are many.
_LARGE, _SMALL, _MANY = 7.0, 4.5, 60
_Points = Mapping[str, tuple[float, float]]


def located(sheet: Sheet) -> dict[str, Position]:
    """Return the items of a sheet that lie somewhere."""
    items = (member.id for row in sheet.board.rows for cell in row.cells for member in cell)
    return {item: sheet.positions[item] for item in dict.fromkeys(items) if item in sheet.positions}


def draw_map(sheet: Sheet, language: Language) -> Drawing:
    """Return a map of the units of a layer; at least one has a position."""
    zones = zones_of(sheet)
    places = located(sheet)
    everywhere = all(member.id in places for zone in zones for member in zone.members)
    side = _NARROW if everywhere else _WIDE
    paper = on_paper(places, ROOM - side - _GAP, _LEAST, _MOST, _EDGE_ROOM)
    head = heading(sheet, language)
    x, y = MARGIN, head.bottom
    country, unnamed = _country(sheet, zones, paper, x, y, language)
    key = legend(sheet, zones, frozenset(places), x + paper.width + _GAP, y, side, language)
    foot = notes(_notes(sheet, unnamed, language), max(country.bottom, key.bottom) + 8)
    amount = counted(len(places), sheet.items, language)
    about = pick(language, f"地图：{amount}，分在 {len(zones)} 处", f"Map: {amount} in {len(zones)} zones")
    return page(sheet, language, about, [head, country, key, foot])


def _country(
    sheet: Sheet, zones: Sequence[Zone], paper: Paper, x: float, y: float, language: Language
) -> tuple[Laid, int]:
    """Lay out the map itself; return it with the number of dots that found no room for a name."""
    slot = {member.id: k for k, zone in enumerate(zones) for member in zone.members}
    names = {member.id: sheet.called(member.name) for zone in zones for member in zone.members}
    points = {item: (x + px, y + py) for item, (px, py) in paper.points.items()}
    radius = _LARGE if len(points) <= _MANY else _SMALL
    frame = Patch(x + 2, y + 2, x + paper.width - 2, y + paper.height - 34)
    short = {item: fit(names[item], 220, "place") for item in points}
    signs = {item: look(slot[item]) for item in points}
    labels = place_labels(points, short, radius, frame)
    marks = (
        Mark(*at, radius, signs[item].form, signs[item].colour, f"{names[item]} · {zones[slot[item]].name}")
        for item, at in points.items()
    )
    shapes = (
        Box(x, y, paper.width, paper.height, CARD, EDGE, 6),
        *_links(sheet, points, slot, 2.3 * radius),
        *marks,
        *(labels[item] for item in points if item in labels),
        *_bar(paper, x, y, language),
    )
    return Laid(shapes, y + paper.height), len(points) - len(labels)


def _links(sheet: Sheet, points: _Points, slot: Mapping[str, int], broad: float) -> Iterator[Shape]:
    """Yield the links between units on the map: broad and thin lines inside a zone, faint ones across."""
    drawn = [(a, b) for a, b in sheet.links if a in points and b in points]
    inside = [(a, b) for a, b in drawn if slot[a] == slot[b]]
    yield from (Line(*points[a], *points[b], FAINT) for a, b in drawn if slot[a] != slot[b])
    yield from (Line(*points[a], *points[b], _colour(slot[a]), broad, 0.16) for a, b in inside)
    yield from (Line(*points[a], *points[b], _colour(slot[a]), 1.4) for a, b in inside)


def _colour(zone: int) -> str:
    return look(zone).colour


def _bar(paper: Paper, x: float, y: float, language: Language) -> Iterator[Shape]:
    kilometres, long = bar(paper)
    left, base = x + 14, y + paper.height - 14
    yield Line(left, base, left + long, base, INK)
    yield Line(left, base - 4, left, base + 4, INK)
    yield Line(left + long, base - 4, left + long, base + 4, INK)
    yield Label(left + long / 2, base - 6, f"{kilometres:g} {pick(language, '公里', 'km')}", "note", "middle")
    yield Label(x + paper.width - 16, base, pick(language, "北 ↑", "N ↑"), "note", "end")


def _notes(sheet: Sheet, unnamed: int, language: Language) -> list[str]:
    crowded = pick(
        language,
        f"太密，{number(unnamed)} 处未标名称",
        f"{number(unnamed)} dots stand too close for a name",
    )
    return [APPROXIMATE(language), dropped(sheet, language), crowded if unnamed else ""]
