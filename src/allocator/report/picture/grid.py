"""Cards laid out in a grid as wide as the page; no two overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from allocator.report.picture.cards import Card, Cell, Section, Strip
from allocator.report.picture.lettering import fit, width, wrap
from allocator.report.picture.palette import CARD, EDGE, FAINT, TINT
from allocator.report.picture.shapes import Box, Label, Laid, Line, Shape

GAP, PAD, LINE, ROLE, TITLE = 12.0, 10.0, 17.0, 16.0, 18.0
_NARROW, _WIDE, _APART = 80.0, 210.0, 14.0


@dataclass(frozen=True)
class Measure:
    """How wide cards and their columns are, and how many columns and cards stand beside each other."""

    card: float
    column: float
    abreast: int
    cards: int


def grid(sections: Sequence[Section], left: float, top: float, room: float) -> Laid:
    """Lay out sections of cards from ``left`` and ``top`` in a page ``room`` wide."""
    most = max((len(section.cards) for section in sections), default=1)
    measure = measured([card for section in sections for card in section.cards], room, most)
    shapes: list[Shape] = []
    y = top
    for shelf in _shelves(sections, measure.cards):
        titled = any(section.title for section in shelf)
        below = y
        for first, section in _placed(shelf):
            x = left + first * (measure.card + GAP)
            wide = min(measure.cards - first, len(section.cards)) * (measure.card + GAP)
            if section.title:
                shapes.append(Label(x, y + 15, fit(section.title, wide - GAP, "part"), "part"))
            laid = _rows(section.cards, x, y + (24 if titled else 0), measure)
            shapes.extend(laid.shapes)
            below = max(below, laid.bottom)
        y = below + (6 if titled else 0)
    return Laid(tuple(shapes), y)


def _shelves(sections: Sequence[Section], cards: int) -> Iterator[list[Section]]:
    """Yield the sections that stand beside each other: small ones do as long as there is room for a card."""
    shelf: list[Section] = []
    for section in sections:
        if shelf and sum(len(one.cards) for one in [*shelf, section]) > cards:
            yield shelf
            shelf = []
        shelf.append(section)
    if shelf:
        yield shelf


def _placed(shelf: Sequence[Section]) -> Iterator[tuple[int, Section]]:
    """Yield each section with the number of cards that stand before it."""
    before = 0
    for section in shelf:
        yield before, section
        before += len(section.cards)


def _rows(cards: Sequence[Card], left: float, top: float, measure: Measure) -> Laid:
    shapes: list[Shape] = []
    y = top
    for start in range(0, len(cards), measure.cards):
        row = cards[start : start + measure.cards]
        tall = max(height(card, measure) for card in row)
        for k, card in enumerate(row):
            x = left + k * (measure.card + GAP)
            shapes.append(Box(x, y, measure.card, tall, CARD, EDGE, 6))
            shapes.extend(_drawn(card, x, y, measure))
        y += tall + GAP
    return Laid(tuple(shapes), y)


def measured(cards: Sequence[Card], room: float, most_cards: int) -> Measure:
    """Return how wide cards are if all are alike and those of the largest section fill the page."""
    entries = [entry for card in cards for strip in card.strips for cell in strip.cells for entry in cell]
    widest = max(
        (width(one.name + one.mark, "moved") + width(one.tail, "tail") for one in entries), default=0
    )
    heads = max((width(strip.title, "role") for card in cards for strip in card.strips), default=0)
    columns = max((len(card.columns) for card in cards), default=1)
    if columns == 1:
        heads = max(heads, *(min(150.0, width(card.title, "head")) for card in cards)) if cards else heads
    column = min(_WIDE, max(_NARROW, widest + 8, heads if columns == 1 else 0)) + _APART
    most = max(1, int((room - 2 * PAD + _APART) // column))
    abreast = ceil(columns / ceil(columns / most))
    natural = abreast * column - _APART + 2 * PAD
    fitting = max(1, int((room + GAP) // (natural + GAP)))
    beside = ceil(most_cards / ceil(most_cards / fitting))
    card = (room - (beside - 1) * GAP) / beside
    return Measure(card, (card - 2 * PAD + _APART) / abreast, abreast, beside)


def height(card: Card, measure: Measure) -> float:
    """Return how high a card is by itself."""
    head = TITLE * len(_title(card, measure)) + (LINE if card.about else 0) + 6
    bands = sum(
        (LINE if any(card.columns) else 0) + sum(_strip_height(strip, band) for strip in card.strips)
        for band in _bands(card, measure)
    )
    return PAD + head + bands + PAD / 2


def _title(card: Card, measure: Measure) -> list[str]:
    return wrap(card.title, measure.card - 2 * PAD, "head", lines=2)


def _bands(card: Card, measure: Measure) -> list[range]:
    """Return the columns of a card that stand beside each other, band by band."""
    count = len(card.columns)
    return [range(k, min(count, k + measure.abreast)) for k in range(0, count, measure.abreast)]


def _strip_height(strip: Strip, band: range) -> float:
    lines = max(len(strip.cells[k]) for k in band)
    return (ROLE if strip.title else 0) + max(1, lines) * LINE + 5


def _drawn(card: Card, x: float, y: float, measure: Measure) -> Iterator[Shape]:
    left, right = x + PAD, x + measure.card - PAD
    y += PAD
    for line in _title(card, measure):
        yield Label(left, y + 12, line, "head")
        y += TITLE
    if card.about:
        yield Label(left, y + 10, fit(card.about, right - left, "role"), "role")
        y += LINE
    y += 6
    for band in _bands(card, measure):
        if any(card.columns):
            for k, column in enumerate(band):
                yield Label(
                    left + k * measure.column,
                    y + 11,
                    fit(card.columns[column], measure.column, "note"),
                    "note",
                )
            y += LINE
        for strip in card.strips:
            yield Line(left, y - 1, right, y - 1, FAINT)
            yield from _strip(strip, band, left, y, measure)
            y += _strip_height(strip, band)


def _strip(strip: Strip, band: range, left: float, y: float, measure: Measure) -> Iterator[Shape]:
    if strip.title:
        yield Label(left, y + 12, fit(strip.title, measure.card - 2 * PAD, "role"), "role")
        y += ROLE
    for k, column in enumerate(band):
        yield from _cell(strip.cells[column], left + k * measure.column, y, measure.column - _APART)


def _cell(cell: Cell, x: float, y: float, room: float) -> Iterator[Shape]:
    if not cell:
        yield Label(x, y + 12, "—", "tail")
    for entry in cell:
        kind = "moved" if entry.mark else "name"
        if entry.mark:
            yield Box(x - 4, y - 1, room + 8, LINE - 1, TINT, round=3)
        behind = width(entry.tail, "tail") + 6 if entry.tail else 0
        mark = f" {entry.mark}" if entry.mark else ""
        name = fit(entry.name, max(room - behind - width(mark, kind), room / 2), kind)
        yield Label(x, y + 12, name + mark, kind)
        if entry.tail:
            tail = fit(entry.tail, room - width(name + mark, kind) - 4, "tail")
            yield Label(x + room, y + 12, tail, "tail", "end")
        y += LINE
