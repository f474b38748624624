"""The marked copy of a workbook: each fault at its cell, all else kept, and nothing left once mended."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import PatternFill
from openpyxl.workbook import Workbook
from python_calamine import CalamineWorkbook

from allocator import api
from allocator.errors import InputError
from allocator.workbook.marking import RED, YELLOW, marked_copy
from cli_world import call
from planted_faults import SORTS, plant

SCENARIO = api.bundled_scenarios()["badaojiang-pool"]


@pytest.fixture(scope="module")
def clean() -> bytes:
    return api.scenario_workbook(SCENARIO, language="zh").content


def marks(book: Workbook) -> dict[tuple[str, str], str]:
    """Return the colour of every marked cell, without the column of problems."""
    return {
        (page.title, cell.coordinate): cell.fill.fgColor.rgb
        for page in book
        if page.title != "问题"
        for row in page.iter_rows()
        for cell in row
        if cell.fill.fgColor.rgb in (RED, YELLOW) and cell.comment
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_every_planted_fault_is_told_at_its_cell_and_other_rows_are_taken(
    clean: bytes, tmp_path: Path, seed: int
) -> None:
    path = tmp_path / "book.xlsx"
    planted = plant(clean, path, seed)
    assert len(planted) >= 40 and len({one.sort for one in planted}) >= 20
    checked = api.check_workbook(path, language="zh")
    found = {(f.file.partition(":")[2], f.row, f.column) for f in checked.faults if not f.is_doubt}
    wanted = {(one.sheet, one.row, one.header) for one in planted}
    assert found == wanted
    assert all(fault.message.zh and fault.message.en for fault in checked.faults)
    for file, rows in checked.rows.items():
        wrong = {one.row for one in planted if one.sheet == file.partition(":")[2]}
        assert checked.taken[file] == rows - len(wrong)
    assert checked.copy is not None
    book = openpyxl.load_workbook(checked.copy)
    marked = {place for place, colour in marks(book).items() if colour == RED}
    headers = {page.title: {str(c.value): c.column_letter for c in page[1] if c.value} for page in book}
    assert marked == {(one.sheet, f"{headers[one.sheet][one.header]}{one.row}") for one in planted}
    for one in planted:
        page = book[one.sheet]
        problem = page[f"{headers[one.sheet]['问题/建议']}{one.row}"].value
        assert problem and problem.startswith("必改") and one.header in problem


@pytest.mark.slow
def test_a_copy_keeps_drop_downs_formats_widths_and_formulas(clean: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    opened = openpyxl.load_workbook(io.BytesIO(clean))
    page = opened["人员"]
    page["G2"], page["G3"] = "1975.1", "75.08"
    page["G2"].fill = PatternFill("solid", fgColor="FF00FF00")
    page.column_dimensions["B"].width = 33
    opened.save(path)
    checked = api.check_workbook(path, language="zh")
    assert checked.copy == tmp_path / "book.checked.xlsx"
    before, after = openpyxl.load_workbook(path), openpyxl.load_workbook(checked.copy)
    assert [one for one in after.sheetnames if one != "问题"] == before.sheetnames
    for one in before:
        other = after[one.title]
        kept = {str(v.sqref): (v.type, v.formula1, v.prompt) for v in one.data_validations.dataValidation}
        assert kept == {
            str(v.sqref): (v.type, v.formula1, v.prompt) for v in other.data_validations.dataValidation
        }
        assert one.freeze_panes == other.freeze_panes
        for row in one.iter_rows():
            for cell in row:
                mate = other[cell.coordinate]
                assert (cell.value, cell.number_format) == (mate.value, mate.number_format)
    assert after["人员"].column_dimensions["B"].width == 33
    assert {name: one.attr_text for name, one in after.defined_names.items()} == {
        name: one.attr_text for name, one in before.defined_names.items()
    }
    mended = after
    mended["人员"]["G2"], mended["人员"]["G3"] = "1975.01", "1975.08"
    mended.save(checked.copy)
    again = api.check_workbook(checked.copy, language="zh")
    assert again.copy == checked.copy and again.is_clean
    white = openpyxl.load_workbook(checked.copy)
    assert not {cell for cell, colour in marks(white).items() if colour == RED}
    assert white["人员"]["G2"].fill.fgColor.rgb == "FF00FF00" and white["人员"]["G2"].comment is None
    assert white["人员"]["G3"].fill.fill_type is None


@pytest.mark.slow
def test_formulas_keep_their_values_in_the_copy(clean: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(clean)
    checked = api.check_workbook(path, language="zh")
    copy = marked_copy(clean, "book.xlsx", api.check_workbook(path).faults, "zh")
    lists = [
        CalamineWorkbook.from_filelike(io.BytesIO(one)).get_sheet_by_name("列表") for one in (clean, copy)
    ]
    assert lists[0].to_python() == lists[1].to_python()
    assert copy == marked_copy(clean, "book.xlsx", checked.faults, "zh")


@pytest.mark.slow
def test_the_command_writes_the_copy_and_reads_it_again(clean: bytes, tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    plant(clean, path, seed=5)
    done = call("check", path, "--lang", "zh")
    assert done.status == 2 and "book.checked.xlsx" in done.out and "行有问题" in done.out
    assert "1975.1" in done.err
    copy = tmp_path / "book.checked.xlsx"
    first = marks(openpyxl.load_workbook(copy))
    again = call("check", copy, "--lang", "zh")
    assert again.status == 2 and first and marks(openpyxl.load_workbook(copy)) == first
    assert call("check", tmp_path, "--no-copy", "--lang", "zh").status == 2  # the copy is no second scenario
    copy.unlink()
    assert call("check", path, "--no-copy").status == 2 and not copy.exists()


def test_a_mended_copy_is_told_to_have_no_mark_left(tmp_path: Path) -> None:
    path, _ = api.create_workbook(tmp_path / "mine", language="zh")
    opened = openpyxl.load_workbook(path)
    [place] = [cell.column for cell in opened["人员"][1] if cell.value == "单位"]
    unit = opened["人员"].cell(2, place).value
    opened["人员"].cell(2, place).value = "某单位"
    opened.save(path)
    assert call("check", path, "--lang", "zh").status == 2
    copy = tmp_path / "mine.checked.xlsx"
    opened = openpyxl.load_workbook(copy)
    assert opened["问题"]["E2"].value == "先在相应的表中增加一行，或改为已有的编号或名称"
    assert opened["问题"]["C2"].value == opened["人员"].cell(2, place).coordinate
    link = opened["问题"]["C2"].hyperlink
    assert link.location == f"'人员'!{opened['问题']['C2'].value}" and link.target is None
    opened["人员"].cell(2, place).value = unit
    opened.save(copy)
    done = call("check", copy, "--lang", "zh")
    assert done.status == 0 and "副本中的标记已清除" in done.out
    assert "问题" not in openpyxl.load_workbook(copy).sheetnames
    assert call("check", copy, "--json").json["copy"] == str(copy)


@pytest.mark.parametrize("own", [True, False])
def test_the_workbook_of_a_folder_is_marked_beside_itself(tmp_path: Path, own: bool) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    path, _ = api.create_workbook(folder / "book", language="zh")
    opened = openpyxl.load_workbook(path)
    if not own:  # the tables alone, with a scenario.yaml beside them
        api.create_scenario(tmp_path / "starter")
        for name in ("scenario.yaml", "starter-rules.yaml"):
            (folder / name).write_bytes((tmp_path / "starter" / name).read_bytes())
        for title in set(opened.sheetnames) - {"单位", "人员", "组"}:
            del opened[title]
    opened["人员"]["A2"] = None
    opened.save(path)
    for scenario in (folder, folder / "scenario.yaml") if not own else (folder,):
        done = call("check", scenario, "--lang", "zh")
        assert done.status == 2 and "book.xlsx:人员:2" in done.err and "book.checked.xlsx" in done.out
        copy = folder / "book.checked.xlsx"
        marked = [cell for cell in openpyxl.load_workbook(copy)["人员"][2] if cell.comment]
        assert marked and marked[0].fill.fgColor.rgb == RED
        copy.unlink()
    assert call("check", folder, "--no-copy").status == 2 and not copy.exists()


def test_a_sound_workbook_needs_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "mine.xlsx"
    api.create_workbook(path, language="zh")
    checked = api.check_workbook(path)
    assert checked.is_clean
    if not checked.faults:
        assert checked.copy is None and not (tmp_path / "mine.checked.xlsx").exists()


@pytest.mark.parametrize("sort", ["encrypted", "macros", "xlsm", "old", "broken", "entity"])
def test_what_is_no_plain_workbook_is_refused_by_its_sort(clean: bytes, tmp_path: Path, sort: str) -> None:
    compound = b"\xd0\xcf\x11\xe0" + b"\0" * 600
    name, content, said = {
        "encrypted": ("a.xlsx", compound + "EncryptedPackage".encode("utf-16-le"), "加密"),
        "old": ("a.xlsx", compound, "旧格式"),
        "macros": ("a.xlsx", with_member(clean, "xl/vbaProject.bin", b"x"), "宏"),
        "xlsm": ("a.xlsm", clean, "宏"),
        "broken": ("a.xlsx", clean[:5000], "不是可读"),
        "entity": (
            "a.xlsx",
            with_member(clean, "docProps/app.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"),
            "不是可读",
        ),
    }[sort]
    path = tmp_path / name
    path.write_bytes(content)
    if sort == "entity":
        with pytest.raises(InputError) as caught:
            marked_copy(content, name, (), "zh")
        assert said in caught.value.faults[0].message.zh
        return
    done = call("check", path, "--lang", "zh")
    assert done.status == 2 and said in done.err and name in done.err


def with_member(content: bytes, name: str, data: bytes) -> bytes:
    """Return an archive with one member more, or another in its place."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(out, "w") as made:
        for member in archive.infolist():
            if member.filename != name:
                made.writestr(member, archive.read(member))
        made.writestr(name, data)
    return out.getvalue()


def test_there_are_twenty_sorts() -> None:
    assert len(SORTS) >= 20
