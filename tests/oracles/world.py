"""A small world as plain data: who goes where in which period, who was where before, who knows whom.

Periods are numbered from 0; those before the horizon are -1 (the last), -2 and so on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, NamedTuple

#: The tables of a scenario, and what expressions call one row of each.
CALLED = {"people": "person", "units": "unit", "groups": "group", "cases": "case"}


class Seat(NamedTuple):
    """An item in a slot, in a role (None where the layer has none), in a period."""

    layer: str
    item: str
    slot: str
    role: str | None
    period: int


class Tie(NamedTuple):
    """A tie of two people, or a link of two units (no weight, for ever), from one period to another."""

    source: str
    target: str
    kind: str
    weight: float = 1.0
    first: int | None = None
    last: int | None = None

    def holds(self, period: int) -> bool:
        return (self.first is None or self.first <= period) and (self.last is None or self.last >= period)


@dataclass(frozen=True)
class Layer:
    """A layer: what is assigned to what. ``serving`` and ``open`` say who and what is there in a period."""

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
    """The tables (attributes of each entity by id), the layers, ties, and a plan of before."""

    years: int
    tables: Mapping[str, Mapping[str, Mapping[str, Any]]]
    layers: Mapping[str, Layer]
    ties: tuple[Tie, ...] = ()
    links: tuple[Tie, ...] = ()
    baseline: frozenset[Seat] | None = None
    scores: Mapping[str, Mapping[tuple[str, str], int]] = field(default_factory=dict)
    wishes: tuple[tuple[str, str, str, str, int], ...] = ()

    @property
    def ties_alone(self) -> bool:
        """Whether people know each other by their ties alone: no homes, native places, history or cases."""
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
        """Return what an expression reads of an item, a slot, a period and another item."""
        seen: dict[str, Any] = {}
        for table, name in ((layer.of_items, item), (layer.of_slots, slot)):
            if name is not None:
                seen[CALLED[table]] = self.entity(table, name)
        if other is not None:
            seen["other"] = self.entity(layer.of_items, other)
        if period is not None:
            seen["period"] = SimpleNamespace(id=layer.periods[period], index=period)
        if item is not None and slot is not None:
            seen["score"] = SimpleNamespace(
                **{name: table.get((item, slot), 0) for name, table in self.scores.items()}
            )
        return SimpleNamespace(**seen)


@dataclass(frozen=True)
class Expr:
    """An expression twice: as a rule pack writes it, and as a function of what it may read."""

    text: str
    of: Any = field(compare=False)

    def __repr__(self) -> str:
        return repr(self.text)


def value(expression: Any, seen: SimpleNamespace) -> Any:
    """Return the value of an expression, or of the plain number or text that stands in its place."""
    return expression.of(seen) if isinstance(expression, Expr) else expression


def several(value: Any) -> tuple[Any, ...]:
    """Return a field that holds one thing or a list as a tuple; empty if it is not given."""
    if value is None:
        return ()
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def held(seats: Iterable[Seat]) -> dict[tuple[str, str], set[int]]:
    """Return by item and slot the periods in which the item is there."""
    periods: dict[tuple[str, str], set[int]] = {}
    for seat in seats:
        periods.setdefault((seat.item, seat.slot), set()).add(seat.period)
    return periods
