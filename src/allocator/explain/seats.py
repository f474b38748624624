"""A seat of a plan, found by names, and the moves that bring an item to the seat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from allocator.errors import Fault, InputError, nearest
from allocator.model.layer import IntArray, Layer
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.policy import Policy
from allocator.rules.roster import Held, LayerRoster, Roster
from allocator.rules.seat_specs import resolve_role


@dataclass(frozen=True)
class Seat:
    """A role of a slot in a period, by index into its layer."""

    layer: str
    slot: int
    role: int
    period: int


@dataclass(frozen=True)
class SeatQuery:
    """A seat as a caller names it; ``find_seat`` fills in empty fields."""

    slot: str
    role: str = ""
    period: str = ""
    layer: str = ""
    item: str = ""


def find_seat(policy: Policy, roster: Roster, query: SeatQuery) -> Seat:
    """Return the seat of a query.

    An empty layer is the first that has the slot, the item and the role. An empty period is the first in
    which the slot exists. An empty role is the first that somebody holds there, or else the first of all.

    Raises:
        InputError: A name does not fit; there is a fault for each such name.
    """
    layers = policy.context.layers
    if query.layer and query.layer not in layers:
        raise InputError([_unknown("--layer", query.layer, layers, "没有此层", "there is no such layer")])
    named = [layers[query.layer]] if query.layer else list(layers.values())
    with_slot = [layer for layer in named if query.slot in layer.slot_index]
    if not with_slot:
        slots = [slot for layer in named for slot in layer.slots]
        raise InputError(
            [_unknown("--slot", query.slot, slots, "没有层含有此去处", "no layer has this slot")]
        )
    layer = min(with_slot, key=lambda layer: len(list(_faults_of(policy.context, layer, query))))
    if faults := list(_faults_of(policy.context, layer, query)):
        raise InputError(faults)
    slot = layer.slot_index[query.slot]
    period = _period(layer, slot, query.period)
    return Seat(layer.name, slot, _role(layer, roster, slot, period, query.role), period)


def check_item(policy: Policy, item: str, layer: str) -> None:
    """Refuse an item that no layer has, or not the named one.

    Raises:
        InputError: There is no such item.
    """
    named = [one for one in policy.context.layers.values() if layer in ("", one.name)]
    if not any(item in one.item_index for one in named):
        items = [one for layer in named for one in layer.items]
        raise InputError([_unknown("--item", item, items, "没有此对象", "there is no such item")])


def _faults_of(context: RuleContext, layer: Layer, query: SeatQuery) -> Iterator[Fault]:
    """Yield a fault for each name of a query that a layer does not have."""
    if query.item and query.item not in layer.item_index:
        zh, en = f"{layer.name} 层中没有此对象", f"the layer {layer.name} has no such item"
        yield _unknown("--item", query.item, layer.items, zh, en)
    if query.role and query.role not in layer.roles:
        faults: list[Fault] = []
        resolve_role(context, query.role, [layer], "--role", faults)
        yield from faults
    active = [layer.periods[t].id for t in _periods(layer, layer.slot_index[query.slot])]
    if (query.period and query.period not in active) or not active:
        zh, en = "该去处在此周期不存在", "the slot does not exist in that period"
        yield _unknown("--period", query.period, active, zh, en)


def _periods(layer: Layer, slot: int) -> Sequence[int]:
    """Return the periods in which a slot exists."""
    return [t for t in range(len(layer.periods)) if layer.active[slot, t]]


def _period(layer: Layer, slot: int, period: str) -> int:
    return next(t for t in _periods(layer, slot) if period in ("", layer.periods[t].id))


def _role(layer: Layer, roster: Roster, slot: int, period: int, role: str) -> int:
    if role:
        return layer.roles.index(role)
    return min((held for _, held in roster[layer.name].members(slot, period)), default=0)


def _unknown(option: str, found: str, known: Iterable[str], zh: str, en: str) -> Fault:
    names = list(dict.fromkeys(known))
    allowed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
    return Fault(Text(zh=zh, en=en), "", 0, option, found, allowed, nearest(found, names))


#: Item, slot and role of an assignment in the period of the seat.
HeldSeat = tuple[int, int, int]


@dataclass(frozen=True)
class Move:
    """A move that brings an item to a seat.

    Attributes:
        item: The item that comes.
        replaces: The item that leaves the seat; None where the seat is empty.
        leaves: Seats (slot and role) that the item gives up, where it may hold one seat only.
        exchange: Whether the item that leaves takes the seat that the coming item gives up.
        drops: Assignments that end.
        adds: Assignments that begin.
    """

    item: int
    replaces: int | None
    leaves: tuple[Held, ...]
    exchange: bool
    drops: frozenset[HeldSeat]
    adds: frozenset[HeldSeat]

    def flips(self, grid: IntArray, period: int) -> IntArray | None:
        """Return the decisions that change; None if a seat to take has no decision."""
        adds = [int(grid[i, s, r, period]) for i, s, r in sorted(self.adds - self.drops)]
        drops = [int(grid[i, s, r, period]) for i, s, r in sorted(self.drops - self.adds)]
        if min(adds, default=0) < 0:
            return None
        return np.array([*adds, *(column for column in drops if column >= 0)], dtype=np.int64)


def holders(roster: LayerRoster, seat: Seat) -> tuple[int, ...]:
    """Return the items that hold a seat."""
    return roster.items_in(seat.slot, seat.period, (seat.role,))


def moves_to(layer: Layer, roster: LayerRoster, seat: Seat, item: int) -> Iterator[Move]:
    """Yield every move that brings an item to a seat that it does not hold.

    An item that may take one place gives up its place, or exchanges places with the holder; where every item
    must have a place, only the exchange is left. An item that may take several places keeps them, and may
    exchange roles with the holder in the same slot.
    """
    take = layer.spec.take
    own = tuple(held for held in roster.seats(item, seat.period) if held != (seat.slot, seat.role))
    for holder in holders(roster, seat) or (None,):
        given_up = [held for held in own if take.most == 1 or held[0] == seat.slot]
        exchanges = [
            _move(seat, item, holder, (held,), exchange=True)
            for held in given_up
            if holder is not None and held not in roster.seats(holder, seat.period)
        ]
        yield from exchanges
        if not (exchanges and take.most == 1 and take.least == 1):
            yield _move(seat, item, holder, own if take.most == 1 else (), exchange=False)


def _move(seat: Seat, item: int, holder: int | None, leaves: tuple[Held, ...], *, exchange: bool) -> Move:
    drops: set[HeldSeat] = {(item, *held) for held in leaves}
    adds: set[HeldSeat] = {(item, seat.slot, seat.role)}
    if holder is not None:
        drops.add((holder, seat.slot, seat.role))
        adds.update((holder, *held) for held in leaves if exchange)
    return Move(item, holder, leaves, exchange, frozenset(drops), frozenset(adds))
