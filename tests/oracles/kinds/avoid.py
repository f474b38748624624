"""avoid: nobody takes a place where a condition holds, or where he is acquainted with someone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from oracles.calendars import Calendar
from oracles.expressions import PAIR_TESTS
from oracles.kinds._strength import strength
from oracles.scope import Scope
from oracles.world import Expr, Seat, World, days_of, several

LAYERS = ("turn", "casework")
NAMES = ("item", "slot", "role", "period")
OTHER_LAYERS = ("posting",)
TAKE = "0-1"
PLAIN = True
OF = {
    "turn": [Expr("['P1', 'P2']", lambda x: ["P1", "P2"])],
    "casework": [
        Expr("case.parties", lambda x: x.case.parties),
        Expr("case.parties + ['P2']", lambda x: [*x.case.parties, "P2"]),
    ],
}
THROUGH = [
    Expr("person.grade == 'head' ? ['P1'] : ['']", lambda x: ["P1"] if x.person.grade == "head" else [""]),
    Expr("['P1', 'P2']", lambda x: ["P1", "P2"]),
]


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    layer = world.layers[on]
    names = draw(st.sampled_from([["when"], ["acquaintance"], ["when", "acquaintance"]]))
    rule: dict[str, Any] = {}
    if "when" in names:
        rule["when"] = draw(st.sampled_from(PAIR_TESTS[layer.of_items, layer.of_slots]))
    if "acquaintance" in names:
        rule["acquaintance"] = _acquaintance(draw, world, on)
    if draw(st.booleans()):
        rule["pays"] = draw(st.sampled_from(["place", "strength"]))
    if draw(st.booleans()):
        other = {"layer": "posting", "role": draw(st.sampled_from(["lead", ["lead", "member"]]))}
        rule["through"] = draw(st.sampled_from([*THROUGH, other]))
    return rule


def _acquaintance(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule: dict[str, Any] = {"of": draw(st.sampled_from(OF[on]))}
    for name, drawn in (
        ("above", st.sampled_from([0.2, 0.4, 0.7])),
        ("hops", st.integers(1, 3)),
        ("kinds", st.sampled_from(["kin", ["kin", "classmate"]])),
        ("years", st.sampled_from([0, 1, 2])),
        ("measured", st.sampled_from(["today", "period"])),
    ):
        if draw(st.booleans()):
            rule[name] = draw(drawn)
    if "years" not in rule:
        rule["years"] = 100
    if not world.ties_alone:
        rule.setdefault("kinds", ["kin", "classmate"])
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for seat in scope.seats:
        amount = max(_amount(scope, seat, who) for who in {seat.item, *_leaders(scope, seat)})
        if amount:
            found[seat[1:]] += amount
    return found


def _amount(scope: Scope, seat: Seat, who: str) -> int:
    """Return the price of a person's own conflict with a place."""
    rule = scope.rule
    barred = "when" in rule and bool(scope.of(rule["when"], seat, who))
    known = _known(scope, seat, who) if "acquaintance" in rule else 0.0
    if rule.get("pays", "strength") == "place":
        return int(barred or known > 0)
    return int(barred) + round(100 * known)


def _leaders(scope: Scope, seat: Seat) -> set[str]:
    through = scope.rule.get("through")
    if through is None:
        return set()
    if not isinstance(through, Mapping):
        return {one for one in scope.of(through, seat) if one in scope.world.tables["people"]}
    there = [s for s in scope.plan if s.layer == through["layer"] and s.period == seat.period]
    groups = {s.slot for s in there if s.item == seat.item}
    return {s.item for s in there if s.slot in groups and s.role in several(through["role"])}


def _known(scope: Scope, seat: Seat, who: str) -> float:
    """Return the strength of a person's closest acquaintance at a place; 0 below the threshold."""
    rule = scope.rule["acquaintance"]
    day = seat.period if rule.get("measured", "today") == "period" else None

    def counts(tie: Any) -> float:
        return float(_counts(scope.world.calendar, tie, day, rule["years"]))

    best = max(
        (
            strength(scope.world, who, target, rule.get("hops", 3), several(rule.get("kinds")), counts)
            for target in scope.of(rule["of"], seat)
            if target in scope.world.tables["people"]
        ),
        default=0.0,
    )
    return best if best >= rule.get("above", 0.3) - 1e-9 else 0.0


def _counts(calendar: Calendar, tie: Any, period: int | None, years: int) -> bool:
    """Return whether a tie counts: it has begun, and has not ended ``years`` years ago or earlier."""
    since, until = days_of(calendar, tie)
    first, last = (calendar.start(0),) * 2 if period is None else calendar.days(period)
    if since is not None and since > last:
        return False
    return until is None or until >= first or first < until.replace(year=until.year + years)
