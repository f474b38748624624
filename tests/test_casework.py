"""Rolling casework: running cases stay, a person is excluded, and the changes are fewest."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.errors import InputError, InternalError
from allocator.model.plan import Assignment, Plan
from allocator.optimise.lns import plan_repair
from allocator.optimise.routes import minimum_changes
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.rules.policy import Policy
from allocator.verify.diff import plan_diff
from cli_world import call, good_plan
from small_folder import SCENARIO, folder
from tiny_scenario import write_scenario

#: Five people of two offices, four cases of this year, each with a chief and somebody who helps.
CASEWORK = """\
scenario: small
today: 2026-01-01
periods: [2026]
roles: {chief: {zh: 主办, en: chief}, helper: {zh: 协办, en: helper}}
layers:
  casework: {items: people, slots: cases, roles: [chief, helper], take: 0-2}
levels: {1: {zh: 均衡, en: even}}
"""
RULES = """\
pack: main
rules:
  - {id: team, kind: composition, on: casework, exactly: 1 chief + 1 helper}
  - {id: one-role, kind: capacity, on: casework, each: item, atmost: 2}
  - {id: away, kind: avoid, on: casework, when: person.unit == case.unit}
  - {id: even, kind: balance, on: casework, each: item, measure: squares, level: 1}
