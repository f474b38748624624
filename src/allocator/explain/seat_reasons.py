"""Why an item has the seats that it has: the price of a plan without it there, and with it elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from allocator.explain.alternative import Alternative, SeatDemand, SeatReasons
from allocator.explain.alternative_search import AlternativeListener, AlternativeSearch
from allocator.explain.seat_ranking import rank_candidates
from allocator.explain.seats import Seat
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.solvers.deadline import Deadline


@dataclass(frozen=True)
class SeatReasonParams:
    """How the time is shared.

    Attributes:
        proof_part: The part of the time for the plan without the item at the seat, and its proof.
        piece_seconds: The most seconds for each other place.
    """

    proof_part: float = 0.7
    piece_seconds: float = 0.3


PARAMS = SeatReasonParams()


def seats_of(policy: Policy, roster: Roster, item: str, layer: str = "", period: str = "") -> list[Seat]:
    """Return the seats that an item holds: of each, the first period of every unbroken stay, or one period.

    Args:
        policy: The policy.
        roster: The plan.
        item: The item.
        layer: The layer; empty for all.
        period: The period; empty for the first of every stay.
    """
    found: list[Seat] = []
    for name, one in policy.context.layers.items():
        if layer not in ("", name) or item not in one.item_index:
            continue
        index = one.item_index[item]
        for t in range(len(one.periods)):
            before = roster[name].seats(index, t - 1) if t and not period else ()
            found += [
                Seat(name, slot, role, t)
                for slot, role in roster[name].seats(index, t)
                if (slot, role) not in before and period in ("", one.periods[t].id)
            ]
    return found


def seat_reasons(
    search: AlternativeSearch,
    seat: Seat,
    item: int,
    seconds: float,
    on_first: AlternativeListener | None = None,
) -> SeatReasons:
    """Return why an item has a seat.

    Args:
        search: The search.
        seat: The seat.
        item: The item, which holds it.
        seconds: Time limit.
        on_first: Sees the first plan without the item there, before its price is proved.
    """
    search.restart(seconds * PARAMS.proof_part)
    first = search.first(SeatDemand(seat, item, held=False))
    if on_first is not None:
        on_first(first)
    without = search.prove(first)
    others = rank_candidates(search.policy, search.plan.assignments, seat)
    search.restart(seconds * (1 - PARAMS.proof_part))
    slots = list(_other_seats(search, seat, item))
    elsewhere, count = [], 0
    deadline = Deadline(search.context.budget, search.context.budget.share(1.0))
    for other in slots:
        if deadline.is_over or search.context.is_over:
            break
        found = search.first(SeatDemand(other, item), pieces=2, seconds=PARAMS.piece_seconds)
        count += 1
        elsewhere += [found] if found.has_plan else []
    return SeatReasons(
        seat=seat,
        item=item,
        without=without,
        runners_up=tuple(_newcomers(search, seat, without)),
        others=tuple(one for one in others.candidates if not one.is_holder),
        elsewhere=tuple(sorted(elsewhere, key=lambda one: one.change_by_level)),
        looked_at=(count, len(slots)),
    )


def _other_seats(search: AlternativeSearch, seat: Seat, item: int) -> Iterator[Seat]:
    """Yield the seats of the same role in other slots that the item could have."""
    layer = search.policy.context.layers[seat.layer]
    for slot in range(len(layer.slots)):
        other = replace(seat, slot=slot)
        if slot != seat.slot and len(search.columns(SeatDemand(other, item))):
            yield other


def _newcomers(search: AlternativeSearch, seat: Seat, without: Alternative) -> Iterator[int]:
    """Yield the items that take the seat in another plan."""
    layers = search.policy.context.layers
    before, after = (Roster(layers, plan) for plan in (search.plan.assignments, without.assignments))
    held = before[seat.layer].items_in(seat.slot, seat.period, (seat.role,))
    now = after[seat.layer].items_in(seat.slot, seat.period, (seat.role,))
    yield from (item for item in now if item not in held)
