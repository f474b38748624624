"""A rolling horizon: windows in their order, plans that keep the rules, valid bounds, and dead ends left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.plan import Assignment
from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import Group, Person
from allocator.optimise.dispatcher import solve
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.layerwise_plan import PartialPlan, construct_layer
from allocator.optimise.results import Options, SolveResult
from allocator.optimise.routes.rolling import windows
from allocator.rules.policy import Policy
from allocator.rules.scenario_binding import bind_context
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.observer import CallbackObserver, Progress, Snapshot, StopRequest
from allocator.verify import judge
from example_scenario import example_context, example_rule
from test_optimise_solve import DEAD_END, TURN, assert_sound, turn_rule
from worlds import policy_of


def rolled(policy: Policy, window: int, **given: Any) -> SolveResult:
    return solve(policy, Options(seconds=20, workers=1, window=window), **given)


def costs(found: SolveResult) -> list[int]:
    return [proof.cost for proof in found.proofs]


def rotation(periods: int, **more: Any) -> Policy:
    """Six people in three places over many years, two years at most on end, liking some places more."""
    people = {f"P{k}": Person(id=f"P{k}", title=str(k)) for k in range(6)}
    groups = {f"G{k}": Group(id=f"G{k}", place=str(k)) for k in range(3)}
    fields = {
        "scenario": "rotation",
        "periods": tuple(range(2026, 2026 + periods)),
        "layers": {"posting": {"items": "people", "slots": "groups"}, **more},
    }
    context = bind_context(
        Scenario(ScenarioSpec.model_validate(fields), Organisation(people=people, groups=groups), Path())
    )
    rules = [
        {"kind": "take", "on": "posting", "places": 1},
        {"kind": "capacity", "on": "posting", "atleast": 1, "atmost": 3},
        {"kind": "max_term", "on": "posting", "periods": 2},
        {"kind": "stability", "on": "posting", "level": 1},
        {"kind": "prefer", "on": "posting", "cost": "(int(person.title) + int(group.place)) % 3", "level": 2},
        *({"kind": "take", "on": name, "places": 1} for name in more),
        *({"kind": "max_term", "on": name, "periods": 1} for name in more),
    ]
    made = tuple(example_rule(rule, id=f"r{n}") for n, rule in enumerate(rules))
    return Policy(context, made, (), {})


def spans(name: str, length: int, done: int = 0) -> list[tuple[int, int]]:
    return [(one.first, one.end) for one in windows(example_context().layers[name], length, done)]


def test_windows_move_on_by_one_period() -> None:
    assert spans("turn", 1) == [(0, 1), (1, 2), (2, 3)]
    assert spans("turn", 2) == [(0, 2), (1, 3)]
    assert spans("turn", 9) == [(0, 3)]
    assert spans("zoning", 2) == [(0, 1)]


def test_windows_that_are_decided_are_not_looked_at_again() -> None:
    assert spans("turn", 1, done=1) == [(1, 2), (2, 3)]
    assert spans("turn", 2, done=2) == [(1, 3)]
    assert [one.name for one in windows(example_context().layers["turn"], 2, 2)] == ["turn 2027 - 2028"]


@pytest.mark.parametrize("window", [4, 99])
def test_a_window_of_all_periods_is_the_ordinary_solve(window: int) -> None:
    policy = rotation(4)
    found, plain = rolled(policy, window), rolled(policy, 0)
    assert (found.assignments, found.proofs, found.status) == (plain.assignments, plain.proofs, plain.status)
    assert found.run["route"]["kind"] != "rolling" != found.run["structure"]["kind"]


def test_a_window_of_one_is_the_best_of_each_year_given_those_before() -> None:
    policy = rotation(4)
    found = rolled(policy, 1)
    for year in range(1, 5):
        until = policy.truncate({"posting": year})
        settled = tuple(pin(one) for one in within(found, year - 1))
        step = solve(replace(until, rules=(*until.rules, *settled)), Options(seconds=20, workers=1))
        assert step.status == "optimal"
        judged = judge(until, within(found, year)).costs
        assert [judged.get(proof.level, 0) for proof in step.proofs] == costs(step)


def pin(one: Any) -> Any:
    fields = {"kind": "pin", "on": "posting", "item": one.item, "slot": one.slot, "during": [one.period]}
    return example_rule(fields, id=f"pin-{one.item}-{one.period}")


def within(found: SolveResult, years: int) -> tuple[Any, ...]:
    return tuple(one for one in found.assignments if int(str(one.period)) < 2026 + years)


@pytest.mark.parametrize("window", [1, 2, 3])
def test_a_long_horizon_has_a_plan(window: int) -> None:
    policy = rotation(12)
    found = rolled(policy, window)
    assert found.status == "feasible" and found.run["stopped"] == "windows"
    assert (found.run["route"]["kind"], found.run["route"]["window"]) == ("rolling", window)
    assert len({one.period for one in found.assignments}) == 12
    assert_sound(policy, found)


def test_no_bound_is_above_what_all_periods_at_once_cost() -> None:
    policy = rotation(4)
    least = rolled(policy, 0)
    assert least.status == "optimal"
    for window in (1, 2, 3):
        found = rolled(policy, window)
        assert costs(found) >= costs(least)
        for proof, best in zip(found.proofs, least.proofs, strict=True):
            assert proof.bound <= best.cost
            if proof.cost > best.cost:
                break


def test_where_the_rows_alone_prove_it_a_rolling_plan_is_optimal() -> None:
    policy = policy_of(TURN, turn_rule("take", places=1), turn_rule("stability", level=1))
    found = rolled(policy, 1)
    assert found.status == "optimal" and costs(found) == [0, 0] and found.run["stopped"] == "proved"


@pytest.mark.parametrize("window", [1, 2])
def test_a_window_that_cannot_be_sets_earlier_years_free(window: int) -> None:
    policy = policy_of(TURN, *DEAD_END)
    found = rolled(policy, window)
    placed = {(one.period, one.slot) for one in found.assignments if one.item == "Wang"}
    assert placed == {("2026", "West"), ("2027", "East"), ("2028", "West")}
    assert_sound(policy, found)


@pytest.mark.parametrize("window", [1, 2])
def test_what_cannot_be_is_infeasible_and_names_the_window(window: int) -> None:
    rules = turn_rule("take", places=1), turn_rule("capacity", atleast=2, during=["2028"])
    found = rolled(policy_of(TURN, *rules), window)
    assert (found.status, found.assignments, found.run["stopped"]) == ("infeasible", (), "proved")
    failed = found.run["route"]["failed_window"]
    assert failed.startswith("turn ") and "2028" in failed


def test_first_periods_that_cannot_be_alone_widen_the_window() -> None:
    """Each of the three has two turns, no fewer and no more: of one period that cannot be asked."""
    even = turn_rule("balance", over="horizon", each="item", measure="deviation", target=2)
    policy = policy_of(TURN, turn_rule("take", places="0-1"), even)
    assert solve(policy.truncate({"turn": 1}), Options(seconds=10, workers=1)).status == "infeasible"
    found = rolled(policy, 1)
    assert found.assignments
    assert_sound(policy, found)


def test_layers_roll_one_after_the_other() -> None:
    policy = rotation(5, again={"items": "people", "slots": "groups"})
    heard: list[str] = []
    found = rolled(policy, 2, observer=CallbackObserver(progress=lambda told: heard.append(told.stage)))
    stages = list(dict.fromkeys(heard))
    assert stages == [
        f"{layer} {year} - {year + 1}" for layer in ("posting", "again") for year in range(2026, 2030)
    ]
    assert_sound(policy, found)


def test_a_solve_goes_on_from_any_window() -> None:
    policy = rotation(6)
    offered: list[Snapshot] = []
    whole = rolled(policy, 2, observer=CallbackObserver(snapshot=offered.append))
    assert all(not reached.bounds for reached in offered)
    parts = [reached for reached in offered if reached.periods["posting"] < 6]
    assert [reached.periods["posting"] for reached in parts] == [2, 3, 4, 5]
    heard: list[Progress] = []
    warm_start = WarmStart(parts[1].assignments, parts[1].known, parts[1].periods)
    found = rolled(policy, 2, warm_start=warm_start, observer=CallbackObserver(progress=heard.append))
    assert {told.stage for told in heard} == {f"posting {y} - {y + 1}" for y in (2028, 2029, 2030)}
    assert within(found, 2) == within(whole, 2)
    assert_sound(policy, found)


@pytest.mark.parametrize("window", [1, 2, 3])
def test_a_plan_that_there_is_is_gone_over_and_never_made_worse(window: int) -> None:
    policy = rotation(6)
    first = rolled(policy, 1)
    found = rolled(policy, window, warm_start=WarmStart(first.assignments))
    assert costs(found) <= costs(first)
    assert_sound(policy, found)
    best = rolled(policy, 0)
    kept = rolled(policy, window, warm_start=WarmStart(best.assignments))
    assert costs(kept) == costs(best)


def test_a_baseline_that_no_longer_holds_is_only_a_hint() -> None:
    policy = rotation(4)
    found = rolled(policy, 0)
    spoilt = tuple(one for one in found.assignments if one.item != "P0")
    again = rolled(policy, 2, warm_start=WarmStart(spoilt))
    assert_sound(policy, again)


def test_a_stop_ends_it_with_no_claim() -> None:
    policy, stop = rotation(8), StopRequest()
    stop.request()
    found = rolled(policy, 2, observer=stop)
    assert found.interrupted and found.status in ("unknown", "feasible") and found.run["stopped"] == "asked"
    if found.assignments:
        assert_sound(policy, found)


@pytest.mark.parametrize("window", [0, -3])
def test_a_window_of_no_period_is_refused_in_both_languages(window: int) -> None:
    with pytest.raises(InputError) as raised:
        api.solve(rotation(3), seconds=5, workers=1, window=window)
    [fault] = raised.value.faults
    assert fault.column == "--window" and fault.found == str(window)
    assert "period" in fault("en") and "周期" in fault("zh")


@pytest.mark.parametrize("window", [1, 2])
def test_so_many_turns_over_the_horizon_are_no_dead_end(window: int) -> None:
    """Each has two turns of three, of which one period alone can give one at most."""
    twice = turn_rule("frequency", atleast=2, atmost=2)
    away = turn_rule("capacity", each="layer", atmost=2)
    policy = policy_of(TURN, turn_rule("take", places="0-1"), twice, away)
    assert_sound(policy, rolled(policy, window))
    start = construct_layer(policy, PartialPlan(), SolveContext(1, Budget(10, 1)), 1.0)
    assert start is not None and not judge(policy, start.assignments).broken


def placed(found: SolveResult) -> dict[str, set[tuple[str, str]]]:
    years = sorted({str(one.period) for one in found.assignments})
    return {year: {(one.item, one.slot) for one in found.assignments if one.period == year} for year in years}


#: Nothing is paid for, so that every plan is as good; two may not share a place, so that it is no network.
FREE = (
    turn_rule("take", places=1),
    turn_rule("max_term", periods=9),
    turn_rule("apart", when="person.grade != other.grade"),
)


def test_a_new_period_begins_as_the_one_before_was() -> None:
    years = placed(rolled(policy_of(TURN, *FREE), 1))
    assert years["2027"] == years["2026"]
    assert years["2028"] == {seat for seat in years["2027"] if seat[0] != "Zhao"}


def test_a_period_begins_as_the_baseline_has_it_where_that_holds() -> None:
    policy = policy_of(TURN, *FREE)
    plan = placed(rolled(policy, 1))
    other = {"East": "West", "West": "East"}
    turned = tuple(
        Assignment(layer="turn", item=item, slot=other[slot], period=year)
        for year, seats in plan.items()
        for item, slot in seats
        if (item, year) != ("Li", "2028")
    )
    found = placed(rolled(policy, 1, warm_start=WarmStart(turned)))
    for year in ("2026", "2027"):
        assert found[year] == {(item, other[slot]) for item, slot in plan[year]} != plan[year]


#: West costs 1 a year, and who moves pays more than a year saves: only all years at once make it worth it.
AT_ONE = (
    turn_rule("prefer", when="group.id == 'East' || person.id != 'Wang'", level=1),
    turn_rule("max_term", periods=3, items="person.id == 'Wang'"),
    turn_rule("stability", level=1, weight=2, items="person.id == 'Wang'"),
)
SEATS = [("Wang", "2026"), ("Wang", "2027"), ("Wang", "2028"), ("Li", "2026"), ("Li", "2027")]
SEATS += [("Li", "2028"), ("Zhao", "2026"), ("Zhao", "2027")]


def at(slot: str, year: str, who: str) -> Assignment:
    return Assignment(layer="turn", item=who, slot=slot, period=year)


def test_going_over_a_plan_holds_what_is_outside_the_window() -> None:
    policy = policy_of(TURN, turn_rule("take", places=1), *AT_ONE)
    stays = WarmStart(tuple(at("West", year, who) for who, year in SEATS))
    assert costs(rolled(policy, 1, warm_start=stays)) == [0, 3]
    assert costs(rolled(policy, 3, warm_start=stays)) == [0, 0]
