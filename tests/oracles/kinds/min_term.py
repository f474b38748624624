"""min_term: a stay that ends within the horizon has at least the given number of periods.

A stay that ends with retirement is no breach."""

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
    return {"periods": draw(st.integers(2, 4))}


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for (item, slot), periods in held((*scope.past, *scope.everywhere)).items():
        for first, last in runs(periods):
            short = scope.rule["periods"] - (last - first + 1)
            gone = last + 1
            judged = last in scope.periods or (last == -1 and 0 in scope.periods)
            ends = judged and gone in scope.layer.times and (item, gone) in scope.layer.serving
            if ends and short > 0:
                found[item, slot, max(0, last)] += short
    return found
