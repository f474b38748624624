"""Helpers for tests of pictures: inputs made by hand, and the shapes and texts of a picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from xml.etree import ElementTree as ET

from allocator.graph.geography import Position
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.picture.page import PictureInput
from allocator.report.picture.shapes import Box, Drawing, Label
from allocator.report.roster_view import Member, RosterRow, RosterView

NS = "{http://www.w3.org/2000/svg}"
ROLES = (Text(zh="组长", en="lead"), Text(zh="组员", en="member"))


def row(slot: str, *cells: Iterable[str], period: str | None = None, parent: str = "") -> RosterRow:
    """Return a row whose members are ``name`` or ``name+`` or ``name*``."""
    members = tuple(
        tuple(
            Member(name.rstrip("+*"), name.rstrip("+*"), name[-1] if name[-1] in "+*" else "")
            for name in cell
        )
        for cell in cells
    )
    return RosterRow(
        NamedEntity(slot, slot), NamedEntity(parent, parent) if parent else None, period, members
    )


def input_of(
    rows: Sequence[RosterRow], shape: str = "once", *, columns: Sequence[Text] = ROLES, **more: object
) -> PictureInput:
    roster = RosterView("posting", Text(zh="编组", en="posting"), shape, tuple(columns), tuple(rows), ())
    return PictureInput(Text(zh="某县", en="A county"), Text(zh="最优", en="optimal"), True, roster, **more)


def mapped(
    places: Mapping[str, tuple[float, float]], zone: Mapping[str, str], **more: object
) -> PictureInput:
    """Return a source of units that lie at ``(lon, lat)``, each in a zone."""
    rows = [row(one, [unit for unit in zone if zone[unit] == one]) for one in dict.fromkeys(zone.values())]
    positions = {unit: Position(*place) for unit, place in places.items()}
    return input_of(rows, columns=[Text()], items="units", slots="groups", positions=positions, **more)


def texts(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Label)]


def cards(drawing: Drawing) -> list[Box]:
    """Return the boxes that are cards: those with rounded corners and an edge."""
    return [shape for shape in drawing.shapes if isinstance(shape, Box) and shape.round == 6]


def overlapping(boxes: Sequence[Box]) -> list[tuple[Box, Box]]:
    def meet(a: Box, b: Box) -> bool:
        return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.y + b.height and b.y < a.y + a.height

    return [(a, b) for a, b in combinations(boxes, 2) if meet(a, b)]


def written(svg: str) -> list[str]:
    """Return every text of an SVG file, parsed."""
    return [element.text or "" for element in ET.fromstring(svg).iter(f"{NS}text")]
