"""together: in each period in which both items of a pair can serve, they share their slots or have none."""

from __future__ import annotations

from collections import Counter
from typing import Any

from oracles.kinds._pairs import chosen_pairs, pairs
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "other", "period")
PLAIN = True
TAKE = "0-1"


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return chosen_pairs(draw, world, on)


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    serving = scope.layer.serving
    for period in scope.periods:
        for one, two in pairs(scope, period):
            where = [
                {s.slot for s in scope.seats if (s.item, s.period) == (who, period)} for who in (one, two)
            ]
            if {(one, period), (two, period)} <= serving and where[0] != where[1]:
                found[one, two, period] += 1
    return found
