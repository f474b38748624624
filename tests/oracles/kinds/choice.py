"""choice: each item has (or lacks) at least or at most a given number of the entries of a list."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import World, several

LAYERS = ("turn", "posting", "casework", "dispatch")
NAMES = ("item",)


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    layer = world.layers[on]
    names: dict[str, tuple[Any, ...]] = {"slot": layer.slots, "period": layer.periods}
    if layer.roles != (None,):
        names["role"] = layer.roles
    entries = []
    for _ in range(draw(st.integers(1, 3))):
        chosen = draw(st.lists(st.sampled_from(sorted(names)), min_size=1, unique=True))
        entries.append(
            {name: draw(st.lists(st.sampled_from(names[name]), min_size=1, unique=True)) for name in chosen}
        )
    rule: dict[str, Any] = {"of": [one for k, one in enumerate(entries) if one not in entries[:k]]}
    least, most = sorted((draw(st.integers(0, len(rule["of"]))), draw(st.integers(0, len(rule["of"])))))
    for name, number in (("atleast", max(1, least)), ("atmost", most)):
        if (name == "atleast" or number < len(rule["of"])) and draw(st.booleans()):
            rule[name] = number
    if rule.get("atmost", 9) < rule.get("atleast", 0):
        del rule["atleast"]
    if not rule.keys() & {"atleast", "atmost"}:
        rule["atleast"] = 1
    if draw(st.booleans()):
        rule["off"] = draw(st.booleans())
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule, layer, found = scope.rule, scope.layer, Counter[Any]()
    for item in scope.items:
        if not any((item, t) in layer.serving for t in scope.periods):
            continue
        mine = [seat for seat in scope.seats if seat.item == item]
        has = sum(
            any(
                seat.slot in (several(one.get("slot")) or layer.slots)
                and seat.role in (several(one.get("role")) or layer.roles)
                and layer.periods[seat.period] in (several(one.get("period")) or layer.periods)
                for seat in mine
            )
            for one in rule["of"]
        )
        count = len(rule["of"]) - has if rule.get("off") else has
        wrong = max(0, rule.get("atleast", 0) - count, count - rule.get("atmost", 99))
        if wrong:
            found[(item,)] += wrong
    return found
