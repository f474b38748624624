"""``allocator check``: the summary of a sound scenario, and every fault of an unsound one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tiny_scenario
from cli_world import call, write_plan
from tiny_scenario import write_scenario


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def rules_with(line: str) -> dict[str, str]:
    """Return the rule pack with one more rule before its waivers."""
    return {"tiny-rules.yaml": tiny_scenario.RULES.replace("    waive:", f"      - {line}\n    waive:")}


def test_sound_scenario_is_counted(scenario: Path) -> None:
    done = call("check", scenario)
    assert (done.status, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == "Tiny (synthetic)"
    assert "units 2, people 8, groups 4, cases 2, postings 2, ties 1, links 1" in lines
    assert "layer posting (Postings): 8 → 2, periods 2, each takes 1" in lines
    assert "rule packs: tiny-rules" in lines
    assert "rules: hard 10, 1 few moves 1" in lines
    assert "exception: native · P7, G2 · nobody else · 2027-12-31" in lines
    assert lines[-1] == "ok"


def test_it_speaks_chinese(scenario: Path) -> None:
    done = call("check", scenario, lang="zh")
    assert done.out.startswith("小场景（合成数据）\n")
    assert "单位 2, 人员 8" in done.out
    assert "规则：硬规则 10, 1 人员稳定 1" in done.out


def test_json_says_the_same(scenario: Path) -> None:
    said = call("check", scenario, "--json").json
    assert said["ok"] is True
    assert said["counts"]["people"] == 8
    assert said["layers"][1]["title"] == {"zh": "人员编组", "en": "Postings"}
    assert [(level["level"], level["rules"]) for level in said["levels"]] == [("hard", 10), (1, 1)]


def test_every_fault_at_once_one_a_line(tmp_path: Path) -> None:
    people = (
        tiny_scenario.TABLES["people.csv"]
        .replace("1975-03-12", "1975-02-30")
        .replace("U2,河口,1978", "U9,河口,1978")
    )
    done = call("check", write_scenario(tmp_path, {"people.csv": people}))
    assert (done.status, done.out) == (2, "")
    born, unit = done.err.splitlines()
    assert born.startswith("people.csv:2:born: ") and "'1975-02-30'" in born
    assert unit.startswith("people.csv:3:unit: ") and "'U9'" in unit


def test_faults_as_json(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("U1,城东,1975-03-12", "U9,城东,1975-03-12")
    done = call("check", write_scenario(tmp_path, {"people.csv": people}), "--json")
    assert done.status == 2
    assert [(fault["row"], fault["column"]) for fault in done.json["faults"]] == [(2, "unit")]


def test_expression_with_a_slip_shows_a_caret(tmp_path: Path) -> None:
    slip = "{id: slip, kind: eligible, on: posting, when: person.gade == 'head'}"
    done = call("check", write_scenario(tmp_path, rules_with(slip)), lang="zh")
    assert done.status == 2
    assert "没有名为“person.gade”的字段" in done.err or "person.gade" in done.err
    assert "是否为“person.grade”" in done.err
    assert done.err.splitlines()[-1].strip() == "^"


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        ("{id: young, kind: eligible, on: posting, when: person.age < 60}", "young.when"),
        ("{id: young, kind: capacity, on: posting, items: person.age < 60, atmost: 8}", "young.items"),
        ("{id: young, kind: prefer, on: posting, cost: person.age - 30, level: 3}", "young.cost"),
        ("{id: young, kind: apart, on: posting, when: person.age > other.age + 30}", "young.when"),
        ("{id: young, kind: capacity, on: posting, each: item, atmost: 9 + person.age}", "young.atmost"),
    ],
)
def test_empty_cell_that_a_rule_reads_is_found(tmp_path: Path, rule: str, where: str) -> None:
    done = call("check", write_scenario(tmp_path, rules_with(rule)))
    assert done.status == 2
    [place, _] = done.err.splitlines()
    assert f":{where}: " in place
    assert "empty for P8" in place


def test_empty_cell_outside_a_rules_scope_is_none_of_its_business(tmp_path: Path) -> None:
    rule = "{id: young, kind: eligible, on: posting, items: person.id != 'P8', when: person.age < 60}"
    assert call("check", write_scenario(tmp_path, rules_with(rule))).status == 0


def test_expressions_over_another_layer_are_evaluated(tmp_path: Path) -> None:
    that = "{layer: zoning, item: person.unit, key: 'unit.id', at: '[group.id][unit_is_no_slot]'}"
    rule = f"{{id: home, kind: follow, on: posting, this: group.parent, that: {that}}}"
    assert call("check", write_scenario(tmp_path, rules_with(rule))).status == 2
    fine = rule.replace("'[group.id][unit_is_no_slot]'", "group.id")
    assert call("check", write_scenario(tmp_path, rules_with(fine))).status == 0


def test_figures_that_the_tables_do_not_show_are_named(tmp_path: Path) -> None:
    expected = """
        figures:
          - {id: heads, zh: 正职, en: heads, value: 5, count: people where person.grade == "head"}
          - {id: cadres, zh: 干部, en: cadres, value: 4, count: people where person.grade == "cadre"}
          - {id: led, zh: 有组长, en: led, value: 9, count: posting where role == "lead"}
    """
    done = call("check", write_scenario(tmp_path, {"expected.yaml": expected}))
    assert done.status == 0
    assert "unlike the document: heads: 5 there, 4 here" in done.out
    assert "cadres" not in done.out and "led" not in done.out


def test_checking_and_judging_never_load_the_solver(scenario: Path) -> None:
    plan = write_plan(scenario)
    calls = [["check", str(scenario)], ["verify", str(scenario), str(plan)], ["show", str(plan)], ["kinds"]]
    code = (
        "import sys\nfrom allocator.cli.main import run\n"
        f"assert [run(words) for words in {calls!r}] == [0, 0, 0, 0]\n"
        "assert 'ortools' not in sys.modules\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL, env=environment)


def test_tables_packs_and_rules_are_told_in_one_go(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("1975-03-12", "1975-02-30")
    rules = rules_with("{id: slip, kind: elegible, on: posting, when: 'true'}")
    done = call("check", write_scenario(tmp_path, {"people.csv": people, **rules}))
    assert done.status == 2
    table, rule = done.err.splitlines()
    assert table.startswith("people.csv:2:born: ")
    assert rule.startswith("tiny-rules.yaml:") and ":slip.kind: " in rule and "'eligible'?" in rule


def test_a_rule_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    rules = rules_with("{id: slip, kind: elegible, on: posting}")["tiny-rules.yaml"]
    other = "{id: other, kind: eligible, on: posting, when: person.gade == 'head'}"
    rules = rules.replace("    waive:", f"      - {other}\n    waive:")
    scenario = write_scenario(tmp_path, {"tiny-rules.yaml": rules})
    done = call("check", scenario)
    assert ":slip.kind: " in done.err and ":other.when: " in done.err
    text = (scenario / "scenario.yaml").read_text(encoding="utf-8")
    (scenario / "scenario.yaml").write_text(text.replace("roles: [lead", "roles: [leed"), encoding="utf-8")
    done = call("check", scenario)
    assert ":slip.kind: " in done.err and "found 'leed'" in done.err


def test_an_id_in_a_pair_must_be_of_somebody(tmp_path: Path) -> None:
    done = call(
        "check", write_scenario(tmp_path, rules_with("{id: x, kind: apart, on: posting, pairs: [[P1, P88]]}"))
    )
    assert done.status == 2
    assert ":x.pairs.0: the scenario has no such id; found 'P88'; did you mean 'P8'?" in done.err


def test_a_rule_about_nothing_is_told(tmp_path: Path) -> None:
    """A grade is known by its id: its Chinese word is nobody's."""
    idle = "{id: idle, kind: take, on: posting, items: person.grade == '正', places: 1}"
    nowhere = "{id: nowhere, kind: capacity, on: posting, slots: group.kind == 'taem', atmost: 9}"
    folder = write_scenario(tmp_path, rules_with(f"{idle}\n      - {nowhere}"))
    done = call("check", folder)
    assert done.status == 0
    assert ":idle.items: the rule idle is about nothing (items); found 'person.grade == '正''\n" in done.out
    assert ":nowhere.slots: the rule nowhere is about nothing (slots)" in done.out
    assert done.out.endswith("\nok, with 2 doubts\n")
    assert call("check", folder, lang="zh").out.endswith("\n通过，另有 2 处存疑\n")
    said = call("check", folder, "--json").json
    assert [one["column"] for one in said["doubts"]] == ["idle.items", "nowhere.slots"]


