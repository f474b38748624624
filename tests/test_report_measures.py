"""Wording of reports: moves with both places, roles by their own names, loads as loads."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny_scenario
from allocator.report.rendering.judgement_text import breach_line
from allocator.report.score_view import finding_view, rule_measures
from allocator.rules.policy import Policy
from allocator.verify import judge
from cli_world import call, write_plan
from example_scenario import example_context, example_rule, read_plan
from tiny_scenario import write_scenario

WORLD = example_context()


def told(rule: dict[str, object], plan: str, language: str = "en") -> list[str]:
    """Return the breaches of one rule of the small world, as verify prints them."""
    policy = Policy(WORLD, (example_rule(rule, level=1),), (), {})
    [found] = judge(policy, read_plan(plan, WORLD, policy.rules[0])).findings
    return [breach_line(line, language) for line in finding_view(policy, found).breaches]


def measured(rule: dict[str, object], plan: str, level: int | str = 1) -> tuple[str, str] | None:
    policy = Policy(WORLD, (example_rule(rule, level=level),), (), {})
    text = rule_measures(policy, read_plan(plan, WORLD, policy.rules[0]))[policy.rules[0].id]
    return None if text is None else (text.zh, text.en)


def test_a_move_is_told_from_where_to_where() -> None:
    rule = {"kind": "stability", "on": "turn", "during": ["2028"]}
    assert told(rule, "Li=West@2027 Li=East@2028") == ["Li from West to East @2028"]
    assert told(rule, "Li=West@2027 Li=East@2028", "zh") == ["Li 从 West 到 East @2028"]
    assert told(rule, "Li=West@2027") == ["Li from West to nowhere @2028"]
    assert told(rule, "Li=West@2027", "zh") == ["Li 从 West 到 无处 @2028"]


def test_a_move_names_the_new_role_where_there_are_roles() -> None:
    rule = {"kind": "stability", "on": "posting", "during": ["2027"]}
    lines = told(rule, "Li=East/member@2026 Li=West/lead@2027")
    assert lines == ["Li from East to West lead @2027"]


def test_what_leaves_where_it_is_kept_is_told_from_where_to_where() -> None:
    rule = {"kind": "keep", "on": "zoning", "each": "item"}
    assert told(rule, "North=Z2") == ["North: from Z1 to Z2"]
    assert told(rule, "North=Z2", "zh") == ["North: 从Z1到Z2"]
    assert told(rule, "South=Z1") == ["North: from Z1 to nowhere"]


def test_a_pin_that_is_not_kept_does_not_read_as_a_place() -> None:
    rule = {"kind": "pin", "on": "turn", "item": "Wang", "slot": "East", "during": ["2026"]}
    assert told(rule, "Li=East@2026") == ["Wang → East @2026: is not there"]


DEPUTIES = {
    "scenario.yaml": tiny_scenario.SCENARIO.replace(
        "member: {zh: 组员, en: member}", "deputy: {zh: 副组长, en: deputy lead}"
    ).replace("[lead, member]", "[lead, deputy]"),
    "tiny-rules.yaml": """
        pack: tiny-rules
        rules:
          - {id: by-role, kind: composition, on: posting, exactly: {deputy: 2}}
          - {id: by-grade, kind: composition, on: casework, exactly: {deputy: 1}}
    """,
    "postings.csv": "person,group,role,from,to\n",
}


@pytest.mark.parametrize(
    ("lang", "role", "grade"),
    [("zh", "应有 2副组长，实有 3", "应有 1副，实有 0"), ("en", "2 deputy leads, has 3", "1 deputy, has 0")],
)
def test_role_and_grade_of_one_id_have_their_own_words(
    tmp_path: Path, lang: str, role: str, grade: str
) -> None:
    scenario = write_scenario(tmp_path, DEPUTIES)
    plan = tiny_scenario.PLAN.replace("member", "deputy")
    done = call("verify", scenario, write_plan(scenario, plan), lang=lang)
    assert role in done.out
    assert grade in done.out


def test_loads_are_said_as_loads() -> None:
    rule = {"kind": "balance", "on": "turn", "measure": "deviation", "target": 1}
    plan = "Wang=East@all Li=East@2026 Zhao=West@2027"
    assert measured(rule, plan) == ("负荷 0–2，相差 2 @2026", "loads 0 to 2, spread 2 @2026")
    assert measured({**rule, "during": ["2027"]}, plan) == ("负荷 1–1，相差 0", "loads 1 to 1, spread 0")
    assert measured(rule, plan, level="hard") is None
    assert measured({**rule, "slots": "false"}, plan) is None
    assert measured({"kind": "take", "on": "turn", "places": 1}, plan) is None


def test_the_worst_off_are_said_by_what_they_have() -> None:
    rule = {"kind": "fairness", "on": "turn", "each": "item", "over": "horizon", "target": 2}
    plan = "Wang=East@all Li=East@2026"
    assert measured(rule, plan) == ("最少 0，目标 2", "least 0, target 2")
    assert measured({**rule, "worst": 2}, plan) == ("最少 2 个之和 1，目标 4", "least 2 together 1, target 4")
    assert measured({**rule, "items": "false"}, plan) is None


def test_verify_and_show_count_no_breaches_of_even_loads(tmp_path: Path) -> None:
    even = "      - {id: even, kind: balance, on: posting, measure: squares, target: 2, level: 2}\n    waive:"
    scenario = write_scenario(tmp_path, {"tiny-rules.yaml": tiny_scenario.RULES.replace("    waive:", even)})
    file = write_plan(scenario)
    assert "(loads 4 to 4, spread 0 @2026, cost 16)" in call("verify", scenario, file).out
    assert "负荷 4–4，相差 0 @2026，代价 16" in call("verify", scenario, file, lang="zh").out
    said = call("verify", scenario, file, "--json").json
    [found] = [one for one in said["rules"] if one["id"] == "even"]
    assert found["measured"]["en"] == "loads 4 to 4, spread 0 @2026"
    shown = call("show", file, "--scenario", scenario, COLUMNS="200").out
    [line] = [line for line in shown.splitlines() if line.split()[:1] == ["even"]]
    assert "loads 4 to 4, spread 0 @2026" in line
