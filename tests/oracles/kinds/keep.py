"""keep: a slot (or an item) stays as in the baseline, but for open seats."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.scope import Scope
from oracles.world import Seat, World, several

LAYERS = ("turn", "posting", "casework", "zoning", "dispatch")
NAMES = ("period",)
BASELINE = True


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    layer = world.layers[on]
    rule: dict[str, Any] = {}
    if draw(st.booleans()):
        rule["each"] = draw(st.sampled_from(["slot", "item"]))
    if draw(st.booleans()):
        one: dict[str, Any] = {"item": draw(st.sampled_from(layer.items))}
        if draw(st.booleans()):
            one["slot"] = draw(st.sampled_from(layer.slots))
        if named := [role for role in layer.roles if role]:
            one["role"] = draw(st.lists(st.sampled_from(named), max_size=1))
        if not layer.once and draw(st.booleans()):
            one["during"] = draw(st.lists(st.sampled_from(layer.periods), min_size=1, unique=True))
        rule["vacated"] = [one]
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    before = Scope(scope.rule, scope.world, scope.world.baseline or frozenset()).seats
    each = scope.rule.get("each", "slot")
    for period in scope.periods:
        for kept in sorted({getattr(seat, each) for seat in before if seat.period == period}):
            for role in scope.roles:
                then = {s for s in before if (getattr(s, each), s.role, s.period) == (kept, role, period)}
                now = {s for s in scope.seats if (getattr(s, each), s.role, s.period) == (kept, role, period)}
                free = {seat for seat in then if _open(scope, seat)}
                left, came = then - free - now, now - then
                changed = max(len(left), len(came) - len(free - now))
                if changed > 0:
                    found[(period,)] += changed
    return found


def _open(scope: Scope, seat: Seat) -> bool:
    """Return whether a seat is open: its holder cannot serve, or is named as having left."""
    return not scope.layer.can(seat.item, seat.slot, seat.period) or any(
        one["item"] == seat.item
        and one.get("slot", seat.slot) == seat.slot
        and (not one.get("role") or seat.role in one["role"])
        and (not one.get("during") or scope.layer.periods[seat.period] in several(one["during"]))
        for one in scope.rule.get("vacated", ())
    )
