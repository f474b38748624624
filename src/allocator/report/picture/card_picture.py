"""Draws a layer as cards in a grid as wide as the page; no two overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from allocator.model.text import Language
from allocator.report.picture.card_selection import Card, CardSelection, Cell, Section, Strip, select_cards
from allocator.report.picture.page import (
    MARGIN,
    ROOM,
    PictureInput,
    count_text,
    dropped_note,
    heading,
    notes,
    page_drawing,
)
from allocator.report.picture.shapes import (
    CARD,
    EDGE,
    FAINT,
    TINT,
    Block,
    Box,
    Drawing,
    Label,
    Line,
    Shape,
    fit_text,
    text_width,
    wrap_text,
)
from allocator.report.rendering.console import number, pick

GAP, PAD, LINE, ROLE, TITLE = 12.0, 10.0, 17.0, 16.0, 18.0
_NARROW, _WIDE, _APART = 80.0, 210.0, 14.0


@dataclass(frozen=True)
class CardSizes:
    """Widths of a card and of its columns, and the numbers of columns and of cards side by side."""

    card: float
    column: float
    abreast: int
    cards: int


def card_grid(sections: Sequence[Section], left: float, top: float, room: float) -> Block:
    """Lay out sections of cards from ``left`` and ``top`` in a page ``room`` wide."""
    most = max((len(section.cards) for section in sections), default=1)
    sizes = card_sizes([card for section in sections for card in section.cards], room, most)
    shapes: list[Shape] = []
    y = top
    for shelf in _shelves(sections, sizes.cards):
        titled = any(section.title for section in shelf)
        below = y
        for first, section in _placed(shelf):
            x = left + first * (sizes.card + GAP)
            wide = min(sizes.cards - first, len(section.cards)) * (sizes.card + GAP)
            if section.title:
                shapes.append(Label(x, y + 15, fit_text(section.title, wide - GAP, "part"), "part"))
            block = _rows(section.cards, x, y + (24 if titled else 0), sizes)
            shapes.extend(block.shapes)
            below = max(below, block.bottom)
        y = below + (6 if titled else 0)
    return Block(tuple(shapes), y)


def _shelves(sections: Sequence[Section], cards: int) -> Iterator[list[Section]]:
    """Yield the sections that stand side by side: small ones share a shelf while there is room for a card."""
    shelf: list[Section] = []
    for section in sections:
        if shelf and sum(len(one.cards) for one in [*shelf, section]) > cards:
            yield shelf
            shelf = []
        shelf.append(section)
    if shelf:
        yield shelf


def _placed(shelf: Sequence[Section]) -> Iterator[tuple[int, Section]]:
    """Yield each section of a shelf with the number of cards before it."""
    before = 0
    for section in shelf:
        yield before, section
        before += len(section.cards)


def _rows(cards: Sequence[Card], left: float, top: float, sizes: CardSizes) -> Block:
    shapes: list[Shape] = []
    y = top
    for start in range(0, len(cards), sizes.cards):
        row = cards[start : start + sizes.cards]
        tall = max(card_height(card, sizes) for card in row)
        for k, card in enumerate(row):
            x = left + k * (sizes.card + GAP)
            shapes.append(Box(x, y, sizes.card, tall, CARD, EDGE, 6))
            shapes.extend(_drawn(card, x, y, sizes))
        y += tall + GAP
    return Block(tuple(shapes), y)


def card_sizes(cards: Sequence[Card], room: float, most_cards: int) -> CardSizes:
    """Return the common sizes of cards with which the largest section fills the page."""
    entries = [entry for card in cards for strip in card.strips for cell in strip.cells for entry in cell]
    widest = max(
        (text_width(one.name + one.mark, "moved") + text_width(one.tail, "tail") for one in entries),
        default=0,
    )
    heads = max((text_width(strip.title, "role") for card in cards for strip in card.strips), default=0)
    columns = max((len(card.columns) for card in cards), default=1)
    if columns == 1:
        heads = (
            max(heads, *(min(150.0, text_width(card.title, "head")) for card in cards)) if cards else heads
        )
    column = min(_WIDE, max(_NARROW, widest + 8, heads if columns == 1 else 0)) + _APART
    most = max(1, int((room - 2 * PAD + _APART) // column))
    abreast = ceil(columns / ceil(columns / most))
    natural = abreast * column - _APART + 2 * PAD
    fitting = max(1, int((room + GAP) // (natural + GAP)))
    beside = ceil(most_cards / ceil(most_cards / fitting))
    card = (room - (beside - 1) * GAP) / beside
    return CardSizes(card, (card - 2 * PAD + _APART) / abreast, abreast, beside)


def card_height(card: Card, sizes: CardSizes) -> float:
    """Return the height of a card by itself."""
    head = TITLE * len(_title(card, sizes)) + (LINE if card.about else 0) + 6
    bands = sum(
        (LINE if any(card.columns) else 0) + sum(_strip_height(strip, band) for strip in card.strips)
        for band in _bands(card, sizes)
    )
    return PAD + head + bands + PAD / 2


def _title(card: Card, sizes: CardSizes) -> list[str]:
    return wrap_text(card.title, sizes.card - 2 * PAD, "head", lines=2)


def _bands(card: Card, sizes: CardSizes) -> list[range]:
    """Return the columns of a card in bands; those of one band stand side by side."""
    count = len(card.columns)
    return [range(k, min(count, k + sizes.abreast)) for k in range(0, count, sizes.abreast)]


def _strip_height(strip: Strip, band: range) -> float:
    lines = max(len(strip.cells[k]) for k in band)
    return (ROLE if strip.title else 0) + max(1, lines) * LINE + 5


def _drawn(card: Card, x: float, y: float, sizes: CardSizes) -> Iterator[Shape]:
    left, right = x + PAD, x + sizes.card - PAD
    y += PAD
    for line in _title(card, sizes):
        yield Label(left, y + 12, line, "head")
        y += TITLE
    if card.about:
        yield Label(left, y + 10, fit_text(card.about, right - left, "role"), "role")
        y += LINE
    y += 6
    for band in _bands(card, sizes):
        if any(card.columns):
            for k, column in enumerate(band):
                yield Label(
                    left + k * sizes.column,
                    y + 11,
                    fit_text(card.columns[column], sizes.column, "note"),
                    "note",
                )
            y += LINE
        for strip in card.strips:
            yield Line(left, y - 1, right, y - 1, FAINT)
            yield from _strip(strip, band, left, y, sizes)
            y += _strip_height(strip, band)


def _strip(strip: Strip, band: range, left: float, y: float, sizes: CardSizes) -> Iterator[Shape]:
    if strip.title:
        yield Label(left, y + 12, fit_text(strip.title, sizes.card - 2 * PAD, "role"), "role")
        y += ROLE
    for k, column in enumerate(band):
        yield from _cell(strip.cells[column], left + k * sizes.column, y, sizes.column - _APART)


def _cell(cell: Cell, x: float, y: float, room: float) -> Iterator[Shape]:
    if not cell:
        yield Label(x, y + 12, "—", "tail")
    for entry in cell:
        kind = "moved" if entry.mark else "name"
        if entry.mark:
            yield Box(x - 4, y - 1, room + 8, LINE - 1, TINT, round=3)
        behind = text_width(entry.tail, "tail") + 6 if entry.tail else 0
        mark = f" {entry.mark}" if entry.mark else ""
        name = fit_text(entry.name, max(room - behind - text_width(mark, kind), room / 2), kind)
        yield Label(x, y + 12, name + mark, kind)
        if entry.tail:
            tail = fit_text(entry.tail, room - text_width(name + mark, kind) - 4, "tail")
            yield Label(x + room, y + 12, tail, "tail", "end")
        y += LINE


def draw_cards(source: PictureInput, language: Language) -> Drawing:
    """Return a picture of a layer as cards."""
    cards = select_cards(source, language)
    head = heading(source, language)
    body = card_grid(cards.sections, MARGIN, head.bottom, ROOM)
    foot = notes(_notes(source, cards, language), body.bottom)
    return page_drawing(source, language, _about(source, language), [head, body, foot])


def _notes(source: PictureInput, cards: CardSelection, language: Language) -> list[str]:
    marks = {member.mark for row in source.roster.rows for cell in row.cells for member in cell}
    explained = pick(language, "+ 新进该组 · * 组内换角色", "+ new in the group · * new role in it")
    left = number(cards.missing)
    return [
        explained if marks - {""} else "",
        dropped_note(source, language),
        pick(
            language,
            "“…”处有省略：完整名单用 allocator show，或导出 csv",
            "“…” leaves names out: allocator show, or a csv export, has them all",
        )
        if cards.cut
        else "",
        pick(
            language,
            f"另有 {left} 张卡片未画出（先画有变动的）",
            f"{left} more cards are not drawn (those with changes are)",
        )
        if cards.missing
        else "",
    ]


def _about(source: PictureInput, language: Language) -> str:
    items = {member.id for row in source.roster.rows for cell in row.cells for member in cell}
    slots = {row.slot.id for row in source.roster.rows}
    who = count_text(len(items), source.items, language)
    where = count_text(len(slots), source.slots, language)
    return pick(language, f"卡片：{who}，分在 {where}", f"Cards: {who} in {where}")
