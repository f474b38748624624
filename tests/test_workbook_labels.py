"""Cells of a workbook that refer to units, people and groups: names are offered, and read as their ids."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from allocator import api
from allocator.model.reading.reference_labels import EntityLabels
from cli_world import call

FILES = {
    "scenario.yaml": "scenario: desk\nperiods: [2026]\nlayers: {posting: {items: people, slots: units}}\n"
    "roles: {lead: {zh: 组长, en: team lead}}\n",
    "units.csv": "id,name,parent\nU1,县纪委,\nU2,办公室,U1\nU3,办公室,\nU4,,U1\nU5,党风室（本级）,U1\n",
    "people.csv": "id,name,unit,sex,rank,grade\nP1,王伟,U1,男,一级主任科员,正\nP2,王伟,U2,男,,副\n"
    "P3,李娜,U5,女,,副\nU6,张三,U4,女,,干部\n",
    "ties.csv": "source,target,kind,outside\nP1,P3,kin,\nP3,李四,spouse,true\nP2,U5,works_in,\n",
    "postings.csv": "person,group,from,role\nP1,U2,2020-01-01,lead\nP3,U5,2020-01-01,\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "desk"
    place.mkdir()
    for name, text in FILES.items():
        (place / name).write_text(text, "utf-8")
    return place


def book_of(folder: Path, language: api.Language = "zh") -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(api.scenario_workbook(folder, language=language).content))


def cells(book: Workbook, sheet: str, header: str) -> list[str]:
    page = book[sheet]
    [place] = [cell.column for cell in page[1] if cell.value == header]
    return [page.cell(row, place).value for row in range(2, page.max_row + 1)]


def saved(book: Workbook, path: Path) -> Path:
    book.save(path)
    return path


def test_ids_are_shown_as_names_and_the_scenario_is_the_same(folder: Path, tmp_path: Path) -> None:
    book = book_of(folder)
    assert cells(book, "人员", "单位") == ["县纪委", "办公室（U2）", "党风室（本级）", "U4"]
    assert cells(book, "单位", "上级") == [None, "县纪委", None, "县纪委", "县纪委"]
    assert cells(book, "任职", "人员") == ["王伟（P1）", "李娜"]
    assert cells(book, "任职", "组") == ["办公室（U2）", "党风室（本级）"]
    assert cells(book, "关系", "人员") == ["王伟（P1）", "李娜（P3）", "王伟（P2）"]
    assert cells(book, "关系", "对象") == ["李娜（P3）", "李四", "党风室（本级）（U5）"]
    assert cells(book, "关系", "类型") == ["亲属", "配偶", "所在单位"]
    assert cells(book, "任职", "角色") == ["组长", None]
    assert cells(book, "人员", "职级") == ["正", "副", "副", "干部"]
    assert cells(book, "关系", "外部") == [None, "是", None]
    loaded = api.load(saved(book, tmp_path / "desk.xlsx"))
    assert loaded.sha256 == api.load(folder).sha256
    assert loaded.organisation == api.load(folder).organisation and not loaded.doubts
    assert loaded.labelled["desk.xlsx:任职"] == ("人员", "组")


def test_headers_of_a_roster_are_in_the_language_of_the_workbook(folder: Path, tmp_path: Path) -> None:
    for language, sheet, headers in (
        ("zh", "人员", ["编号", "姓名", "单位", "性别", "现职级", "职级"]),
        ("en", "People", ["Id", "Name", "Unit", "Sex", "Rank", "Grade"]),
    ):
        book = book_of(folder, language)  # type: ignore[arg-type]
        assert [cell.value for cell in book[sheet][1]][: len(headers)] == headers
        loaded = api.load(saved(book, tmp_path / f"{language}.xlsx"))
        assert loaded.sha256 == api.load(folder).sha256
        assert loaded.organisation.people["P1"].model_extra == {"sex": "男", "rank": "一级主任科员"}


def test_a_name_that_is_chosen_is_told_once_and_one_of_two_is_a_fault(folder: Path, tmp_path: Path) -> None:
    book = book_of(folder)
    [place] = [cell.column for cell in book["人员"][1] if cell.value == "单位"]
    for row, text in enumerate(("李娜", "党风室（本级）(Ｕ５)", "县纪委", "办公室"), start=2):
        book["人员"].cell(row, place).value = text
    path = saved(book, tmp_path / "desk.xlsx")
    done = call("check", path, "--lang", "zh")
    faults = [line for line in done.err.splitlines() if "desk.xlsx:人员:" in line]
    assert done.status == 2 and [line.split(":")[2] for line in faults] == ["2", "5"]
    assert "但不止一个：请写编号，或写“办公室（U2）”这样的形式" in faults[1]
    for row in (2, 5):
        book["人员"].cell(row, place).value = "办公室（U3）"
    done = call("check", saved(book, path), "--lang", "zh", "--no-copy")
    assert done.status == 0 and done.out.count("所填名称均按其编号读入：单位（上级）；人员（单位）") == 1
    assert "列的对应" not in done.out
    units = [person.unit for person in api.load(path).organisation.people.values()]
    assert units == ["U3", "U5", "U1", "U3"]


def test_a_header_of_ones_own_is_told(folder: Path, tmp_path: Path) -> None:
    book = book_of(folder)
    book["人员"]["B1"] = "人员姓名"
    done = call("check", saved(book, tmp_path / "desk.xlsx"), "--lang", "zh")
    assert "列的对应 desk.xlsx:人员：人员姓名 → name\n" in done.out


def test_the_lists_offer_the_labels_and_follow_the_sheet(folder: Path) -> None:
    content = api.scenario_workbook(folder, language="zh").content
    values = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["列表"]
    columns = [[cell.value for cell in column if cell.value] for column in values.columns]
    assert ["单位", "县纪委", "办公室（U2）", "办公室（U3）", "U4", "党风室（本级）"] in columns
    assert ["人员", "王伟（P1）", "王伟（P2）", "李娜", "张三"] in columns
    assert ["人员", "王伟（P1）", "王伟（P2）", "李娜（P3）", "张三（U6）"] in columns
    [kinds] = [column for column in columns if column[0] == "类型" and "配偶" in column]
    assert "亲属" in kinds and not any(word.isascii() for word in kinds), kinds
    page = openpyxl.load_workbook(io.BytesIO(content))["人员"]
    [place] = [cell.column_letter for cell in page[1] if cell.value == "单位"]
    lists = {str(one.sqref)[:1]: one.formula1 for one in page.data_validations.dataValidation}
    assert lists[place] == "list_units"


def test_a_table_that_has_names_already_keeps_them(folder: Path, tmp_path: Path) -> None:
    people = folder / "people.csv"
    people.write_text(people.read_text("utf-8").replace("王伟,U1", "王伟,县纪委"), "utf-8")
    book = book_of(folder)
    assert cells(book, "人员", "单位") == ["县纪委", "U2", "U5", "U4"]
    [place] = [cell.column for cell in book["人员"][1] if cell.value == "单位"]
    assert api.load(saved(book, tmp_path / "desk.xlsx")).sha256 == api.load(folder).sha256
    book["人员"].cell(3, place).value = "办公室（U2）"  # as chosen from the list
    loaded = api.load(saved(book, tmp_path / "desk.xlsx"))
    assert loaded.organisation == api.load(folder).organisation


def test_labels_of_hostile_names_are_ids_or_come_back() -> None:
    rows = [("U1", "甲（U2）"), ("U2", "甲"), ("U3", "U4"), ("U4", "丙"), ("U5", "（"), ("U6", "甲（U9）")]
    labels = EntityLabels({"units": rows})
    for entity, _ in rows:
        label = labels.label(entity, ("units",))
        assert labels.id_of(label, ("units",)) in (entity, "") and (label == entity) == (
            labels.id_of(label, ("units",)) == ""
        )
    assert labels.label("U3", ("units",)) == "U4（U3）"
    assert labels.id_of("丁（U4）", ("units",)) == "" and labels.id_of("丙 (U4)", ("units",)) == "U4"
