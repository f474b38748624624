"""Errors of formulas and formulas without values are told at their cells, never read as empty."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.reading.unvalued_cells import NOT_COMPUTED, unvalued_cells
from cli_world import call
from roster_files import HEADER, column, csv_file, person, workbook

NAMES = ("张一", "李四", "王五")
SCENARIO = "scenario: demo\nperiods: [2026]\nlayers: {posting: {items: people, slots: units}}\n"


def spoilt(path: Path, cells: dict[str, str], sheet: str = "花名册") -> Path:
    """Put errors and formulas, which openpyxl writes without values, into a workbook."""
    book = openpyxl.load_workbook(path)
    for place, text in cells.items():
        cell = book[sheet][place]
        cell.value = text
        cell.data_type = "e" if text.startswith("#") else "f"
    book.save(path)
    return path


def test_a_roster_asks_about_each_cell_without_a_value(tmp_path: Path) -> None:
    rows = [
        [*row, number] for row, number in zip((HEADER, *map(person, NAMES)), ("序号", 1, 2, 3), strict=True)
    ]
    path = workbook(tmp_path / "r.xlsx", {"花名册": rows})
    spoilt(path, {"E2": "#N/A", "A3": '="李"&"四"', "G4": "=ROW()-1"})
    done = call("import", path, "--into", tmp_path / "s", "--lang", "zh")
    assert done.status == 2
    assert "r.xlsx:花名册:2:所在单位: 是公式的错误值" in done.err and "现值“#N/A”" in done.err
    assert "r.xlsx:花名册:3:姓名: 公式没有计算结果" in done.err and "2 个问题" in done.err
    assert column(tmp_path / "s", "people", "name") == ["王五"]
    notes = tmp_path / "s" / "import.yaml"
    notes.write_text(notes.read_text("utf-8") + '"r.xlsx:花名册:2:所在单位=#N/A": "skip"\n', "utf-8")
    done = call("import", path, "--into", tmp_path / "s", "--lang", "en")
    assert "never computed" in done.err and '\'="李"&"四"\'' in done.err
    assert set(column(tmp_path / "s", "people", "name")) == {"张一", "王五"}


def test_a_csv_file_of_a_spreadsheet_has_errors_as_text(tmp_path: Path) -> None:
    path = csv_file(tmp_path / "r.csv", [HEADER, person("#REF!"), person("李四")])
    done = call("import", path, "--into", tmp_path / "s", "--lang", "en")
    assert done.status == 2 and "the error of a formula" in done.err
    assert column(tmp_path / "s", "people", "name") == ["李四"]


@pytest.mark.parametrize("kind", ["folder", "workbook"])
def test_a_table_is_refused_at_each_cell_without_a_value(tmp_path: Path, kind: str) -> None:
    units = [["编号", "名称"], ["U1", "一室"], ["U2", "二室"]]
    people = [
        ["编号", "姓名", "单位", "职务"],
        ["P1", "#N/A", "U1", "#NAME?"],
        ["P2", "李四", "#REF!", "#1 主任"],
    ]
    (tmp_path / "scenario.yaml").write_text(SCENARIO, "utf-8")
    if kind == "folder":
        csv_file(tmp_path / "units.csv", units)
        csv_file(tmp_path / "people.csv", people)
        path, name = tmp_path, "people.csv"
    else:
        path = workbook(tmp_path / "book.xlsx", {"units": units, "people": people})
        spoilt(path, {"B2": "#N/A", "D2": "#NAME?", "C3": "#REF!"}, "people")
        name = "book.xlsx:people"
    with pytest.raises(InputError) as caught:
        api.load(path)
    found = [(fault.file, fault.row, fault.column, fault.found) for fault in caught.value.faults]
    assert found == [(name, 2, "姓名", "#N/A"), (name, 2, "职务", "#NAME?"), (name, 3, "单位", "#REF!")]


def test_a_table_tells_the_formula_that_was_never_computed(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO, "utf-8")
    people = [["编号", "姓名", "单位"], ["P1", "张一", None]]
    path = workbook(tmp_path / "book.xlsx", {"units": [["编号"], ["U1"]], "people": people})
    spoilt(path, {"C2": "=Sheet9!A1", "C4": "=Sheet9!A3"}, "people")
    with pytest.raises(InputError) as caught:
        api.load(path)
    first, below, *_ = caught.value.faults
    assert (first.row, first.column, first.found) == (2, "单位", "=Sheet9!A1")
    assert below.row == 4 and NOT_COMPUTED not in below("zh")


def test_an_empty_text_is_a_value_and_a_damaged_part_has_none() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    cells = (
        b'<c r="A1" t="str"><f>""</f><v></v></c><c r="B1"><f>1+1</f><v>2</v></c>'
        b'<c r="C1" t="e"><v>odd</v></c><c r="D1"/><c r="E1"><f>A1&gt;"</f><v/></c>'
        b'<c t="e"><v>#N/A</v></c><c r="A2" t="e"><f>'
    )
    with zipfile.ZipFile(out) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = cells
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert unvalued_cells(made.getvalue()) == {"Sheet": {(0, 2): "#N/A", (0, 4): f'{NOT_COMPUTED}=A1>"'}}
    parts["xl/workbook.xml"] = b"<!DOCTYPE x><x/>"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    assert unvalued_cells(made.getvalue()) == {} == unvalued_cells(b"no archive")
