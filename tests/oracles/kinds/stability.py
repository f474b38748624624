"""stability: an item that could stay but leaves its slot, or its slot of the baseline, costs ``lost``."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import PAIR_NUMBERS
from oracles.scope import Scope
from oracles.world import Seat, World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "slot", "period")
BASELINE = True
TAKE = "0-1"


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["against"] = draw(st.sampled_from(["history", "baseline"]))
    if draw(st.booleans()):
        sides = world.layers[on].of_items, world.layers[on].of_slots
        rule["lost"] = draw(st.sampled_from([2, *PAIR_NUMBERS[sides]]))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule, layer, found = scope.rule, scope.layer, Counter[Any]()
    there = {(s.item, s.slot, s.period) for s in scope.everywhere}
    if rule.get("against", "history") == "baseline":
        baseline = Scope(rule, scope.world, scope.world.baseline or frozenset())
        asked = {(s.item, s.slot, s.period) for s in baseline.seats}
    else:
        before = there | {(s.item, s.slot, s.period) for s in scope.past}
        asked = {(item, slot, t + 1) for item, slot, t in before if t + 1 in scope.periods}
    for item, slot, period in asked - there:
        if layer.can(item, slot, period):
            cost = scope.of(rule.get("lost", 1), Seat(layer.name, item, slot, None, period))
            if cost:
                found[item, slot, period] += cost
    return found
