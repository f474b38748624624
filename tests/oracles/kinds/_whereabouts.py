"""The two sides of ``follow`` and ``elsewhere``: a place by name, or an item's place in another layer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import Expr, Layer, Seat, value

TEXTS = {
    "turn": [
        Expr("person.unit", lambda x: x.person.unit),
        Expr("group.parent", lambda x: x.group.parent),
        Expr("person.native_place", lambda x: x.person.native_place),
        Expr("group.place", lambda x: x.group.place),
    ],
    "casework": [
        Expr("person.unit", lambda x: x.person.unit),
        Expr("case.unit", lambda x: x.case.unit),
        Expr("case.place", lambda x: x.case.place),
        Expr("person.native_place", lambda x: x.person.native_place),
    ],
    "dispatch": [
        Expr("case.unit", lambda x: x.case.unit),
        Expr("case.place", lambda x: x.case.place),
        Expr("group.parent", lambda x: x.group.parent),
        Expr("group.place", lambda x: x.group.place),
    ],
}
IDS = {
    "turn": Expr("person.id", lambda x: x.person.id),
    "casework": Expr("person.id", lambda x: x.person.id),
    "dispatch": Expr("case.id", lambda x: x.case.id),
}
#: Expressions of the other layers: keys by which items are compared, and names of places.
KEYS = {
    "zoning": [Expr("unit.place", lambda x: x.unit.place)],
    "posting": [Expr("person.native_place", lambda x: x.person.native_place)],
}
AT = {
    "zoning": [Expr("group.place", lambda x: x.group.place)],
    "posting": [Expr("group.parent", lambda x: x.group.parent), Expr("group.place", lambda x: x.group.place)],
}
OTHERS = ("zoning", "posting")


def side(draw: Any, on: str) -> Any:
    """Draw one side of a rule."""
    text = st.sampled_from(TEXTS[on])
    if draw(st.booleans()):
        return draw(text)
    layer = draw(st.sampled_from(OTHERS))
    place = {"layer": layer, "item": draw(text)}
    if layer == "posting" and on != "dispatch" and draw(st.booleans()):
        place["item"] = IDS[on]
    if draw(st.booleans()):
        place["key"] = draw(st.sampled_from(KEYS[layer]))
    if draw(st.booleans()):
        place["at"] = draw(st.sampled_from(AT[layer]))
    return place


def places(scope: Scope, seat: Seat, one: Any) -> list[str]:
    """Return the places of a side for a seat; an item without a place has an empty text.

    The list is empty if the side is no place, or names no item of the other layer.
    """
    if not isinstance(one, Mapping):
        text = scope.of(one, seat)
        return [text] if text else []
    world, layer = scope.world, scope.world.layers[one["layer"]]
    wanted = scope.of(one["item"], seat)
    named = {
        item: value(one["key"], world.see(layer, item=item)) if "key" in one else item for item in layer.items
    }
    return [
        _place(scope, layer, item, seat.period, one)
        for item, name in named.items()
        if name and name == wanted
    ]


def _place(scope: Scope, layer: Layer, item: str, period: int, one: Mapping[str, Any]) -> str:
    when = 0 if layer.once else period
    for seat in scope.plan:
        if (seat.layer, seat.item, seat.period) == (layer.name, item, when):
            return value(one["at"], scope.world.see(layer, slot=seat.slot)) if "at" in one else seat.slot
    return ""
