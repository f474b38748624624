"""frequency: the number of periods of the horizon (or of each window), and the distance between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from oracles.draws import maybe
from oracles.expressions import ITEM_NUMBERS, SLOT_NUMBERS
from oracles.scope import Scope
from oracles.world import World, value

LAYERS = ("turn", "posting", "casework", "dispatch")
NAMES = ("item", "slot", "period")


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


def contradicts(scope: Scope) -> bool:
    """Return whether a least number is above the greatest."""
    return any(least > most for least, most in (_bounds(scope, *who) for who in _counted(scope)))


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for item, slot in _counted(scope):
        for period, amount in _wrong(scope, item, slot):
            if amount:
                found[item, slot, period] += amount
    return found


def _counted(scope: Scope) -> Iterator[tuple[str | None, str | None]]:
    """Yield each item, slot or pair that exists in some period of the rule."""
    each = scope.rule["each"]
    for item in scope.items if each != "slot" else (None,):
        for slot in scope.slots if each != "item" else (None,):
            if any(_exists(scope, item, slot, t) for t in scope.periods):
                yield item, slot


def _bounds(scope: Scope, item: str | None, slot: str | None) -> tuple[int, int]:
    named = {name: who for name, who in (("item", item), ("slot", slot)) if who}
    seen = scope.world.see(scope.layer, **named)
    return value(scope.rule.get("atleast", 0), seen), value(scope.rule.get("atmost", 99), seen)


def _exists(scope: Scope, item: str | None, slot: str | None, period: int) -> bool:
    serves = item is None or (item, period) in scope.layer.serving
    return serves and (slot is None or (slot, period) in scope.layer.open)


def _wrong(scope: Scope, item: str | None, slot: str | None) -> Iterator[tuple[int | None, int]]:
    """Yield the period in which each breach is judged (None for the whole horizon) and its amount."""
    rule = scope.rule
    least, most = _bounds(scope, item, slot)
    mine = [
        s
        for s in (*scope.past, *scope.everywhere)
        if s.item == (item or s.item) and s.slot == (slot or s.slot)
    ]
    times = {s.period for s in mine}
    for earlier, later in combinations(sorted(times), 2):
        yield later, int(later in scope.periods and later - earlier - 1 < rule.get("apart", 0))
    if "within" not in rule:
        count = len(times.intersection(scope.periods))
        yield None, max(0, least - count, count - most)
        return
    anywhere = [s for s in scope.layer.past if (s.item == item if item else s.slot == slot)]
    known = min((s.period for s in anywhere), default=0)
    for end in (t for t in scope.periods if _exists(scope, item, slot, t)):
        window = range(end - rule["within"] + 1, end + 1)
        count = sum(t in times for t in window)
        judged = window[0] >= known and all(t < 0 or _exists(scope, item, slot, t) for t in window)
        yield end, max(0, count - most, least - count if judged else 0)
