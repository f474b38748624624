"""cooldown: between two stays in one slot lies at least the given number of periods."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from oracles.kinds._stays import runs
from oracles.scope import Scope
from oracles.world import World, held

LAYERS = ("turn", "posting")
NAMES = ("item", "slot", "period")
TAKE = "0-1"


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return {"periods": draw(st.integers(1, 4))}


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for (item, slot), periods in held((*scope.past, *scope.everywhere)).items():
        for (_, left), (back, _) in pairwise(runs(periods)):
            if back in scope.periods and back - left - 1 < scope.rule["periods"]:
                found[item, slot, back] += 1
    return found
