"""A layer whose items and slots are rows of one table: newcomers and mentors, units that help units."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.plan import Plan
from allocator.model.reading.json_files import write_plan
from allocator.report.json_schemas import scenario_schema
from allocator.rules.context import RuleContext
from allocator.rules.kinds.strength import Strength
from allocator.rules.scenario_binding import bind_context
from cli_world import call
from small_folder import folder

SCENARIO = """\
scenario: mentoring
periods: [2026]
roles:
  theory: {zh: 理论导师, en: theory mentor}
  practice: {zh: 实务导师, en: practice mentor}
layers:
  mentoring:
    items: people as newcomer where newcomer.recruit == 2025 && newcomer_home.kind != ""
    slots: people as mentor where mentor.recruit != 2025
    roles: [theory, practice]
    pairs: newcomer.id != mentor.id
    take: 2
rules: [mentoring]
"""
PEOPLE = """\
id,name,unit,recruit,skills,retires
N1,新甲,North,2025,,
N2,新乙,North,2025,,
N3,新丙,South,2025,,
M1,师甲,North,2010,law:4,
M2,师乙,South,2012,law:3,
M3,师丙,South,2011,audit:3,
M4,师丁,North,2009,audit:4,
M5,师戊,North,2001,audit:5,2026-06-30
"""
UNITS = "id,name,kind\nNorth,北镇,township\nSouth,南镇,township\n"
RULES = """\
pack: mentoring
title: {zh: 师带徒, en: Mentoring}
rules:
  - {id: one-theory, kind: capacity, on: mentoring, each: item, role: theory, atleast: 1, atmost: 1}
  - {id: one-practice, kind: capacity, on: mentoring, each: item, role: practice, atleast: 1, atmost: 1}
  - {id: at-most-two, kind: capacity, on: mentoring, atmost: 2, slots: mentor.id != ''}
  - {id: other-unit, kind: avoid, on: mentoring, when: newcomer_home.id == mentor_home.id}
  - {id: two-mentors, kind: frequency, on: mentoring, each: pair, atmost: "newcomer.id == mentor.id ? 0 : 1"}
  - {id: same-recruits, kind: apart, on: mentoring, when: newcomer.unit != other.unit, level: 1}
  - id: knows-law
    kind: prefer
    on: mentoring
    role: theory
    when: "'law' in mentor.skills"
    level: 2
"""
EXPECTED = """\
figures:
  - {id: within, zh: 同单位, en: within a unit, value: 0, count: mentoring where newcomer.unit == mentor.unit}
  - {id: pairs, zh: 结对, en: pairs, value: 6, count: mentoring}
