"""A workbook in use: rules are typed without ids, and the plan of a workbook finds it again."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from allocator import api
from allocator.errors import InputError
from allocator.rules.kinds import all_kinds
from allocator.rules.rule_sheet_layout import choice_text, kinds_by_text, sentence_key
from cli_world import call


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a workbook of a scenario."""
    file = tmp_path / "book.xlsx"
    assert call("new", file, "--excel", "--like", "shehong-sectors", "--lang", "en").status == 0
    return file


def type_rules(file: Path, *, taken: str) -> None:
    opened = openpyxl.load_workbook(file)
    sheet = opened["Rules"]
    sentence = choice_text(all_kinds()["min_term"], "en")
    last = max(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 2).value)
    for row, name in enumerate((None, taken, None), start=last + 1):
        for column, value in enumerate((name, sentence, "posting", 2), start=1):
            sheet.cell(row, column, value)
    opened.save(file)


def test_a_rule_without_an_id_is_named_after_its_kind(book: Path) -> None:
    type_rules(book, taken="min_term-2")
    done = call("rules", book, "--lang", "en")
    assert done.status == 0, done.err
    assert [name for name in ("[min_term]", "[min_term-2]", "[min_term-3]") if name in done.out] == [
        "[min_term]",
        "[min_term-2]",
        "[min_term-3]",
    ]
    assert done.out.startswith("Cooperation groups by sector")


def test_the_plan_of_a_workbook_is_shown_with_it_beside_a_folder_of_its_name(tmp_path: Path) -> None:
    folder, file, plan = tmp_path / "mine", tmp_path / "mine.xlsx", tmp_path / "plan.json"
    assert call("new", folder, "--lang", "en").status == 0
    assert call("new", file, "--excel", "--like", folder, "--lang", "en").status == 0
    opened = openpyxl.load_workbook(file)
    people = opened["People"]
    people.cell(2, [cell.value for cell in people[1]].index("Name") + 1).value = "王建业"
    opened.save(file)
    assert call("solve", file, "-o", plan, "--lang", "en").status == 0
    done = call("show", plan, "--strict", "--lang", "en")
    assert (done.status, done.err) == (0, "") and "王建业" in done.out


def test_a_waiver_and_a_blank_of_the_last_column_are_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    assert call("new", file, "--excel", "--lang", "zh").status == 0
    opened = openpyxl.load_workbook(file)
    opened["豁免"].append(["native-place", "P1", None, "无人可替", None, "2027年12月31日"])
    sheet = opened["规则"]
    places = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1)}
    more = [cell.value for cell in sheet[1]].index("其他空") + 1
    sheet.cell(places["native-place"], more).value = "计价方式：一处 1"
    opened.save(file)
    done = call("check", file, "--no-copy", "--lang", "zh")
    assert done.status == 2 and "其他空" in done.err
    sheet.cell(places["native-place"], more).value = "随便写的"
    opened["豁免"].append(["no-such-rule", "P1", None, "无人可替", None, "2027-12-31"])
    opened.save(file)
    done = call("check", file, "--no-copy", "--lang", "zh")
    assert done.status == 2 and "名称：值" in done.err
    sheet.cell(places["native-place"], more).value = None
    opened.save(file)
    done = call("check", file, "--no-copy", "--lang", "zh")
    assert done.status == 2 and "mine.xlsx:豁免:3:规则编号" in done.err
    opened["豁免"].delete_rows(3)
    opened.save(file)
    assert call("check", file, "--no-copy", "--lang", "zh").status == 0


def test_a_rule_without_a_layer_is_about_the_only_one_that_suits_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.xlsx"
    assert call("new", file, "--excel", "--like", "neijiang-zones", "--lang", "zh").status == 0
    before = api.bind(api.load(file))
    opened = openpyxl.load_workbook(file)
    sheet = opened["规则"]
    layers = {before.context.scenario.spec.layers[name].title.zh: name for name in before.context.layers}
    emptied = 0
    for row in range(2, sheet.max_row + 1):
        kind = kinds_by_text().get(sentence_key(str(sheet.cell(row, 2).value or "")))
        if kind is not None and kind.name in ("max_term", "contiguous", "eligible"):
            sheet.cell(row, 3).value, emptied = None, emptied + 1
    opened.save(file)
    after = api.bind(api.load(file))
    assert emptied > 1 < len(layers) and after.reference == before.reference
    sentence = choice_text(all_kinds()["stability"], "zh")
    sheet.append([None, sentence, None])
    opened.save(file)
    with pytest.raises(InputError) as caught:
        api.bind(api.load(file))
    [fault] = caught.value.faults
    assert fault.column == "层" and fault.row == sheet.max_row
    assert "几层都适合" in fault.message.zh and sum(title in fault.message.zh for title in layers) > 1
