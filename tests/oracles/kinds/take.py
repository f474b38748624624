"""take: each item in service takes a number of seats within limits; limits out of reach are breaches too."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "period")
LIMITS = {"1": (1, 1), "0-1": (0, 1), "1-2": (1, 2), "≥1": (1, 99), "≤1": (0, 1), "2": (2, 2), "any": (0, 99)}


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return {"places": draw(st.sampled_from(sorted(LIMITS)))}


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    least, most = LIMITS[scope.rule["places"]]
    for item in scope.items:
        for period in scope.periods:
            taken = sum((s.item, s.period) == (item, period) for s in scope.seats)
            if (item, period) in scope.layer.serving:
                wrong = max(0, least - taken) + max(0, taken - most)
                if wrong:
                    found[item, period] += wrong
    return found
