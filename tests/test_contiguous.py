"""Zones that need not be contiguous: at a price per part, up to a number, or no worse than today."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.api import bind, load
from allocator.cli.main import run
from allocator.explain import why_infeasible
from allocator.graph.geography import adjacency_of, connected_components
from allocator.model.plan import Assignment, Plan, ScenarioRef
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.lazy_auxiliaries import separator_row
from allocator.program.program import ExcessComponents
from allocator.report.lint.feasibility import without_neighbours
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from brute_force import assert_best, solved
from example_scenario import example_rule
from worlds import Space
from zone_maps import Fields, map_world


def folder(place: Path, **tables: str) -> Path:
    """Write a scenario folder, its files by name."""
    place.mkdir(exist_ok=True)
    for name, text in tables.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


TAG = np.zeros((1, 7), dtype=np.int32)


@given(st.integers(0, 9999), st.integers(2, 7), st.integers(1, 3))
def test_a_row_holds_in_every_plan_and_says_all_of_its_own(seed: int, count: int, free: int) -> None:
    rng = random.Random(seed)
    near = adjacency_of((a, b) for a in range(count) for b in range(a) if rng.random() < 0.4)
    components = ExcessComponents(count, np.arange(count), near, free, TAG)
    there = [k for k in range(count) if rng.random() < 0.7]
    row = separator_row(components, there)
    for number in range(2**count):
        own = [k for k in range(count) if number >> k & 1]
        over = max(0, len(list(connected_components(own, near))) - free)
        values = np.array([*(number >> k & 1 for k in range(count)), over])
        assert int(row.coefs @ values[row.cols]) >= row.low
        if own == there and len(list(connected_components(own, near))) > free:
            values[-1] -= 1
            assert int(row.coefs @ values[row.cols]) < row.low


HANG: Fields = {"kind": "contiguous", "weight": 2}
OTHERS: tuple[Fields, ...] = (
    {"kind": "capacity", "atleast": 2, "atmost": 4},
    {"kind": "prefer", "when": "unit.kind == 'town' && group.id != 'Z0'"},
    {"kind": "balance", "load": "unit.workload", "tolerance": 1},
    {"kind": "stability", "against": "baseline"},
    {"kind": "capacity", "load": "unit.workload", "slots": "group.id == 'Z1'", "atmost": 5},
)


@st.composite
def maps(draw: st.DrawFn) -> Policy:
    """Draw a map with one or two rules that it hang together, hard or soft, and some others."""
    context = map_world(draw(st.integers(0, 999)), draw(st.integers(4, 6)), 2, baseline=True)
    levels = st.sampled_from(("hard", 1, 2))
    allow = st.sampled_from((1, 2, "as_now"))
    rules: list[Fields] = [{**HANG, "level": draw(levels), "allow": draw(allow)}]
    if draw(st.booleans()):
        rules.append({**HANG, "level": draw(st.sampled_from((1, 2))), "items": "unit.kind == 'town'"})
    for one in draw(st.lists(st.sampled_from(OTHERS), max_size=3, unique_by=str)):
        rules.append({**one, "level": draw(levels), "weight": draw(st.integers(1, 3))})
    made = [{"kind": "take", "places": 1}, *rules]
    chosen = (
        example_rule({"on": "zoning", **fields}, id=f"{fields['kind']}.{k}") for k, fields in enumerate(made)
    )
    return Policy(context, tuple(chosen), (), {})


@settings(max_examples=25)
@given(maps())
def test_the_plan_is_the_best_of_all_and_its_bound_is_right(policy: Policy) -> None:
    assert_best(policy, Space.of(policy.context))


@pytest.mark.slow
@settings(max_examples=200)
@given(maps())
def test_every_plan_is_the_best_of_all(policy: Policy) -> None:
    assert_best(policy, Space.of(policy.context))


def test_a_level_is_proved_though_cuts_leave_fewer_variables_than_at_first() -> None:
    context = map_world(301, 4, 2, baseline=True)
    rules: list[Fields] = [
        {"kind": "take", "places": 1},
        {**HANG, "level": "hard", "allow": 2},
        {**HANG, "level": 1, "items": "unit.kind == 'town'"},
        {**OTHERS[1], "level": 1},
        {**OTHERS[3], "level": 1},
        {**OTHERS[0], "level": 2},
    ]
    made = [example_rule({"on": "zoning", **one}, id=f"r{k}") for k, one in enumerate(rules)]
    policy = Policy(context, tuple(made), (), {})
    assert assert_best(policy, Space.of(context)) == (3, 1)


LINKS = (
    "source,target,kind,weight\nA,B,adjacent,\nB,C,adjacent,\nC,D,adjacent,\nD,E,adjacent,\nE,F,adjacent,\n"
)
HELD = "".join(f"{unit},{zone},member_of,\n" for unit, zone in zip("ABCDEF", "XXYYYX", strict=True))
SCENARIO = """scenario: enclave
periods: [2026]
layers:
  zoning: {items: units, slots: groups, periods: once, take: 1}