"""
PEOPLE = "id,name,unit\nA,王强,North\nB,李娜,North\nC,赵敏,South\nD,陈静,South\nE,杨帆,\n"
CASES = "id,title,unit,received\nC1,甲案,North,2026-01-05\nC2,乙案,South,2026-01-06\nC3,丙案,,2026-02-01\n"
QUICK = ("--workers", "1", "--time-limit", "20")


def casework(place: Path, *, people: str = PEOPLE, cases: str = CASES) -> Path:
    base = folder(place, {"main": RULES}, CASEWORK)
    (base / "people.csv").write_text(people, "utf-8")
    (base / "cases.csv").write_text(cases, "utf-8")
    (base / "groups.csv").write_text("id,kind\n", "utf-8")
    (base / "postings.csv").write_text("person,group,role,from,to\n", "utf-8")
    return base


@pytest.fixture
def running(tmp_path: Path) -> Path:
    """Return the file of a plan of the first two cases."""
    base = casework(tmp_path, cases="\n".join(CASES.splitlines()[:3]) + "\n")
    api.write_plan(api.solve(api.bind(api.load(base)), seconds=10, workers=1), tmp_path / "running.json")
    return tmp_path / "running.json"


def seats(plan: Plan, slot: str) -> set[tuple[str, str | None]]:
    return {(one.item, one.role) for one in plan.assignments if one.slot == slot}


def test_new_cases_are_decided_and_running_ones_stay(running: Path, tmp_path: Path) -> None:
    base, before = casework(tmp_path), api.read_plan(running)
    done = call(
        "solve", base, "--baseline", running, "--freeze", "casework", "-o", tmp_path / "now.json", *QUICK
    )
    assert (done.status, done.err) == (0, "")
    assert (
        "changes from the baseline: seats that change hands 0, new seats 2; proved the fewest\n" in done.out
    )
    now = api.read_plan(tmp_path / "now.json")
    assert (
        all(seats(now, case) == seats(before, case) for case in ("C1", "C2")) and len(seats(now, "C3")) == 2
    )
    changes = now.run["changes"]
    assert (changes["seats"], changes["new"], changes["dropped"], changes["list"]) == (0, 2, 0, [])
    assert (changes["fewest"], changes["bound"]) == (0, 0)
    verified = call("verify", base, tmp_path / "now.json")
    assert (verified.status, verified.err) == (0, ""), "the plan is one of the scenario like any other"


def test_whoever_is_excluded_from_a_kept_team_alone_leaves_it(running: Path, tmp_path: Path) -> None:
    base, before = casework(tmp_path), api.read_plan(running)
    [who] = {item for item, role in seats(before, "C1") if role == "chief"}
    policy = api.bind(api.load(base), baseline=before, freeze=["casework"], exclude=[f"{who}=C1"])
    plan = api.solve(policy, seconds=10, workers=1)
    gone, come = seats(before, "C1") - seats(plan, "C1"), seats(plan, "C1") - seats(before, "C1")
    assert gone == {(who, "chief")} and [role for _, role in come] == ["chief"]
    assert seats(plan, "C2") == seats(before, "C2")
    assert api.verify(policy, plan).holds
    [seat] = plan.run["changes"]["list"]
    assert seat == {
        "layer": "casework",
        "place": "C1",
        "role": "chief",
        "period": "2026",
        "left": [who],
        "came": [next(iter(come))[0]],
    }


def test_a_finished_case_and_somebody_gone_are_dropped_in_one_line(running: Path, tmp_path: Path) -> None:
    chief = next(item for item, role in seats(api.read_plan(running), "C2") if role == "chief")
    people = "".join(line for line in PEOPLE.splitlines(True) if not line.startswith(f"{chief},"))
    base = casework(tmp_path, people=people, cases=CASES.replace("C1,", "C9,"))
    options = ("--baseline", running, "--freeze", "casework", "--fewest-changes", *QUICK)
    done = call("solve", base, *options)
    assert (done.status, done.err) == (0, "")
    [line] = [line for line in done.out.splitlines() if "are dropped" in line]
    assert (
        line.startswith("of 4 assignments of the baseline, ")
        and f"items {chief}" in line
        and "slots C1" in line
    )
    assert "proved the fewest, and 1 whose holders are gone" in done.out
    assert f"({chief}) [no longer" not in done.out and f"{chief} [no longer in the scenario] → " in done.out
    zh = call("solve", base, *options, lang="zh").out
    assert f"对象 {chief}；去处 C1" in zh and "已证明最少，另 1 个因原任已离任" in zh
    changes = call("solve", base, *options, "--json").json["run"]["changes"]
    assert (changes["seats"], changes["fewest"], changes["bound"]) == (1, 0, 0)
    assert changes["dropped"] == int(line.split("baseline, ")[1].split()[0]) >= 3


def edited(file: Path, old: str, new: str) -> Path:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"item": "', '"item": "X', "the scenario has no such name"),
        ('"name": "small"', '"name": "large"', "the plan was made for another scenario"),
        ('"status": "optimal"', '"status": "infeasible"', "the baseline holds no plan"),
    ],
    ids=["nothing that it names is left", "another scenario", "no plan"],
)
def test_a_baseline_that_is_no_older_version_is_wrong_input(
    running: Path, tmp_path: Path, old: str, new: str, told: str
) -> None:
    base = casework(tmp_path, cases=CASES.replace("C1,", "C9,"))
    done = call("solve", base, "--baseline", edited(running, old, new), *QUICK)
    assert done.status == 2 and told in done.err


@pytest.mark.parametrize(
    ("options", "column", "told", "near"),
    [
        (["--freeze", "casewrk"], "--freeze", "no such layer", "casework"),
        (["--freeze", "casework"], "--freeze", "needs a baseline", ""),
        (["--fewest-changes"], "--fewest-changes", "needs a baseline", ""),
        (["--exclude", "=C1"], "--exclude", "written wrongly", ""),
        (["--exclude", "Lee"], "--exclude", "no layer has 'Lee'", ""),
        (["--exclude", "Li=Est"], "--exclude", "no layer has 'Est'", "East"),
        (["--exclude", "Li=zoning"], "--exclude", "no layer has both", ""),
        (
            ["--exclude", "North"],
            "--exclude",
            "everybody in service must have a place in the layer zoning",
            "",
        ),
        (["--exclude", "Li=East@20266"], "exclude.1.during", "no such period", "2026"),
    ],
)
def test_a_wrong_wish_is_told(tmp_path: Path, options: list[str], column: str, told: str, near: str) -> None:
    done = call("solve", folder(tmp_path), *options)
    assert done.status == 2 and done.err.startswith(f"{column}: ") and told in done.err
    assert (f"did you mean '{near}'" in done.err) == bool(near)


def test_every_wrong_wish_is_told_at_once(tmp_path: Path) -> None:
    done = call("solve", folder(tmp_path), "--pin", "Li", "--exclude", "Lee", "--freeze", "postin")
    lines = done.err.splitlines()
    assert [line.split(":")[0] for line in lines] == ["--pin", "--exclude", "--freeze", "--freeze"]
    assert [
        line.split(":")[0]
        for line in call("solve", folder(tmp_path), "--pin", "x", lang="zh").err.splitlines()
    ]


def test_an_exclusion_is_a_rule_of_every_layer_that_it_is_about(tmp_path: Path) -> None:
    base = folder(tmp_path)
    excluded = ["Li", "Wang = East @ 2026", "Zhao=casework", "North=Z1", "Wang@2027"]
    rules = [rule for rule in api.bind(api.load(base), exclude=excluded).rules if rule.kind == "exclude"]
    assert [(rule.id, rule.on, rule.item, rule.slot, rule.during) for rule in rules] == [
        ("exclude.1", "posting", "Li", "", ()),
        ("exclude.2", "casework", "Li", "", ()),
        ("exclude.3", "posting", "Wang", "East", ("2026",)),
        ("exclude.4", "casework", "Zhao", "", ()),
        ("exclude.5", "zoning", "North", "Z1", ()),
        ("exclude.6", "posting", "Wang", "", ("2027",)),
        ("exclude.7", "casework", "Wang", "", ("2027",)),
    ]
    assert all(rule.is_hard and rule.why.zh for rule in rules)


def test_cases_given_to_groups_are_kept_case_by_case(tmp_path: Path) -> None:
    """A group may take new cases beside those that it has: what runs are the cases, not the groups."""
    layers = SCENARIO.split("layers:")[0] + (
        "layers:\n  dispatch: {items: cases, slots: groups where group.kind == 'team', periods: once}\n"
    )
    pack = {"main": "pack: main\nrules:\n  - {id: no, kind: capacity, on: dispatch, atmost: 9}\n"}
    base = folder(tmp_path, pack, layers)
    (base / "cases.csv").write_text("id,unit\nC1,North\n", "utf-8")
    before = api.solve(api.bind(api.load(base)), seconds=5, workers=1)
    [first] = before.assignments
    (base / "cases.csv").write_text("id,unit\nC1,North\nC2,North\nC3,North\n", "utf-8")
    [other] = {"East", "West"} - {first.slot}
    policy = api.bind(
        api.load(base), baseline=before, freeze=["dispatch"], pins=[f"C2={first.slot}", f"C3={other}"]
    )
    plan = api.solve(policy, seconds=5, workers=1)
    assert {(one.item, one.slot) for one in plan.assignments} == {
        ("C1", first.slot), ("C2", first.slot), ("C3", other),
    }  # fmt: skip
    assert plan.run["changes"]["new"] == 2


def every_plan(policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Return all 0/1 plans of a policy that break nothing, with what they cost."""
    program = policy.compile()
    count = program.decisions.count
    matrix = ((np.arange(2**count)[:, None] >> np.arange(count)) & 1).astype(np.int64)
    values = evaluate_auxiliaries(program, matrix)
    sound = ~violated_rows(program, values).any(axis=1)
    return matrix[sound], level_costs(program, values[sound])


