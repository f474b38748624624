"""A small world as plain data: layers with their seats by period, a history and ties.

Periods are numbered from 0; the periods before the horizon are -1 (the last), -2 and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple

from oracles.calendars import CALENDARS, Calendar

#: The tables of a scenario, and the name of a row of each in expressions.
CALLED = {"people": "person", "units": "unit", "groups": "group", "cases": "case"}


class Seat(NamedTuple):
    """An item in a slot, in a role (None where the layer has none), in a period."""

    layer: str
    item: str
    slot: str
    role: str | None
    period: int


class Tie(NamedTuple):
    """A tie of two people with its periods, or a link of two units (without weight and end)."""

    source: str
    target: str
    kind: str
    weight: float = 1.0
    first: int | None = None
    last: int | None = None

    def holds(self, period: int) -> bool:
        return (self.first is None or self.first <= period) and (self.last is None or self.last >= period)


def days_of(calendar: Calendar, tie: Tie) -> tuple[date | None, date | None]:
    """Return the first and last day of a tie: soon after its first period begins, early in its last."""
    since = None if tie.first is None else calendar.within(tie.first, 1 / 3)
    early = 2 / 3 if tie.first == tie.last else 1 / 6
    return since, None if tie.last is None else calendar.within(tie.last, early)


class Waiver(NamedTuple):
    """An exception for some items, slots or both, or for all, up to a period."""

    items: tuple[str, ...]
    slots: tuple[str, ...]
    until: int


@dataclass(frozen=True)
class Layer:
    """A layer: ``serving`` and ``open`` have the items in service and the slots that exist in each period."""

    name: str
    of_items: str
    of_slots: str
    items: tuple[str, ...]
    slots: tuple[str, ...]
    roles: tuple[str | None, ...]
    periods: tuple[str, ...]
    serving: frozenset[tuple[str, int]]
    open: frozenset[tuple[str, int]]
    past: frozenset[Seat] = frozenset()
    once: bool = False
    take: str = "any"

    @property
    def times(self) -> range:
        return range(len(self.periods))

    def can(self, item: str, slot: str, period: int) -> bool:
        return (item, period) in self.serving and (slot, period) in self.open


@dataclass(frozen=True)
class World:
    """The tables (attributes of each entity by id), the layers, the ties, and a baseline plan."""

    years: int
    tables: Mapping[str, Mapping[str, Mapping[str, Any]]]
    layers: Mapping[str, Layer]
    ties: tuple[Tie, ...] = ()
    links: tuple[Tie, ...] = ()
    baseline: frozenset[Seat] | None = None
    scores: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    wishes: tuple[tuple[str, str, str, str, int], ...] = ()
    calendar: Calendar = CALENDARS["years"]
    #: The form of ``history`` in the scenario: none, a list of periods, or a unit of time.
    history: str = ""
    #: Whether earlier postings begin a little after the first day of their period.
    late: bool = False
    waivers: tuple[Waiver, ...] = ()

    @property
    def ties_alone(self) -> bool:
        """Whether ties are the only acquaintance: no homes, native places, history or cases."""
        people = self.tables["people"].values()
        strangers = all(
            set(row["parties"]).isdisjoint(self.tables["people"]) for row in self.tables["cases"].values()
        )
        apart = not any(row["unit"] or row["native_place"] for row in people)
        return strangers and apart and not any(layer.past for layer in self.layers.values())

    def entity(self, table: str, name: str) -> SimpleNamespace:
        return SimpleNamespace(**self.tables[table][name])

    def see(
        self,
        layer: Layer,
        *,
        item: str | None = None,
        slot: str | None = None,
        period: int | None = None,
        other: str | None = None,
    ) -> SimpleNamespace:
        """Return the names that an expression reads, for an item, a slot, a period and another item."""
        seen: dict[str, Any] = {}
        for table, name in ((layer.of_items, item), (layer.of_slots, slot)):
            if name is not None:
                seen[CALLED[table]] = self.entity(table, name)
        if other is not None:
            seen["other"] = self.entity(layer.of_items, other)
        if period is not None:
            seen["period"] = SimpleNamespace(id=layer.periods[period], index=period)
        when = None if period is None else layer.periods[period]
        pair = (item, slot) if item is not None and slot is not None else (slot or item, when)
        if None not in pair:
            seen["score"] = SimpleNamespace(
                **{name: table.get(pair, 0) for name, table in self.scores.items()}
            )
        return SimpleNamespace(**seen)


@dataclass(frozen=True)
class Expr:
    """An expression in two forms: the text of a rule pack, and a function of the names that it may read."""

    text: str
    of: Any = field(compare=False)

    def __repr__(self) -> str:
        return repr(self.text)


def value(expression: Any, seen: SimpleNamespace) -> Any:
    """Return the value of an expression, or the plain number or text in its place."""
    return expression.of(seen) if isinstance(expression, Expr) else expression


def several(value: Any) -> tuple[Any, ...]:
    """Return a field that has one value or a list as a tuple; empty if the field is not given."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def held(seats: Iterable[Seat]) -> dict[tuple[str, str], set[int]]:
    """Return, by item and slot, the periods in which the item is in the slot."""
    periods: dict[tuple[str, str], set[int]] = {}
    for seat in seats:
        periods.setdefault((seat.item, seat.slot), set()).add(seat.period)
    return periods


def waived(world: World, layer: Layer, where: Mapping[str, Any]) -> bool:
    """Return whether an exception covers the subject of a breach; no period stands for the whole horizon."""
    period, last = where.get("period"), len(layer.periods) - 1
    until = last if period is None else period
    end = world.years - 1 if layer.once else until
    people = {where.get("item"), where.get("other")}
    return any(
        end <= one.until
        and (not one.items or not people.isdisjoint(one.items))
        and (not one.slots or where.get("slot") in one.slots)
        for one in world.waivers
    )
