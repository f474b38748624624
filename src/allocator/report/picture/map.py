"""The map: each unit where it lies, with the sign of its zone; what has no position stands in the legend."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.graph.distance import Position
from allocator.model.text import Language
from allocator.report.picture.labels import Patch, place_labels
from allocator.report.picture.legend import legend, zones_of
from allocator.report.picture.lettering import fit
from allocator.report.picture.page import MARGIN, ROOM, dropped, heading, notes, page
from allocator.report.picture.palette import CARD, EDGE, FAINT, INK, Look, look
from allocator.report.picture.scale import Paper, bar, on_paper
from allocator.report.picture.shapes import Box, Drawing, Label, Laid, Line, Mark, Shape
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import APPROXIMATE, counted
from allocator.report.rendering.console import number, pick

_SIDE, _GAP, _RADIUS = 300.0, 16.0, 7.0
_MAP = ROOM - _SIDE - _GAP
_LEAST, _MOST, _EDGE_ROOM = 340.0, 760.0, 56.0


def located(sheet: Sheet) -> dict[str, Position]:
    """Return the items of a sheet that lie somewhere."""
    items = (member.id for row in sheet.board.rows for cell in row.cells for member in cell)
    return {item: sheet.positions[item] for item in dict.fromkeys(items) if item in sheet.positions}


def draw_map(sheet: Sheet, language: Language) -> Drawing:
    """Return a map of the units of a layer; at least one has a position."""
    paper = on_paper(located(sheet), _MAP, _LEAST, _MOST, _EDGE_ROOM)
    zones = zones_of(sheet)
    slot = {member.id: k for k, zone in enumerate(zones) for member in zone.members}
    looks = {item: look(slot[item]) for item in paper.points}
    head = heading(sheet, language)
    names = {
        member.id: fit(sheet.called(member.name), 220, "place")
        for zone in zones for member in zone.members if member.id in paper.points
    }  # fmt: skip
    x, y = MARGIN, head.bottom
    points = {item: (x + px, y + py) for item, (px, py) in paper.points.items()}
    frame = Patch(x + 2, y + 2, x + paper.width - 2, y + paper.height - 34)
    labels = place_labels(points, names, _RADIUS, frame)
    hints = {item: f"{names[item]} · {zones[slot[item]].name}" for item in points}
    country = Laid(
        (
            Box(x, y, paper.width, paper.height, CARD, EDGE, 6),
            *_links(sheet, points, slot),
            *(
                Mark(*points[item], _RADIUS, looks[item].form, looks[item].colour, hints[item])
                for item in points
            ),
            *(labels[item] for item in points if item in labels),
            *_bar(paper, x, y, language),
        ),
        y + paper.height,
    )
    side = legend(sheet, zones, frozenset(points), x + paper.width + _GAP, y, _SIDE, language)
    foot = notes(_notes(sheet, len(points) - len(labels), language), max(country.bottom, side.bottom) + 8)
    about = pick(
        language,
        f"地图：{counted(len(points), sheet.items, language)}，分在 {len(zones)} 处",
        f"Map: {counted(len(points), sheet.items, language)} in {len(zones)} zones",
    )
    return page(sheet, language, about, [head, country, side, foot])


def _links(sheet: Sheet, points: dict[str, tuple[float, float]], slot: dict[str, int]) -> Iterator[Shape]:
    """Yield the links between units on the map: broad and thin lines inside a zone, faint ones across."""
    drawn = [(a, b) for a, b in sheet.links if a in points and b in points]
    inside = [(a, b) for a, b in drawn if slot[a] == slot[b]]
    yield from (Line(*points[a], *points[b], FAINT) for a, b in drawn if slot[a] != slot[b])
    yield from (Line(*points[a], *points[b], _colour(slot[a]), 16, 0.16) for a, b in inside)
    yield from (Line(*points[a], *points[b], _colour(slot[a]), 1.4) for a, b in inside)


def _colour(zone: int) -> str:
    return Look(*look(zone)).colour


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
