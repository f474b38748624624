"""Rosters imported into a workbook: a new one, and one that somebody has worked in."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from allocator import api
from cli_world import call
from roster_files import workbook
from test_workbook_marks import with_member

HEADER = ["姓名", "性别", "出生年月", "所在单位", "现任职务", "任现职时间", "家庭成员"]
ROWS = [
    HEADER,
    [
        "王伟",
        "男",
        "1975.08",
        "办公室",
        "主任",
        "2020.03",
        "妻子：欧阳静，县第一中学教师；儿子：王小一，学生",
    ],
    ["李娜", "女", "1980.03", "办公室", "干部", "2021.05", ""],
    ["张强", "男", "1982.11", "第一监督检查室", "主任", "2019.07", "妻子：陈晨 1983.01 县医院"],
]
#: The same roster a year later: somebody of a known name, a new unit, a new column, a relative fewer.
LATER = [
    [*HEADER, "民族", "现职级"],
    [*ROWS[1][:-1], "妻子：欧阳静，县第一中学教师", "汉族", "一级主任科员"],
    ["李娜", "女", "1980.03", "党风政风室", "副主任", "2026.01", "", "汉族", ""],
    [*ROWS[3], "", ""],
    ["王伟", "男", "1990.02", "党风政风室", "干部", "2026.01", "", "彝族", ""],
]


def roster(tmp_path: Path, rows: Any, name: str = "r.xlsx") -> Path:
    return workbook(tmp_path / name, {"花名册": rows})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    api.import_files([roster(folder, ROWS)], folder / "desk.xlsx", year=2026, language="zh")
    return folder


@pytest.fixture
def book(made: Path, tmp_path: Path) -> Path:
    """Return a workbook into which a roster has been imported, which lies beside it."""
    for name in ("desk.xlsx", "r.xlsx", "import.yaml"):
        shutil.copy(made / name, tmp_path / name)
    return tmp_path / "desk.xlsx"


def test_a_new_workbook_is_that_of_the_folder(book: Path, tmp_path: Path) -> None:
    api.import_files([tmp_path / "r.xlsx"], tmp_path / "desk", year=2026)
    assert api.load(book).sha256 == api.load(tmp_path / "desk").sha256
    assert (tmp_path / "import.yaml").read_bytes() == (tmp_path / "desk" / "import.yaml").read_bytes()
    done = call("check", book, "--lang", "zh")
    assert done.status == 0 and "所填名称均按其编号读入" in done.out
    before = book.read_bytes()
    done = call("import", tmp_path / "r.xlsx", "--into", book, "--lang", "zh")
    assert done.status == 0 and "desk.xlsx:人员：无变化，3 行相同" in done.out
    assert book.read_bytes() == before


def worked_in(path: Path) -> None:
    """Work in a workbook as a planner does: a sheet, a note, a colour, a width, a name typed, a rule."""
    opened = openpyxl.load_workbook(path)
    opened.create_sheet("我的备忘")["B2"] = "=SUM(1,2)"
    people = opened["人员"]
    people["B3"].comment = Comment("已谈话", "某人")
    people["B3"].fill = PatternFill("solid", fgColor="FF00FF00")
    people.column_dimensions["B"].width = 33
    opened["设置"]["C3"] = "我的方案"
    opened["任职"]["A2"] = "王伟"
    opened.save(path)


@pytest.mark.parametrize("preview", [True, False])
def test_rows_are_merged_and_all_else_is_kept(book: Path, tmp_path: Path, preview: bool) -> None:
    folder = tmp_path / "folder" / "desk"
    api.import_files([tmp_path / "r.xlsx"], folder, year=2026)
    worked_in(book)
    before = book.read_bytes()
    later = roster(tmp_path, LATER)
    imported = api.import_files([later], book, year=2026, preview=preview)
    if preview:
        assert book.read_bytes() == before and imported.files[1].added == 1
        return
    other = api.import_files([later], folder, year=2026)
    shown = [(one.added, one.unchanged, len(one.changes), one.removed) for one in imported.files[:4]]
    assert shown == [(one.added, one.unchanged, len(one.changes), one.removed) for one in other.files[:4]]
    assert imported.files[3].name == "desk.xlsx:任职" and imported.files[2].removed
    loaded = api.load(book)
    assert loaded.organisation == api.load(folder).organisation
    assert loaded.spec.title.zh == "我的方案" and not loaded.doubts
    was, now = openpyxl.load_workbook(io.BytesIO(before)), openpyxl.load_workbook(book)
    people = now["人员"]
    assert now.sheetnames == was.sheetnames and now["我的备忘"]["B2"].value == "=SUM(1,2)"
    assert people["B3"].comment.text == "已谈话" and people["B3"].fill.fgColor.rgb == "FF00FF00"
    assert people.column_dimensions["B"].width == 33 and people["B3"].value == "李娜"
    assert [people.cell(1, k).value for k in range(people.max_column - 1, people.max_column + 1)] == [
        "民族",
        "现职级",
    ]
    served = [cell.value for cell in now["任职"]["A"][1:] if cell.value]
    assert served[:3] == ["王伟（P001）", "张强", "李娜"]
    assert people["A5"].number_format == "@" and people["A5"].fill.fill_type is None
    for page in was:
        kept = {(v.type, v.formula1, v.prompt) for v in page.data_validations.dataValidation}
        assert kept == {
            (v.type, v.formula1, v.prompt) for v in now[page.title].data_validations.dataValidation
        }
    assert call("check", book, "--lang", "zh").status == 0


@pytest.mark.parametrize("formula", [True, False])
def test_a_row_that_is_gone_is_emptied_where_formulas_might_point_below_it(
    book: Path, tmp_path: Path, formula: bool
) -> None:
    opened = openpyxl.load_workbook(book)
    if formula:
        opened.create_sheet("备忘")["A1"] = "=关系!A4"
    opened.save(book)
    api.import_files([roster(tmp_path, LATER)], book, year=2026)
    opened = openpyxl.load_workbook(book)
    shown = [opened["关系"].cell(row, 1).value for row in (2, 3, 4)]
    assert shown == ["王伟（P001）", *([None, "张强（P003）"] if formula else ["张强（P003）", None])]
    assert len(api.load(book).organisation.ties) == 2


def test_roles_are_words_of_the_workbook(book: Path, tmp_path: Path) -> None:
    opened = openpyxl.load_workbook(book)
    settings = opened["设置"]
    settings.append(["角色", "head", "室主任", "head of office"])
    opened.save(book)
    imported = api.import_files([tmp_path / "r.xlsx"], book)
    assert not imported.questions and len(imported.files[3].changes) == 2
    opened = openpyxl.load_workbook(book)
    header = [cell.value for cell in opened["任职"][1]]
    place = header.index("角色")
    shown = [row[place].value for row in opened["任职"].iter_rows(min_row=2)]
    assert shown == ["室主任", None, "室主任"]
    assert [one.role for one in api.load(book).organisation.postings] == ["head", "", "head"]
    assert not api.import_files([tmp_path / "r.xlsx"], book).files[3].changes


@pytest.mark.slow
def test_many_new_rows_have_lists_and_filters_too(book: Path, tmp_path: Path) -> None:
    many = [
        HEADER,
        *(
            [f"人{chr(0x4E00 + k)}{chr(0x5000 + k)}", "男", "1980.03", f"{k % 9}室", "干部", "", ""]
            for k in range(400)
        ),
    ]
    api.import_files([roster(tmp_path, many, "m.xlsx")], book, year=2026)
    opened = openpyxl.load_workbook(book)
    people = opened["人员"]
    assert people.auto_filter.ref.endswith("404") and people.max_row == 404
    assert all(
        area.max_row == 704 for one in people.data_validations.dataValidation for area in one.sqref.ranges
    )
    assert openpyxl.load_workbook(book, data_only=True)["列表"]["A2"].value == "办公室"
    [listed] = {one.attr_text for name, one in opened.defined_names.items() if name == "list_people"}
    assert listed.count("$704") == 1 and len(api.load(book).organisation.people) == 403


def test_a_folder_stands_for_its_workbook(book: Path, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    shutil.move(book, folder / "desk.xlsx")
    done = call("import", tmp_path / "r.xlsx", "--into", folder, "--lang", "zh")
    assert done.status == 0 and "desk.xlsx:任职：无变化" in done.out
    assert sorted(path.name for path in folder.iterdir()) == ["desk.xlsx", "import.yaml"]
    shutil.copy(folder / "desk.xlsx", folder / "other.xlsx")
    done = call("import", tmp_path / "r.xlsx", "--into", folder)
    assert done.status == 2 and "desk.xlsx, other.xlsx" in done.err


def test_a_roster_in_the_folder_is_no_workbook_of_a_scenario(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    path = roster(folder, ROWS)
    assert call("import", path, "--into", folder).status == 0
    assert (folder / "people.csv").exists()


def test_the_tables_alone_are_merged_under_their_own_headers(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    text = "scenario: desk\nperiods: [2026]\nlayers: {posting: {items: people, slots: units}}\n"
    (folder / "scenario.yaml").write_text(text, "utf-8")
    sheets = {
        "units": [["id", "name"], ["U1", "办公室"]],
        "people": [["id", "name", "unit"], ["P1", "王伟", "办公室"]],
    }
    path = workbook(folder / "tables.xlsx", sheets)
    api.import_files([roster(tmp_path, ROWS)], folder, year=2026)
    opened = openpyxl.load_workbook(path)
    assert [cell.value for cell in opened["people"][1]][:3] == ["id", "name", "unit"]
    loaded = api.load(folder)
    assert [(one.id, one.unit) for one in loaded.organisation.people.values()] == [
        ("P1", "U1"),
        ("P002", "U1"),
        ("P003", "U02"),
    ]
    assert len(loaded.organisation.postings) == 3


def test_questions_are_answered_beside_the_workbook(tmp_path: Path) -> None:
    path = tmp_path / "new" / "desk.xlsx"
    rows = [HEADER, *ROWS[1:2], ["李娜", "女", "1980.1", "办公室", "干部", "", ""]]
    done = call("import", roster(tmp_path, rows), "--into", path, "--lang", "zh")
    assert done.status == 2 and f"{path.parent / 'import.yaml'}" in done.err
    assert len(api.load(path).organisation.people) == 1
    with (path.parent / "import.yaml").open("a", encoding="utf-8") as file:
        file.write('"r.xlsx:花名册:3:出生年月=1980.1": "1980.10"\n')
    assert call("import", tmp_path / "r.xlsx", "--into", path).status == 0
    assert [str(one.born)[:7] for one in api.load(path).organisation.people.values()] == [
        "1975-08",
        "1980-10",
    ]
    nobody = [HEADER, ["李娜", "女", "1980.1", "办公室", "干部", "", ""]]
    done = call("import", roster(tmp_path, nobody, "n.xlsx"), "--into", tmp_path / "none.xlsx")
    assert done.status == 2 and not (tmp_path / "none.xlsx").exists()


def chart(path: Path) -> None:
    opened = openpyxl.load_workbook(path)
    picture = BarChart()
    picture.add_data(Reference(opened["人员"], min_col=1, min_row=1, max_row=3))
    opened["人员"].add_chart(picture, "H9")
    opened.save(path)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("r.xlsx", "不是方案的工作簿"),
        ("later.xlsx", "既是花名册"),
        ("desk.checked.xlsx", "是标出问题的副本"),
        ("desk.xls", "不能导入到这种文件"),
        ("a:b.xlsx", "场景名"),
    ],
)
def test_what_is_no_workbook_to_import_into_is_refused(
    book: Path, tmp_path: Path, target: str, said: str
) -> None:
    later = roster(tmp_path, LATER, "later.xlsx")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = call("import", later, "--into", tmp_path / target, "--lang", "zh")
    assert done.status == 2 and said in done.err, done.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("sort", ["no id", "two rows", "shape"])
def test_what_would_be_lost_or_misplaced_is_refused_by_its_reason(
    book: Path, tmp_path: Path, sort: str
) -> None:
    opened = openpyxl.load_workbook(book)
    people = opened["人员"]
    if sort == "no id":
        people["A1"], said = "甲", "缺少"
    elif sort == "two rows":
        people.insert_rows(2)
        people["C2"], people["D2"] = people["C1"].value, people["D1"].value
        people["C1"], people["D1"] = "情况", None
        said = "表头占两行"
    opened.save(book)
    if sort == "shape":
        drawing = b"<xdr:wsDr><xdr:sp ></xdr:sp></xdr:wsDr>"
        book.write_bytes(with_member(book.read_bytes(), "xl/drawings/drawing9.xml", drawing))
        said = "并入后会丢失"
    before = book.read_bytes()
    done = call("import", roster(tmp_path, LATER), "--into", book, "--lang", "zh")
    assert done.status == 2 and said in done.err, done.err
    assert book.read_bytes() == before


def test_a_chart_is_kept(book: Path, tmp_path: Path) -> None:
    chart(book)
    api.import_files([roster(tmp_path, LATER)], book, year=2026)
    assert openpyxl.load_workbook(book)["人员"]._charts
