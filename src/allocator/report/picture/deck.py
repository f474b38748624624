"""The deck: which cards are drawn, and with how many names on each, so that a large plan stays readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from allocator.model.text import Language
from allocator.report.picture.cards import Card, CardMaker, Entry, Section
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import more

#: How many names a picture holds, and how many of them one place on a card, tried in this order.
MOST_NAMES, LIMITS = 1200, (30, 20, 12, 8, 5, 3)
MOST_CARDS = 60


@dataclass(frozen=True)
class Deck:
    """All cards, how many were left out, and whether names were left out on those that are there."""

    sections: tuple[Section, ...]
    missing: int
    cut: bool


def deck(sheet: Sheet, language: Language) -> Deck:
    """Return the cards of a sheet: so many, and with so many names on each, that the whole stays readable."""
    sections = CardMaker(sheet, language).sections()
    cards = [card for section in sections for card in section.cards]
    # Where not all find room, those on which something changed do first; all stay in their order.
    ranked = sorted(range(len(cards)), key=lambda k: (not _changed(cards[k]), k))
    drawn = {id(cards[k]) for k in ranked[:MOST_CARDS]}
    limit = _limit([card for card in cards if id(card) in drawn])
    kept = [
        Section(
            one.title, tuple(_cut(card, limit, sheet, language) for card in one.cards if id(card) in drawn)
        )
        for one in sections
    ]
    cut = any(len(cell) > limit for card in cards if id(card) in drawn for cell in card.cells)
    return Deck(tuple(one for one in kept if one.cards), max(0, len(cards) - MOST_CARDS), cut)


def _changed(card: Card) -> bool:
    return any(entry.mark for cell in card.cells for entry in cell)


def _limit(cards: Sequence[Card]) -> int:
    """Return how many names one place may hold for the whole picture to hold no more than it can."""
    sizes = [len(cell) for card in cards for cell in card.cells]
    fitting = (limit for limit in LIMITS if sum(min(size, limit) for size in sizes) <= MOST_NAMES)
    return next(fitting, LIMITS[-1])


def _cut(card: Card, limit: int, sheet: Sheet, language: Language) -> Card:
    """Return a card with so many lines in each place, of which the last says how many are left out."""
    strips = []
    for strip in card.strips:
        cells = (
            cell
            if len(cell) <= limit
            else (*cell[: limit - 1], Entry(more(len(cell) - limit + 1, sheet.items, language)))
            for cell in strip.cells
        )
        strips.append(replace(strip, cells=tuple(cells)))
    return replace(card, strips=tuple(strips))
