"""separate: an item holds at most one of the roles within a slot, or within a period over all slots."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World

LAYERS = ("posting", "casework")
NAMES = ("item", "slot", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"roles": list(world.layers[on].roles)}
    if draw(st.booleans()):
        rule["within"] = draw(st.sampled_from(["slot", "period"]))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    slotwise = scope.rule.get("within", "slot") == "slot"
    roles: dict[Any, set[str | None]] = {}
    for seat in scope.seats:
        if seat.role in scope.rule["roles"]:
            roles.setdefault((seat.item, seat.slot if slotwise else None, seat.period), set()).add(seat.role)
    return Counter({where: len(held) - 1 for where, held in roles.items() if len(held) > 1})