def test_strict_makes_doubts_faults(scenario: Path, tmp_path: Path) -> None:
    assert call("check", scenario, "--strict").status == 0
    nowhere = "{id: nowhere, kind: capacity, on: posting, slots: group.kind == 'taem', atmost: 9}"
    folder = write_scenario(tmp_path / "doubtful", rules_with(nowhere))
    done = call("check", folder, "--strict")
    assert (done.status, done.out) == (2, "")
    [line] = done.err.splitlines()
    assert line.startswith("tiny-rules.yaml:") and ":nowhere.slots: " in line


def test_solving_mentions_doubts(scenario: Path, tmp_path: Path) -> None:
    assert "doubt" not in call("solve", scenario).err
    nowhere = "{id: nowhere, kind: capacity, on: posting, slots: group.kind == 'taem', atmost: 9}"
    folder = write_scenario(tmp_path / "doubtful", rules_with(nowhere))
    done = call("solve", folder)
    assert done.status == 0
    assert done.err == f"doubts about the input: 1; for the list: allocator check {folder}\n"


def test_many_faults_of_one_sort_are_one_line(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"]
    for unit in ("U1", "U2", "U3", "U4"):
        people = people.replace(f",{unit},", f",{unit}9,")
    folder = write_scenario(tmp_path, {"people.csv": people})
    [line] = call("check", folder).err.splitlines()
    assert line.startswith("people.csv:unit: ") and "such as row 2 'U19' (U1?), row 3" in line
    count = len(call("check", folder, "--json").json["faults"])
    assert count > 3 and f"{count} of this sort" in line
    assert f"共 {count} 处，如第 2 行“U19”" in call("check", folder, lang="zh").err


def test_headers_of_other_names_are_told(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].replace("name,", "姓　名,", 1)
    folder = write_scenario(tmp_path, {"people.csv": people})
    assert "columns of people.csv: 姓 名 → name" in call("check", folder).out
    assert call("check", folder, "--json").json["columns"]["people.csv"].popitem()[1] == "name"


def test_what_is_doubtful_stands_beside_the_faults(tmp_path: Path) -> None:
    people = tiny_scenario.TABLES["people.csv"].rstrip() + "\n合计,8人\n"
    people = people.replace("1975-03-12", "1975.1")
    fault, doubt = call("check", write_scenario(tmp_path, {"people.csv": people})).err.splitlines()
    assert "January or October" in fault and "in doubt: is a row of totals" in doubt
