"""balance: even loads, by their range, their distances from a target, or the squares of these."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.kinds._loads import load_fields, loads
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("period",)


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule = load_fields(draw, world, on, ("slot", "item", "layer"))
    measures = ["deviation", "squares"] if rule["each"] == "layer" else ["range", "deviation", "squares"]
    rule["measure"] = draw(st.sampled_from(measures))
    if draw(st.booleans()):
        rule["tolerance"] = draw(st.integers(0, 2))
    if rule["measure"] != "range":
        rule["target"] = draw(st.integers(0, 3))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule, found = scope.rule, Counter[Any]()
    by_period: dict[int | None, list[int]] = {}
    for (*_, period), load in loads(scope).items():
        by_period.setdefault(period, []).append(load)
    for period, each in by_period.items():
        free = rule.get("tolerance", 0)
        far = [max(0, abs(load - rule.get("target", 0)) - free) for load in each]
        amount = {
            "range": max(0, max(each) - min(each) - free),
            "deviation": sum(far),
            "squares": sum(one * one for one in far),
        }[rule["measure"]]
        if amount:
            found[(period,)] += amount
    return found
