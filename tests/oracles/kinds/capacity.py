"""capacity: each load stays between two limits."""

from __future__ import annotations

from collections import Counter
from math import inf
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import PERIOD_NUMBERS, SLOT_PERIOD_NUMBERS
from oracles.kinds._loads import Key, each_numbers, load_fields, loads
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


def contradicts(scope: Scope) -> bool:
    """Return whether the least load is above the greatest."""
    return any(least > most for least, most in (_limits(scope, key) for key in loads(scope)))


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for key, load in loads(scope).items():
        item, slot, _, period = key
        least, most = _limits(scope, key)
        wrong = max(0, least - load, load - most)
        if wrong:
            found[item, slot, period] += wrong
    return found


def _limits(scope: Scope, key: Key) -> tuple[float, float]:
    """Return the least and the greatest load; a limit that is not given bounds nothing."""
    item, slot, _, period = key
    named = {name: who for name, who in (("item", item), ("slot", slot)) if who}
    seen = scope.world.see(scope.layer, period=period, **named)
    return value(scope.rule.get("atleast", -inf), seen), value(scope.rule.get("atmost", inf), seen)
