"""apart: pairs never share a slot in a period, in the roles of the rule."""

from __future__ import annotations

from collections import Counter
from typing import Any

from oracles.kinds._pairs import chosen_pairs, pairs
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("item", "other", "slot", "period")
PLAIN = True


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    return chosen_pairs(draw, world, on)


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for period in scope.periods:
        for slot in scope.slots:
            there = {seat.item for seat in scope.seats if (seat.slot, seat.period) == (slot, period)}
            for one, two in pairs(scope, period):
                if one in there and two in there:
                    found[one, two, slot, period] += 1
    return found
