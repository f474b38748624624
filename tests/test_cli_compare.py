"""``allocator compare``: the report in both languages, JSON by its schema, refusals, exit statuses."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import jsonschema
import pytest

import tiny_scenario
from allocator import api
from cli_world import call, good_plan
from compare_world import SWAPPED
from tiny_scenario import write_scenario

#: Another version: no kinship rule, a dearer stay, and one person fewer.
OTHER_RULES = tiny_scenario.RULES.replace(
    "      - {id: kin, kind: apart, on: posting, ties: kin}\n", ""
).replace("1组长+3组员", "1组长+2-3组员")
FEWER = "".join(
    line for line in tiny_scenario.TABLES["people.csv"].splitlines(keepends=True) if "P8" not in line
)
WITHOUT_P8 = re.sub(r"P8=G2/member@\d+", "", tiny_scenario.PLAN)


@pytest.fixture
def three(tmp_path: Path) -> list[Path]:
    """Return plans of two versions of a scenario: two of one, one of another."""
    first = write_scenario(tmp_path / "one")
    other = {"tiny-rules.yaml": OTHER_RULES, "people.csv": FEWER, "ties.csv": "source,target,kind\n"}
    second = write_scenario(tmp_path / "two", other)
    files = []
    for place, name, text in (
        (first, "kept", tiny_scenario.PLAN),
        (first, "swapped", SWAPPED),
        (second, "fewer", WITHOUT_P8),
    ):
        file = place / f"{name}.json"
        api.write_plan(good_plan(place, text), file)
        files.append(file)
    return files


def test_two_plans_of_one_scenario(three: list[Path]) -> None:
    done = call("compare", *three[:2], lang="zh")
    assert done.status == 0 and done.err == ""
    for line in (
        "A kept · 小场景 · 可行",
        "各方案依据同一场景、同一套规则，代价可以直接比较。",
        "排序：第1 A；第2 B。",
        "A 优于 B：级别“1 人员稳定”的代价为 0 对 8；已证明：没有代价低于 A 的方案。",
    ):
        assert line in done.out
    assert "交叉复核" not in done.out and "不对应之处" not in done.out
    sentences = [line for line in done.out.splitlines() if line.endswith("。")]
    assert sentences and not [line for line in sentences if re.search("[a-z]{3}", line)]
    rows = [line.split() for line in done.out.splitlines()]
    assert ["1", "人员稳定", "0", "8", "+8"] in rows
    assert ["keep", "人员留在原组", "0", "8", "+8"] in [row[:2] + row[-3:] for row in rows if "keep" in row]
    assert any(
        "赵磊" in line and "▲第一组组员" in line and "第二组组员" in line for line in done.out.splitlines()
    )


def test_the_rules_of_another_version_and_what_it_lacks(three: list[Path]) -> None:
    done = call("compare", three[0], three[2], COLUMNS="200")
    assert done.status == 0
    assert "not judged, the scenario of B has no item 黄丽 (P8)" in done.out
    assert "without a place: 黄丽" in done.out
    assert "Ranking under the rules of A: 1 A, 2 B." in done.out
    assert "A cannot be judged by the rules of B." in done.out
    assert "! B without the items: 黄丽 (P8)" in done.out
    assert "files that differ: " in done.out
    # The rule that only one of them has stands among those that differ.
    assert re.search(r"\n *kin .* !none", done.out)


def test_json_is_valid_by_its_schema(three: list[Path]) -> None:
    schema = call("schema", "comparison").json
    jsonschema.Draft202012Validator.check_schema(schema)
    found = call("compare", *three, "--json").json
    jsonschema.validate(found, schema)
    assert found["format"] == "allocator-comparison/1"
    assert [one["label"] for one in found["options"]] == ["A", "B", "C"]
    assert [one["same_rules_as"] for one in found["options"]] == ["A", "A", "C"]
    assert len(found["judgements"]) == 9
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**found, "levels": 3}, schema)


def test_rows_that_do_not_differ_are_shown_on_demand(three: list[Path]) -> None:
    less, every = (call("compare", *three[:2], *more, lang="zh").out for more in ((), ("--all",)))
    assert "王建国" not in less and "王建国" in every
    assert "two-a-zone" not in less and "two-a-zone" in every
    assert "交叉复核" in every


def test_a_narrow_terminal_folds_tables_and_loses_nothing(three: list[Path]) -> None:
    done = call("compare", *three[:2], lang="zh", COLUMNS="40")
    assert "  姓名: 赵磊" in done.out or "姓名: 赵磊" in done.out
    assert "B swapped: ▲第一组组员" in done.out


def test_names_and_the_baseline(three: list[Path]) -> None:
    names = ("--name", "现方案", "--name", "对调")
    done = call("compare", *three[:2], *names, "--baseline", three[0], lang="zh")
    assert "B 对调" in done.out and "较基准方案变动人次：人员编组" in done.out and "基准方案" in done.out
    too_many = call("compare", *three[:2], *names, "--name", "x", lang="zh")
    assert too_many.status == 2 and "名称多于方案" in too_many.err


def test_a_scenario_is_solved_first(three: list[Path], tmp_path: Path) -> None:
    place = three[0].parent
    given = ("--time-limit", "20", "--workers", "1")
    done = call("compare", three[1], place, *given, "--save", tmp_path / "options")
    assert done.status == 0 and done.err == ""
    solved = tmp_path / "options" / "tiny.json"
    assert f"plan written to {solved}" in done.out and [*solved.parent.iterdir()] == [solved]
    assert call("verify", place, solved).status == 0
    refused = call("compare", three[1], place, *given, "--save", tmp_path / "no" / "folder")
    assert refused.status == 2 and refused.out == ""
    assert "B is better than A: cost 0 against 8" in done.out


def test_all_faults_are_told_at_once(three: list[Path], tmp_path: Path) -> None:
    one = call("compare", three[0])
    assert one.status == 2 and "this is no number of options to compare" in one.err
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    done = call("compare", three[0], broken, tmp_path / "nowhere.json")
    assert done.status == 2 and "broken.json" in done.err and "nowhere.json" in done.err
    assert call("compare", three[0], broken, "--json").json["faults"]


def test_a_plan_without_its_scenario_is_refused_unless_that_is_named(
    three: list[Path], tmp_path: Path
) -> None:
    away = tmp_path / "away" / "plan.json"
    away.parent.mkdir()
    plan = api.read_plan(three[0])
    api.write_plan(plan, away)
    refused = call("compare", three[0], away)
    assert refused.status == 2 and "the scenario of the plan is not at hand" in refused.err
    done = call("compare", three[0], away, "--scenario", three[0].parent)
    assert done.status == 0 and "A, B: the plans are identical." in done.out
    # Another version of it is used, which is said, or refused if the caller is strict.
    other = call("compare", three[0], away, "--scenario", three[2].parent)
    assert other.status == 2  # the plan has a person that this version lacks
    old = plan.model_copy(update={"scenario": plan.scenario.model_copy(update={"sha256": "0" * 64})})
    api.write_plan(old, away)
    given = ("compare", three[0], away, "--scenario", three[0].parent)
    done = call(*given)
    assert done.status == 0 and "another version of the scenario" in done.out
    assert call(*given, "--strict").status == 2


def test_the_answer_is_no_where_no_option_can_be_carried_out(three: list[Path]) -> None:
    plan = api.read_plan(three[0])
    nothing = plan.model_copy(update={"status": "infeasible", "assignments": (), "score": (), "rules": ()})
    files = [three[0].parent / f"none{k}.json" for k in (1, 2)]
    for file in files:
        api.write_plan(nothing, file)
    done = call("compare", *files, lang="zh")
    assert done.status == 1 and "B 没有方案：无解（已证明）。" in done.out
    assert call("compare", files[0], three[0]).status == 0


def test_the_example_of_two_years_differs_from_the_first_plan_in_its_title_and_one_rule(root: Path) -> None:
    first, second = root / "docs" / "first-plan", root / "docs" / "two-years"
    changed = {
        file.name: [
            pair
            for pair in zip(
                *(place.read_text("utf-8").splitlines() for place in (first / file.name, file)), strict=True
            )
            if pair[0] != pair[1]
        ]
        for file in second.iterdir()
    }
    assert {name: len(lines) for name, lines in changed.items() if lines} == {
        "scenario.yaml": 1,
        "rotation.yaml": 1,
    }
    [(_, rule)] = changed["rotation.yaml"]
    assert "lead-yearly" in rule and "periods: 2" in rule


def test_an_interrupted_solve_is_compared_as_far_as_it_came(
    three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = api.read_plan(three[1])

    def interrupted(*_: object, **__: object) -> api.Plan:
        os.kill(os.getpid(), signal.SIGINT)
        return plan

    monkeypatch.setattr(api, "solve", interrupted)
    done = call("compare", three[0], three[0].parent)
    assert done.status == 130 and "A is better than B" in done.out


@pytest.mark.slow
def test_a_scenario_as_a_workbook_and_an_exported_workbook(three: list[Path], tmp_path: Path) -> None:
    book, _ = api.create_workbook(tmp_path / "tiny.xlsx", language="zh")
    exported = tmp_path / "plan.xlsx"
    assert call("export", three[0], "--to", exported).status == 0
    refused = call("compare", three[0], exported)
    assert refused.status == 2 and "plan.xlsx" in refused.err and "Traceback" not in refused.err
    done = call("compare", book, book, "--time-limit", "5", "--workers", "1")
    assert done.status == 0 and "A, B: the plans are identical." in done.out
