"""Loads of slots, of items or of the layer, in each period or over the horizon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import ITEM_NUMBERS, PAIR_NUMBERS, SLOT_NUMBERS
from oracles.scope import Scope
from oracles.world import World, value

Key = tuple[str | None, str | None, int | None]


def each_numbers(world: World, on: str, each: str) -> list[Any]:
    """Return expressions over whatever ``each`` names."""
    layer = world.layers[on]
    if each == "layer":
        return [1, 2]
    return ITEM_NUMBERS[layer.of_items] if each == "item" else SLOT_NUMBERS[layer.of_slots]


def load_fields(draw: Any, world: World, on: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Draw what every kind that adds up loads has."""
    layer = world.layers[on]
    rule: dict[str, Any] = {"each": draw(st.sampled_from(kinds))}
    if draw(st.booleans()):
        rule["load"] = draw(st.sampled_from([2, *PAIR_NUMBERS[layer.of_items, layer.of_slots]]))
    if draw(st.booleans()):
        rule["carried"] = draw(st.sampled_from([1, *each_numbers(world, on, rule["each"])]))
    if draw(st.booleans()):
        rule["over"] = draw(st.sampled_from(["period", "horizon"]))
    return rule


def loads(scope: Scope) -> Mapping[Key, int]:
    """Return the load of each slot (or item, or the layer) by ``(item, slot, period)``."""
    rule, layer = scope.rule, scope.layer
    each = rule.get("each", "slot")
    found: dict[Key, int] = {}
    horizon = rule.get("over", "period") == "horizon"
    for periods in [scope.periods] if horizon else [(t,) for t in scope.periods]:
        period = None if horizon else periods[0]
        for who in {"slot": scope.slots, "item": scope.items, "layer": (None,)}[each]:
            there = layer.open if each == "slot" else layer.serving
            if who is not None and not any((who, t) in there for t in periods):
                continue
            seen = scope.world.see(layer, **({each: who} if who else {}))
            load = value(rule.get("carried", 0), seen)
            for seat in scope.seats:
                if seat.period in periods and (who is None or getattr(seat, each) == who):
                    load += scope.of(rule.get("load", 1), seat)
            found[who if each == "item" else None, who if each == "slot" else None, period] = load
    return found
