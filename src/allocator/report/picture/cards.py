"""Cards: one for each group with its people, by role and period; or for each case; or for each month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from allocator.model.organisation import NamedEntity
from allocator.model.text import Language
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import counted, listed, weighed
from allocator.report.roster_view import Member, RosterRow

#: A layer without roles that is decided in more periods than this is a calendar.
FEW_PERIODS = 4


@dataclass(frozen=True)
class Entry:
    """A name on a card, how it is marked, and what stands behind it."""

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
        title: Whose it is.
        about: The line under the title.
        columns: Titles of the columns; one without a title where there is one only.
        strips: What is on it, from the top.
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
    """Cards that belong together, and under what."""

    title: str
    cards: tuple[Card, ...]


class CardMaker:
    """Makes the cards of a sheet with everyone on them."""

    def __init__(self, sheet: Sheet, language: Language) -> None:
        self._sheet = sheet
        self._language: Language = language
        self._roles = [column(language) for column in sheet.board.columns]

    def sections(self) -> list[Section]:
        """Return the cards, those of one parent together if there are several."""
        rows, shape = self._sheet.board.rows, self._sheet.board.shape
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
        # A heading for each card would say less than it takes room.
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
        weight = weighed(self._sheet.weights.get(row.slot.id, 0), self._sheet.slots, self._language)
        return Card(row.slot.name, listed([row.period or "", weight]), ("",), _used(strips))

    def _month(self, period: str, rows: Sequence[RosterRow]) -> Card:
        several = len({row.slot for row in self._sheet.board.rows}) > 1
        strips = [Strip(row.slot.name if several else "", (self._cell(row.cells[0]),)) for row in rows]
        return Card(period, self._amount(rows), ("",), _used(strips))

    def _amount(self, rows: Iterable[RosterRow]) -> str:
        """Return how many there are on a card, and what they weigh."""
        items = [member.id for row in rows for cell in row.cells for member in cell]
        weight = sum(self._sheet.weights.get(item, 0) for item in items)
        table = self._sheet.items
        return listed([counted(len(items), table, self._language), weighed(weight, table, self._language)])

    def _cell(self, members: Sequence[Member]) -> Cell:
        return tuple(map(self._entry, members))

    def _entry(self, member: Member) -> Entry:
        tail = self._sheet.tails.get(member.id)
        return Entry(self._sheet.called(member.name), member.mark, tail(self._language) if tail else "")


def _used(strips: Sequence[Strip]) -> tuple[Strip, ...]:
    """Return the strips with anyone in them; the first one alone where nobody is."""
    return tuple(strip for strip in strips if any(strip.cells)) or tuple(strips[:1])
