"""Boards: who is where, row by row, with what changed since the period before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from allocator.model.organisation import NamedEntity
from allocator.model.plan import Assignment
from allocator.model.text import Text
from allocator.report.layer_layout import Absentee, HeldSeats, LayerLayout, LayerShape
from allocator.verify.indicator_totals import Number

#: ``+`` was not in this slot in the period before, ``*`` was in it in another role.
Mark = Literal["", "+", "*"]
Seats = Mapping[str, HeldSeats]


@dataclass(frozen=True)
class Member:
    """Someone (or something) in a slot; of a person also the home unit and the post held."""

    id: str
    name: str
    mark: Mark = ""
    unit: str = ""
    post: str = ""


@dataclass(frozen=True)
class RosterRow:
    """A slot in a period: its parent, its members column by column, and its tallies column by column."""

    slot: NamedEntity
    parent: NamedEntity | None
    period: str | None
    cells: tuple[tuple[Member, ...], ...]
    tallies: tuple[Number | None, ...] = ()


@dataclass(frozen=True)
class Moves:
    """What changed in a period against the one before, counted in items.

    Attributes:
        period: The period.
        moved: Are in other slots than before.
        joined: Were in no slot before.
        left: Are in no slot any more.
    """

    period: str
    moved: int
    joined: int
    left: int


@dataclass(frozen=True)
class RosterView:
    """A layer of a plan, laid out.

    Attributes:
        layer: Name of the layer.
        title: What people call it.
        shape: Decided ``once``, a ``roster`` for each period, or teams of ``cases``.
        columns: Titles of the columns of members.
        tallies: Titles of the columns of tallies: what a slot's members have of each indicator.
        rows: One for each slot and period in which it exists, period by period, slots by parent.
        moves: What changed from period to period, where the period before is known.
        away: Who is not there in which period, and why.
    """

    layer: str
    title: Text
    shape: LayerShape
    columns: tuple[Text, ...]
    rows: tuple[RosterRow, ...]
    moves: tuple[Moves, ...]
    tallies: tuple[Text, ...] = ()
    away: tuple[Absentee, ...] = ()


def roster_view(frame: LayerLayout, assignments: Iterable[Assignment]) -> RosterView:
    """Return the layer of ``frame`` with a plan's assignments put in."""
    taken = [one for one in assignments if one.layer == frame.layer]
    seats = {period: _seats(taken, period) for period in frame.periods}
    rows: list[RosterRow] = []
    moves: list[Moves] = []
    before = frame.before if frame.shape == "roster" else None
    for period in frame.periods:
        rows.extend(_rows(frame, taken, period, before))
        if frame.shape == "roster":
            if before is not None and period is not None:
                moves.append(_moves(period, before, seats[period]))
            before = seats[period]
    columns = tuple(frame.columns.values())
    tallies = tuple(tally.title for tally in frame.tallies)
    return RosterView(
        frame.layer, frame.title, frame.shape, columns, tuple(rows), tuple(moves), tallies, frame.away
    )


def _seats(taken: Iterable[Assignment], period: str | None) -> Seats:
    seats: dict[str, set[tuple[str, str | None]]] = {}
    for one in taken:
        if one.period == period:
            seats.setdefault(one.item, set()).add((one.slot, one.role))
    return {item: frozenset(held) for item, held in seats.items()}


def _rows(
    frame: LayerLayout, taken: Iterable[Assignment], period: str | None, before: Seats | None
) -> Iterator[RosterRow]:
    cells: dict[tuple[str, str], list[Member]] = {}
    for one in taken:
        if one.period == period:
            home = frame.homes.get(one.item, ("", ""))
            member = Member(one.item, frame.names.get(one.item, one.item), _mark(one, before), *home)
            cells.setdefault((one.slot, frame.column(one.item, one.role)), []).append(member)
    for slot in _by_parent(frame):
        if frame.exists(slot, period):
            members = tuple(tuple(cells.get((slot, column), ())) for column in frame.columns)
            parent = frame.parents.get(slot)
            within = [slot, *(member.id for cell in members for member in cell)]
            tallies = tuple(tally.over(within) for tally in frame.tallies)
            yield RosterRow(
                frame.named(slot), frame.named(parent) if parent else None, period, members, tallies
            )


def _by_parent(frame: LayerLayout) -> list[str]:
    """Return the slots, those of one parent together, in the order in which the parents first appear."""
    parents = list(dict.fromkeys(frame.parents.get(slot, "") for slot in frame.slots))
    return sorted(frame.slots, key=lambda slot: parents.index(frame.parents.get(slot, "")))


def _mark(one: Assignment, before: Seats | None) -> Mark:
    if before is None:
        return ""
    roles = {role for slot, role in before.get(one.item, ()) if slot == one.slot}
    if not roles:
        return "+"
    return "" if one.role in roles else "*"


def _moves(period: str, before: Seats, now: Seats) -> Moves:
    places_before, places_now = _places(before), _places(now)
    stayed = places_before.keys() & places_now.keys()
    return Moves(
        period=period,
        moved=sum(places_before[item] != places_now[item] for item in stayed),
        joined=len(places_now.keys() - places_before.keys()),
        left=len(places_before.keys() - places_now.keys()),
    )


def _places(seats: Seats) -> dict[str, frozenset[str]]:
    return {item: frozenset(slot for slot, _ in held) for item, held in seats.items()}