def changed_seats(policy: Policy, before: Plan, chosen: tuple[Assignment, ...]) -> int:
    """Count, as plainly as can be, the seats of running cases whose holder is another one."""
    total = 0
    for slot, role in {(one.slot, role) for one in before.assignments for role in ("chief", "helper")}:
        held = {one.item for one in before.assignments if (one.slot, one.role) == (slot, role)}
        now = {one.item for one in chosen if (one.slot, one.role) == (slot, role)}
        total += max(len(held - now), len(now - held))
    return total


FEW = "id,name,unit\nA,王强,North\nB,李娜,North\nC,赵敏,South\n"
PLACES = [f"{item}={slot}" for item in "ABC" for slot in ("C1", "C2", "C3")]
KNOWN = {"suppress_health_check": [HealthCheck.function_scoped_fixture], "deadline": None}


@pytest.mark.slow
@settings(max_examples=25, **KNOWN)
@given(
    excluded=st.lists(st.sampled_from([*"ABC", *PLACES]), max_size=2, unique=True),
    pinned=st.lists(st.sampled_from(PLACES), max_size=2, unique=True),
    is_large=st.booleans(),
    seed=st.integers(0, 999),
)
def test_the_fewest_changes_are_those_of_all_plans(
    tmp_path_factory: pytest.TempPathFactory,
    excluded: list[str],
    pinned: list[str],
    is_large: bool,
    seed: int,
) -> None:
    """No plan at all changes less than the one found, and of those that change as little none costs less.

    So it is too where the plan is mended from the baseline, as that of a large program is.
    """
    base = casework(tmp_path_factory.mktemp("few"), people=FEW)
    for file in (base / "scenario.yaml", base.parents[1] / "rules" / "main.yaml"):
        file.write_text(file.read_text("utf-8").replace(", helper]", "]").replace(" + 1 helper", ""), "utf-8")
    scenario = api.load(base)
    before = api.solve(api.bind(scenario), seconds=5, workers=1, seed=seed)
    policy = api.bind(scenario, baseline=before, exclude=excluded, pins=pinned)
    plans, costs = every_plan(policy)
    with pytest.MonkeyPatch.context() as patch:
        if is_large:
            patch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=0))
        plan = api.fewest_changes(policy, seconds=5, workers=1)
    if not len(plans):
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    decisions = policy.compile().decisions
    counts = [changed_seats(policy, before, decisions.assignments(row)) for row in plans]
    least = min(counts)
    changes = plan.run["changes"]
    assert (changes["seats"], changes["fewest"], changes["bound"]) == (least, least, least)
    best = min(cost for [cost], count in zip(costs.tolist(), counts, strict=True) if count == least)
    assert [(score.level, score.cost, score.bound) for score in plan.score] == [
        ("hard", 0, 0),
        (1, best, best),
    ]
    assert changed_seats(policy, before, plan.assignments) == least
    assert {*pinned} <= {f"{one.item}={one.slot}" for one in plan.assignments}
    assert not {f"{one.item}={one.slot}" for one in plan.assignments} & {*excluded}
    assert not {one.item for one in plan.assignments} & {*excluded}


