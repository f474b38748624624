"""exclude: an item is not in a slot, or in none, in the periods and roles of the rule."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "slot", "role", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule = {"item": draw(st.sampled_from(world.layers[on].items))}
    if draw(st.booleans()):
        rule["slot"] = draw(st.sampled_from(world.layers[on].slots))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule = scope.rule
    return Counter(
        seat[1:]
        for seat in scope.seats
        if seat.item == rule["item"] and seat.slot == rule.get("slot", seat.slot)
    )
