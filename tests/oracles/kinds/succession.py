"""succession: slots that may not, or may only, follow others; and slots that require earlier ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import SLOT_TESTS
from oracles.scope import Scope
from oracles.world import Seat, World, several, value

LAYERS = ("turn", "posting", "casework", "dispatch")
NAMES = ("item", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    layer = world.layers[on]
    tests = st.sampled_from(SLOT_TESTS[layer.of_slots])
    first, then = draw(st.sampled_from([("after", "never"), ("after", "only"), ("before", "requires")]))
    rule: dict[str, Any] = {first: draw(tests), then: draw(tests)}
    if draw(st.booleans()):
        rule["within"] = draw(st.integers(1, 3))
    if layer.roles != (None,):
        for name in ("earlier_role", "later_role"):
            if draw(st.booleans()):
                rule[name] = draw(st.sampled_from(layer.roles) | st.just(list(layer.roles)))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    rule, found = scope.rule, Counter[Any]()
    seats = [*scope.past, *scope.everywhere]
    for item in scope.items:
        own = [seat for seat in seats if seat.item == item]
        for period in scope.periods:
            wrong = (
                _follows(scope, rule, own, period) if "after" in rule else _lacks(scope, rule, own, period)
            )
            if wrong:
                found[item, period] += 1
    return found


def _is(scope: Scope, test: Any, seat: Seat, roles: Any) -> bool:
    named = several(roles)
    there = value(test, scope.world.see(scope.layer, slot=seat.slot))
    return bool(there) and (not named or seat.role in named)


def _follows(scope: Scope, rule: Any, own: list[Seat], period: int) -> bool:
    reach = range(period - rule.get("within", 1), period)
    if not any(_is(scope, rule["after"], s, rule.get("earlier_role")) for s in own if s.period in reach):
        return False
    now = [seat for seat in own if seat.period == period]
    if "never" in rule:
        return any(_is(scope, rule["never"], seat, rule.get("later_role")) for seat in now)
    return any(not _is(scope, rule["only"], seat, rule.get("later_role")) for seat in now)


def _lacks(scope: Scope, rule: Any, own: list[Seat], period: int) -> bool:
    def there(t: int) -> bool:
        return any(_is(scope, rule["before"], s, rule.get("later_role")) for s in own if s.period == t)

    if not there(period) or there(period - 1):
        return False
    earliest = period - rule["within"] if "within" in rule else -99
    reach = range(earliest, period)
    return not any(
        _is(scope, rule["requires"], s, rule.get("earlier_role")) for s in own if s.period in reach
    )
