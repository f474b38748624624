"""Who is who in a roster: ids, namesakes, people of the folder, their units, grades and relatives."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from cli_world import call
from roster_files import HEADER, answer, column, csv_file, imported, person, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "scenario"


def test_ids_that_two_people_have_are_refused(folder: Path) -> None:
    rows = [
        ("编号", "姓名", "出生年月"),
        ("K1", "张一", "1975.08"),
        ("K1", "李四", "1976.08"),
        ("K2", "王五", ""),
    ]
    result = imported(folder, rows)
    assert [(one.row, one.found) for one in result.questions] == [(3, "李四")]
    assert "张一" in result.questions[0].message.zh
    assert column(folder, "people", "id") == ["K1", "K2"]


def test_an_id_of_another_name_in_the_folder_is_asked_about(folder: Path) -> None:
    imported(folder, [("编号", "姓名"), ("K1", "张一"), ("K2", "王五")])
    renumbered = [("编号", "姓名"), ("K1", "王五"), ("K2", "张一丰")]
    result = imported(folder, renumbered, "later.csv")
    assert [one.row for one in result.questions] == [2, 3]
    assert column(folder, "people", "name") == ["张一", "王五"]
    lines = '"later.csv:2=K1 王五": "skip"\n"later.csv:3=K2 张一丰": "same"\n'
    (folder / "import.yaml").write_text(lines, "utf-8")
    assert not imported(folder, renumbered, "later.csv").questions
    assert column(folder, "people", "name") == ["张一", "张一丰"]


def test_people_are_found_again_by_month_of_birth_or_unit_or_asked_about(folder: Path) -> None:
    header = ("姓名", "出生年月", "单位")
    imported(folder, [header, ("张伟", "1975.08", "一室"), ("李娜", "", "一室"), ("王芳", "", "二室")])
    later = [header, ("张伟", "1975.08", "二室"), ("张伟", "1990.01", "一室"), ("李娜", "1980.01", "一室")]
    later.append(("王芳", "1981.01", "一室"))
    result = imported(folder, later, "later.csv")
    assert [(one.row, one.found) for one in result.questions] == [(5, "王芳")]
    assert result.questions[0].detail.strip() == '"later.csv:5=王芳": "P003"  # | "other"'
    people = [(row["id"], row["name"], row["born"], row["unit"]) for row in table(folder, "people")]
    assert people == [
        ("P001", "张伟", "1975-08", "U02"),
        ("P002", "李娜", "1980-01", "U01"),
        ("P003", "王芳", "", "U02"),
        ("P004", "张伟", "1990-01", "U01"),
    ]
    answer(folder, *result.questions, choice=1)
    assert not imported(folder, later, "later.csv").questions
    assert column(folder, "people", "id")[-1] == "P005"


def test_one_person_in_two_files_is_filled_in(folder: Path, tmp_path: Path) -> None:
    one = csv_file(tmp_path / "a.csv", [("编号", "姓名", "出生年月", "备注"), ("K1", "张一", "1975.08", "")])
    more = [("编号", "姓名", "出生年月", "备注", "家庭成员"), ("K1", "张一", "1975.08", "病假", "妻子 李娜")]
    result = api.import_files([one, csv_file(tmp_path / "b.csv", more)], folder)
    assert not result.questions
    assert [(row["id"], row["note"]) for row in table(folder, "people")] == [("K1", "病假")]
    assert column(folder, "ties", "target") == ["李娜"]


def test_an_unknown_id_of_a_unit_is_asked_about(folder: Path) -> None:
    folder.mkdir()
    (folder / "units.csv").write_text("id,name\nU01,办公室\nU02,一室\n", "utf-8")
    rows = [HEADER, person("张一", unit="U01"), person("李四", unit="U0２x"), person("王五", unit="三室")]
    result = imported(folder, rows)
    assert [(one.row, one.found, one.nearest) for one in result.questions] == [(3, "U02x", "U02")]
    assert column(folder, "people", "unit") == ["U01", "U03"]
    answer(folder, *result.questions)
    assert not imported(folder, rows).questions
    assert sorted(column(folder, "people", "unit")) == ["U01", "U02", "U03"]


def test_a_unit_that_is_nearly_another_is_remarked_on(folder: Path) -> None:
    units = ["第一监督检查室"] * 2 + ["第二监督检查室"] * 2 + ["第一监督捡查室", "第三监督检查室"]
    rows = [HEADER, *(person(f"张{'一二三四五六'[n]}", unit=unit) for n, unit in enumerate(units))]
    result = imported(folder, rows)
    assert [(one.row, one.found, one.nearest) for one in result.remarks] == [
        (6, "第一监督捡查室", "第一监督检查室")
    ]


def test_an_answer_may_name_the_unit_of_a_post(folder: Path) -> None:
    rows = [("姓名", "现任职务"), ("李四", "县纪委常委、第一监督检查室主任")]
    result = imported(folder, rows)
    [remark] = [one for one in result.remarks if one.row]
    with (folder / "import.yaml").open("a", encoding="utf-8") as file:
        file.write(remark.allowed.replace('…"', '第一监督检查室"') + "\n")
    assert not imported(folder, rows).remarks
    assert column(folder, "units", "name") == ["第一监督检查室"]


def test_the_dead_make_no_tie(folder: Path) -> None:
    rows = [("姓名", "家庭成员"), ("李四", "父亲 李大 已故；母亲 王芳 务农")]
    result = imported(folder, rows)
    assert column(folder, "ties", "target") == ["王芳"]
    assert [one.message.en for one in result.remarks if one.row] == ["has died, and makes no tie"]


def test_a_grade_that_the_scenario_lacks_is_told(folder: Path) -> None:
    header = ("姓名", "职务层次")
    imported(folder, [header, ("张一", "乡科级正职"), ("李四", "专员级")])
    text = (folder / "scenario.yaml").read_text("utf-8")
    assert '{id: section_head, zh: "乡科级正职"' in text and '{id: grade_1, zh: "专员级"' in text
    result = imported(folder, [header, ("张一", "县处级副职")], "later.csv")
    assert ("scenario.yaml", "县处级副职") in [(one.file, one.found) for one in result.remarks]


def test_spouses_stand_in_columns_of_their_own(folder: Path) -> None:
    rows = [("姓名", "配偶姓名", "配偶工作单位及职务"), ("张一", "李娜", "县一中教师"), ("李四", "", "某局")]
    imported(folder, rows)
    [tie] = table(folder, "ties")
    assert (tie["target"], tie["kind"], tie["work"]) == ("李娜", "spouse", "县一中教师")


def test_sex_and_party_stand_in_other_cells(folder: Path) -> None:
    rows = [
        ("姓名", "政治面貌", "入党时间"),
        ("张一（女，苗族）", "中共党员（1998.06）", ""),
        ("李四", "", "199907；民盟"),
        ("王五（大）", "群众", "未定"),
    ]
    result = imported(folder, rows)
    people = [(row["name"], row["sex"], row["party"], row["party_since"]) for row in table(folder, "people")]
    assert people == [
        ("张一", "女", "中共党员", "1998-06"),
        ("李四", "", "民盟", "1999-07"),
        ("王五（大）", "", "群众", "未定"),
    ]
    assert [one.found for one in result.remarks if one.row] == ["未定"]


def test_a_sheet_or_its_sections_may_be_units(folder: Path) -> None:
    rows = [("序号", "姓名", "年龄"), ("办公室（2人）", "", ""), (1, "张一", "50"), (2, "李四", "40")]
    rows += [("一室", "", ""), (3, "王五", "41")]
    result = imported(folder, rows)
    units, ages = result.remarks
    assert units.allowed == '"sheet r.csv": "…" | "sections r.csv": "unit"'
    assert (ages.row, ages.column) == (1, "年龄")
    (folder / "import.yaml").write_text('"sections r.csv": "unit"\n', "utf-8")
    assert [one.column for one in imported(folder, rows).remarks] == ["年龄"]
    assert column(folder, "units", "name") == ["办公室", "一室"]
    assert column(folder, "people", "unit") == ["U01", "U01", "U02"]
    other = folder.parent / "other"
    other.mkdir()
    (other / "import.yaml").write_text('"sheet r.csv": "二室"\n', "utf-8")
    imported(other, rows)
    assert column(other, "units", "name") == ["二室"]


def test_a_name_that_is_missing_may_be_given(folder: Path) -> None:
    rows = [HEADER, person(""), person("李四")]
    result = imported(folder, rows)
    [fault] = result.questions
    assert fault.detail.splitlines()[1].strip() == '"r.csv:2:姓名": "…"'
    (folder / "import.yaml").write_text('"r.csv:2:姓名": "张一"\n', "utf-8")
    again = imported(folder, rows)
    assert not again.questions and not again.remarks
    assert sorted(column(folder, "people", "name")) == ["张一", "李四"]


def test_what_a_sheet_no_longer_says_is_removed_and_the_absent_are_named(folder: Path) -> None:
    header = ("姓名", "出生年月", "单位", "任现职时间", "家庭成员")
    first = ("张一", "1975.08", "一室", "2020.01", "妻子 李娜；父亲 张大")
    imported(folder, [header, first, ("李四", "1976.08", "二室", "2020.01", "妻子 王芳")])
    with (folder / "ties.csv").open("a", encoding="utf-8") as file:
        file.write("P001,P002,friend,declared,,,,\n")
    moved = ("张一", "1975.08", "三室", "2024.01", "妻子 赵敏；父亲 张大")
    result = imported(folder, [header, ("王五", "1977.08", "一室", "", ""), moved])
    files = {file.name: file for file in result.files}
    assert files["ties.csv"].removed == ("P001 李娜 spouse",)
    assert files["postings.csv"].removed == ("P001 U01 2020-01-01",)
    assert [(row["source"], row["target"]) for row in table(folder, "ties")] == [
        ("P001", "张大"),
        ("P002", "王芳"),
        ("P001", "P002"),
        ("P001", "赵敏"),
    ]
    assert [one.found for one in result.remarks] == ["P002 李四"]
    assert not [change for change in files["ties.csv"].changes if "known_from" in change]
    assert table(folder, "ties")[0]["known_from"] == "r.csv:3:家庭成员"


def test_empty_units_are_told_and_filled_down_only_if_the_user_says_so(folder: Path) -> None:
    rows = [HEADER, person("张一", unit="一室"), person("李四", unit=""), ["二组（1人）", *[""] * 5]]
    rows += [person("王五", unit=""), person("赵六", unit="二室")]
    result = imported(folder, rows)
    [remark] = result.remarks
    assert (remark.column, remark.found, remark.allowed) == (
        "所在单位",
        "2: 3, 5",
        '"r.csv:所在单位": "above"',
    )
    assert column(folder, "people", "unit") == ["U01", "", "", "U02"]
    with (folder / "import.yaml").open("a", encoding="utf-8") as file:
        file.write(remark.allowed + "\n")
    again = imported(folder, rows)
    assert column(folder, "people", "unit") == ["U01", "U01", "", "U02"]  # not across a heading
    assert [one.found for one in again.remarks] == ["1: 5"]


def test_a_preview_writes_nothing(folder: Path, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "r.csv", [HEADER, person("张一")])
    result = api.import_files([path], folder, preview=True)
    assert result.contents and not folder.exists()
    called = call("import", path, "--into", folder, "--preview")
    assert called.status == 0 and "people.csv: new, 1 rows added" in called.out and not folder.exists()
