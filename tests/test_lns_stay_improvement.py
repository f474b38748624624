"""The last tie-break: items that can stay at no cost keep seat and role; the rest of a plan stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tiny_scenario
from allocator import api
from allocator.model.plan import Assignment
from allocator.optimise.constrained_program import constrain
from allocator.optimise.lns import stay_improvement
from allocator.optimise.lns.stay_improvement import StayParams, improve_stays
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.rules.policy import Policy
from allocator.verify import judge
from example_scenario import example_context, example_rule, read_plan
from tiny_scenario import write_scenario

WORLD = example_context()
ALONE = replace(WORLD, baseline=None)
ONE_EACH = {"kind": "capacity", "on": "turn", "atleast": 1, "atmost": 1}
PAIR = {"kind": "composition", "on": "posting", "slots": "group.id == 'East'", "exactly": "1组长+1组员"}
SHUFFLED = "Zhao=West@2026 Wang=East@2026 Zhao=East@2027 Wang=West@2027 Li=West@2028 Wang=East@2028"


def policy_of(rules: Sequence[Mapping[str, Any]], *, baseline: bool = False) -> Policy:
    made = (example_rule({"id": f"r{k}", "level": "hard", **rule}) for k, rule in enumerate(rules))
    return Policy(WORLD if baseline else ALONE, tuple(made), (), {})


def after(policy: Policy, plan: Sequence[Assignment]) -> tuple[Assignment, ...]:
    program = policy.compile()
    values = evaluate_auxiliaries(program, program.decisions.vector(plan)[None, :])[0]
    found = improve_stays(policy, constrain(policy, program), values)
    return program.decisions.assignments(found)


def stayed(rules: Sequence[Mapping[str, Any]], plan: str, *, baseline: bool = False) -> set[str]:
    """Return a plan, and what becomes of it, as ``item=slot/role@period``."""
    policy = policy_of(rules, baseline=baseline)
    found = after(policy, read_plan(plan, WORLD, policy.rules[0]))
    return {
        f"{one.item}={one.slot}"
        + (f"/{one.role}" if one.role else "")
        + (f"@{one.period}" if one.period else "")
        for one in found
    }


def test_whoever_was_there_stays_from_the_history_on() -> None:
    assert stayed([ONE_EACH], SHUFFLED) == {
        "Zhao=East@2026", "Zhao=East@2027", "Wang=West@2026", "Wang=West@2027", "Wang=West@2028",
        "Li=East@2028",
    }  # fmt: skip


def test_whoever_is_out_comes_back_for_a_newcomer() -> None:
    plan = " ".join(f"Wang=East@{year} Li=West@{year}" for year in (2026, 2027))
    found = {"Zhao=East@2026", "Li=West@2026", "Zhao=East@2027", "Li=West@2027"}
    assert stayed([{**ONE_EACH, "during": ["2026", "2027"]}], plan) == found
    longer = f"{plan} Wang=East@2028 Li=West@2028"
    assert stayed([ONE_EACH], longer) == set(longer.split()), "who leaves in 2028: as many stay as it is"


def test_nobody_changes_places_at_a_cost() -> None:
    dear = {
        "kind": "prefer",
        "on": "turn",
        "cost": "person.id == 'Zhao' && group.id == 'East' ? 1 : 0",
        "level": 1,
    }
    found = stayed([ONE_EACH, dear], SHUFFLED)
    assert sum(seat.startswith("Zhao=East") for seat in found) == 1, "neither dearer nor cheaper"


def test_roles_are_kept_too() -> None:
    plan = "Wang=East/lead@2026 Li=East/member@2026 Wang=East/member@2027 Li=East/lead@2027 "
    plan += "Wang=East/lead@2028 Li=East/member@2028"
    found = stayed([PAIR], plan)
    assert found == {
        f"{who}@{year}" for who in ("Wang=East/lead", "Li=East/member") for year in (2026, 2027, 2028)
    }
    turns = {"kind": "max_term", "on": "posting", "role": "lead", "periods": 1}
    assert stayed([PAIR, turns], plan) == set(plan.split()), "no rule is broken for it"


def test_where_several_places_may_be_had_one_seat_each_is_exchanged() -> None:
    team = {"kind": "composition", "on": "casework", "slots": "case.id == 'C1'", "exactly": "1调查人+1审理人"}
    plan = "Li=C1/investigator@2026 Wang=C1/reviewer@2026 Wang=C3/reviewer@2026"
    assert stayed([team], plan, baseline=True) == {
        "Wang=C1/investigator@2026", "Li=C1/reviewer@2026", "Wang=C3/reviewer@2026",
    }  # fmt: skip
    assert stayed([team], plan) == set(plan.split()), "without a baseline nothing was there before"


def test_the_baseline_counts_before_the_history() -> None:
    plan = "Wang=East@2026 Zhao=West@2026 Wang=West@2027 Zhao=East@2027 Li=East@2028 Wang=West@2028"
    found = stayed([ONE_EACH], plan, baseline=True)
    assert "Zhao=West@2027" in found and "Zhao=East@2026" not in found, "though Zhao was in East before"
    assert found & {"Wang=East@2026", "Li=East@2026"}


def test_an_empty_seat_is_taken_where_nobody_asks_for_it() -> None:
    free = {"kind": "capacity", "on": "turn", "atmost": 3}
    assert stayed([free], "Zhao=West@2026 Zhao=West@2027") == {"Zhao=East@2026", "Zhao=East@2027"}


def test_layers_with_cuts_are_left_as_they_are() -> None:
    plan = "North=Z2 South=Z2 Far=Z2"
    free = {"kind": "capacity", "on": "zoning", "atmost": 4}
    assert stayed([free], plan, baseline=True) == {"North=Z1", "South=Z2", "Far=Z2"}
    joined = {"kind": "contiguous", "on": "zoning", "link": "adjacent", "items": "unit.kind == 'township'"}
    assert stayed([free, joined], plan, baseline=True) == set(plan.split())


def test_what_is_looked_at_is_limited_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stay_improvement, "PARAMS", StayParams(most_exchanges=0))
    assert stayed([ONE_EACH], SHUFFLED) == set(SHUFFLED.split())


def test_a_plan_that_would_not_be_sound_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stay_improvement.ConstrainedProgram, "is_feasible", lambda *_: False)
    assert stayed([ONE_EACH], SHUFFLED) == set(SHUFFLED.split())


PLACES = [
    Assignment(layer="turn", item=item, slot=slot, period=period)
    for item in ("Wang", "Li", "Zhao")
    for slot in ("East", "West")
    for period in ("2026", "2027", "2028")
    if (item, period) != ("Zhao", "2028")
]
PRICED = policy_of(
    [
        {"kind": "take", "on": "turn", "places": "0-1"},
        {"kind": "balance", "on": "turn", "level": 1},
        {"kind": "prefer", "on": "turn", "cost": "person.age", "slots": "group.id == 'East'", "level": 2},
        {"kind": "max_term", "on": "turn", "periods": 1, "level": 3},
    ]
)


def kept(plan: Sequence[Assignment]) -> int:
    held = {(one.item, one.slot, int(one.period)) for one in plan if one.period} | {("Zhao", "East", 2025)}
    return sum((item, slot, year - 1) in held for item, slot, year in held)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PLACES), unique_by=lambda one: (one.item, one.period), max_size=8))
def test_levels_cost_the_same_and_no_fewer_stay(plan: list[Assignment]) -> None:
    found = after(PRICED, plan)
    assert judge(PRICED, found).costs == judge(PRICED, plan).costs
    assert kept(found) >= kept(plan)
    assert after(PRICED, plan) == found, "the same again"


def test_a_solve_lets_people_stay_though_no_rule_says_so(tmp_path: Path) -> None:
    rules = "\n".join(line for line in tiny_scenario.RULES.splitlines() if "id: keep" not in line)
    policy = api.bind(api.load(write_scenario(tmp_path, {"tiny-rules.yaml": rules})))
    for seed in (1, 2, 3):
        plan = api.solve(policy, seconds=20, seed=seed, workers=1)
        assert api.verify(policy, plan).holds and len(plan.score) == 1
        slots = {(one.item, one.slot) for one in plan.assignments if one.layer == "posting"}
        assert len(slots) == 8 and {("P5", "G1"), ("P7", "G2")} <= slots
    again = api.solve(policy, seconds=20, seed=3, workers=1)
    assert again.assignments == plan.assignments
    assert np.prod([one.cost == one.bound for one in again.score])
