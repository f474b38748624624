"""reserve: for each slot enough others are free and fit to take a seat of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import PAIR_TESTS
from oracles.scope import Scope
from oracles.world import World, value

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("slot", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["when"] = draw(st.sampled_from(PAIR_TESTS[world.layers[on].of_items, world.layers[on].of_slots]))
    if draw(st.booleans()):
        rule["atleast"] = draw(st.integers(1, 2))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for period in scope.periods:
        busy = {seat.item for seat in scope.seats if seat.period == period}
        for slot in scope.slots:
            if (slot, period) not in scope.layer.open:
                continue
            free = sum(_is_fit(scope, item, slot, period) for item in scope.items if item not in busy)
            short = scope.rule.get("atleast", 1) - free
            if short > 0:
                found[slot, period] += short
    return found


def _is_fit(scope: Scope, item: str, slot: str, period: int) -> bool:
    """Return whether an item in service meets the condition in a slot."""
    if (item, period) not in scope.layer.serving:
        return False
    seen = scope.world.see(scope.layer, item=item, slot=slot, period=period)
    return "when" not in scope.rule or bool(value(scope.rule["when"], seen))
