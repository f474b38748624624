"""cover: in each period each slot has enough members with each skill at its level."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import strategies as st

from oracles.expressions import SLOT_PERIOD_NUMBERS
from oracles.scope import Scope
from oracles.world import World, value

LAYERS = ("turn", "posting", "casework")
NAMES = ("slot", "period")


def fields(draw: Any, world: World, on: str) -> dict[str, Any]:
    skills: Any = st.dictionaries(st.sampled_from(["law", "audit"]), st.integers(1, 5), min_size=1)
    if world.layers[on].of_slots == "cases":
        skills = st.just("own") | skills
    rule = {"skills": draw(skills)}
    if draw(st.booleans()):
        rule["atleast"] = draw(st.sampled_from([1, 2, *SLOT_PERIOD_NUMBERS[world.layers[on].of_slots]]))
    return rule


def breaches(scope: Scope) -> Counter[Any]:
    found: Counter[Any] = Counter()
    tables = scope.world.tables
    for slot in scope.slots:
        for period in scope.periods:
            if (slot, period) not in scope.layer.open:
                continue
            skills = scope.rule["skills"]
            needed = tables["cases"][slot]["skills"] if skills == "own" else skills
            there = {s.item for s in scope.seats if (s.slot, s.period) == (slot, period)}
            for skill, level in needed.items():
                able = sum(tables["people"][who]["skills"].get(skill, 0) >= level for who in there)
                seen = scope.world.see(scope.layer, slot=slot, period=period)
                found[slot, period] += max(0, value(scope.rule.get("atleast", 1), seen) - able)
    return +found
