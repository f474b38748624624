"""Identity numbers, telephones and photos stay out of a scenario, and out of every message about it."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.reading.personal_numbers import has_identity_number
from cli_world import call
from roster_files import csv_file, workbook

NUMBER = "511002198003011232"
SCENARIO = "scenario: demo\nperiods: [2026]\nlayers: {posting: {items: people, slots: units}}\n"
UNITS = [["编号", "名称"], ["U1", "一室"]]
PEOPLE = [["编号", "姓名", "身份证号", "手机", "爱好"], ["P1", "张一", NUMBER, "13812345678", "棋"]]


def test_columns_of_personal_numbers_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO, "utf-8")
    csv_file(tmp_path / "units.csv", UNITS)
    csv_file(tmp_path / "people.csv", PEOPLE)
    scenario = api.load(tmp_path)
    [person] = scenario.organisation.people.values()
    assert NUMBER not in repr(scenario.organisation) and "13812345678" not in repr(scenario.organisation)
    assert "棋" in repr(person)
    done = call("check", tmp_path, "--lang", "zh")
    assert "people.csv:1:身份证号: 身份证号、电话、照片不读入" in done.out and "people.csv:1:手机" in done.out


@pytest.mark.parametrize("number", [NUMBER, "５１１００２１９８００３０１１２３２", f"身份证{NUMBER}，已核"])
def test_a_cell_with_an_identity_number_is_refused_without_showing_it(tmp_path: Path, number: str) -> None:
    people = [["编号", "姓名", "说明"], ["P1", "张一", number], [NUMBER, "李四", ""]]
    path = workbook(tmp_path / "book.xlsx", {"units": UNITS, "people": people})
    (tmp_path / "scenario.yaml").write_text(SCENARIO, "utf-8")
    with pytest.raises(InputError) as caught:
        api.load(path)
    first, second, *_ = caught.value.faults
    assert (first.row, first.column, second.row, second.column) == (2, "说明", 3, "编号")
    assert "***" in str(first.found) and "含身份证号" in first.message.zh
    for arguments in (("check", path), ("check", path, "--json"), ("solve", path, "-o", tmp_path / "p.json")):
        done = call(*arguments)
        assert done.status == 2
        assert NUMBER not in done.out + done.err and number not in done.out + done.err
    for made in tmp_path.glob("*.checked.xlsx"):
        page = openpyxl.load_workbook(made).worksheets[0]
        assert NUMBER not in str([[cell.value for cell in row] for row in page])


@pytest.mark.parametrize(
    "text", ["511002198003011233", "511002202601010001", "5110021980030112321", "案件20260301000000001"]
)
def test_other_long_numbers_are_no_identity_numbers(text: str) -> None:
    assert not has_identity_number(text)
