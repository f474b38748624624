"""frequency: in how many periods of the horizon (or of any so many), and how far apart."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from oracles.draws import maybe
from oracles.expressions import ITEM_NUMBERS, SLOT_NUMBERS
from oracles.scope import Scope
from oracles.world import World, value

LAYERS = ("turn", "posting", "casework", "dispatch")
NAMES = ("item", "slot")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    layer = world.layers[on]
    rule: dict[str, Any] = {"each": draw(st.sampled_from(["item", "slot", "pair"]))}
    numbers: list[Any] = [0, 1, 2]
    if rule["each"] == "item":
        numbers += ITEM_NUMBERS[layer.of_items]
    if rule["each"] == "slot":
        numbers += SLOT_NUMBERS[layer.of_slots]
    for name, drawn in (
        ("atleast", st.sampled_from(numbers)),
        ("atmost", st.sampled_from(numbers)),
        ("apart", st.integers(1, 3)),
        ("within", st.integers(1, 4)),
    ):
        chosen = draw(maybe(drawn))
        if chosen is not None:
            rule[name] = chosen
    if not rule.keys() & {"atleast", "atmost"}:
        rule.pop("within", None)
        rule.setdefault("apart", 1)
    if all(isinstance(rule.get(name), int) for name in ("atleast", "atmost")):
        rule["atleast"], rule["atmost"] = sorted((rule["atleast"], rule["atmost"]))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule, layer, found = scope.rule, scope.layer, Counter[Any]()
    each = rule["each"]
    items = scope.items if each != "slot" else (None,)
    slots = scope.slots if each != "item" else (None,)
    for item in items:
        for slot in slots:
            exists = [t for t in scope.periods if _exists(scope, item, slot, t)]
            if not exists:
                continue
            named = {name: who for name, who in (("item", item), ("slot", slot)) if who}
            seen = scope.world.see(layer, **named)
            wrong = _wrong(scope, item, slot, seen)
            if wrong:
                found[item, slot] += wrong
    return found


def _exists(scope: Scope, item: str | None, slot: str | None, period: int) -> bool:
    serves = item is None or (item, period) in scope.layer.serving
    return serves and (slot is None or (slot, period) in scope.layer.open)


def _wrong(scope: Scope, item: str | None, slot: str | None, seen: Any) -> int:
    rule = scope.rule
    least = value(rule.get("atleast", 0), seen)
    most = value(rule.get("atmost", 99), seen)
    mine = [
        s
        for s in (*scope.past, *scope.everywhere)
        if s.item == (item or s.item) and s.slot == (slot or s.slot)
    ]
    times = {s.period for s in mine}
    counted = {t for t in times if t in scope.periods}
    wrong = sum(
        later - earlier - 1 < rule.get("apart", 0)
        for earlier, later in combinations(sorted(times), 2)
        if later in scope.periods
    )
    if "within" not in rule:
        count = len(counted)
        return wrong + max(0, least - count, count - most)
    anywhere = [s for s in scope.layer.past if (s.item == item if item else s.slot == slot)]
    known = min((s.period for s in anywhere), default=0)
    for end in scope.periods:
        window = range(end - rule["within"] + 1, end + 1)
        count = sum(t in times for t in window)
        judged = window[0] >= known and all(t < 0 or _exists(scope, item, slot, t) for t in window)
        wrong += max(0, count - most, least - count if judged else 0)
    return wrong
