"""prefer: each seat taken where the condition does not hold costs a price; a negative price counts as 0."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import PAIR_NUMBERS, PAIR_TESTS, PRICES
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "slot", "role", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    sides = world.layers[on].of_items, world.layers[on].of_slots
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["when"] = draw(st.sampled_from(PAIR_TESTS[sides]))
    if draw(st.booleans()):
        rule["cost"] = draw(st.sampled_from([2, -1, *PAIR_NUMBERS[sides], *PRICES[sides]]))
    return rule or {"cost": 2}


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for seat in scope.seats:
        free = "when" in scope.rule and scope.of(scope.rule["when"], seat)
        cost = 0 if free else max(0, scope.of(scope.rule.get("cost", 1), seat))
        if cost:
            found[seat[1:]] += cost
    return found
