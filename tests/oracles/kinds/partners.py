"""partners: the number of periods that two items share a slot, and the distance between them."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from hypothesis import strategies as st

from oracles.draws import maybe
from oracles.kinds._pairs import CHOOSING, chosen_pairs, pairs
from oracles.scope import Scope
from oracles.world import World

LAYERS = ("turn", "posting", "casework", "dispatch")
NAMES = ("item", "other", "period")
PLAIN = True


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    rule = chosen_pairs(draw, world, on, least=0)
    asked = {"atleast": draw(maybe(st.integers(0, 2))), "atmost": draw(maybe(st.integers(0, 2)))}
    asked["apart"] = draw(maybe(st.integers(1, 2)))
    asked["past"] = draw(maybe(st.integers(1, 3)))
    kept = {name: number for name, number in asked.items() if number is not None}
    if kept.keys() <= {"past"}:
        kept["atmost"] = 1
    if kept.get("atleast", 0) > kept.get("atmost", 9):
        kept["atmost"] = kept["atleast"]
    if not kept.keys() & {"atleast", "atmost"}:
        kept.pop("past", None)
    return rule | kept


def breaches(scope: Scope) -> Counter[Any]:
    rule, found = scope.rule, Counter[Any]()
    everyone = set(combinations(sorted(scope.items), 2))
    chosen = {t: pairs(scope, t) if rule.keys() & set(CHOOSING) else everyone for t in range(-9, 9)}
    together = {t: _together(scope, t) for t in range(-9, 9)}
    for pair in everyone:
        ever = [t for t in scope.periods if all((who, t) in scope.layer.serving for who in pair)]
        ever = [t for t in ever if pair in chosen[t]]
        if not ever:
            continue
        times = [t for t in range(-9, 9) if pair in together[t] and pair in chosen[t]]
        count = sum(t in scope.periods or -rule.get("past", 0) <= t < 0 for t in times)
        wrong = max(0, rule.get("atleast", 0) - count) + max(0, count - rule.get("atmost", 99))
        if wrong:
            found[*pair, None] += wrong
        for earlier, later in combinations(times, 2):
            if later in scope.periods and later - earlier - 1 < rule.get("apart", 0):
                found[*pair, later] += 1
    return found


def _together(scope: Scope, period: int) -> set[tuple[str, str]]:
    seats = [seat for seat in (*scope.past, *scope.everywhere) if seat.period == period]
    return {(a.item, b.item) for a in seats for b in seats if a.slot == b.slot and a.item < b.item}