@settings(max_examples=15, **KNOWN)
@given(
    kept=st.sets(st.sampled_from(["C1", "C2", "C3"])),
    excluded=st.lists(st.sampled_from(["A=C1", "E=C2", "B", "D=C3"]), max_size=1),
    seed=st.integers(0, 999),
)
def test_a_running_slot_never_changes_but_for_whom_is_excluded(
    tmp_path_factory: pytest.TempPathFactory, kept: set[str], excluded: list[str], seed: int
) -> None:
    scenario = api.load(casework(tmp_path_factory.mktemp("kept")))
    whole = api.solve(api.bind(scenario), seconds=5, workers=1, seed=seed)
    running = tuple(one for one in whole.assignments if one.slot in kept)
    before = whole.model_copy(update={"assignments": running})
    policy = api.bind(scenario, baseline=before, freeze=["casework"], exclude=excluded)
    plan = api.solve(policy, seconds=5, workers=1)
    out = {name for text in excluded for name in (text.split("=") if "=" in text else (text, ""))}

    def is_out(item: str, slot: str) -> bool:
        return item in out and (slot in out or "" in out)

    assert not any(is_out(one.item, one.slot) for one in plan.assignments)
    for slot in kept if plan.assignments else ():
        stay = {seat for seat in seats(before, slot) if not is_out(seat[0], slot)}
        assert stay <= seats(plan, slot)
        assert len(seats(plan, slot)) == len(seats(before, slot)), "only the open seat is filled again"
    assert plan.assignments or excluded, "with nobody kept out there is the plan as it was"