rules: [r]
levels: {1: {zh: 少动, en: few moves}}
"""
FILES = {
    "scenario.yaml": SCENARIO,
    "units.csv": "id\n" + "\n".join("ABCDEF") + "\n",
    "groups.csv": "id\nX\nY\n",
}


def enclave(tmp_path: Path, hang: str, held: str = HELD) -> Policy:
    """Return six units in a row, one of them cut off from its zone."""
    rules = f"""pack: r
rules:
  - {{id: three, kind: capacity, on: zoning, atleast: 3, atmost: 3}}
  - {{id: hang, kind: contiguous, on: zoning{hang}}}
  - {{id: few, kind: stability, on: zoning, level: 1}}
"""
    return bind(load(folder(tmp_path, **FILES | {"links.csv": LINKS + held, "r.yaml": rules})))


@pytest.mark.parametrize(
    ("hang", "moves", "parts_too_many"),
    [("", 2, None), (", level: 2", 0, 1), (", allow: as_now", 0, None), (", allow: 2", 0, None)],
)
def test_an_enclave_may_stay(tmp_path: Path, hang: str, moves: int, parts_too_many: int | None) -> None:
    solved = solve(enclave(tmp_path, hang), Options(seconds=10))
    assert solved.status == "optimal"
    costs = {proof.level: (proof.cost, proof.bound) for proof in solved.proofs}
    assert costs[1] == (moves, moves)
    assert costs.get(2) == (None if parts_too_many is None else (parts_too_many, parts_too_many))


def test_what_is_whole_today_may_not_fall_apart(tmp_path: Path) -> None:
    whole = "".join(f"{unit},{zone},member_of,\n" for unit, zone in zip("ABCDEF", "XXXYYY", strict=True))
    policy = enclave(tmp_path, ", allow: as_now", whole)
    assert policy.adjacency is not None, "as strict as ever, so that zones can be told"
    program = policy.compile()
    split = Plan(
        scenario=ScenarioRef(name="enclave", sha256=""),
        status="feasible",
        assignments=tuple(
            Assignment(layer="zoning", item=unit, slot=zone)
            for unit, zone in zip("ABCDEF", "XXYYYX", strict=True)
        ),
    )
    values = evaluate_auxiliaries(program, program.decisions.vector(split.assignments)[None, :])
    assert not violated_rows(program, values).any()
    assert policy.cuts(Roster(policy.context.layers, split.assignments))


def test_where_there_is_no_history_the_baseline_is_today(tmp_path: Path) -> None:
    scenario = load(folder(tmp_path, **FILES | {"links.csv": LINKS, "r.yaml": RULES}))
    before = Plan(
        scenario=ScenarioRef(name="enclave", sha256=""),
        status="feasible",
        assignments=tuple(
            Assignment(layer="zoning", item=unit, slot=zone)
            for unit, zone in zip("ABCDEF", "XXYYYX", strict=True)
        ),
    )
    policy = bind(scenario, baseline=before)
    found = solve(policy, Options(seconds=10))
    assert [(proof.level, proof.cost) for proof in found.proofs] == [("hard", 0), (1, 0)]


RULES = """pack: r
rules:
  - {id: three, kind: capacity, on: zoning, atleast: 3, atmost: 3}
  - {id: hang, kind: contiguous, on: zoning, allow: as_now}
  - {id: few, kind: stability, on: zoning, against: baseline, level: 1}
