"""Cells of a workbook that are changed at random end in faults at cells, never in a traceback."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random

import openpyxl
import pytest

from allocator import api
from allocator.errors import InputError

WORDS = """
=1+1 ' ： title.x draws.hearing periods 1e999 -0 [ {a:[ &a[*a] true 🀄
【1】 人员，其中 where hard 0- draws. roles
"""
ODD = [*WORDS.split(), "", " ", "9" * 40, "x" * 300, "\u202e倒"]


@pytest.fixture(scope="module")
def content() -> bytes:
    return api.scenario_workbook(api.bundled_scenarios()["jizhou-terms"], language="zh").content


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(8))
def test_random_cells_end_in_faults(content: bytes, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    book = openpyxl.load_workbook(io.BytesIO(content))
    titles = ["设置", "层", "周期", "规则", "豁免", "人员", "组"]
    for _ in range(12):
        page = book[random.choice(titles)]
        cell = page.cell(random.randint(1, page.max_row + 2), random.randint(1, max(2, page.max_column)))
        cell.value, cell.data_type = random.choice(ODD), "s"
    path = tmp_path / "odd.xlsx"
    book.save(path)
    try:
        checked = api.check_workbook(path, language="zh")
        assert checked.is_clean or all(fault.message.zh for fault in checked.faults)
    except InputError as error:
        assert error.faults and all(fault.message.zh for fault in error.faults)


def test_a_setting_as_yaml_may_only_be_a_rare_one(content: bytes, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for name in ("periods.x", "title.zh", "draw.hearing", ""):
        book["设置"].append(["其他（YAML）", name, "{kind: panel}"])
    path = tmp_path / "odd.xlsx"
    book.save(path)
    with pytest.raises(InputError) as caught:
        api.load(path)
    found = [fault for fault in caught.value.faults if "YAML" in fault.message.en]
    assert len(found) == 4 and {fault.column for fault in found} == {"编号"}
    assert "draws" in {fault.nearest for fault in found}


def test_two_sheets_of_one_table_and_a_repeated_setting_are_told(content: bytes, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    book["设置"].append(["标题", None, "另一个标题"])
    path = tmp_path / "twice.xlsx"
    book.save(path)
    with pytest.raises(InputError) as caught:
        api.load(path)
    assert any("重复" in fault.message.zh for fault in caught.value.faults)
    book.create_sheet("People")
    book.save(path)
    with pytest.raises(InputError) as caught:
        api.load(path)
    assert "同一张表" in caught.value.faults[0].message.zh
