"""wishes: a wish that is not met is charged once; an unwanted seat is charged in each period."""

from __future__ import annotations

from collections import Counter
from typing import Any

from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework")
NAMES = ("item", "slot", "role", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return {}


def breaches(scope: Scope) -> Counter[Any]:
    layer, found = scope.layer, Counter[Any]()
    for item, slot, role, period, weight in scope.world.wishes:
        if item not in scope.items or not _asked(scope, slot, role, period):
            continue
        there = {
            seat.period
            for seat in scope.seats
            if seat.item == item
            and slot in ("", seat.slot)
            and role in ("", seat.role)
            and period in ("", layer.periods[seat.period])
        }
        named = item, slot or None, role or None
        if weight < 0:
            for t in there:
                found[*named, t] += -weight
        elif not there:
            found[*named, layer.periods.index(period) if period else None] += weight
    return found


def _asked(scope: Scope, slot: str, role: str, period: str) -> bool:
    """Return whether slot, role and period of a wish are within the rule."""
    periods = [scope.layer.periods[t] for t in scope.periods]
    return slot in ("", *scope.slots) and role in ("", *scope.roles) and period in ("", *periods)
