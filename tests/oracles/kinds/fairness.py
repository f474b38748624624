"""fairness: the sum of the ``worst`` least loads is at least ``worst`` times the target."""

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
    rule = load_fields(draw, world, on, ("slot", "item"))
    rule["target"] = draw(st.integers(1, 4))
    if draw(st.booleans()):
        rule["worst"] = draw(st.integers(1, 4))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    by_period: dict[int | None, list[int]] = {}
    for (*_, period), load in loads(scope).items():
        by_period.setdefault(period, []).append(load)
    for period, each in by_period.items():
        least = sorted(each)[: scope.rule.get("worst", 1)]
        short = len(least) * scope.rule["target"] - sum(least)
        if short > 0:
            found[(period,)] += short
    return found
