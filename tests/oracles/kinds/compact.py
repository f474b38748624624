"""compact: members cost their distance to the seat, to one another or to the best centre among them."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import PAIR_NUMBERS
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("zoning",)
NAMES = ("slot", "period")
EARTH = 6_371_008.8
Position = tuple[float, float]


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    layer = world.layers[on]
    rule: dict[str, Any] = {"to": draw(st.sampled_from(["seat", "members", "centre"]))}
    for name, drawn in (
        ("power", st.sampled_from([1, 2])),
        ("metres", st.sampled_from([1000, 2500])),
        ("beyond", st.integers(1, 6)),
    ):
        if draw(st.booleans()):
            rule[name] = draw(drawn)
    if rule["to"] == "centre" and draw(st.booleans()):
        rule["load"] = draw(st.sampled_from([2, *PAIR_NUMBERS[layer.of_items, layer.of_slots]]))
    if rule["to"] == "centre" and "far" in world.scores and draw(st.booleans()):
        rule["table"] = "far"
        rule.pop("metres", None)
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule, found = scope.rule, Counter[Any]()
    for slot in scope.slots:
        for period in scope.periods:
            seats = sorted(s for s in scope.seats if (s.slot, s.period) == (slot, period))
            items = [seat.item for seat in seats]
            if rule["to"] == "seat":
                seat_of = places(scope.world).get(scope.world.tables["groups"][slot]["place"])
                amount = sum(_cost(scope, position(scope.world, item), seat_of) for item in items)
            elif rule["to"] == "members":
                at = [position(scope.world, item) for item in items]
                amount = sum(_cost(scope, one, two) for one, two in combinations(at, 2))
            else:
                amount = _to_centre(scope, seats)
            if amount:
                found[slot, period] += amount
    return found


def _to_centre(scope: Scope, seats: Any) -> int:
    costs = []
    for centre in seats:
        there = position(scope.world, centre.item)
        if there is None and "table" not in scope.rule:
            continue
        total = 0
        for seat in seats:
            load = scope.of(scope.rule.get("load", 1), seat)
            if "table" in scope.rule:
                units = scope.world.scores["far"].get((seat.item, centre.item), 0)
                total += load * _beyond(scope, units)
            else:
                total += load * _cost(scope, position(scope.world, seat.item), there)
        costs.append(total)
    return min(costs, default=0)


def _cost(scope: Scope, one: Position | None, two: Position | None) -> int:
    if one is None or two is None:
        return 0
    return _beyond(scope, round(metres(one, two) / scope.rule.get("metres", 1000)))


def _beyond(scope: Scope, units: int) -> int:
    return int(max(0, units - scope.rule.get("beyond", 0)) ** scope.rule.get("power", 1))


def metres(one: Position, two: Position) -> float:
    lon, lat = radians(two[0] - one[0]), radians(two[1] - one[1])
    part = sin(lat / 2) ** 2 + cos(radians(one[1])) * cos(radians(two[1])) * sin(lon / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(part)))


def position(world: World, unit: str) -> Position | None:
    row = world.tables["units"][unit]
    if row["lon"] is not None:
        return row["lon"], row["lat"]
    return places(world).get(row["place"])


def places(world: World) -> dict[str, Position]:
    """Return the position of each place: that of its townships, or else the mean of its units."""
    found: dict[str, Position] = {}
    rows = [r for r in world.tables["units"].values() if r["lon"] is not None and r["place"]]
    for place in {row["place"] for row in rows}:
        here = [row for row in rows if row["place"] == place]
        towns = [row for row in here if row["kind"] == "township"] or here
        found[place] = (
            sum(row["lon"] for row in towns) / len(towns),
            sum(row["lat"] for row in towns) / len(towns),
        )
    return found
