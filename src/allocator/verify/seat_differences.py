"""Who is where in each option: seat by seat against the other options, and against the period before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from allocator.model.layer import Layer
from allocator.model.notation import scenario_roles
from allocator.model.plan import Assignment, Plan
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.verify.plan_option import PlanOption

#: ``new`` in a slot, another ``role`` in the same slots, ``left`` all slots; empty for no change, and where
#: nothing is known of before.
SeatMove = Literal["", "new", "role", "left"]
#: Slot and role, by id.
_Seats = frozenset[tuple[str, str | None]]
#: Seats of each item; the key is layer, item and period.
_Held = Mapping[tuple[str, str, str | None], _Seats]


@dataclass(frozen=True)
class HeldSeat:
    """A slot and the role in it; ``role_text`` is empty in a layer without roles."""

    slot: NamedEntity
    role: str | None
    role_text: Text


@dataclass(frozen=True)
class OptionSeats:
    """Where an item is in one option.

    Attributes:
        seats: Its seats; none if it has no place.
        move: The change against the period before, or against the baseline.
    """

    seats: tuple[HeldSeat, ...]
    move: SeatMove


@dataclass(frozen=True)
class SeatComparison:
    """An item of a layer in one period.

    Attributes:
        layer: The layer.
        table: The table of the item: ``people``, ``units`` ...
        item: The item.
        period: The period; None in a layer that is decided once.
        before: Its seats in the baseline, or before the horizon; None where that is not known or not shown.
        options: Its seats in each option; None where the option has no plan or does not know the item, the
            layer or the period.
        differs: Whether it is elsewhere, or in another role, in some option.
    """

    layer: str
    table: str
    item: NamedEntity
    period: str | None
    before: tuple[HeldSeat, ...] | None
    options: tuple[OptionSeats | None, ...]
    differs: bool


@dataclass(frozen=True)
class MoveCount:
    """Numbers of items of a layer that change in one option, over all periods.

    Attributes:
        new: Items that come into another slot.
        role: Items with another role in the same slots.
        left: Items that leave all slots.
    """

    new: int
    role: int
    left: int

    @property
    def total(self) -> int:
        """All changes."""
        return self.new + self.role + self.left


@dataclass(frozen=True)
class LayerMoves:
    """The changes of a layer in each option; None where the option has no plan or nothing is known before."""

    layer: str
    title: Text
    options: tuple[MoveCount | None, ...]


class SeatTable:
    """The seats of all items in all options."""

    def __init__(self, options: Sequence[PlanOption], baseline: Plan | None = None) -> None:
        """Take the options and, if there is one, the plan that changes are counted from."""
        self._options = options
        self._baseline = None if baseline is None else _held(baseline.assignments)
        self._held = [_held(one.plan.assignments) for one in options]

    def rows(self) -> Iterator[SeatComparison]:
        """Yield a row for each item of each layer in each period, layer by layer."""
        for name in dict.fromkeys(layer for one in self._options for layer in one.policy.context.layers):
            yield from self._layer_rows(name)

    def _layer_rows(self, name: str) -> Iterator[SeatComparison]:
        layers = [one.policy.context.layers.get(name) for one in self._options]
        known = [layer for layer in layers if layer is not None]
        periods = dict.fromkeys(layer.period_id(t) for layer in known for t in range(len(layer.periods)))
        items = dict.fromkeys(item for layer in known for item in layer.items)
        for period in periods:
            for item in items:
                yield self._row(name, layers, item, period)

    def _row(
        self, name: str, layers: Sequence[Layer | None], item: str, period: str | None
    ) -> SeatComparison:
        knowing = [
            (option, layer)
            for option, layer in zip(self._options, layers, strict=True)
            if layer is not None and item in layer.item_index
        ]
        option, first = knowing[0]
        cells = tuple(
            self._seats(k, layer, item, period)
            if layer is not None and item in layer.item_index and period in layer.period_index
            else None
            for k, layer in enumerate(layers)
        )
        held = {frozenset((one.slot.id, one.role) for one in cell.seats) for cell in cells if cell}
        before = self._before(name, first, item, period) if period in first.period_index else None
        return SeatComparison(
            layer=name,
            table=first.spec.items.table,
            item=option.policy.context.scenario.organisation.named(item),
            period=period,
            before=None if before is None else _named(option, before),
            options=cells,
            differs=len(held) > 1 or (any(cells) and any(self._lacks(k, cells) for k in range(len(cells)))),
        )

    def _lacks(self, k: int, cells: Sequence[OptionSeats | None]) -> bool:
        """Whether an option has a plan but does not know the item."""
        return cells[k] is None and self._options[k].has_plan

    def _seats(self, k: int, layer: Layer, item: str, period: str | None) -> OptionSeats | None:
        option = self._options[k]
        if not option.has_plan:
            return None
        now = self._held[k].get((layer.name, item, period), frozenset())
        return OptionSeats(_named(option, now), self._move(k, layer, item, period))

    def _move(self, k: int, layer: Layer, item: str, period: str | None) -> SeatMove:
        now = self._held[k].get((layer.name, item, period), frozenset())
        before = self._before(layer.name, layer, item, period)
        if before is None and not self._is_tracked(layer):
            return ""
        if before is None:
            at = layer.period_index[period] - 1
            if at < 0:
                return ""
            before = self._held[k].get((layer.name, item, layer.period_id(at)), frozenset())
        return seat_move(before, now)

    def _before(self, name: str, layer: Layer, item: str, period: str | None) -> _Seats | None:
        """Return the seats in the baseline; without one, those before the horizon in the first period."""
        if self._baseline is not None:
            return self._baseline.get((name, item, period), frozenset())
        if layer.period_index[period] or not layer.past.at(-1) or layer.spec.slots.table == "cases":
            return None
        stays = layer.past.held(layer.item_index[item], -1)
        return frozenset((layer.slots[slot], layer.roles[role]) for slot, role in stays)

    def moves(self) -> tuple[LayerMoves, ...]:
        """Return the number of changes of each layer whose items had a place before, or have several periods.

        Cases are counted only against a baseline.
        """
        names = dict.fromkeys(layer for one in self._options for layer in one.policy.context.layers)
        found = (self._layer_moves(name) for name in names)
        return tuple(one for one in found if any(one.options))

    def _layer_moves(self, name: str) -> LayerMoves:
        layers = [one.policy.context.layers.get(name) for one in self._options]
        titles = [layer.spec.title for layer in layers if layer is not None]
        counts = tuple(
            self._count(k, layer)
            if layer is not None and self._options[k].has_plan and self._is_tracked(layer)
            else None
            for k, layer in enumerate(layers)
        )
        return LayerMoves(name, titles[0] or Text(zh=name, en=name), counts)

    def _is_tracked(self, layer: Layer) -> bool:
        if self._baseline is not None:
            return True
        return layer.spec.slots.table != "cases" and (bool(layer.past.at(-1)) or len(layer.periods) > 1)

    def _count(self, k: int, layer: Layer) -> MoveCount:
        moves = [
            self._move(k, layer, item, layer.period_id(t))
            for t in range(len(layer.periods))
            for item in layer.items
        ]
        return MoveCount(moves.count("new"), moves.count("role"), moves.count("left"))


def seat_move(before: _Seats, now: _Seats) -> SeatMove:
    """Return the change from some seats to others."""
    if before == now:
        return ""
    if not now:
        return "left"
    return "new" if {slot for slot, _ in now} - {slot for slot, _ in before} else "role"


def _held(assignments: Sequence[Assignment]) -> _Held:
    found: dict[tuple[str, str, str | None], set[tuple[str, str | None]]] = {}
    for one in assignments:
        found.setdefault((one.layer, one.item, one.period), set()).add((one.slot, one.role))
    return {key: frozenset(seats) for key, seats in found.items()}


def _named(option: PlanOption, seats: _Seats) -> tuple[HeldSeat, ...]:
    """Return seats with their words, in the order of slots and roles."""
    scenario = option.policy.context.scenario
    roles = scenario_roles(scenario.spec)
    named = scenario.organisation.named
    return tuple(
        HeldSeat(named(slot), role, roles.get(role, Text(zh=role, en=role)) if role else Text())
        for slot, role in sorted(seats, key=lambda seat: (seat[0], seat[1] or ""))
    )