"""


@pytest.fixture
def mentoring(tmp_path: Path) -> Path:
    base = tmp_path / "mentoring"
    base.mkdir()
    texts = {
        "scenario.yaml": SCENARIO,
        "people.csv": PEOPLE,
        "units.csv": UNITS,
        "mentoring.yaml": RULES,
        "expected.yaml": EXPECTED,
    }
    for name, text in texts.items():
        (base / name).write_text(text, "utf-8")
    return base


def bound(tmp_path: Path, layer: str) -> RuleContext:
    """Bind the small scenario with one layer, written in one line."""
    head = "scenario: small\nperiods: [2026]\nroles: {lead: 组长}\n"
    return bind_context(api.load(folder(tmp_path, scenario=f"{head}layers: {{work: {{{layer}}}}}\n")))


def solved(base: Path) -> Plan:
    return api.solve(api.bind(api.load(base)), seconds=10, workers=1)


def test_each_newcomer_gets_mentors_of_another_unit(mentoring: Path) -> None:
    plan = solved(mentoring)
    assert plan.status == "optimal"
    assert Counter((a.item, a.role) for a in plan.assignments) == {
        (newcomer, role): 1 for newcomer in ("N1", "N2", "N3") for role in ("theory", "practice")
    }
    assert max(Counter(a.slot for a in plan.assignments).values()) <= 2
    north = {"N1", "N2", "M1", "M4", "M5"}
    assert all((a.item in north) != (a.slot in north) for a in plan.assignments)
    assert {a.slot for a in plan.assignments if a.role == "theory"} == {"M1", "M2"}


def test_a_mentor_who_retires_mentors_nobody(mentoring: Path) -> None:
    layer = bind_context(api.load(mentoring)).layers["mentoring"]
    assert layer.active[layer.slot_index["M5"]].tolist() == [False]
    assert layer.active[layer.slot_index["M4"]].tolist() == [True]


def test_commands_read_such_a_layer(mentoring: Path) -> None:
    file = mentoring.parent / "plan.json"
    write_plan(solved(mentoring), file)
    assert "3" in call("check", mentoring).out
    verified = call("verify", mentoring, file, "--expected")
    assert verified.status == 0, verified.out + verified.err
    shown = call("show", file, "--scenario", mentoring)
    assert shown.status == 0 and "师乙" in shown.out


def test_units_may_help_units(tmp_path: Path) -> None:
    sides = "items: units as helper, slots: units as helped"
    context = bound(tmp_path, f"{sides}, pairs: helper.workload < helped.workload")
    assert context.layers["work"].possible.tolist() == [[False, True], [False, False]]


@pytest.mark.parametrize(
    ("items", "slots", "column", "found"),
    [
        ("people", "people", "slots", "person"),
        ("people as person", "people", "slots", "person"),
        ("cases as unit", "units", "slots", "unit"),
        ("people as other", "groups", "items", "other"),
        ("people", "groups as period", "slots", "period"),
    ],
)
def test_names_that_mean_two_things_are_told(
    tmp_path: Path, items: str, slots: str, column: str, found: str
) -> None:
    with pytest.raises(InputError) as caught:
        bound(tmp_path, f"items: {items}, slots: {slots}")
    [fault] = caught.value.faults
    assert (fault.file, fault.column, fault.found) == ("scenario.yaml", f"layers.work.{column}", found)
    assert fault.message.zh and fault.message.en


def test_a_word_of_the_language_is_no_name(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        bound(tmp_path, "items: people as for, slots: groups")
    assert "for is a reserved word" in caught.value.faults[0].message.en


@pytest.mark.parametrize(
    ("sentence", "column"),
    [("people as", "table"), ("people as 师傅", "as"), ("people as a-b", "as"), ("peple as x", "table")],
)
def test_a_sentence_that_cannot_be_read_is_told(tmp_path: Path, sentence: str, column: str) -> None:
    with pytest.raises(InputError) as caught:
        bound(tmp_path, f"items: {sentence}, slots: groups")
    assert str(caught.value.faults[0].column).startswith("layers.work.items")
    pattern = scenario_schema()["$defs"]["Source"]["anyOf"][0]["pattern"]
    assert not re.search(pattern, sentence, re.ASCII)


@pytest.mark.parametrize(
    "source",
    [
        "people as mentor",
        "people as mentor where mentor.grade == ''",
        "people where person.grade == ''",
        {"table": "people", "as": "mentor", "where": "mentor.grade == ''"},
    ],
)
def test_the_schema_knows_a_named_side(source: object) -> None:
    layer = {"items": source, "slots": "groups"}
    data = {"scenario": "s", "periods": [2026], "layers": {"work": layer}}
    jsonschema.validate(json.loads(json.dumps(data)), scenario_schema())


def test_whose_home_is_meant_must_be_said_of_units(tmp_path: Path) -> None:
    context = bind_context(api.load(folder(tmp_path)))
    rule = Strength.model_validate({"id": "s", "kind": "strength", "on": "zoning", "atleast": 1})
    assert [problem.field for problem in rule.validate_in(context)] == ["unit"]
    assert not list(rule.model_copy(update={"unit": "unit.kind"}).validate_in(context))
