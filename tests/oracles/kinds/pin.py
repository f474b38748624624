"""pin: an item is in a slot in each period of the rule, in one of its roles.

Without ``during`` these are the periods in which both are there.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "slot", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    layer = world.layers[on]
    return {"item": draw(st.sampled_from(layer.items)), "slot": draw(st.sampled_from(layer.slots))}


def breaches(scope: Scope) -> Counter[Any]:
    rule, layer = scope.rule, scope.layer
    item, slot = rule["item"], rule["slot"]
    there = {s.period for s in scope.seats if (s.item, s.slot) == (item, slot)}
    asked = [t for t in scope.periods if rule.get("during") or layer.can(item, slot, t)]
    return Counter((item, slot, t) for t in asked if t not in there)
