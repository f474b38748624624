"""capacity: each load stays between two limits."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import PERIOD_NUMBERS, SLOT_PERIOD_NUMBERS
from oracles.kinds._loads import each_numbers, load_fields, loads
from oracles.scope import Scope
from oracles.world import World, value

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "slot", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule = load_fields(draw, world, on, ("slot", "item", "layer"))
    limits = [1, 2, 3, *each_numbers(world, on, rule["each"])]
    if rule.get("over", "period") == "period":
        limits += PERIOD_NUMBERS
        limits += SLOT_PERIOD_NUMBERS[world.layers[on].of_slots] if rule["each"] == "slot" else []
    names = draw(st.lists(st.sampled_from(["atleast", "atmost"]), min_size=1, unique=True))
    rule |= {name: draw(st.sampled_from(limits)) for name in names}
    if all(isinstance(rule.get(name), int) for name in ("atleast", "atmost")):
        rule["atleast"], rule["atmost"] = sorted((rule["atleast"], rule["atmost"]))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for (item, slot, _, period), load in loads(scope).items():
        named = {name: who for name, who in (("item", item), ("slot", slot)) if who}
        seen = scope.world.see(scope.layer, period=period, **named)
        short = max(0, value(scope.rule["atleast"], seen) - load) if "atleast" in scope.rule else 0
        over = max(0, load - value(scope.rule["atmost"], seen)) if "atmost" in scope.rule else 0
        if short + over:
            found[item, slot, period] += max(short, over)
    return found
