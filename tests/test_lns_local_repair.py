"""First plans near a hint: decisions change only around violated rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from allocator.model.plan import Assignment
from allocator.optimise import initial_plan
from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.lns import plan_repair
from allocator.optimise.lns.plan_repair import local_repair
from allocator.optimise.results import Options
from allocator.optimise.routes import network_flow
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.program import IntArray
from allocator.rules.policy import Policy
from allocator.solvers.deadline import Budget, SolveContext
from big_world import postings
from brute_force import least_costs, policy_for
from example_scenario import example_rule
from test_lns_elastic_repair import STAFFED

PEOPLE, GROUPS = 60, 6
PIN = {"kind": "pin", "on": "posting", "item": "P000", "slot": "G01", "during": ["2026"]}
TEN = {"kind": "capacity", "on": "posting", "atleast": 10, "atmost": 10}


def mended_of(constrained: ConstrainedProgram, hint: IntArray) -> IntArray | None:
    search = SolveContext(1, Budget(20.0, 1))
    return local_repair(constrained, hint, search.budget.share(1.0), search)


def ruled(*rules: dict[str, Any]) -> Policy:
    """Return a policy over people in turn in all groups for three years, each in one."""
    policy = postings(PEOPLE, GROUPS)
    takes = [rule for rule in policy.rules if rule.kind == "take"]
    made = [example_rule(rule, id=f"own.{k}") for k, rule in enumerate(rules)]
    return replace(policy, rules=(*takes, *made))


def in_turn(policy: Policy) -> tuple[ConstrainedProgram, IntArray]:
    """Return the task of a policy, and the plan in which everybody is in a group in turn, for good."""
    layer = policy.context.layers["posting"]
    seats = [
        Assignment(layer="posting", item=item, slot=layer.slots[k % GROUPS], period=period.id)
        for k, item in enumerate(layer.items)
        for period in layer.periods
    ]
    program = policy.compile()
    return constrain(policy, program), evaluate_auxiliaries(
        program, program.decisions.vector(seats)[None, :]
    )[0]


def changed(constrained: ConstrainedProgram, hint: IntArray, found: IntArray | None) -> set[tuple[str, str]]:
    """Return slot and period of all decisions that changed."""
    assert found is not None and constrained.is_feasible(found) and not constrained.is_feasible(hint)
    decisions = constrained.program.decisions
    taken = [{*decisions.assignments(one[: decisions.count])} for one in (hint, found)]
    return {(one.slot, one.period) for one in taken[0] ^ taken[1]}


def test_who_is_pinned_changes_places_and_everybody_else_stays() -> None:
    constrained, hint = in_turn(ruled(TEN, PIN))
    found = mended_of(constrained, hint)
    assert changed(constrained, hint, found) == {("G00", "2026"), ("G01", "2026")}


def test_where_they_cannot_change_places_more_may_move(monkeypatch: pytest.MonkeyPatch) -> None:
    beside = [f"P{k:03}" for k in range(1, PEOPLE, GROUPS)]
    avoid = {"kind": "avoid", "on": "posting", "when": f"group.id == 'G00' && person.id in {beside}"}
    constrained, hint = in_turn(ruled(TEN, PIN, avoid))
    slots = {slot for slot, _ in changed(constrained, hint, mended_of(constrained, hint))}
    assert {"G00", "G01"} < slots
    monkeypatch.setattr(plan_repair, "_decisions_of_items", lambda _decisions, some: some)
    assert mended_of(constrained, hint) is None


def test_a_pin_that_breaks_nothing_is_only_followed() -> None:
    constrained, hint = in_turn(ruled({**TEN, "atleast": 9, "atmost": 11}, PIN))
    found = mended_of(constrained, hint)
    assert changed(constrained, hint, found) == {("G00", "2026"), ("G01", "2026")}
    assert (
        found[: constrained.program.decisions.count] != hint[: constrained.program.decisions.count]
    ).sum() == 2  # type: ignore[index]


def test_a_plan_is_the_best_of_its_first_level_near_the_hint() -> None:
    cost = "group.id == 'G00' && person.id != 'P000' && person.id != 'P031' && period.id == '2026' ? 5 : 0"
    constrained, hint = in_turn(
        ruled(TEN, PIN, {"kind": "prefer", "on": "posting", "cost": cost, "level": 1})
    )
    found = mended_of(constrained, hint)
    assert changed(constrained, hint, found) == {("G00", "2026"), ("G01", "2026")}
    assert found is not None and constrained.cost(found, 1) == constrained.cost(hint, 1) == 45


def test_a_large_program_is_mended_from_the_plan_to_begin_from(monkeypatch: pytest.MonkeyPatch) -> None:
    constrained, hint = in_turn(policy := ruled(TEN, PIN))
    warm_start = WarmStart(
        constrained.program.decisions.assignments(hint[: constrained.program.decisions.count])
    )
    monkeypatch.setattr(network_flow, "lexicographic_flow_plan", lambda *_: None)
    monkeypatch.setattr(initial_plan, "feasible_flow_plan", lambda *_: None)
    monkeypatch.setattr(initial_plan, "elastic_repair", lambda *_: pytest.fail("it is mended near the hint"))
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0))
    found = solve(policy, Options(seconds=5.0, workers=1), warm_start=warm_start)
    assert found.status == "optimal"
    moved = {*found.assignments} ^ {*warm_start.assignments}
    # In later years, too, the two may change places at no cost: then both stay where they are.
    assert (
        {one.slot for one in moved if one.period == "2026"} == {one.slot for one in moved} == {"G00", "G01"}
    )


def test_what_is_too_much_to_mend_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    constrained, hint = in_turn(ruled(TEN, PIN))
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, largest_piece=20))
    assert mended_of(constrained, hint) is None


def test_a_hint_that_breaks_many_rows_is_no_plan_nearly(monkeypatch: pytest.MonkeyPatch) -> None:
    stays = [f"P{k:03}" for k in range(20)]
    leads = {"kind": "avoid", "on": "posting", "when": f"person.id in {stays} && group.id == 'G00'"}
    constrained, hint = in_turn(ruled({**TEN, "atleast": 5, "atmost": 20}, leads))
    monkeypatch.setattr(
        plan_repair, "PARAMS", replace(plan_repair.PARAMS, most_violated=11 / 168)
    )  # four leave the group each year: twelve are nowhere
    assert mended_of(constrained, hint) is None
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, most_violated=12 / 168))
    assert {slot for slot, _ in changed(constrained, hint, mended_of(constrained, hint))} > {"G00"}


def test_where_the_rows_leave_nobody_a_place_there_is_nothing_to_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is a flow tried: that there is no plan is seen at once."""
    policy = ruled(TEN, PIN, {**PIN, "slot": "G02"})
    constrained, hint = in_turn(policy)
    assert mended_of(constrained, hint) is None
    for name in ("feasible_flow_plan", "local_repair", "elastic_repair"):
        monkeypatch.setattr(initial_plan, name, lambda *_: pytest.fail("it is infeasible by its bounds"))
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0))
    assert solve(policy, Options(seconds=5.0, workers=1)).status == "infeasible"


@pytest.mark.parametrize("item", ["Li", "Wang", "Zhao"])
@pytest.mark.parametrize("slot", ["East", "West"])
def test_a_mended_plan_is_improved_to_the_best_of_all(
    item: str, slot: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, _ = policy_for(example_rule(rule) for rule in STAFFED)
    before = solve(plain, Options(seconds=5.0, workers=1)).assignments
    pin = {"id": "pin", "kind": "pin", "on": "turn", "item": item, "slot": slot, "during": ["2026"]}
    policy, space = policy_for(example_rule(rule) for rule in (*STAFFED, pin))
    best = least_costs(policy, space)
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0))
    monkeypatch.setattr(initial_plan, "feasible_flow_plan", lambda *_: None)
    monkeypatch.setattr(
        plan_repair, "PARAMS", replace(plan_repair.PARAMS, most_violated=1.0)
    )  # one of nine places is much
    found = solve(policy, Options(seconds=5.0, workers=1), warm_start=WarmStart(before))
    if best is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert tuple(proof.cost for proof in found.proofs) == (0, *best)
