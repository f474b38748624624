"""max_term: a stay has at most the given number of periods; those before the horizon count."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.kinds._stays import runs
from oracles.scope import Scope
from oracles.world import World, held

LAYERS = ("turn", "posting")
NAMES = ("item", "slot", "period")
TAKE = "0-1"


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return {"periods": draw(st.integers(1, 3))}


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for (item, slot), periods in held((*scope.past, *scope.everywhere)).items():
        for first, last in runs(periods):
            over = last - first + 1 - scope.rule["periods"]
            if last in scope.periods and over > 0:
                found[item, slot, last] += over
    return found
