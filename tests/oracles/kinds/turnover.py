"""turnover: of the members that a slot had, a share has left; a share is never rounded."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning")
NAMES = ("slot", "period")
TAKE = "0-1"


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["atleast"] = draw(st.sampled_from([20, 34, 50, 51, 100]))
    if draw(st.booleans()) or not rule:
        rule["atmost"] = draw(
            st.sampled_from(
                [number for number in (0, 33, 50, 66) if number >= rule.get("atleast", 0)] or [100]
            )
        )
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    seats = (*scope.past, *scope.everywhere)
    for slot in scope.slots:
        for period in scope.periods:
            if (slot, period) not in scope.layer.open:
                continue
            before = {s.item for s in seats if (s.slot, s.period) == (slot, period - 1)}
            left = before - {s.item for s in seats if (s.slot, s.period) == (slot, period)}
            least = -(-scope.rule.get("atleast", 0) * len(before) // 100)
            most = scope.rule.get("atmost", 100) * len(before) // 100
            wrong = max(0, least - len(left)) + max(0, len(left) - most)
            if wrong:
                found[slot, period] += wrong
    return found
