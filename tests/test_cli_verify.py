"""``allocator verify``: accepts a plan that keeps the rules, and names the rules that an edit breaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tiny_scenario
from allocator import api
from cli_world import Called, call, good_plan, write_plan
from tiny_scenario import write_scenario


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def verify_edited(scenario: Path, old: str, new: str, *options: str) -> Called:
    """Verify the good plan with one assignment written otherwise, its own score left as it was."""
    assert old in tiny_scenario.PLAN
    plan = good_plan(scenario)
    edited = good_plan(scenario, tiny_scenario.PLAN.replace(old, new))
    file = scenario.parents[1] / "edited.json"
    api.write_plan(plan.model_copy(update={"assignments": edited.assignments}), file)
    return call("verify", scenario, file, *options)


def test_plan_that_holds(scenario: Path) -> None:
    done = call("verify", scenario, write_plan(scenario))
    assert (done.status, done.out, done.err) == (0, "holds: no hard rule is broken\n", "")


@pytest.mark.parametrize(
    ("rule", "old", "new", "told"),
    [
        ("two-a-zone", "U2=Z2", "U2=Z1", "第一片区 (Z1)"),
        ("staffing", "P6=G1/member@2026", "P6=G2/member@2026", "第一组 (G1) @2026"),
        ("lead-grade", "P3=G1/lead@2026", "P5=G1/lead@2026", "陈静 (P5) → 第一组 (G1) lead @2026"),
        ("lead-yearly", "P2=G1/lead@2027", "P3=G1/lead@2027", "张伟 (P3) → 第一组 (G1)"),
        ("native", "P2=G1/member@2026", "P1=G1/member@2026", "王建国 (P1) → 第一组 (G1) member @2026"),
        ("kin", "P7=G2/member@2026", "P6=G2/member@2026", "杨帆 (P6) + 黄丽 (P8) → 第二组 (G2) @2026"),
        ("one-chief", "P4=C2/chief@2027", "", "工程案 (C2) @2027"),
        ("take.posting", "P8=G2/member@2027", "", "黄丽 (P8)"),
    ],
)
def test_one_line_edit_is_named(scenario: Path, rule: str, old: str, new: str, told: str) -> None:
    done = verify_edited(scenario, old, new)
    assert done.status == 1
    lines = done.out.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(f"✗ {rule} [hard]"))
    assert any(told in line for line in lines[start + 1 :] if line.startswith("    "))
    assert rule in lines[-1] and lines[-1].startswith("does not hold: breaks ")


def test_soft_rule_is_told_and_breaks_nothing(scenario: Path) -> None:
    plan = tiny_scenario.PLAN.replace("P5=G1/member", "P7=G1/member", 1).replace("P7=G2", "P5=G2", 1)
    done = call("verify", scenario, write_plan(scenario, plan), lang="zh")
    assert done.status == 0
    assert "· keep [1 人员稳定]" in done.out
    assert "陈静 (P5) 从 第一组 (G1) 到 第二组 (G2) 组员 @2026" in done.out
    assert "赵磊 (P7) 从 第二组 (G2) 到 第一组 (G1) 组员 @2026" in done.out
    assert done.out.endswith("成立：没有违反硬规则\n")


def test_score_that_is_not_so_is_told(scenario: Path) -> None:
    file = write_plan(scenario)
    file.write_text(file.read_text().replace('"cost": 0', '"cost": 7'), encoding="utf-8")
    done = call("verify", scenario, file)
    assert done.status == 1
    assert "✗ keep: the plan claims 0 at cost 7, but there are 0 at cost 0" in done.out
    assert done.out.endswith("does not hold: what the plan claims is not so\n")


def test_long_lists_are_cut_unless_all_is_asked_for(tmp_path: Path) -> None:
    rule = "      - {id: nowhere, kind: prefer, on: posting, when: 'false', level: 1}\n"
    rules = tiny_scenario.RULES.replace("    waive:", rule + "    waive:")
    years = tiny_scenario.SCENARIO.replace("[2026, 2027]", "[2026, 2027, 2028]")
    scenario = write_scenario(tmp_path, {"tiny-rules.yaml": rules, "scenario.yaml": years})
    third = [
        part.replace("2026", "2028")
        for part in tiny_scenario.PLAN.split()
        if "@2026" in part and "=G" in part
    ]
    file = write_plan(scenario, " ".join([tiny_scenario.PLAN, *third]))
    cut, full = call("verify", scenario, file), call("verify", scenario, file, "--all")
    assert "(breaches 24, cost 24)" in cut.out
    assert cut.out.splitlines()[-2] == "    4 more (see --all)"
    assert "see --all" not in full.out
    assert full.out.count(" → ") == cut.out.count(" → ") + 4 == 25


def test_json_has_everything(scenario: Path) -> None:
    said = verify_edited(scenario, "P2=G1/member@2026", "P1=G1/member@2026", "--json").json
    assert said["holds"] is False
    native = next(rule for rule in said["rules"] if rule["id"] == "native")
    assert native["breaches"] == [
        {
            "item": {"id": "P1", "name": "王建国"},
            "other": None,
            "slot": {"id": "G1", "name": "第一组"},
            "role": {"zh": "组员", "en": "member"},
            "period": "2026",
            "amount": 1,
            "detail": {"zh": "", "en": ""},
            "instead": None,
        }
    ]
    assert said["disagreements"]


def test_plan_for_another_version_is_told_first_with_what_differs(scenario: Path) -> None:
    file = write_plan(scenario)
    with (scenario / "ties.csv").open("a", encoding="utf-8") as ties:
        ties.write("P1,P3,classmate,0.2\n")
    done = call("verify", scenario, file)
    assert done.status == 0
    first, verdict = done.out.splitlines()
    assert first == "the plan was made for another version of the scenario: files changed ties.csv"
    assert verdict == "holds: no hard rule is broken"
    assert call("verify", scenario, file, "--json").json["differs"]["changed"] == ["ties.csv"]
    refused = call("verify", scenario, file, "--strict", lang="zh")
    assert (refused.status, refused.out) == (2, "")
    assert "另一版本" in refused.err and "ties.csv" in refused.err


def test_name_that_the_scenario_does_not_have_is_wrong_input(scenario: Path) -> None:
    file = write_plan(scenario)
    file.write_text(file.read_text().replace('"P8"', '"P88"', 1), encoding="utf-8")
    done = call("verify", scenario, file)
    assert (done.status, done.out) == (2, "")
    assert "found 'P88'" in done.err and "did you mean 'P8'" in done.err


@pytest.mark.parametrize("text", ["{", "[]", json.dumps({"format": "allocator-plan/9"}), ""])
def test_file_that_is_no_plan(scenario: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "plan.json").write_text(text, encoding="utf-8")
    done = call("verify", scenario, tmp_path / "plan.json")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("plan.json")


@pytest.mark.parametrize(("value", "status"), [(4, 0), (5, 1)])
def test_expected_figures_are_held_against_the_plan(tmp_path: Path, value: int, status: int) -> None:
    figure = f"{{id: leads, zh: 组长人次, en: leads, value: {value}, count: posting where role == 'lead'}}"
    scenario = write_scenario(tmp_path, {"expected.yaml": f"figures:\n  - {figure}\n"})
    file = write_plan(scenario)
    done = call("verify", scenario, file, "--expected")
    assert done.status == status
    assert ("✓" in done.out) == (status == 0)
    assert call("verify", scenario, file).status == 0, "only where it is asked for"
