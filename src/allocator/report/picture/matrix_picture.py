"""Draws a matrix: items down, many slots across, a sign where they meet, and each item's load as a bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from allocator.model.text import Language
from allocator.report.picture.page import (
    MARGIN,
    ROOM,
    WORKLOAD,
    PictureInput,
    count_text,
    dropped_note,
    heading,
    more_text,
    notes,
    page_drawing,
    role_signs,
)
from allocator.report.picture.shapes import (
    BAND,
    COLOURS,
    EDGE,
    FAINT,
    Block,
    Box,
    Drawing,
    Label,
    Line,
    Mark,
    Shape,
    fit_text,
    sign,
    text_width,
)
from allocator.report.rendering.console import number, pick
from allocator.report.roster_view import RosterRow

MOST_ROWS, MOST_COLUMNS = 90, 60
_LINE, _BARS, _NAME = 18.0, 110.0, 190.0


@dataclass(frozen=True)
class IncidenceTable:
    """The assignments of a layer, by item and slot.

    Attributes:
        items: Items with their names, in the order in which the plan names them.
        columns: The slots in their periods.
        signs: ``(item, column) -> role``, all by number.
        loads: Load of each item: the effort of its slots if they have any, otherwise their number.
    """

    items: tuple[tuple[str, str], ...]
    columns: tuple[RosterRow, ...]
    signs: tuple[tuple[int, int, int], ...]
    loads: tuple[int, ...]


def incidence_table(source: PictureInput) -> IncidenceTable:
    """Return the items, the slots and the assignments of a layer."""
    columns = source.roster.rows
    members = {one.id: one.name for row in columns for cell in row.cells for one in cell}
    items = tuple(sorted(members.items()))
    index = {item: k for k, (item, _) in enumerate(items)}
    signs = tuple(
        (index[one.id], column, role)
        for column, row in enumerate(columns)
        for role, cell in enumerate(row.cells)
        for one in cell
    )
    weights = [source.weights.get(row.slot.id, 0) for row in columns]
    loads = [0] * len(items)
    for item, column, _ in signs:
        loads[item] += weights[column] if any(weights) else 1
    return IncidenceTable(items, columns, signs, tuple(loads))


def draw_matrix(source: PictureInput, language: Language) -> Drawing:
    """Return a picture of a layer with many slots."""
    whole = incidence_table(source)
    head = heading(source, language)
    body = _body(source, whole, head.bottom, language)
    keys = _keys(source, whole.columns[:MOST_COLUMNS], body.bottom + 10)
    foot = notes(_notes(source, whole, language), keys.bottom + 6)
    rows = count_text(len(whole.items), source.items, language)
    size = f"{rows} × {count_text(len(whole.columns), source.slots, language)}"
    about = pick(language, f"表：{size}", f"Matrix: {size}")
    return page_drawing(source, language, about, [head, body, keys, foot])


def _body(source: PictureInput, whole: IncidenceTable, top: float, language: Language) -> Block:
    items, columns = whole.items[:MOST_ROWS], whole.columns[:MOST_COLUMNS]
    names = [fit_text(source.short_name(name), _NAME, "name") for _, name in items]
    left = MARGIN + max((text_width(name, "name") for name in names), default=0) + 10
    step = min(26.0, (MARGIN + ROOM - _BARS - left) / max(1, len(columns)))
    right = left + step * len(columns)
    roles = role_signs(source, top, language)
    y = roles.bottom + 34
    bottom = y + _LINE * len(items)
    shapes: list[Shape] = [*roles.shapes]
    for k in range(0, len(items), 2):
        shapes.append(Box(MARGIN, y + k * _LINE, right - MARGIN, _LINE, BAND))
    shapes += _periods(columns, left, step, y, bottom)
    for k, name in enumerate(names):
        shapes.append(Label(left - 8, y + k * _LINE + 13, name, "name", "end"))
    for item, column, role in whole.signs:
        if item < len(items) and column < len(columns):
            x = left + step * (column + 0.5)
            hint = f"{items[item][1]} · {columns[column].slot.name}"
            shapes.append(
                Mark(
                    x,
                    y + (item + 0.5) * _LINE,
                    min(5.5, step / 2 - 0.5),
                    sign(role).form,
                    sign(role).colour,
                    hint,
                )
            )
    shapes += _bars(whole.loads[: len(items)], right + 10, y, _title(source, language))
    return Block(tuple(shapes), bottom)


def _periods(
    columns: Sequence[RosterRow], left: float, step: float, top: float, bottom: float
) -> Iterator[Shape]:
    """Yield the numbers of the slots, and above them the periods with lines between these."""
    x = left
    for period, found in groupby(columns, key=lambda row: row.period):
        wide = step * len(list(found))
        yield Line(x, top - 32, x, bottom, EDGE)
        yield Label(x + 3, top - 20, fit_text(period or "", wide - 4, "tick"), "tick")
        x += wide
    yield Line(x, top - 32, x, bottom, EDGE)
    for k in range(len(columns)):
        yield Label(left + step * (k + 0.5), top - 5, str(k + 1), "tick", "middle")


def _title(source: PictureInput, language: Language) -> str:
    weighty = any(source.weights.get(row.slot.id) for row in source.roster.rows)
    word = WORKLOAD.get(source.slots) if weighty else None
    return word(language) if word else pick(language, "次数", "times")


def _bars(loads: Sequence[int], x: float, top: float, title: str) -> Iterator[Shape]:
    yield Label(x, top - 5, title, "tick")
    room = _BARS - 36
    for k, load in enumerate(loads):
        long = room * load / max(1, *loads) if loads else 0
        yield Box(x, top + k * _LINE + 4, long, _LINE - 8, COLOURS[5])
        yield Label(x + long + 4, top + k * _LINE + 13, number(load), "tick")
    yield Line(x, top, x, top + _LINE * len(loads), FAINT)


def _keys(source: PictureInput, columns: Sequence[RosterRow], top: float) -> Block:
    """Lay out the names of the numbered slots, column by column."""
    across = 3
    down = -(-len(columns) // across)
    room = ROOM / across
    shapes = [
        Label(
            MARGIN + k // down * room,
            top + 12 + k % down * 16,
            fit_text(f"{k + 1} {row.slot.name}", room - 14, "role"),
            "role",
        )
        for k, row in enumerate(columns)
    ]
    return Block(tuple(shapes), top + down * 16)


def _notes(source: PictureInput, whole: IncidenceTable, language: Language) -> list[str]:
    rows, columns = len(whole.items) - MOST_ROWS, len(whole.columns) - MOST_COLUMNS
    return [
        dropped_note(source, language),
        more_text(rows, source.items, language) if rows > 0 else "",
        more_text(columns, source.slots, language) if columns > 0 else "",
    ]
