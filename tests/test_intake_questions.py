"""What an import asks, with the line that answers it; and what it does with the answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.errors import InputError
from roster_files import HEADER, answer, column, imported, person, table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "scenario"


def test_doubtful_dates_are_asked_and_other_rows_are_loaded(folder: Path) -> None:
    borns = ["1975.1", "75.08", "27668", "1975", "不详", "1980.10", "二〇二五年八月"]
    rows = [HEADER, *(person(f"张{'一二三四五六七'[n]}", born) for n, born in enumerate(borns))]
    result = imported(folder, rows)
    assert [(one.file, one.row, one.column, one.found) for one in result.questions] == [
        ("r.csv", number, "出生年月", born) for number, born in enumerate(borns[:5], 2)
    ]
    assert column(folder, "people", "name") == ["张六", "张七"]
    assert column(folder, "people", "born") == ["1980-10", "2025-08"]
    details = [one.detail.strip().splitlines() for one in result.questions]
    assert details[0] == ['"r.csv:2:出生年月=1975.1": "1975.01"  # | "1975.10"']
    assert [line.strip() for line in details[1]] == [
        '"r.csv:3:出生年月=75.08": "1975.08"  # | "2075.08"',
        '"r.csv:出生年月=YY.MM": "19YY"  # | "20YY"',
    ]
    answer(folder, result.questions[0], choice=1)
    answer(folder, *result.questions[1:3])
    with (folder / "import.yaml").open("a", encoding="utf-8") as file:
        file.write('"r.csv:5:出生年月=1975": "1975.06"\n"r.csv:6:出生年月=不详": "skip"\n')
    again = imported(folder, rows)
    assert not again.questions and not again.remarks
    born = dict(zip(column(folder, "people", "name"), column(folder, "people", "born"), strict=True))
    assert [born[f"张{one}"] for one in "一二三四五"] == ["1975-10", "1975-08", "1975-10-01", "1975-06", ""]


def test_an_answer_may_be_about_a_whole_column(folder: Path) -> None:
    rows = [HEADER, person("张一", "75.08"), person("张二", "76.1"), person("张三", 27668)]
    result = imported(folder, rows)
    assert len(result.questions) == 3
    lines = '"r.csv:出生年月=YY.MM": "19YY"\n"r.csv:出生年月=12345": "1904"\n'
    (folder / "import.yaml").write_text(lines, "utf-8")
    [fault] = imported(folder, rows).questions
    assert '"1976.01"  # | "1976.10"' in fault.detail  # the century is known, the month is not
    assert column(folder, "people", "born") == ["1975-08", "1979-10-02"]


def test_an_answer_does_not_fit_once_the_rows_have_moved(folder: Path) -> None:
    rows = [HEADER, person("张一", "1975.1"), person("张二", "1976.08")]
    answer(folder, *imported(folder, rows).questions)
    moved = [HEADER, person("张三", "1977.01"), *rows[1:]]
    again = imported(folder, moved)
    assert [one.row for one in again.questions] == [3]
    assert [one.file for one in again.remarks] == ["import.yaml"]
    assert "张一" not in column(folder, "people", "name")


def test_only_the_format_of_a_cell_makes_a_number_october(folder: Path) -> None:
    rows = [HEADER, person("张一", 1975.1), person("张二", 1975.1), person("张三", 1975.08)]
    rows += [person("张四", datetime(1975, 8, 1)), person("张五", 27668)]
    result = imported(folder, rows, "r.xlsx", formats={"C2": "0.00"})
    assert [(one.row, one.found) for one in result.questions] == [(3, "1975.1")]
    assert column(folder, "people", "born") == ["1975-10", "1975-08", "1975-08-01", "1975-10-01"]


def test_the_calendar_of_1904_is_known(folder: Path) -> None:
    rows = [HEADER, person("张一", datetime(1975, 8, 1)), person("张二", 27668)]
    imported(folder, rows, "r.xlsx", epoch_1904=True)
    assert column(folder, "people", "born") == ["1975-08-01", "1979-10-02"]


def test_two_headers_of_one_column_are_named_both(folder: Path) -> None:
    rows = [("姓名", "单位", "科室", "出生年月"), ("张一", "县纪委", "办公室", "1975.08")]
    [fault] = imported(folder, rows).questions
    assert (
        (fault.column, fault.row) == ("科室", 1)
        and "“单位”" in fault.message.zh
        and "'单位'" in fault.message.en
    )
    assert [line.strip() for line in fault.detail.splitlines()] == [
        '"column 科室": "skip"',
        '"column 单位": "skip"',
    ]
    with (folder / "import.yaml").open("a", encoding="utf-8") as file:
        file.write('"column 单位": "parent"\n"column 科室": "unit"\n')
    assert not imported(folder, rows).questions
    assert [(row["name"], row.get("parent", "")) for row in table(folder, "units")] == [
        ("办公室", column(folder, "units", "id")[1]),
        ("县纪委", ""),
    ]


def test_a_header_that_is_nearly_known_offers_the_nearest(folder: Path) -> None:
    rows = [("姓名", "参加工作时问", "籍惯地", "爱好", "Ｎｏｔｅ"), ("张一", "1998.07", "内江", "书法", "x")]
    result = imported(folder, rows)
    assert [(one.column, one.nearest) for one in result.questions] == [("参加工作时问", "参加工作时间")]
    columns = {one.header: (one.field, one.is_read) for one in result.sheets[0].columns}
    assert columns["爱好"] == columns["籍惯地"] == ("", False) and columns["Ｎｏｔｅ"] == ("note", True)
    answer(folder, *result.questions)
    with (folder / "import.yaml").open("a", encoding="utf-8") as file:
        file.write('"column 爱好": "hobby"\n"column 籍惯地": "native_place"\n')
    assert not imported(folder, rows).questions
    [row] = table(folder, "people")
    assert (row["works_since"], row["native_place"], row["hobby"]) == ("1998-07", "内江", "书法")


def test_people_of_one_name_are_told_apart_or_refused_with_both_rows(folder: Path) -> None:
    rows = [
        HEADER,
        person("张伟", "1975.08", "办公室"),
        person("张伟", "1980.03", "办公室"),
        person("李娜", "1981.01", "一室"),
        person("李娜", "1981.01", "一室"),
        person("王芳", "", "一室"),
        person("王芳", "", "二室"),
    ]
    result = imported(folder, rows)
    [fault] = result.questions
    assert (
        (fault.row, fault.found) == (5, "李娜")
        and "第 4 行" in fault.message.zh
        and "row 4" in fault.message.en
    )
    assert column(folder, "people", "name") == ["张伟", "张伟", "王芳", "王芳"]
    answer(folder, fault, choice=1)
    assert not imported(folder, rows).questions
    assert sorted(column(folder, "people", "name")) == sorted(
        ["张伟", "张伟", "王芳", "王芳", "李娜", "李娜"]
    )


def test_one_person_in_two_rows_becomes_one(folder: Path) -> None:
    rows = [HEADER, person("李娜", "1981.01"), person("李娜", "1981.01")]
    rows[2][3] = ""
    answer(folder, *imported(folder, rows).questions)
    assert not imported(folder, rows).questions
    assert column(folder, "people", "name") == ["李娜"]


def test_a_relative_with_the_name_of_one_of_ours_is_asked_about(folder: Path) -> None:
    header = ("姓名", "出生年月", "家庭成员")
    rows = [
        header,
        ("张一", "1975.08", "妻子 李娜 1977.03 县一中教师；父亲 张大山 退休；母亲 王芳"),
        ("李娜", "1977.03", "丈夫：张一，1970.01，某局"),
        ("王芳", "1980.01", ""),
    ]
    result = imported(folder, rows)
    [fault] = result.questions
    assert (fault.row, fault.column, fault.found) == (2, "家庭成员", "王芳")
    assert fault.detail.strip() == '"r.csv:2:家庭成员=王芳": "P003"  # | "other"'
    ties = [(row["source"], row["target"], row["kind"], row["outside"]) for row in table(folder, "ties")]
    assert ties == [
        ("P001", "P002", "spouse", ""),
        ("P001", "张大山", "kin", "true"),
        ("P002", "张一 1970-01", "spouse", "true"),
    ]
    answer(folder, fault, choice=1)
    assert not imported(folder, rows).questions
    assert ("P001", "王芳/P001") in [(row["source"], row["target"]) for row in table(folder, "ties")]
    assert api.load(folder).organisation.ties


def test_what_is_no_certain_relative_is_asked_with_likely_spellings(folder: Path) -> None:
    rows = [("姓名", "家庭成员"), ("张一", "妻子李晓梅县一中教师；干爹 王五；父亲退休")]
    result = imported(folder, rows)
    assert [one.found for one in result.questions] == ["妻子李晓梅县一中教师", "干爹 王五"]
    assert '"妻子 李晓梅，县一中教师"  # | "妻子 李晓，梅县一中教师" | "skip"' in result.questions[0].detail
    assert [one.found for one in result.remarks if one.row] == ["父亲退休"]
    assert column(folder, "people", "name") == ["张一"]  # the person is loaded, the ties are not
    answer(folder, *result.questions)
    assert not imported(folder, rows).questions
    [tie] = table(folder, "ties")
    assert (tie["target"], tie["work"]) == ("李晓梅", "县一中教师")


def test_relatives_stand_in_columns_and_in_rows_below(folder: Path) -> None:
    rows = [
        ("姓名", "出生年月", "家庭成员", None, None, None),
        (None, None, "称谓", "姓名", "出生年月", "工作单位及职务"),
        ("张一", "1975.08", "妻子", "李娜", "1977.03", "县一中教师"),
        (None, None, "12", "李四", None, None),
        (None, None, "同学", "王五", None, None),
        ("张二", "1976.08", None, None, None, None),
    ]
    merged = ["A1:A2", "B1:B2", "C1:F1", "A3:A5", "B3:B5"]
    result = imported(folder, rows, "r.xlsx", merged=merged)
    assert column(folder, "people", "name") == ["张一", "张二"]
    ties = [(row["target"], row["kind"], row["work"]) for row in table(folder, "ties")]
    assert ties == [("李娜", "spouse", "县一中教师"), ("李四", "spouse", "")]
    [fault] = result.questions
    assert (fault.row, fault.found) == (5, "同学 王五")


def test_an_id_that_is_an_identity_number_is_refused(folder: Path) -> None:
    rows = [("编号", "姓名"), ("99999919750812123X", "张一"), ("13812345678", "张二"), ("K03", "张三")]
    result = imported(folder, rows)
    assert [one.row for one in result.questions] == [2]  # one answer is about the whole column
    assert column(folder, "people", "id") == ["K03"]


def test_rows_that_may_be_no_people_are_asked_about(folder: Path) -> None:
    rows = [
        HEADER,
        person("张一"),
        ["", "男", "1975.08", "内江", "办公室", "干部"],
        ["李四", "", "", "", "", ""],
        ["派驻机构（2人）", "", "", "", "", ""],
        person("张二"),
        ["合计", "2人", "", "", "", ""],
        ["说明：本表为在编人员", "", "", "", "", ""],
        ["", "", "", "", "", "2025年12月"],
    ]
    result = imported(folder, rows)
    assert [one.row for one in result.questions] == [3, 4]
    assert {one.line for one in result.sheets[0].skipped} == {5, 7, 8, 9}
    assert column(folder, "people", "name") == ["张一", "张二"]
    answer(folder, *result.questions)
    again = imported(folder, rows)
    assert not again.questions and {3, 4} <= {one.line for one in again.sheets[0].skipped}


def test_import_notes_with_faults_are_refused_with_their_lines(folder: Path) -> None:
    folder.mkdir()
    (folder / "import.yaml").write_text('"column 备注": "nte"\n"r.csv:2:出生年月=1975.1": 1975.10\n', "utf-8")
    with pytest.raises(InputError) as error:
        imported(folder, [HEADER, person("张一")])
    assert [(one.row, one.nearest or one.found) for one in error.value.faults] == [(1, "note"), (2, "1975.1")]
    (folder / "import.yaml").write_text('"a": "99999919750812123X\n', "utf-8")
    with pytest.raises(InputError) as error:
        imported(folder, [HEADER, person("张一")])
    assert "99999919750812123X" not in str(error.value)
    (folder / "import.yaml").write_text("- a\n", "utf-8")
    with pytest.raises(InputError):
        imported(folder, [HEADER, person("张一")])


def test_forty_faults_of_many_sorts_have_forty_places(folder: Path) -> None:
    """A roster of 100 people with 40 doubtful cells: each is asked about, all other rows are loaded."""
    borns = ["1975.1", "75.08", "27668", "1975", "出生", "1975.13", "1975.02.30", "197513"]
    rows: list[Sequence[Any]] = [HEADER]
    for number in range(100):
        name = f"{'赵钱孙李周吴郑王冯陈'[number // 10]}{'甲乙丙丁戊己庚辛壬癸'[number % 10]}"
        rows.append(person(name, borns[number % 8] if number < 40 else f"19{60 + number % 30}.08"))
    result = imported(folder, rows)
    assert [one.row for one in result.questions] == list(range(2, 42))
    assert len(column(folder, "people", "id")) == 60


def test_a_name_with_figures_is_asked_about(folder: Path) -> None:
    rows = [HEADER, person("张一2"), person("13812345678"), person("李四")]
    result = imported(folder, rows)
    assert [(one.row, one.found) for one in result.questions] == [(2, "张一2"), (3, "***")]
    lines = '"r.csv:2:姓名=张一2": "张一"\n"r.csv:3:姓名=***": "skip"\n'
    (folder / "import.yaml").write_text(lines, "utf-8")
    assert not imported(folder, rows).questions
    assert sorted(column(folder, "people", "name")) == ["张一", "李四"]
