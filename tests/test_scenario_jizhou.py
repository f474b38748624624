"""Jizhou's five years of terms: all years solved jointly move fewer people than shorter windows."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from allocator.solvers.observer import CallbackObserver, ObserverGroup, Snapshot, StopRequest
from allocator.verify import judge
from scenario_tools import broken, changed, folder, made_anew, of_layer, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "jizhou-terms"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


@pytest.fixture(scope="module")
def by_window(policy: api.Policy) -> dict[int, Plan]:
    return {length: api.solve(policy, seconds=60, workers=1, window=length) for length in (1, 2, 3)}


def moves(plan: Plan) -> int:
    return next(score.cost for score in plan.score if score.level == 1)


def moves_in(policy: api.Policy, plan: Plan, year: str) -> int:
    rule = next(rule for rule in policy.rules if rule.id == "fewest-moves")
    [found] = judge(
        replace(policy, rules=(rule.model_copy(update={"during": (year,)}),)), plan.assignments
    ).findings
    return found.cost


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_is_proved_holds_and_shows_the_figures(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds
    assert not unlike_the_document(policy, plan)


def test_the_more_years_are_in_sight_the_less_is_moved(plan: Plan, by_window: dict[int, Plan]) -> None:
    assert moves(by_window[1]) > moves(by_window[2]) >= moves(by_window[3]) > moves(plan)


def test_plans_by_windows_hold_and_claim_nothing_that_is_not_proved(
    policy: api.Policy, by_window: dict[int, Plan]
) -> None:
    for length, found in by_window.items():
        assert api.verify(policy, found).holds and found.status == "feasible"
        assert (found.run["route"]["kind"], found.run["route"]["window"]) == ("rolling", length)
        assert found.run["stopped"] == "windows"
        assert all(score.bound <= 47 for score in found.score if score.level == 1)


def test_every_plan_that_moves_least_in_the_first_year_moves_more_in_all(
    policy: api.Policy, plan: Plan, by_window: dict[int, Plan]
) -> None:
    """However a planner who looks at one year chooses among the best of it, foresight is cheaper."""
    rule = next(rule for rule in policy.rules if rule.id == "fewest-moves")
    hard = tuple(one for one in policy.rules if one.is_hard)
    first = rule.model_copy(update={"id": "moves-of-2026", "during": ("2026",)})
    after = rule.model_copy(update={"level": 2})
    greedy = api.solve(replace(policy, rules=(*hard, first, after)), seconds=60, workers=1)
    assert greedy.status == "optimal"
    _, of_2026, of_all = greedy.score
    assert of_2026.cost == moves_in(policy, by_window[1], "2026") < moves_in(policy, plan, "2026")
    assert moves(by_window[1]) >= of_all.bound > moves(plan)


def test_the_new_agency_opens_staffed_and_not_before(policy: api.Policy, plan: Plan) -> None:
    new = [one for one in of_layer(plan, "posting") if one.slot == "A5"]
    people = policy.context.scenario.organisation.people
    assert {one.period for one in new} == {"2028", "2029", "2030"}
    assert sorted(people[one.item].grade for one in new if one.period == "2028")[-2:] == ["deputy", "head"]
    early = changed(plan, next(one for one in new if one.period == "2028"), period="2027")
    assert "not-before-it-opens" in broken(policy, early)


def test_who_retires_is_replaced_in_time(policy: api.Policy, plan: Plan) -> None:
    people = policy.context.scenario.organisation.people
    retired = {key: person.retires.year for key, person in people.items() if person.retires}
    assert len(retired) == 10
    assert all(int(str(one.period)) < retired.get(one.item, 9999) for one in of_layer(plan, "posting"))


def test_what_was_rolled_before_a_stop_is_gone_on_from(policy: api.Policy, tmp_path: Path) -> None:
    file, written, stop = tmp_path / "plan.json", tmp_path / "plan.json.part", StopRequest()
    keeper = api.Checkpoints(policy, written)

    def offer(reached: Snapshot) -> None:
        keeper.on_snapshot(reached)
        while not written.exists() and keeper.error is None:
            time.sleep(0.01)
        stop.request()

    with keeper:
        ended = api.solve(
            policy,
            seconds=60,
            workers=1,
            window=2,
            observer=ObserverGroup(stop, CallbackObserver(snapshot=offer)),
        )
    begun = api.load_resume_state(policy, file)
    assert ended.status in ("unknown", "feasible") and ended.run["stopped"] == "asked"
    assert begun is not None and begun.periods["posting"] >= 2
    found = api.solve(policy, seconds=60, workers=1, window=2, resume_from=begun)
    assert found.status == "feasible" and api.verify(policy, found).holds
    early = {(one.item, one.slot) for one in begun.plan.assignments if one.period == "2026"}
    assert early == {(one.item, one.slot) for one in of_layer(found, "posting") if one.period == "2026"}
