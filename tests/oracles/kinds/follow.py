"""follow: for each seat taken, ``this`` and ``that`` are in the same place."""

from __future__ import annotations

from collections import Counter
from typing import Any

from oracles.kinds._whereabouts import OTHERS, places, side
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "casework", "dispatch")
NAMES = ("item", "slot", "role", "period")
OTHER_LAYERS = OTHERS
TAKE = "0-1"


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return {"this": side(draw, on), "that": side(draw, on)}


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for seat in scope.seats:
        here, there = (places(scope, seat, scope.rule[name]) for name in ("this", "that"))
        if here and there and ("" in (*here, *there) or len({*here, *there}) > 1):
            found[seat[1:]] += 1
    return found
