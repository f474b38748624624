"""Makes the cards of a layer, and selects those that a readable picture has room for.

A card shows a group with its people by role and period, or a case, or a month.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from allocator.model.scenario import NamedEntity
from allocator.model.text import Language
from allocator.report.picture.page import PictureInput, count_text, join_parts, more_text, weight_text
from allocator.report.roster_view import Member, RosterRow

#: Periods above which a layer without roles is drawn as a calendar.
FEW_PERIODS = 4


#: Names in a picture at most, and limits of names in one cell, tried in this order.
MOST_NAMES, LIMITS = 1200, (30, 20, 12, 8, 5, 3)
MOST_CARDS = 60


@dataclass(frozen=True)
class Entry:
    """A name on a card, its mark of a change, and the text at the right edge."""

    name: str
    mark: str = ""
    tail: str = ""


Cell = tuple[Entry, ...]


@dataclass(frozen=True)
class Strip:
    """A role (or a group) on a card with its names, column by column."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Card:
    """A card.

    Attributes:
        title: Name of the group, the case or the month.
        about: The line under the title.
        columns: Titles of the columns; one empty title for a single column.
        strips: The roles with their names, from the top.
    """

    title: str
    about: str
    columns: tuple[str, ...]
    strips: tuple[Strip, ...]

    @property
    def cells(self) -> Iterator[Cell]:
        """Every place on the card."""
        for strip in self.strips:
            yield from strip.cells


@dataclass(frozen=True)
class Section:
    """Cards under one heading."""

    title: str
    cards: tuple[Card, ...]


class CardMaker:
    """Makes the cards of a layer, with all names on them."""

    def __init__(self, source: PictureInput, language: Language) -> None:
        self._source = source
        self._language: Language = language
        self._roles = [column(language) for column in source.roster.columns]

    def sections(self) -> list[Section]:
        """Return the cards in sections: one section for each parent, if there are several."""
        rows, shape = self._source.roster.rows, self._source.roster.shape
        if shape == "cases":
            return [Section("", tuple(self._case(row) for row in rows))]
        periods = tuple(dict.fromkeys(row.period for row in rows))
        if shape == "roster" and len(self._roles) == 1 and len(periods) > FEW_PERIODS:
            months = groupby(rows, key=lambda row: row.period)
            return [Section("", tuple(self._month(period or "", list(at)) for period, at in months))]
        return self._by_parent(rows, periods)

    def _by_parent(self, rows: Iterable[RosterRow], periods: tuple[str | None, ...]) -> list[Section]:
        by_slot: dict[NamedEntity, list[RosterRow]] = {}
        for row in rows:
            by_slot.setdefault(row.slot, []).append(row)
        by_parent: dict[NamedEntity | None, list[list[RosterRow]]] = {}
        for found in by_slot.values():
            by_parent.setdefault(found[0].parent, []).append(found)
        # A heading above each single card would waste room.
        if len(by_parent) == 1 or len(by_slot) < 2 * len(by_parent):
            cards = (self._group(found, periods, "") for slots in by_parent.values() for found in slots)
            return [Section("", tuple(cards))]
        named = [(parent.name if parent else "", slots) for parent, slots in by_parent.items()]
        return [
            Section(name, tuple(self._group(found, periods, name) for found in slots))
            for name, slots in named
        ]

    def _group(self, rows: Sequence[RosterRow], periods: tuple[str | None, ...], parent: str) -> Card:
        at = {row.period: row for row in rows}
        strips = [
            Strip(role, tuple(self._cell(at[period].cells[k] if period in at else ()) for period in periods))
            for k, role in enumerate(self._roles)
        ]
        columns = tuple(period or "" for period in periods) if len(periods) > 1 else ("",)
        about = self._amount(rows) if len(periods) == 1 else ""
        name = rows[0].slot.name
        return Card(name.removeprefix(parent) or name, about, columns, _used(strips))

    def _case(self, row: RosterRow) -> Card:
        strips = [Strip(role, (self._cell(cell),)) for role, cell in zip(self._roles, row.cells, strict=True)]
        weight = weight_text(self._source.weights.get(row.slot.id, 0), self._source.slots, self._language)
        return Card(row.slot.name, join_parts([row.period or "", weight]), ("",), _used(strips))

    def _month(self, period: str, rows: Sequence[RosterRow]) -> Card:
        several = len({row.slot for row in self._source.roster.rows}) > 1
        strips = [Strip(row.slot.name if several else "", (self._cell(row.cells[0]),)) for row in rows]
        return Card(period, self._amount(rows), ("",), _used(strips))

    def _amount(self, rows: Iterable[RosterRow]) -> str:
        """Return the number of items on a card, and their weight."""
        items = [member.id for row in rows for cell in row.cells for member in cell]
        weight = sum(self._source.weights.get(item, 0) for item in items)
        table = self._source.items
        return join_parts(
            [count_text(len(items), table, self._language), weight_text(weight, table, self._language)]
        )

    def _cell(self, members: Sequence[Member]) -> Cell:
        return tuple(map(self._entry, members))

    def _entry(self, member: Member) -> Entry:
        tail = self._source.tails.get(member.id)
        return Entry(self._source.short_name(member.name), member.mark, tail(self._language) if tail else "")


def _used(strips: Sequence[Strip]) -> tuple[Strip, ...]:
    """Return the strips with a name in them; the first one where all are empty."""
    return tuple(strip for strip in strips if any(strip.cells)) or tuple(strips[:1])


@dataclass(frozen=True)
class CardSelection:
    """The cards to draw, the number of those left out, and whether names were left out on a card."""

    sections: tuple[Section, ...]
    missing: int
    cut: bool


def select_cards(source: PictureInput, language: Language) -> CardSelection:
    """Return as many cards of a layer, with as many names on each, as stay readable."""
    sections = CardMaker(source, language).sections()
    cards = [card for section in sections for card in section.cards]
    # Cards with a change are selected first; the selected ones keep their order.
    ranked = sorted(range(len(cards)), key=lambda k: (not _changed(cards[k]), k))
    drawn = {id(cards[k]) for k in ranked[:MOST_CARDS]}
    limit = _limit([card for card in cards if id(card) in drawn])
    kept = [
        Section(
            one.title, tuple(_cut(card, limit, source, language) for card in one.cards if id(card) in drawn)
        )
        for one in sections
    ]
    cut = any(len(cell) > limit for card in cards if id(card) in drawn for cell in card.cells)
    return CardSelection(tuple(one for one in kept if one.cards), max(0, len(cards) - MOST_CARDS), cut)


def _changed(card: Card) -> bool:
    return any(entry.mark for cell in card.cells for entry in cell)


def _limit(cards: Sequence[Card]) -> int:
    """Return the largest limit of names in a cell with which the picture stays below its maximum."""
    sizes = [len(cell) for card in cards for cell in card.cells]
    fitting = (limit for limit in LIMITS if sum(min(size, limit) for size in sizes) <= MOST_NAMES)
    return next(fitting, LIMITS[-1])


def _cut(card: Card, limit: int, source: PictureInput, language: Language) -> Card:
    """Return a card with at most ``limit`` lines in a cell; the last one counts the names left out."""
    strips = []
    for strip in card.strips:
        cells = (
            cell
            if len(cell) <= limit
            else (*cell[: limit - 1], Entry(more_text(len(cell) - limit + 1, source.items, language)))
            for cell in strip.cells
        )
        strips.append(replace(strip, cells=tuple(cells)))
    return replace(card, strips=tuple(strips))
