"""The difference between a plan and its baseline: seat by seat, who left and who came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.scenario import NamedEntity
from allocator.rules.context import RuleContext
from allocator.rules.kept_layers import is_by_item
from allocator.rules.policy import Policy
from allocator.verify import MissingReferences, missing_references

#: Changed seats that a plan lists under ``run``; their number is always given.
MOST_CARRIED = 1_000


#: Place, role and period of a seat.
_Key = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class SeatChange:
    """A seat that was filled in the baseline and has other holders now.

    Attributes:
        layer: The layer.
        place: The slot; in a layer of cases the item.
        role: The role, None in a layer without roles.
        period: The period, None in a layer decided once.
        left: Holders in the baseline only.
        came: Holders in the plan only.
        gone: Ids in ``left`` that the scenario no longer has.
    """

    layer: str
    place: NamedEntity
    role: str | None
    period: str | None
    left: tuple[NamedEntity, ...]
    came: tuple[NamedEntity, ...]
    gone: tuple[str, ...]

    @property
    def count(self) -> int:
        """Number of seats that change hands."""
        return max(len(self.left), len(self.came))


@dataclass(frozen=True)
class PlanDiff:
    """The difference between a plan and its baseline.

    Attributes:
        seats: The seats that changed hands.
        new: Number of filled seats in slots (or of items) that the baseline left empty.
        gone: Names in the baseline that the scenario no longer has.
    """

    seats: tuple[SeatChange, ...]
    new: int
    gone: MissingReferences

    @property
    def count(self) -> int:
        """Number of seats that change hands."""
        return sum(seat.count for seat in self.seats)

    def to_run_data(self) -> dict[str, Any]:
        """Return the difference as a plan holds it under ``run.changes``."""
        listed = [
            {
                "layer": seat.layer,
                "place": seat.place.id,
                "role": seat.role,
                "period": seat.period,
                "left": [one.id for one in seat.left],
                "came": [one.id for one in seat.came],
            }
            for seat in self.seats[:MOST_CARRIED]
        ]
        return {"seats": self.count, "new": self.new, "dropped": self.gone.assignments, "list": listed}


def plan_diff(policy: Policy, baseline: Plan, assignments: Iterable[Assignment]) -> PlanDiff:
    """Return the difference between assignments and a baseline, without slots and items that are gone."""
    found = tuple(assignments)
    seats: list[SeatChange] = []
    new = 0
    for layer in policy.context.layers.values():
        before, after = _held(layer, baseline.assignments), _held(layer, found)
        running = {(place, period) for place, _, period in before if _exists(layer, place, period)}
        new += sum(len(who) for (place, _, period), who in after.items() if (place, period) not in running)
        for seat in sorted({*before, *after}, key=lambda seat: _order(layer, seat)):
            if (seat[0], seat[2]) in running and before.get(seat) != after.get(seat):
                seats.append(
                    _seat_change(policy.context, layer, seat, before.get(seat, ()), after.get(seat, ()))
                )
    return PlanDiff(tuple(seats), new, missing_references(policy, baseline))


def _held(layer: Layer, assignments: Iterable[Assignment]) -> Mapping[_Key, frozenset[str]]:
    """Return the holders of each seat; in a layer of cases the slots of each item."""
    held: dict[_Key, set[str]] = {}
    for one in assignments:
        if one.layer == layer.name and one.role in layer.roles:
            place, other = (one.item, one.slot) if is_by_item(layer) else (one.slot, one.item)
            held.setdefault((place, one.role, one.period), set()).add(other)
    return {key: frozenset(who) for key, who in held.items()}


def _exists(layer: Layer, place: str, period: str | None) -> bool:
    """Return whether a slot (or an item) still exists in a period."""
    index, exists = (
        (layer.item_index, layer.present) if is_by_item(layer) else (layer.slot_index, layer.active)
    )
    if place not in index or period not in layer.period_index:
        return False
    return bool(exists[index[place], layer.period_index[period]])


def _order(layer: Layer, seat: _Key) -> tuple[int, int, int]:
    place, role, period = seat
    index = layer.item_index if is_by_item(layer) else layer.slot_index
    return layer.period_index.get(period, -1), index.get(place, -1), layer.roles.index(role)


def _seat_change(
    context: RuleContext, layer: Layer, seat: _Key, before: Iterable[str], after: Iterable[str]
) -> SeatChange:
    named = context.scenario.organisation.named
    known = layer.slot_index if is_by_item(layer) else layer.item_index
    left, came = sorted({*before} - {*after}), sorted({*after} - {*before})
    place, role, period = seat
    return SeatChange(
        layer=layer.name,
        place=named(place),
        role=role,
        period=period,
        left=tuple(map(named, left)),
        came=tuple(map(named, came)),
        gone=tuple(one for one in left if one not in known),
    )
