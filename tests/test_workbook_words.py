"""What a workbook's rules and settings lack is said in the words of its sheets, not in keys of YAML."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from allocator import api
from allocator.errors import Fault, InputError
from cli_world import call


def faults(path: Path, cells: dict[tuple[str, int, str], str | None]) -> list[Fault]:
    """Return the faults of a new workbook with these cells, by sheet, row and header."""
    made, _ = api.create_workbook(path, language="zh")
    book = openpyxl.load_workbook(made)
    for (sheet, row, header), value in cells.items():
        place = next(cell.column for cell in book[sheet][1] if cell.value == header)
        book[sheet].cell(row, place).value = value
    book.save(made)
    with pytest.raises(InputError) as caught:
        api.bind(api.load(made))
    return list(caught.value.faults)


def test_a_role_that_is_no_role_leads_to_the_settings(tmp_path: Path) -> None:
    made, _ = api.create_workbook(tmp_path / "look", language="zh")
    page = openpyxl.load_workbook(made)["层"]
    place = next(cell.column for cell in page[1] if cell.value == "角色")
    row = next(row for row in range(2, page.max_row + 1) if page.cell(row, place).value)
    [fault] = faults(tmp_path / "mine", {("层", row, "角色"): "总指挥"})
    assert fault.message.zh == "没有这个角色；请先在“设置”中为它加一行" and fault.found == "总指挥"
    assert (fault.row, fault.column) == (row, "角色") and fault.allowed


def test_a_rule_without_its_blanks_names_them_as_the_sentence_does(tmp_path: Path) -> None:
    made, _ = api.create_workbook(tmp_path / "look", language="zh")
    page = openpyxl.load_workbook(made)["规则"]
    row = next(row for row in range(2, page.max_row + 1) if "【3 至少】" in str(page.cell(row, 2).value))
    header = {f"空{number}": None for number in (3, 4)}
    [fault] = faults(tmp_path / "mine", {("规则", row, name): value for name, value in header.items()})
    assert (
        fault.message.zh == "需给出【至少】或【至多】" and fault.message.en == "needs [at least] or [at most]"
    )
    assert (fault.row, fault.column) == (row, "句式")


def test_only_headers_that_are_not_the_workbooks_own_are_told(tmp_path: Path) -> None:
    made, _ = api.create_workbook(tmp_path / "mine", language="zh")
    assert "列的对应" not in call("check", made, "--no-copy", "--lang", "zh").out
    book = openpyxl.load_workbook(made)
    place = next(cell for cell in book["人员"][1] if cell.value == "单位")
    place.value = "工作单位"
    book.save(made)
    assert (
        "列的对应 mine.xlsx:人员：工作单位 → unit\n" in call("check", made, "--no-copy", "--lang", "zh").out
    )