def test_a_count_that_the_checks_do_not_confirm_is_an_internal_error(
    running: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = api.bind(api.load(casework(tmp_path)), baseline=api.read_plan(running))
    monkeypatch.setattr(minimum_changes, "_changes", lambda one: [SimpleNamespace(level=1, cost=7, bound=0)])
    with pytest.raises(InternalError, match="the solver says 7 changes, the checks 0"):
        api.fewest_changes(policy, seconds=5, workers=1)


def test_where_only_whoever_is_excluded_need_move_no_more_is_searched(
    running: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, plain, asked = api.read_plan(running), minimum_changes.solve, []
    monkeypatch.setattr(
        minimum_changes, "solve", lambda *args, **more: asked.append(args) or plain(*args, **more)
    )
    chief = next(item for item, role in seats(before, "C1") if role == "chief")
    policy = api.bind(api.load(casework(tmp_path)), baseline=before, exclude=[f"{chief}=C1"])
    plan = api.fewest_changes(policy, seconds=10, workers=1)
    assert (plan.status, plan.run["changes"]["fewest"], len(asked)) == ("optimal", 1, 2)
    assert [options.seconds for _, options in asked] == pytest.approx([1, 9])


def test_changes_name_who_left_and_who_came(running: Path, tmp_path: Path) -> None:
    base, before = casework(tmp_path), api.read_plan(running)
    policy = api.bind(api.load(base), baseline=before)
    one = next(it for it in before.assignments if it.slot == "C1")
    other = next(item for item in "ABCDE" if (item, one.role) not in seats(before, "C1"))
    moved = tuple(it.model_copy(update={"item": other}) if it is one else it for it in before.assignments)
    changes = plan_diff(policy, before, moved)
    [seat] = changes.seats
    assert (seat.place.name, [it.id for it in seat.left], [it.id for it in seat.came]) == (
        "甲案", [one.item], [other],
    )  # fmt: skip
    assert (changes.count, changes.new, changes.gone.assignments) == (1, 0, 0)
    assert not plan_diff(policy, before, before.assignments).seats


def test_changes_are_told_with_names_and_cut_where_they_are_many(
    running: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, before = casework(tmp_path), api.read_plan(running)
    chiefs = [(item, slot) for slot in ("C1", "C2") for item, role in seats(before, slot) if role == "chief"]
    excluded = chain.from_iterable(("--exclude", f"{item}={slot}") for item, slot in chiefs)
    options = [*excluded, "--freeze", "casework", "--baseline", running, *QUICK]
    done = call("solve", base, *options, lang="zh")
    assert "与基准方案相比：变动席位 2 个，新增席位 2 个；已证明最少\n" in done.out
    assert done.out.count(" → ") == 2 and "  甲案 (C1) 主办 @2026: " in done.out
    monkeypatch.setattr("allocator.report.rendering.solve_text.LISTED", 1)
    assert "  1 more lines (see --json)\n" in call("solve", base, *options).out
    assert len(json.loads(call("solve", base, *options, "--json").out)["run"]["changes"]["list"]) == 2


def test_without_a_baseline_nothing_is_compared(tmp_path: Path) -> None:
    plan = api.solve(api.bind(api.load(casework(tmp_path))), seconds=5, workers=1)
    assert "changes" not in plan.run
    with pytest.raises(InputError, match="needs a baseline"):
        api.fewest_changes(api.bind(api.load(casework(tmp_path))))


def test_a_kept_team_that_can_no_longer_be_is_named_as_the_reason(running: Path, tmp_path: Path) -> None:
    base = casework(tmp_path)
    chief = next(item for item, role in seats(api.read_plan(running), "C1") if role == "chief")
    pack = base.parents[1] / "rules" / "main.yaml"
    conflict = f"  - {{id: conflict, kind: exclude, on: casework, item: {chief}, slot: C1}}\n"
    pack.write_text(pack.read_text("utf-8") + conflict, "utf-8")
    done = call("solve", base, "--baseline", running, "--freeze", "casework", *QUICK)
    assert done.status == 1
    assert ' "as in the baseline: casework": for 1 case (甲案)\n' in done.out
    assert ' is never in 甲案": for 1 person (' in done.out
    again = call("solve", base, "--baseline", running, "--fewest-changes", *QUICK)
    assert again.status == 0 and "seats that change hands 1, new seats 2; proved the fewest\n" in again.out
    none = call("solve", base, "--baseline", running, "--fewest-changes", "--pin", f"{chief}=C1@2026", *QUICK)
    assert none.status == 1 and "infeasible" in none.out and "changes from" not in none.out


def test_where_more_than_the_excluded_must_move_the_fewest_still_do(tmp_path: Path) -> None:
    """Everybody must have a place, so whoever is kept out of one changes with somebody, in each year."""
    scenario = write_scenario(tmp_path)
    before = good_plan(scenario)
    policy = api.bind(api.load(scenario), baseline=before, exclude=["P5=G1"])
    plan = api.fewest_changes(policy, seconds=20, workers=1)
    changes = plan.run["changes"]
    assert plan.status == "optimal" and changes["fewest"] == changes["bound"] == changes["seats"] == 4
    assert [(one["place"], one["period"], one["left"], one["came"]) for one in changes["list"]] == [
        (slot, year, [left], [came])
        for year in ("2026", "2027")
        for slot, left, came in (("G1", "P5", "P7"), ("G2", "P7", "P5"))
    ], "P8 could come too, but is kin of P6"
    nobody = api.bind(api.load(scenario), baseline=before, exclude=["P3=G1@2026"])
    assert api.fewest_changes(nobody, seconds=20, workers=1).status == "infeasible"


#: A may go to G4 if the office is lent to Z2; else all four must move round.
ROUND = {
    "main": """
        pack: main
        rules:
          - {id: one-each, kind: capacity, on: posting, atleast: 1, atmost: 1}
          - {id: able, kind: eligible, on: posting, when: person.able.contains(group.id)}
          - id: lent
            kind: follow
            on: posting
            items: person.id == "A"
            slots: group.id == "G4"
            this: '"Z2"'
            that: {layer: lending, item: person.unit}
    """
}
ROUND_LAYERS = """\
scenario: small
periods: [2026]
layers:
  lending: {items: units where unit.id == "North", slots: groups where group.kind == "zone", periods: once}
  posting: {items: people, slots: groups where group.kind == "team"}
"""


def test_another_layer_may_change_where_that_is_less_in_all(tmp_path: Path) -> None:
    """With the other layer as it was four seats change hands: that is no bound of what must change."""
    base = folder(tmp_path, ROUND, ROUND_LAYERS)
    people = "A,North,G1 G2 G4\nB,South,G2 G3\nC,South,G3 G4\nD,South,G4 G1\n"
    (base / "people.csv").write_text(f"id,unit,able\n{people}", "utf-8")
    (base / "groups.csv").write_text(
        "id,kind\nZ1,zone\nZ2,zone\nG1,team\nG2,team\nG3,team\nG4,team\n", "utf-8"
    )
    (base / "postings.csv").write_text("person,group,role,from,to\n", "utf-8")
    scenario = api.load(base)
    pins = ["North=Z1", "A=G1", "B=G2", "C=G3", "D=G4"]
    before = api.solve(api.bind(scenario, pins=pins), seconds=5, workers=1)
    policy = api.bind(scenario, baseline=before, exclude=["A=G1"])
    plan = api.fewest_changes(policy, seconds=10, workers=1)
    changes = plan.run["changes"]
    assert (changes["seats"], changes["fewest"], changes["bound"], plan.status) == (3, 3, 3, "optimal")
    assert {one["layer"] for one in changes["list"]} == {"lending", "posting"}
