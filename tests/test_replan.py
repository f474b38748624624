"""Replans: the fewest changes, freezes, limits and the past, held to all plans of a small world."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.errors import InputError
from cli_world import call
from replan_world import GROUPS, PEOPLE, YEARS, Seat, World, plan_of, seats_of, stay_put, stays

KNOWN = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None}
QUICK = {"seconds": 5, "workers": 1}
SEATS = [*product(PEOPLE, GROUPS, YEARS)]


def world_of(seed: int, **more: object) -> World:
    rng = random.Random(seed)
    return World({seat: rng.randint(0, 9) for seat in SEATS}, **more)  # type: ignore[arg-type]


def baseline_of(seed: int) -> frozenset[Seat]:
    return random.Random(seed).choice(list(world_of(seed).plans()))


def bound(tmp_path: Path, world: World, before: frozenset[Seat], **asked: object) -> api.Policy:
    scenario = api.load(world.write(tmp_path))
    exclude = [f"{one}={group}" for one, group in sorted(world.excluded)]
    baseline = plan_of(api.bind(scenario), before)
    return api.bind(scenario, baseline=baseline, exclude=exclude, **asked)  # type: ignore[arg-type]


def assert_fewest(policy: api.Policy, world: World, before: frozenset[Seat]) -> None:
    """Check that the plan has the fewest changes of all plans and, of those, costs the least."""
    plan = api.fewest_changes(policy, **QUICK)  # type: ignore[arg-type]
    every = {one: world.changes(before, one) for one in world.plans()}
    if not every:
        assert plan.status == "infeasible"
        return
    least = min(every.values())
    best = min(world.cost(one) for one, count in every.items() if count == least)
    assert plan.status == "optimal" and seats_of(plan) in every
    assert (plan.run["changes"]["fewest"], plan.run["changes"]["bound"]) == (least, least)
    assert (plan.score[1].cost, plan.score[1].bound) == (best, best)


@pytest.mark.slow
@settings(max_examples=30, **KNOWN)
@given(
    seed=st.integers(0, 999),
    absent=st.frozensets(st.tuples(st.sampled_from([*PEOPLE]), st.sampled_from(YEARS)), max_size=2),
    excluded=st.frozensets(st.tuples(st.sampled_from([*PEOPLE]), st.sampled_from([*GROUPS])), max_size=1),
)
def test_several_changes_at_once_are_mended_with_the_fewest(
    tmp_path_factory: pytest.TempPathFactory,
    seed: int,
    absent: frozenset[tuple[str, str]],
    excluded: frozenset[tuple[str, str]],
) -> None:
    world, before = world_of(seed, absent=absent, excluded=excluded), baseline_of(seed)
    assert_fewest(bound(tmp_path_factory.mktemp("few"), world, before), world, before)


@settings(max_examples=6, **KNOWN)
@given(seed=st.integers(0, 999))
def test_nothing_changed_nothing_moves(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    before = baseline_of(seed)
    policy = bound(tmp_path_factory.mktemp("same"), world_of(seed), before)
    plan = api.fewest_changes(policy, **QUICK)  # type: ignore[arg-type]
    baseline = policy.context.baseline
    assert baseline is not None and plan.assignments == baseline.assignments
    assert plan.status == "optimal" and plan.run["changes"]["bound"] == 0


FREEZES = {
    "A": lambda w, b: stay_put(w, b, lambda one, _: one == "A"),
    "甲B@2026": lambda w, b: stay_put(w, b, lambda one, t: (one, t) == ("B", "2026")),
    "一室": lambda w, b: stay_put(w, b, lambda one, _: PEOPLE[one][1] == "U1"),
    "第一组": lambda w, b: stays(w, b, lambda s, _: s == "G1"),
    "G2@2027": lambda w, b: stays(w, b, lambda s, t: (s, t) == ("G2", "2027")),
    "@2026": lambda w, b: stays(w, b, lambda _, t: t == "2026"),
    "..2026-12": lambda w, b: stays(w, b, lambda _, t: t == "2026"),
    "2027": lambda w, b: stays(w, b, lambda _, t: t == "2027"),
    "编组": lambda w, b: stays(w, b, lambda _s, _t: True),
    'person.grade == "正"': lambda w, b: stay_put(w, b, lambda one, _: PEOPLE[one][0] == "正"),
    'person.grade == "正"@2027': lambda w, b: stay_put(
        w, b, lambda one, t: PEOPLE[one][0] == "正" and t == "2027"
    ),
    'group.id == "G1" && person.unit == "U2"': lambda w, b: (
        lambda plan: (
            {x for x in b if x[1] == "G1" and PEOPLE[x[0]][1] == "U2" and w.is_there(x[0], x[2])} <= plan
        )
    ),
}


@pytest.mark.parametrize("freeze", [*FREEZES])
def test_what_is_frozen_stays_and_all_else_is_as_few_as_can_be(tmp_path: Path, freeze: str) -> None:
    for seed in (3, 8):
        before = baseline_of(seed)
        free = world_of(seed, absent=frozenset({("B", "2027")}), excluded=frozenset({("C", "G1")}))
        policy = bound(tmp_path / str(seed), free, before, freeze=[freeze])
        opened = replace(free, absent=free.absent)
        tests = [FREEZES[freeze](_open(opened, before), before)]
        assert_fewest(policy, replace(free, more=tests), before)


def _open(world: World, before: frozenset[Seat]) -> World:
    """Return a world in which whoever is excluded from a seat is away: the seat is open."""
    away = {(one, t) for one, s, t in before if (one, s) in world.excluded}
    return replace(world, absent=world.absent | away)


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_a_limit_of_changes_gives_the_best_plan_within_it(tmp_path: Path, most: int) -> None:
    for seed in range(4):
        world, before = world_of(seed, absent=frozenset({("D", "2026")})), baseline_of(seed)
        policy = bound(tmp_path / str(seed), world, before, at_most=[f"moves={most}", "moves=9"])
        plan = api.solve(policy, **QUICK)  # type: ignore[arg-type]
        within = [world.cost(one) for one in world.plans() if world.changes(before, one) <= most]
        assert plan.status == ("optimal" if within else "infeasible")
        if within:
            assert plan.score[1].cost == min(within) and world.changes(before, seats_of(plan)) <= most
            assert plan.run["asked"]["at_most"] == [f"moves={most}"]
            assert api.verify(api.bind(policy.context.scenario), plan).holds


def test_the_past_is_as_it_was_even_where_it_breaks_a_rule_by_now(tmp_path: Path) -> None:
    before = frozenset((one, "G1", "2026") for one in "ABC") | {("D", "G2", "2026")}
    before |= {(one, "G1", "2027") for one in "AB"} | {(one, "G2", "2027") for one in "CD"}
    world = world_of(5, absent=frozenset({("B", "2027")}), today="2027-03-01")
    place = world.write(tmp_path)
    pack = place / "main.yaml"
    apart = "  - {id: apart, kind: avoid, on: post, when: person.id == 'A' && group.id == 'G1'}\n"
    pack.write_text(pack.read_text("utf-8") + apart, "utf-8")
    scenario = api.load(place)
    policy = api.bind(scenario, baseline=plan_of(api.bind(scenario), before))
    plan = api.fewest_changes(policy, **QUICK)  # type: ignore[arg-type]
    assert {seat for seat in seats_of(plan) if seat[2] == "2026"} == {x for x in before if x[2] == "2026"}
    assert ("A", "G2", "2027") in seats_of(plan), "the rule holds from now on"
    assert [(one.rule, one.until.isoformat()) for one in policy.waivers] == [("apart", "2026-12-31")]
    assert plan.run["asked"] == {"since": ["2027-03-01"]}
    file = tmp_path / "plan.json"
    api.write_plan(plan, file)
    assert call("verify", place, file).status == 0
    free = api.bind(scenario, baseline=plan_of(api.bind(scenario), before), since="2026")
    assert not free.waivers and not free.overrides
    moved = api.fewest_changes(free, **QUICK)  # type: ignore[arg-type]
    assert ("A", "G2", "2026") in seats_of(moved)


def test_a_past_that_the_plan_claims_is_told_and_covers_no_later_period(tmp_path: Path) -> None:
    world, before = world_of(1), baseline_of(1)
    place = world.write(tmp_path)
    policy = api.bind(api.load(place))
    everybody = frozenset((one, "G1", year) for one in PEOPLE for year in YEARS)
    plan = plan_of(policy, everybody).model_copy(update={"run": {"asked": {"since": ["2027-01-01"]}}})
    verdict = api.verify(policy, plan)
    assert {breach.subject.period for one in verdict.judgement.broken for breach in one.breaches} == {1}
    wrong = plan.model_copy(update={"run": {"asked": {"since": ["soon"]}}})
    with pytest.raises(InputError, match=r"run\.asked\.since"):
        api.verify(policy, wrong)
    assert before


@pytest.mark.parametrize(
    ("options", "column", "told", "near"),
    [
        (["--freeze", "第一小组"], "--freeze", "no such layer, person, unit or slot", "第一组"),
        (["--freeze", "A@202"], "--freeze", "no such period or day", "2027"),
        (["--freeze", "A@"], "--freeze", "no such period or day", ""),
        (["--freeze", " "], "--freeze", "does not say what stays", ""),
        (["--freeze", "@2026-03..2026-04"], "--freeze", "no period is within these days", ""),
        (["--freeze", "person.grad == '正'"], "--freeze", "", "person.grade"),
        (["--freeze", "person.grade == '无'"], "--freeze", "nothing meets this condition", ""),
        (["--freeze", "person.grade =="], "--freeze", "", ""),
        (["--since", "202"], "--since", "no such period or day", "2027"),
        (["--at-most", "moves=-1"], "--at-most", "written wrongly", ""),
        (["--at-most", "1=3"], "--at-most", "needs --trade", ""),
        (["--at-most", "move=3"], "--at-most", "", "moves"),
    ],
)
def test_a_wrong_freeze_or_limit_is_refused(
    tmp_path: Path, options: list[str], column: str, told: str, near: str
) -> None:
    place = world_of(1).write(tmp_path)
    api.write_plan(plan_of(api.bind(api.load(place)), baseline_of(1)), tmp_path / "plan.json")
    for language in ("en", "zh"):
        done = call("solve", place, "--baseline", tmp_path / "plan.json", *options, lang=language)
        assert (done.status, done.out) == (2, "") and done.err.startswith(column), done.err
        assert language == "zh" or (told in done.err and (f"did you mean '{near}'" in done.err) == bool(near))


@pytest.mark.parametrize("option", ["--freeze A", "--since 2027", "--at-most moves=2"])
def test_without_a_baseline_nothing_can_stay(tmp_path: Path, option: str) -> None:
    done = call("solve", world_of(1).write(tmp_path), *option.split())
    assert done.status == 2 and "needs a baseline (--baseline)" in done.err


def test_a_frozen_person_who_must_go_is_named_as_the_reason(tmp_path: Path) -> None:
    place = world_of(1).write(tmp_path)
    before = frozenset((one, "G1" if one in "AB" else "G2", year) for one in PEOPLE for year in YEARS)
    api.write_plan(plan_of(api.bind(api.load(place)), before), tmp_path / "plan.json")
    options = ("--freeze", "A", "--pin", "A=G2", "--time-limit", "5", "--workers", "1")
    done = call("solve", place, "--baseline", tmp_path / "plan.json", *options)
    assert done.status == 1 and "as in the baseline: 甲A" in done.out and "pinned: 甲A" in done.out
