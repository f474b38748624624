"""Absences, wishes and identities: their part in a plan's report, and their tables in a new scenario."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from allocator.report.rendering import plan_text
from cli_world import Called, call

SCENARIO = """\
scenario: told
today: 2026-01-01
periods: [2026, 2027]
roles: {lead: {zh: 组长, en: lead}, member: {zh: 组员, en: member}}
layers:
  posting: {items: people, slots: groups, roles: [lead, member], take: 0-1}
  casework: {items: people, slots: cases, take: any}
levels: {1: {zh: 意愿, en: wishes}}
rules: [r]
"""
RULES = """\
pack: r
rules:
  - {id: wishes, kind: wishes, on: posting, level: 1}
  - {id: one, kind: capacity, on: casework, atleast: 1, atmost: 1}
  - {id: knows, kind: avoid, on: casework, acquaintance: {of: case.parties, above: 0.5, hops: 2}}
"""
TABLES = {
    "scenario.yaml": SCENARIO,
    "r.yaml": RULES,
    "units.csv": "id,name\nU1,办公室\n",
    "people.csv": (
        "id,name,unit,title,joins,retires\nA,安宁,U1,主任,,\nB,白雪,,,2027-01-01,\nC,陈明,,,,\nD,丁一,,,,2027-03-01\n"
    ),
    "groups.csv": "id,name\nG1,一组\nG2,二组\n",
    "cases.csv": "id,title,received,parties\nK1,甲案,2026-01-05,丁老三\nK2,乙案,2027-02-05,安宁\n",
    "absences.csv": "person,from,to,why\nC,2026-03-01,2026-12-31,学习\nC,2027-12-20,,\n",
    "wishes.csv": (
        "item,slot,role,period,weight\nA,G2,lead,2026,3\nA,G1,,2026,2\nB,,,2027,-1\nC,G1,,,1\nK1,,,,1\nA,K1,,,1\n"
    ),
    "identities.csv": "name,person,answer,case,known_from\n丁老三,D,same_as,K1,档案\n路人,,same_as,,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    base = tmp_path / "told"
    base.mkdir()
    for name, text in TABLES.items():
        (base / name).write_text(text, "utf-8")
    return base


def shown(folder: Path, *arguments: str, lang: str = "zh") -> Called:
    plan = folder / "plan.json"
    if not plan.exists():
        assert call("solve", folder, "-o", plan, "--workers", "1", "--seed", "1").status == 0
    return call("show", plan, *arguments, lang=lang)


def test_check_counts_the_tables_that_have_rows(folder: Path) -> None:
    assert "离岗 2, 身份认定 2, 意愿 6" in call("check", folder, lang="zh").out
    (folder / "absences.csv").write_text("person,from,to,why\n", "utf-8")
    assert "离岗" not in call("check", folder, lang="zh").out


def test_show_says_who_is_not_there_and_why(folder: Path) -> None:
    said = shown(folder).out
    assert "2026 不在岗：白雪（2027-01-01 到岗）、陈明（学习，2026-03-01 – 2026-12-31）" in said
    assert "2027 不在岗：丁一（2027-03-01 退休）\n" in said
    english = shown(folder, "--ids", lang="en").out
    assert "2026 not there: 白雪 B (joins 2027-01-01), 陈明 C (学习, 2026-03-01 – 2026-12-31)" in english
    assert "2027 not there: 丁一 D (retires 2027-03-01)" in english
    (folder / "absences.csv").write_text("person,from,to,why\nC,,2027-12-31,\n", "utf-8")
    (folder / "plan.json").unlink()
    assert "陈明（离岗，– 2027-12-31）" in shown(folder).out


def test_many_who_are_not_there_are_counted(folder: Path) -> None:
    more = "".join(f"X{k},人{k},,,2028-01-01,\n" for k in range(15))
    (folder / "people.csv").write_text(TABLES["people.csv"] + more, "utf-8")
    assert "另有 5 人" in shown(folder).out  # 17 in 2026, of whom 12 are named
    assert "and 4 more" in shown(folder, lang="en").out


def test_show_lists_the_wishes_that_are_not_met(folder: Path) -> None:
    said = shown(folder, lang="en")
    assert "wishes: 3 of 4 met" in said.out  # K1 is no person, and no rule reads wishes for casework
    part = said.out.split("Wishes not met")[1].split("Identities")[0]
    assert [line.split() for line in part.splitlines() if "安宁" in line] == [
        ["安宁", "一组", "—", "2026", "2"]
    ]
    assert "意愿：4 项中满足 3 项" in shown(folder).out
    lines = shown(folder, "--json").json["wishes"]
    assert [(one["item"]["id"], one["weight"], one["met"]) for one in lines] == [
        ("A", 3, True),
        ("A", 2, False),
        ("B", -1, True),
        ("C", 1, True),
    ]


def test_wishes_that_are_met_need_no_table_and_many_are_not_all_listed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "wishes.csv").write_text("item,weight\nA,1\n", "utf-8")
    said = shown(folder, lang="en").out
    assert "wishes: 1 of 1 met" in said and "not met" not in said
    (folder / "wishes.csv").write_text(
        "item,slot,period,weight\nA,G1,2026,1\nA,G2,2026,1\nA,,2026,-5\n", "utf-8"
    )
    (folder / "plan.json").unlink()
    monkeypatch.setattr(plan_text, "MOST_WISHES", 1)
    assert "and 1 more not met" in shown(folder, lang="en").out


def test_show_lists_the_open_questions_and_the_answers(folder: Path) -> None:
    lines = shown(folder, "--json").json["identities"]
    told = [(one["name"], one["person"] and one["person"]["id"], one["answer"]) for one in lines]
    assert told == [("安宁", "A", "open"), ("丁老三", "D", "same_as"), ("路人", None, "same_as")]
    said = shown(folder).out
    assert "按同一人处理，待认定" in said and "D 丁一" in said and "档案" in said
    narrow = call("show", folder / "plan.json", lang="en", COLUMNS="40").out
    assert "answer: taken for the same, open" in narrow


def test_a_spreadsheet_has_those_who_are_not_there(folder: Path) -> None:
    shown(folder)
    for lang, words in (("zh", "不在岗：学习"), ("en", "not there: 学习")):
        assert call("export", folder / "plan.json", "--to", folder / "o.csv", lang=lang).status == 0
        rows = list(csv.reader((folder / "o.csv").read_text("utf-8-sig").splitlines()))
        [away] = [row for row in rows if row[0] == "posting" and row[10].startswith(words)]
        assert away[:9] == ["posting", "2026", "", "", "", "", "C", "陈明", ""]


def test_a_new_scenario_has_these_tables_to_fill_in(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert call("new", folder).status == 0
    rules = (folder / "starter-rules.yaml").read_text("utf-8").replace("  # - {id: wishes", "  - {id: wishes")
    (folder / "starter-rules.yaml").write_text(rules, "utf-8")
    for table, row in {
        "absences": "P8,2026-01-01,2026-12-31,学习",
        "wishes": "P5,G1,,2026,2",
        "identities": "老王,P1,same_as,,本人说明",
    }.items():
        with (folder / f"{table}.csv").open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
    people = (folder / "people.csv").read_text("utf-8").replace("1988-04-08,,,", "1988-04-08,2027-01-01,,")
    (folder / "people.csv").write_text(people, "utf-8")
    said = call("check", folder, lang="zh").out
    assert "离岗 1, 身份认定 1, 意愿 1" in said
    assert "老王" in said  # an answer about a name that no party and no tie bears is doubted
