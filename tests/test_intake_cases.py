"""Rosters that were handed in and failed: the same shapes, with the outcome that is right."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from allocator import api
from cli_world import call
from roster_files import column, csv_file, table, workbook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "scenario"


def test_a_roster_in_gb18030_as_it_is(tmp_path: Path, folder: Path) -> None:
    rows = [
        ("序号", "姓 名", "性别", "出生年月", "籍贯", "现任职务", "工作单位"),
        (1, "赵 一", "男", "1975.08", "四川内江", "主任", "办公室"),
        (2, "钱二", "女", "１９８０年３月", "四川资中", "副主任", "办公室"),
        (3, "孙三", "男", "1979.11", "四川威远", "干部", "第一室"),
        ("合计", "3人", "", "", "", "", ""),
    ]
    result = api.import_files([csv_file(tmp_path / "people.csv", rows, "gb18030")], folder)
    assert not result.questions
    assert column(folder, "people", "name") == ["赵一", "钱二", "孙三"]
    assert column(folder, "people", "born") == ["1975-08", "1980-03", "1979-11"]
    assert column(folder, "units", "name") == ["办公室", "第一室"]
    assert [(one.line, one.why.zh) for one in result.sheets[0].skipped] == [(5, "是合计行，未读入")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_full_width_ids_are_one_id_and_units_are_known_by_theirs(
    tmp_path: Path, folder: Path, encoding: str
) -> None:
    folder.mkdir()
    (folder / "units.csv").write_text("id,name\nU1,办公室\nU2,第一室\n", "utf-8")
    rows = [
        ("编号", "姓名", "性别", "出生日期", "现任职务", "工作单位"),
        ("P1", "赵一", "男", "1975.08", "主任", "U1"),
        ("Ｐ４", "李四", "男", "19800705", "干部", "Ｕ２"),
        ("P5", "周五", "男", "29047", "干部", "U2"),
    ]
    result = api.import_files([csv_file(tmp_path / "people.csv", rows, encoding)], folder)
    assert [(one.row, one.found) for one in result.questions] == [(4, "29047")]
    assert [(row["id"], row["unit"], row["born"]) for row in table(folder, "people")] == [
        ("P1", "U1", "1975-08"),
        ("P4", "U2", "1980-07-05"),
    ]
    assert column(folder, "units", "id") == ["U1", "U2"]


def test_a_remark_column_and_a_spaced_header(tmp_path: Path, folder: Path) -> None:
    rows = [
        ("编号", "姓 名", "工作单位", "出生年月", "Ｐ备注"),
        ("P1", "赵一", "U1", "1975.08", ""),
        ("Ｐ２", "钱二", "U1", "1980.10", ""),
        ("合计", "2人", "", "", ""),
    ]
    api.import_files([csv_file(tmp_path / "people.csv", rows)], folder)
    assert [(row["id"], row["born"]) for row in table(folder, "people")] == [
        ("P1", "1975-08"),
        ("P2", "1980-10"),
    ]


def test_a_title_row_merged_units_and_a_number_in_a_workbook(tmp_path: Path, folder: Path) -> None:
    people = [
        ("某区纪检监察干部花名册", None, None, None, None, None),
        ("编号", "姓名", "单位", "出生日期", "籍贯", "现任职务"),
        ("P1", "赵一", "U1", datetime(1975, 8, 1), "内江", "主任"),
        ("P2", "钱二", None, datetime(1980, 3, 5), "资中", "副主任"),
        ("P3", "孙三", None, 1975.1, "威远", "干部"),
        ("P4", "李四", "U2", "1979.11", "威远", "干部"),
        ("合计", "4人", None, None, None, None),
    ]
    units = [("id", "name"), ("U1", "办公室"), ("U2", "第一室")]
    groups = [("id", "name"), ("G1", "一组")]
    path = workbook(
        tmp_path / "book.xlsx",
        {"people": people, "groups": groups, "units": units},
        merged=["A1:F1", "C3:C5"],
    )
    result = api.import_files([path], folder)
    assert [(one.file, one.row, one.column) for one in result.questions] == [
        ("book.xlsx:people", 5, "出生日期")
    ]
    assert [(row["id"], row["unit"]) for row in table(folder, "people")] == [
        ("P1", "U1"),
        ("P2", "U1"),
        ("P4", "U2"),
    ]
    assert [row["name"] for row in table(folder, "units")] == ["办公室", "第一室"]
    whys = {sheet.label: sheet.why.en for sheet in result.sheets if sheet.why}
    assert whys == {
        "book.xlsx:groups": "is another table of a scenario and is not read",
        "book.xlsx:units": "is read as a table of units",
    }


def test_cells_below_a_unit_stay_empty_unless_they_are_merged(tmp_path: Path, folder: Path) -> None:
    rows = [
        ("编号", "姓名", "单位", "出生日期"),
        ("P1", "赵一", "一室", "1975.08"),
        ("P2", "钱二", None, "1980.03"),
        ("P3", "孙三", "二室", "1981.03"),
        ("P4", "李四", None, "1982.03"),
    ]
    api.import_files([workbook(tmp_path / "book.xlsx", {"表": rows}, merged=["C2:C3"])], folder)
    units = dict(zip(column(folder, "units", "id"), column(folder, "units", "name"), strict=True))
    assert [units.get(one, "") for one in column(folder, "people", "unit")] == ["一室", "一室", "二室", ""]


def test_headings_notes_and_a_man_twice_in_a_workbook_of_a_scenario(tmp_path: Path, folder: Path) -> None:
    people = [
        ("id", "name", "性别", "born", "unit", "现任职务", "grade", "任现职时间", "家庭成员", "备注"),
        (
            1,
            "徐伟国",
            "男",
            "1980-01-01",
            "U1",
            "主任",
            "正",
            "2023/10/1",
            "妻子：王伟，县一中教师",
            "长期病假",
        ),
        ("派驻机构", *[None] * 9),
        (2, "李帆玲", "女", "1981-01-01", "U2", "副主任", "副", "2021.01", None, None),
        (3, "马国", "男", "1982-01-01", "U2", "干部", "干部", datetime(2023, 10, 1), None, None),
        (4, "李帆玲", "女", "1981-01-01", "U2", "副主任", "副", "2021.01", None, None),
        (None,) * 10,
        ("备注：1.本表统计口径为在编在岗人员；2.借调人员计入原单位。", *[None] * 9),
        ("制表人：王科员", *[None] * 8, "审核人："),
    ]
    units = [("id", "name", "kind"), ("U1", "县纪委监委机关", "unit"), ("U2", "案件审理室", "unit")]
    path = workbook(tmp_path / "r10.xlsx", {"people": people, "units": units})
    called = call("import", path, "--into", folder)
    assert called.status == 2
    assert "row 3 '派驻机构'" in called.out and "row 9" in called.out
    assert "r10.xlsx:people:6: has the name of row 4" in called.err
    assert '"r10.xlsx:people:6=李帆玲": "same"  # | "other"' in called.err
    assert column(folder, "people", "id") == ["1", "3"]
    with (folder / "import.yaml").open("a", encoding="utf-8") as file:
        file.write('"r10.xlsx:people:6=李帆玲": "same"  # | "other"\n')
    assert call("import", path, "--into", folder).status == 0
    assert sorted(column(folder, "people", "id")) == ["1", "2", "3"]
    checked = call("check", folder)
    assert (checked.status, checked.err) == (0, "")


def test_posts_tell_units_and_titles(tmp_path: Path, folder: Path) -> None:
    rows = [
        ("姓名", "工作单位及职务", "任现职时间"),
        ("赵一", "驻市教育局纪检监察组组长", "2021.03"),
        ("钱二", "第一监督检查室主任、一级主任科员", "2021.03"),
        ("孙三", "县纪委监委第一监督检查室副主任", ""),
        ("李四", "县纪委常委、县监委委员、第一监督检查室主任", ""),
        ("周五", "主任", ""),
    ]
    result = api.import_files([csv_file(tmp_path / "r.csv", rows)], folder)
    units = dict(zip(column(folder, "units", "id"), column(folder, "units", "name"), strict=True))
    assert [(units.get(row["unit"], ""), row["title"]) for row in table(folder, "people")] == [
        ("驻市教育局纪检监察组", "组长"),
        ("第一监督检查室", "主任、一级主任科员"),
        ("县纪委监委第一监督检查室", "副主任"),
        ("", "县纪委常委、县监委委员、第一监督检查室主任"),
        ("", "主任"),
    ]
    assert [(one.row, one.found) for one in result.remarks if not one.row] == [(0, "2: 5, 6")]
    assert [one.row for one in result.remarks if one.row] == [5]
    assert [(row["person"], row["from"]) for row in table(folder, "postings")] == [
        ("P001", "2021-03-01"),
        ("P002", "2021-03-01"),
        ("P003", ""),
    ]
    assert result.remarks[0].allowed.startswith('"r.csv:5:post=')


def test_codes_and_numbers_of_columns_below_a_header_are_no_people(tmp_path: Path, folder: Path) -> None:
    rows = [
        ("姓名", "性别", "出生年月", "现任职务"),
        ("A0101", "A0104", "A0107", "A0192A"),
        ("（1）", "2", "3", "4"),
        ("例：张三", "男", "1975.08", "干部"),
        ("赵一", "男", "1975.08", "办公室主任"),
        ("姓名", "性别", "出生年月", "现任职务"),
        ("钱二", "男", "1976.08", "办公室干部"),
    ]
    result = api.import_files([csv_file(tmp_path / "r.csv", rows)], folder)
    assert [one.line for one in result.sheets[0].skipped] == [2, 3, 6]
    assert [(one.row, one.found) for one in result.questions] == [(4, "例：张三")]
    assert column(folder, "people", "name") == ["赵一", "钱二"]


def test_a_header_of_national_codes_alone_is_known(tmp_path: Path, folder: Path) -> None:
    rows = [
        (
            "A0101",
            "A0104",
            "A0107",
            "A0192A",
            "A0288",
            "A0184",
            "A3604A",
            "A3601",
            "A3607",
            "A3627",
            "A3611",
            "A1701",
        ),
        (
            "赵一",
            "男",
            "197508",
            "办公室主任",
            "202103",
            "",
            "12",
            "李娜",
            "197703",
            "群众",
            "县一中教师",
            "",
        ),
    ]
    result = api.import_files([csv_file(tmp_path / "r.csv", rows)], folder)
    assert not result.questions
    [tie] = table(folder, "ties")
    assert (tie["target"], tie["kind"], tie["term"], tie["work"]) == ("李娜", "spouse", "妻", "县一中教师")
    assert table(folder, "postings")[0]["from"] == "2021-03-01"


def test_a_header_of_two_rows_in_a_file_without_merged_cells(tmp_path: Path, folder: Path) -> None:
    rows = [
        ("姓名", "全日制教育", "", "在职教育", "家庭成员", "", "", "现任职务"),
        ("", "学历", "毕业院校系及专业", "学历", "称谓", "姓名", "工作单位及职务", ""),
        ("赵一", "大学", "某大学法学", "研究生", "妻子", "李娜", "县一中教师", "办公室主任"),
    ]
    result = api.import_files([csv_file(tmp_path / "r.csv", rows)], folder)
    assert not result.questions and result.sheets[0].header_lines == (1, 2)
    [row] = table(folder, "people")
    assert (row["full_time_education"], row["full_time_school"]) == ("大学", "某大学法学")
    assert (row["part_time_education"], row["title"]) == ("研究生", "主任")
    assert [(tie["target"], tie["work"]) for tie in table(folder, "ties")] == [("李娜", "县一中教师")]
