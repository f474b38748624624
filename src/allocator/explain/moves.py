"""Moves: how somebody may come to a seat, and what of the plan then changes; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from allocator.explain.seats import Seat
from allocator.model.layer import IntArray, Layer
from allocator.rules.roster import Held, LayerRoster

#: Item, slot and role, in the period of the seat.
Taken = tuple[int, int, int]


@dataclass(frozen=True)
class Move:
    """One way to a seat.

    Attributes:
        item: Who comes.
        replaces: Who leaves the seat, None where it is empty.
        leaves: Where the one who comes gives up a seat (slot and role), since one place is all they may take.
        exchange: Whether the one who leaves takes that seat in turn.
        drops: What is no longer so.
        adds: What is so instead.
    """

    item: int
    replaces: int | None
    leaves: tuple[Held, ...]
    exchange: bool
    drops: frozenset[Taken]
    adds: frozenset[Taken]

    def flips(self, grid: IntArray, period: int) -> IntArray | None:
        """Return the decisions that change, None if something would be that cannot be."""
        adds = [int(grid[i, s, r, period]) for i, s, r in sorted(self.adds - self.drops)]
        drops = [int(grid[i, s, r, period]) for i, s, r in sorted(self.drops - self.adds)]
        if min(adds, default=0) < 0:
            return None
        return np.array([*adds, *(column for column in drops if column >= 0)], dtype=np.int64)


def holders(roster: LayerRoster, seat: Seat) -> tuple[int, ...]:
    """Return who holds a seat."""
    return roster.items_in(seat.slot, seat.period, (seat.role,))


def moves_to(layer: Layer, roster: LayerRoster, seat: Seat, item: int) -> Iterator[Move]:
    """Yield every way in which an item that does not hold a seat may come to it.

    Whoever may take one place only gives up the place that they have, or changes places with the holder,
    which is the only way where everybody must have a place. Who may take several keeps them, and may change
    roles with the holder in the same slot.
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
    drops: set[Taken] = {(item, *held) for held in leaves}
    adds: set[Taken] = {(item, seat.slot, seat.role)}
    if holder is not None:
        drops.add((holder, seat.slot, seat.role))
        adds.update((holder, *held) for held in leaves if exchange)
    return Move(item, holder, leaves, exchange, frozenset(drops), frozenset(adds))
