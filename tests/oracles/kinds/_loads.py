"""Loads of slots, of items or of the layer, in each period or over the horizon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import ITEM_NUMBERS, ITEMS_TOGETHER, PAIR_NUMBERS, SLOT_NUMBERS, TOGETHER
from oracles.scope import Scope
from oracles.world import Expr, World, value

Key = tuple[str | None, str | None, str | None, int | None]


def each_numbers(world: World, on: str, each: Any) -> list[Any]:
    """Return expressions over the subject of ``each``."""
    layer = world.layers[on]
    if each == "layer" or isinstance(each, Expr):
        return [1, 2]
    return ITEM_NUMBERS[layer.of_items] if each == "item" else SLOT_NUMBERS[layer.of_slots]


def load_fields(draw: Any, world: World, on: str, kinds: tuple[str, ...]) -> dict[str, Any]:
    """Draw the fields of kinds that sum loads."""
    layer = world.layers[on]
    together = [*TOGETHER[layer.of_slots], *ITEMS_TOGETHER[layer.of_items]]
    rule: dict[str, Any] = {"each": draw(st.sampled_from(kinds) | st.sampled_from(together))}
    if draw(st.booleans()):
        rule["load"] = draw(st.sampled_from([2, *PAIR_NUMBERS[layer.of_items, layer.of_slots]]))
    if draw(st.booleans()):
        rule["carried"] = draw(st.sampled_from([1, *each_numbers(world, on, rule["each"])]))
    if isinstance(rule["each"], Expr):
        rule.pop("carried", None)
    if draw(st.booleans()):
        rule["over"] = draw(st.sampled_from(["period", "horizon"]))
    return rule


def loads(scope: Scope) -> Mapping[Key, int]:
    """Return loads by ``(item, slot, group, period)``: of items, slots, groups of either, or the layer."""
    rule, found = scope.rule, dict[Key, int]()
    horizon = rule.get("over", "period") == "horizon"
    for periods in [scope.periods] if horizon else [(t,) for t in scope.periods]:
        period = None if horizon else periods[0]
        for (item, slot, group), (side, members) in _counted(scope).items():
            there = scope.layer.open if side == "slot" else scope.layer.serving
            if side != "layer" and not any((who, t) in there for who in members for t in periods):
                continue
            who = item or slot
            seen = scope.world.see(scope.layer, **({side: who} if who else {}))
            load = value(rule.get("carried", 0), seen)
            for seat in scope.seats:
                if seat.period in periods and (side == "layer" or getattr(seat, side) in members):
                    load += scope.of(rule.get("load", 1), seat)
            found[item, slot, group, period] = load
    return found


def _counted(scope: Scope) -> Mapping[tuple[str | None, ...], tuple[str, tuple[str, ...]]]:
    """Return, by ``(item, slot, group)``, the side of the layer and the ids whose loads are summed."""
    each = scope.rule.get("each", "slot")
    if each == "layer":
        return {(None, None, None): ("layer", ())}
    if each == "slot":
        return {(None, slot, None): ("slot", (slot,)) for slot in scope.slots}
    if each == "item":
        return {(item, None, None): ("item", (item,)) for item in scope.items}
    side = "slot" if each in TOGETHER[scope.layer.of_slots] else "item"
    groups: dict[tuple[str | None, ...], tuple[str, tuple[str, ...]]] = {}
    for who in scope.slots if side == "slot" else scope.items:
        group = value(each, scope.world.see(scope.layer, **{side: who}))
        if group:
            members = groups.get((None, None, group), (side, ()))[1]
            groups[None, None, group] = side, (*members, who)
    return groups
