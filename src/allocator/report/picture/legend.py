"""The legend of a map: each zone with its sign, what is in it, and what of that is not on the map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from allocator.model.text import Language
from allocator.report.picture.lettering import fit, wrap
from allocator.report.picture.palette import look
from allocator.report.picture.shapes import Label, Laid, Mark, Shape
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import counted, listed, more, weighed
from allocator.report.rendering.console import number, pick
from allocator.report.roster_view import Member

_MOST_NAMES, _INDENT, _LINE = 12, 20.0, 16.5


@dataclass(frozen=True)
class Zone:
    """A slot with everything in it."""

    name: str
    members: tuple[Member, ...]


def zones_of(sheet: Sheet) -> tuple[Zone, ...]:
    """Return the zones in their order, the empty ones too."""
    return tuple(
        Zone(row.slot.name, tuple(member for cell in row.cells for member in cell))
        for row in sheet.board.rows
    )


def legend(
    sheet: Sheet,
    zones: Sequence[Zone],
    mapped: frozenset[str],
    left: float,
    top: float,
    room: float,
    language: Language,
) -> Laid:
    """Lay out the legend in a column ``room`` wide.

    Args:
        sheet: What is drawn.
        zones: Its zones.
        mapped: The items that are on the map.
        left: Left edge.
        top: Upper edge.
        room: Width.
        language: Of the words.
    """
    shapes: list[Shape] = []
    y = top
    for k, zone in enumerate(zones):
        shapes.append(Mark(left + 8, y + 9, 7, look(k).form, look(k).colour))
        for kind, text in _lines(sheet, zone, mapped, room - _INDENT, language):
            shapes.append(Label(left + _INDENT + 2, y + 13.5, text, kind))
            y += _LINE
        y += 10
    return Laid(tuple(shapes), y)


def _lines(
    sheet: Sheet, zone: Zone, mapped: frozenset[str], room: float, language: Language
) -> Iterator[tuple[str, str]]:
    yield "head", fit(zone.name, room, "head")
    weight = sum(sheet.weights.get(member.id, 0) for member in zone.members)
    yield (
        "note",
        listed([counted(len(zone.members), sheet.items, language), weighed(weight, sheet.items, language)]),
    )
    comma = pick(language, "、", ", ")
    kinds = Counter(sheet.kinds[one.id](language) for one in zone.members if one.id in sheet.kinds)
    if len(kinds) > 1:
        for line in wrap(
            comma.join(f"{kind} {number(count)}" for kind, count in kinds.items()), room, "role"
        ):
            yield "role", line
    apart = [sheet.called(member.name) for member in zone.members if member.id not in mapped]
    if apart:
        names = apart if len(apart) <= _MOST_NAMES else apart[: _MOST_NAMES - 1]
        rest = [more(len(apart) - len(names), sheet.items, language)] if len(names) < len(apart) else []
        begin = pick(language, "不在图上：", "not on the map: ")
        for line in wrap(begin + comma.join([*names, *rest]), room, "role", lines=12):
            yield "role", line
