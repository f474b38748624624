"""Tables as people keep them: titles, totals, notes, merged cells, padded and full-width text, months."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from allocator import api
from allocator.errors import Fault, InputError
from allocator.graph.ties import KINDS
from allocator.model.reading import load_scenario
from allocator.model.reading.cell_values import chinese_kinds, read_day
from allocator.model.reading.entity_names import shape
from allocator.model.reading.headers import join_header_rows
from allocator.model.scenario import Scenario
from test_reading_workbook import NS, sheet_xml, workbook

SCENARIO = "scenario: roster\nperiods: [2026]\nlayers: {posting: {items: people, slots: groups}}\n"
GROUPS = "id,name\nG1,一组\nG2,二组\n"
UNITS = "id,name\nU1,办公室\nU2,第一室\n"


def write(folder: Path, **tables: str) -> Path:
    (folder / "scenario.yaml").write_text(SCENARIO, "utf-8")
    for name, text in {"groups": GROUPS, "units": UNITS, **tables}.items():
        if text:
            (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder


def load(folder: Path, **tables: str) -> Scenario:
    return load_scenario(write(folder, **tables))


def faults_of(folder: Path, **tables: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        load(folder, **tables)
    return caught.value.faults


def told(scenario: Scenario) -> list[tuple[int, str]]:
    return [(doubt.row, doubt.message.en) for doubt in scenario.doubts]


def book(folder: Path, people: list[list[str | int | float]], merged: str = "") -> Path:
    cells = "".join(f'<mergeCell ref="{ref}"/>' for ref in merged.split())
    sheet = sheet_xml(people).replace("</worksheet>", f"<mergeCells>{cells}</mergeCells></worksheet>")
    assert NS in sheet
    content = workbook(
        {
            "scenario": [[SCENARIO]],
            "groups": [["id", "name"], ["G1", "一组"]],
            "units": [["id", "name"], ["U1", "办公室"]],
        },
        {"people": sheet},
    )
    (folder / "book.xlsx").write_bytes(content)
    return folder / "book.xlsx"


def test_a_roster_with_a_title_totals_notes_and_sections(tmp_path: Path) -> None:
    people = (
        "某区干部花名册,,,\n编号,姓　名（必填）,工作单位：,出生\u200b年月\nＰ１,赵 一,Ｕ１,1975.08\n"
        "派驻机构,,,\nP２\u200b,钱二,U2,１９８０年３月\n编号,姓　名（必填）,,\n"
        "合计,2人,,\n备注：1.在编人员,,,\n填表人：王某,,,\n"
    )
    scenario = load(tmp_path, people=people)
    found = scenario.organisation.people
    assert list(found) == ["P1", "P2"]
    assert (found["P1"].name, found["P1"].unit, found["P1"].born) == ("赵一", "U1", date(1975, 8, 1))
    assert found["P2"].born == date(1980, 3, 1)
    assert [row for row, _ in told(scenario)] == [1, 6, 7, 8, 9, 4]
    assert scenario.renamed["people.csv"]["工作单位："] == "unit"


@pytest.mark.parametrize(
    ("above", "below", "headers"),
    [
        ("编号,姓名,教育,,工作单位", ",,学历,学位,", ("教育学历", "教育学位")),
        ("编号,姓名,任职情况,,备注", ",,单位,职务,", ("备注",)),
        ("编号,姓名,全日制教育,,在职教育,", ",,学历,学位,学历,学位", ("全日制教育学历", "在职教育学位")),
    ],
)
def test_a_header_of_two_rows(tmp_path: Path, above: str, below: str, headers: tuple[str, ...]) -> None:
    people = f"某区干部花名册,,,,\n{above}\n{below}\nP1,甲,U1,U1,U1,\nP2,乙,,,U1,\n"
    scenario = load(tmp_path, people=people)
    found = scenario.organisation.people
    assert list(found) == ["P1", "P2"] and set(headers) <= set(found["P1"].extra)
    assert (3, "is read as one header with row 3") not in told(scenario)
    assert (2, "is read as one header with row 3") in told(scenario)


def test_a_header_of_two_rows_with_merged_cells(tmp_path: Path) -> None:
    rows: list[list[str | int | float]] = [
        ["编号", "姓名", "任现职", "", "教育", ""],
        ["", "", "单位", "职务", "学历", "学位"],
        ["P1", "赵一", "U1", "主任", "本科", "学士"],
    ]
    scenario = load_scenario(book(tmp_path, rows, "A1:A2 B1:B2 C1:D1 E1:F1"))
    person = scenario.organisation.people["P1"]
    assert (person.name, person.unit, person.title) == ("赵一", "U1", "主任")
    assert set(person.extra.values()) == {"本科", "学士"}


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("id,name,note,", "P1,甲,x,"),
        ("id,name,备注,备注2", ",,2024,2025"),
        ("id,name,note,", ",,1980-01-02,3"),
        ("甲组,,乙组,", "id,name,note,x"),
        ("id,name,note", ",,"),
    ],
)
def test_what_is_no_second_row_of_a_header(above: str, below: str) -> None:
    assert join_header_rows(above.split(","), below.split(","), lambda header: True) is None


def test_a_title_over_no_known_header_is_asked_about(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, people="花名册,,\n甲,乙,丙\n1,2,3\n")
    assert "row 1 looks like a title: is the header row 2?" in fault("en")


def test_a_row_with_an_id_alone_is_read_and_told(tmp_path: Path) -> None:
    scenario = load(tmp_path, people="id,name,unit\nP1,甲,U1\nP2,乙,U1\nP3,,\n")
    assert list(scenario.organisation.people) == ["P1", "P2", "P3"]
    assert told(scenario) == [(4, "has an id and nothing else, and is read as a row")]


def test_nobody_stands_twice(tmp_path: Path) -> None:
    rows = "1,P1,甲,U1,1980-01-02,主任\n2,P2,乙,U1,1980-01-02,主任\n3,P3,甲,U1,1980-01-02,主任\n"
    (fault,) = faults_of(tmp_path, people=f"序号,id,name,unit,born,title\n{rows}")
    assert (fault.row, fault.found) == (4, "甲") and "row 2" in fault.message.en
    scenario = load(tmp_path, people="id,name\nP1,甲\nP2,甲\n")
    assert len(scenario.organisation.people) == 2 and "row 2" in told(scenario)[0][1]


def test_merged_cells_have_their_value_in_each(tmp_path: Path) -> None:
    rows: list[list[str | int | float]] = [
        ["某区干部花名册", "", ""],
        ["编号", "姓名", "单位"],
        ["P1", "赵一", "U1"],
        ["P2", "钱二", ""],
        ["合计", "", "2人"],
    ]
    scenario = load_scenario(book(tmp_path, rows, "A1:C1 C3:C4 A5:B5"))
    assert [person.unit for person in scenario.organisation.people.values()] == ["U1", "U1"]
    assert [row for row, _ in told(scenario)] == [1, 5]


def test_a_cell_merged_over_columns_is_asked_about(tmp_path: Path) -> None:
    rows: list[list[str | int | float]] = [["id", "name", "unit"], ["P1", "U1", ""]]
    with pytest.raises(InputError, match="merged cell spans several columns"):
        load_scenario(book(tmp_path, rows, "B2:C2"))


def test_overlapping_merges_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[list[str | int | float]] = [["id", "name"], ["P1", "x"], ["P2", "y"]]
    file = book(tmp_path, rows, " ".join(["A1:B3"] * 6))
    monkeypatch.setattr("allocator.model.reading.table_files._MOST_CELLS", 30)
    with pytest.raises(InputError, match="no readable Excel workbook"):
        load_scenario(file)


@pytest.mark.parametrize(
    ("text", "day", "last"),
    [
        ("1975.08", date(1975, 8, 1), date(1975, 8, 31)),
        ("1975-2", date(1975, 2, 1), date(1975, 2, 28)),
        ("197508", date(1975, 8, 1), date(1975, 8, 31)),
        ("1975.08.12", date(1975, 8, 12), date(1975, 8, 12)),
        ("19750812", date(1975, 8, 12), date(1975, 8, 12)),
        ("1975.10（50岁）", date(1975, 10, 1), date(1975, 10, 31)),
        ("二〇二五年十二月三十一日", date(2025, 12, 31), date(2025, 12, 31)),
    ],
)
def test_days_and_months(text: str, day: date, last: date) -> None:
    assert (read_day(text).day, read_day(text).last) == (day, last)


@pytest.mark.parametrize(
    ("text", "asked", "guess"),
    [
        ("1975.1", "January or October", ""),
        ("75.08", "two figures", ""),
        ("1975年", "only a year", ""),
        ("29047", "number of a day", "1979-07-11"),
    ],
)
def test_a_doubtful_date_is_asked_about(tmp_path: Path, text: str, asked: str, guess: str) -> None:
    (fault,) = faults_of(tmp_path, people=f"id,born\nP1,{text}\n")
    assert asked in fault.message.en and (fault.row, fault.nearest) == (2, guess)


def test_a_month_elsewhere_is_read_and_told(tmp_path: Path) -> None:
    scenario = load(
        tmp_path,
        people="id\nP1\n",
        postings="person,group,from,to\nP1,G1,2024.03,2024.05\nP1,G2,2025-01-01,\n",
    )
    first = scenario.organisation.postings[0]
    assert (first.start, first.end) == (date(2024, 3, 1), date(2024, 5, 31))
    assert [(doubt.row, doubt.column) for doubt in scenario.doubts] == [(2, "from"), (2, "to")]


@pytest.mark.parametrize("mark", ["\t", ";"])
def test_other_separators(tmp_path: Path, mark: str) -> None:
    scenario = load(tmp_path, people=f'id{mark}name{mark}skills\nP1{mark}甲{mark}"a:1;b:2"\n')
    assert scenario.organisation.people["P1"].skills == {"a": 1, "b": 2}


def test_full_width_commas_between_cells_are_named(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, people="id，name，unit\nP1，甲，U1\n")
    assert (fault.row, "full-width '，'" in fault("en"), "^" in fault.detail) == (1, True, True)


def test_full_width_digits_are_numbers(tmp_path: Path) -> None:
    scenario = load(tmp_path, people="id,capacity,数\nP1,３０,１２\n")
    person = scenario.organisation.people["P1"]
    assert (person.capacity, person.extra["数"]) == (30, 12)


@pytest.mark.parametrize(
    ("header", "near"), [("nme", "name"), ("native_plce", "native_place"), ("现籍贯", "native_place")]
)
def test_a_column_that_looks_like_a_standard_one(tmp_path: Path, header: str, near: str) -> None:
    scenario = load(tmp_path, people=f"id,{header},政治面貌,专业技术职务\nP1,x,y,z\n")
    assert [(doubt.column, doubt.nearest) for doubt in scenario.doubts] == [(header, near)]


def test_weaker_headers_give_way(tmp_path: Path) -> None:
    scenario = load(tmp_path, people="id,姓名,姓名（拼音）,科室\nP1,甲,Jia,U1\n")
    person = scenario.organisation.people["P1"]
    assert (person.name, person.unit, person.extra) == ("甲", "U1", {"姓名（拼音）": "Jia"})


@pytest.mark.parametrize(("one", "other"), [("P1O", "P10"), ("Pl", "P1"), ("Р1", "P1"), ("p1", "P1")])
def test_ids_that_look_alike_are_told(tmp_path: Path, one: str, other: str) -> None:
    scenario = load(tmp_path, people=f"id\n{other}\n{one}\n")
    assert shape(one) == shape(other)
    assert [(doubt.row, doubt.nearest) for doubt in scenario.doubts] == [(3, other)]


def test_an_id_of_two_alphabets_is_told(tmp_path: Path) -> None:
    assert "Cyrillic" in told(load(tmp_path, people="id\nР1\n"))[0][1]


def test_a_name_that_one_row_bears_is_read_as_its_id_and_told_once(tmp_path: Path) -> None:
    postings = "person,group,from,to\n甲,一 组,2024-01-01,\nP2,G2,2024-01-01,\n"
    scenario = load(tmp_path, people="id,name,unit\nP1,甲,办公室\nP2,乙,办公室\n", postings=postings)
    people, posting = scenario.organisation.people, scenario.organisation.postings[0]
    assert [person.unit for person in people.values()] == ["U1", "U1"]
    assert (posting.person, posting.group) == ("P1", "G1")
    told = [(doubt.row, doubt.column, doubt.nearest) for doubt in scenario.doubts]
    assert told == [(2, "unit", "U1 (办公室)"), (2, "person", "P1 (甲)"), (2, "group", "G1 (一 组)")]


def test_a_name_that_several_bear_or_none_offers_ids(tmp_path: Path) -> None:
    units = "id,name\nU1,办公室\nU2,第一室\nU3,办公室\n"
    people = "id,unit\nP1,办公室\nP2,第一\nP3,U１ \nP4,u1\nP5,G1\n"
    several, near, same, other = faults_of(tmp_path, people=people, units=units)
    assert several.nearest == "U1 (办公室), U3 (办公室)" and "is the name of a unit" in several.message.en
    assert (near.nearest, same.nearest) == ("U2 (第一室)", "U1")
    assert "is a group, not a unit" in other.message.en


def test_an_answer_about_identity_names_the_person_by_id(tmp_path: Path) -> None:
    answers = "name,person,answer\n甲某,甲,same_as\n"
    (fault,) = faults_of(tmp_path, people="id,name\nP1,甲\n", identities=answers)
    assert (fault.column, fault.nearest) == ("person", "P1 (甲)")


def test_a_missing_table_is_named_once_and_first(tmp_path: Path) -> None:
    postings = "person,group,from\nP1,G1,2024-01-01\nP1,G2,2025-01-01\nP9,G1,2025-01-01\n"
    table, person = faults_of(tmp_path, people="id\nP1\n", postings=postings, groups="")
    assert (table.file, table.found) == ("groups.csv", "G1, G2")
    assert person.found == "P9"


def test_a_row_with_a_bad_cell_has_its_other_cells_checked(tmp_path: Path) -> None:
    people = "id,born,capacity,unit\nP1,1980-02-30,x,U9\n,,,U8\n"
    found = [(fault.row, fault.column) for fault in faults_of(tmp_path, people=people)]
    assert found == [(2, "born"), (2, "capacity"), (3, "id"), (2, "unit"), (3, "unit")]


def test_names_stand_for_the_ids_of_a_table_without_any(tmp_path: Path) -> None:
    people = "序号,姓　名,工作单位\n1,赵 一,办公室\n2,钱二,第一室\n合计,2人,\n"
    scenario = load(tmp_path, people=people, groups="名称\n甲组\n", units="id,name\nU1,办公室\nU2,第一室\n")
    found = scenario.organisation.people
    assert {one.id: (one.name, one.unit) for one in found.values()} == {
        "赵一": ("赵一", "U1"),
        "钱二": ("钱二", "U2"),
    }
    assert list(scenario.organisation.groups) == ["甲组"]
    told = [doubt for doubt in scenario.doubts if "no column of ids" in doubt.message.en]
    assert {(doubt.file, doubt.allowed) for doubt in told} == {
        ("people.csv", "scenario.yaml: columns: {people: {序号: id}}"),
        ("groups.csv", ""),
    }


def test_a_table_without_ids_has_no_two_of_one_name_and_none_without(tmp_path: Path) -> None:
    rows = "1,甲,办公室,主任\n2,乙,办公室,\n3,甲,第一室,\n4,,第一室,主任\n"
    same, empty, *doubts = faults_of(tmp_path, people=f"序号,姓名,工作单位,职务\n{rows}")
    assert all(doubt.message.en.startswith("in doubt: is a name") for doubt in doubts)
    assert (same.row, same.column, same.found) == (4, "姓名", "甲") and "row 2" in same.message.en
    assert (empty.row, empty.column) == (5, "姓名")
    assert "{序号: id}" in same.allowed


def test_a_column_close_to_that_of_ids_is_offered(tmp_path: Path) -> None:
    (column,) = faults_of(tmp_path, people="idd,name\n1,甲\n")
    assert (column.column, column.nearest) == ("id", "idd")
    column, *_ = faults_of(tmp_path, people="序号,工作单位\n1,U1\n")
    assert (column.nearest, column.allowed) == ("序号", "scenario.yaml: columns: {people: {序号: id}}")


def test_files_of_other_programs_are_passed_over(tmp_path: Path) -> None:
    for name in ("~$people.csv", ".~lock.people.csv#", "._people.csv", "Thumbs.db", "~$book.xlsx"):
        (tmp_path / name).write_bytes(b"\0")
    assert not load(tmp_path, people="id\nP1\n").doubts


def test_chinese_names_of_ties_are_the_kinds(tmp_path: Path) -> None:
    ties = "source,target,kind\nP1,P2,亲属\nP1,P2,夫妻\nP1,P2,牌友\n"
    scenario = load(tmp_path, people="id\nP1\nP2\n", ties=ties, links="source,target,kind\nU1,U2,毗邻\n")
    assert [tie.kind for tie in scenario.organisation.ties] == ["kin", "spouse", "牌友"]
    assert scenario.organisation.links[0].kind == "adjacent"


def test_every_kind_of_tie_is_known_by_its_chinese_word() -> None:
    assert set(chinese_kinds("ties").values()) == set(KINDS)
    assert all(chinese_kinds("ties")[kind.word.zh] == name for name, kind in KINDS.items())


def test_people_without_a_name_and_names_of_figures_are_doubts(tmp_path: Path) -> None:
    people = "编号,姓名,单位\nP1,张一,U1\nP2,,U1\nP3,12345,U1\nP4,李四,U1\n"
    (tmp_path / "people.csv").write_text(people, "utf-8")
    (tmp_path / "units.csv").write_text("id\nU1\n", "utf-8")
    (tmp_path / "scenario.yaml").write_text(
        "scenario: x\nperiods: [2026]\nlayers: {posting: {items: people, slots: units}}\n", "utf-8"
    )
    told = [(one.row, one.column, one.found) for one in api.load(tmp_path).doubts]
    assert told == [(3, "姓名", None), (4, "姓名", "12345")]
    (tmp_path / "people.csv").write_text("编号,姓名,单位\nP1,张一,U1\nP2,,U1\n", "utf-8")
    assert not api.load(tmp_path).doubts


def test_a_doubt_about_a_table_of_a_workbook_names_its_sheet_and_header(tmp_path: Path) -> None:
    made, _ = api.create_workbook(tmp_path / "mine", language="zh")
    book = openpyxl.load_workbook(made)
    place = next(cell.column for cell in book["关系"][1] if cell.value == "类型")
    book["关系"].cell(2, place).value = "拜把子"
    book.save(made)
    [doubt] = [one for one in api.examine(api.load(made)).doubts if one.found == "拜把子"]
    assert (doubt.file, doubt.column) == ("mine.xlsx:关系", "类型")
