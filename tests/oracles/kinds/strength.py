"""strength: enough people of each home unit stay there while others are away."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import Expr, World, value

LAYERS = ("turn", "posting", "casework")
NAMES = ("period",)
OTHER_LAYERS = ("turn", "posting", "casework")
TAKE = "0-1"
HOMES = [
    Expr("person.grade", lambda x: x.person.grade),
    Expr("person.native_place", lambda x: x.person.native_place),
    Expr("person.id == 'P1' ? '' : 'town'", lambda x: "" if x.person.id == "P1" else "town"),
]
OWN = Expr("person.unit", lambda x: x.person.unit)


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["unit"] = draw(st.sampled_from(HOMES))
    names = draw(st.lists(st.sampled_from(["atleast", "percent"]), min_size=1, unique=True))
    if "atleast" in names:
        rule["atleast"] = draw(st.integers(1, 2))
    if "percent" in names:
        rule["percent"] = draw(st.sampled_from([34, 50, 100]))
    if draw(st.booleans()):
        rule["also"] = {"layer": draw(st.sampled_from([name for name in OTHER_LAYERS if name != on]))}
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule, layer, world = scope.rule, scope.layer, scope.world
    found: Counter[Any] = Counter()
    homes: dict[str, list[str]] = {}
    for item in scope.items:
        home = value(rule.get("unit", OWN), world.see(layer, item=item))
        if home:
            homes.setdefault(home, []).append(item)
    other = rule.get("also", {}).get("layer")
    for period in scope.periods:
        away = {s.item for s in scope.seats if s.period == period}
        away |= {s.item for s in scope.plan if s.layer == other and s.period == period}
        for people in homes.values():
            serving = [who for who in people if (who, period) in layer.serving]
            share = -(-rule.get("percent", 0) * len(serving) // 100)
            asked = min(len(serving), max(rule.get("atleast", 0), share))
            short = asked - sum(who not in away for who in serving)
            if short > 0:
                found[(period,)] += short
    return found
