"""eligible: no seat is taken where the condition does not hold."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import PAIR_TESTS
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "slot", "role", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return {"when": draw(st.sampled_from(PAIR_TESTS[world.layers[on].of_items, world.layers[on].of_slots]))}


def breaches(scope: Scope) -> Counter[Any]:
    return Counter(seat[1:] for seat in scope.seats if not scope.of(scope.rule["when"], seat))