"""
ISLAND = {
    "scenario.yaml": SCENARIO.replace("enclave", "island"),
    "units.csv": "id,name\nA,甲\nB,乙\nC,丙\nI,岛\n",
    "groups.csv": "id\nX\nY\n",
    "links.csv": "source,target,kind\nA,B,adjacent\nB,C,adjacent\nI,A,ferry\n",
}


def island(tmp_path: Path, link: str) -> Path:
    rules = f"""pack: r
rules:
  - {{id: two, kind: capacity, on: zoning, atleast: 2, atmost: 2}}
  - {{id: hang, kind: contiguous, on: zoning{link}}}
"""
    return folder(tmp_path, **ISLAND | {"r.yaml": rules})


def test_an_island_is_reached_by_several_kinds_of_links(tmp_path: Path) -> None:
    policy = bind(load(island(tmp_path, ", link: [adjacent, ferry]")))
    assert list(without_neighbours(policy)) == []
    found = solved(policy)
    assert found.status == "optimal" and found.run["structure"] == {"kind": "zones"}
    assert {one.slot for one in found.assignments if one.item in "IA"} == {
        next(one.slot for one in found.assignments if one.item == "A")
    }


def test_an_island_is_named_and_no_way_out_is_one_that_nobody_can_go(tmp_path: Path) -> None:
    policy = bind(load(island(tmp_path, "")))
    [doubt] = without_neighbours(policy)
    assert "岛" in doubt.message.zh and "adjacent" in doubt.message.en
    reasons = why_infeasible(policy, seconds=10)
    assert {repair.rule for repair in reasons.repairs} <= {"two", "hang"} and reasons.repairs
    told = [blocked.text for blocked in reasons.blocked]
    assert any("岛：没有相邻单位" in text.zh and "恰好 2" in text.zh for text in told)
    assert any("岛: has no neighbour" in text.en and "exactly 2" in text.en for text in told)


def test_many_units_without_neighbours_are_counted(tmp_path: Path) -> None:
    many = "id\n" + "".join(f"M{k}\n" for k in range(25)) + "A\nB\nC\nI\n"
    path = folder(tmp_path, **ISLAND | {"units.csv": many, "r.yaml": RULES.replace("baseline", "history")})
    [doubt] = without_neighbours(bind(load(path)))
    assert "and 6 more" in doubt.message.en and "等 26 个" in doubt.message.zh


@pytest.mark.parametrize("link", ["[adjacent, fery]", "fery", "[]"])
def test_a_kind_of_link_that_there_is_not_is_a_fault(
    tmp_path: Path, link: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = island(tmp_path, f", link: {link}")
    assert run(["check", str(path), "--lang", "en"]) == 2
    told = capsys.readouterr()
    assert "hang.link" in told.out + told.err


def test_a_list_where_one_text_is_asked_for_is_said_to_be_a_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for value, words in (("[zoning]", "not a list"), ("{a: b}", "not a mapping")):
        rules = f"pack: r\nrules:\n  - {{id: hang, kind: contiguous, on: {value}}}\n"
        path = folder(tmp_path / words[-4:], **ISLAND | {"r.yaml": rules})
        assert run(["check", str(path), "--lang", "en"]) == 2
        told = capsys.readouterr()
        assert words in told.out + told.err and "number" not in told.out + told.err
