"""Table files: encodings, headers and cells; every fault is reported with its place."""

import os
import resource
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import Fault, InputError
from allocator.model.reading import files
from allocator.model.reading.cell_values import FORMS, parse_day, typed_column
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.files import decode, read_text
from allocator.model.reading.headers import _ALIASES, standard_name
from allocator.model.reading.table_files import csv_lines
from allocator.model.reading.table_grid import TableSource, read_grid
from allocator.model.reading.table_rows import UNREAD, Records, read_rows
from allocator.model.tables import TABLES, Person, columns


def read(content: bytes | str, table: str = "people", own: dict[str, str] | None = None) -> Records:
    """Return the rows of a table that has no fault."""
    records, faults = read_all(content, table, own)
    assert not [fault("en") for fault in faults]
    assert records
    return records


def read_all(
    content: bytes | str, table: str = "people", own: dict[str, str] | None = None
) -> tuple[Records | None, list[Fault]]:
    faults = FaultList()
    data = content.encode() if isinstance(content, str) else content
    file = f"{table}.csv"
    source, doubts = TableSource(table, file, csv_lines(decode(data, file), file), {}), FaultList()
    grid = read_grid(source, own or {}, faults, doubts)
    records = read_rows(grid, None, faults, doubts) if grid else None
    return records, faults.kept


def faults_of(content: bytes | str, table: str = "people") -> list[Fault]:
    _, faults = read_all(content, table)
    assert all(fault.message.zh and fault.message.en and fault.file == f"{table}.csv" for fault in faults)
    return faults


def only_fault(content: bytes | str, table: str = "people") -> Fault:
    (fault,) = faults_of(content, table)
    return fault


def person(content: bytes | str) -> Person:
    (placed,) = read(content).rows
    assert isinstance(placed.row, Person)
    return placed.row


CHINESE = "编号,姓名,籍贯,出生,特长\r\nP1,王一,东兴区,1980年2月3日,审计：3；谈话:2\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_and_windows_line_ends(encoding: str) -> None:
    one = person(CHINESE.encode(encoding))
    assert (one.id, one.name, one.native_place) == ("P1", "王一", "东兴区")
    assert one.born == date(1980, 2, 3)
    assert one.skills == {"审计": 3, "谈话": 2}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_blank_lines_keep_the_line_numbers_true(end: str) -> None:
    records = read(end.join(["", "id,name", "", 'P1,"two\nlines"', ",,", " , ", "P2,x", ""]))
    assert [(placed.line, placed.row.id) for placed in records.rows] == [(4, "P1"), (8, "P2")]


def test_a_damaged_utf8_file_is_not_taken_for_gb18030() -> None:
    content = "id,name\nP1,人员人员人员人员\nP2,".encode() + b"\xb0\xa1\n"
    assert content.decode("gb18030")
    with pytest.raises(InputError) as caught:
        decode(content, "people.csv")
    assert caught.value.faults[0].row == 3


@pytest.mark.parametrize(("content", "row"), [(b"id\nP1\xff\n", 2), (b"id\nP1\n\0", 3)])
def test_what_is_no_text(content: bytes, row: int) -> None:
    with pytest.raises(InputError) as caught:
        decode(content, "people.csv")
    assert caught.value.faults[0].row == row
    assert "byte" in caught.value.faults[0].message.en


def test_only_regular_files_of_bounded_size(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "large").write_bytes(b"x" * 11)
    for name in ("pipe", "loop", "large", "absent", ".", "x\0y", "n" * 5000):
        with pytest.raises(InputError):
            read_text(tmp_path / name, name, 10)
    (tmp_path / "link").symlink_to(tmp_path / "large")
    assert read_text(tmp_path / "link", "link", 11).text == "x" * 11


def test_every_standard_column_has_a_chinese_header() -> None:
    for table in TABLES:
        assert set(_ALIASES[table]) == set(columns(table))
        for column, words in _ALIASES[table].items():
            assert {standard_name(table, word, {}) for word in words.split()} == {column}
            assert standard_name(table, column.upper().replace("_", " "), {}) == column


def test_own_headers_come_first_and_others_stay() -> None:
    records = read("工号,民族,单位,备注\nP1,汉,U1,x\n", own={"民族": "nation", "单位": "name"})
    row = records.rows[0].row
    assert isinstance(row, Person)
    assert (row.id, row.name, row.unit) == ("P1", "U1", "")
    assert row.extra == {"nation": "汉", "备注": "x"}


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1", "", "-20"], [1, None, -20]),
        (["1", "2.50"], [1.0, 2.5]),
        (["True", "", "否"], [True, None, False]),
        (["2025-02-03", ""], [date(2025, 2, 3), None]),
        (["2025-02-30", ""], ["2025-02-30", ""]),
        (["007", "1"], ["007", "1"]),
        (["1e5", "nan"], ["1e5", "nan"]),
        (["", ""], ["", ""]),
        (["1", "x"], ["1", "x"]),
        (["9" * 400, "0.1"], ["9" * 400, "0.1"]),
    ],
)
def test_an_extra_column_has_one_type(cells: list[str], values: list[object]) -> None:
    typed = typed_column(cells)
    assert typed == values
    assert list(map(type, typed)) == list(map(type, values))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-02-03", date(2025, 2, 3)),
        ("2025/2/3", date(2025, 2, 3)),
        ("２０２５年２月３日", date(2025, 2, 3)),
        ("2025-02-30", None),
        ("2025/02-03", None),
        ("2025-02-03日", None),
        ("2025年2月3", None),
        ("1975", None),
        ("45000", None),
        ("0000-01-01", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert parse_day(text) == day


def test_a_day_that_is_not_on_the_calendar() -> None:
    fault = only_fault("编号,出生\nP1,2025-02-30\n")
    assert (fault.row, fault.column, fault.found, fault.allowed) == (2, "出生", "2025-02-30", FORMS)
    assert (
        fault("zh")
        == "people.csv:2:出生: 不是日历上的日期；现值“2025-02-30”；可用：YYYY-MM-DD, YYYY年M月D日, YYYY-MM"
    )
    assert "is not a day of the calendar" in fault("en")


@pytest.mark.parametrize(
    ("table", "header", "cell", "said", "allowed"),
    [
        ("people", "skills", "审计", "no level", "name:level;name:level (1-5)"),
        ("people", "skills", "审计:9", "from 1 to 5", "1-5"),
        ("people", "skills", "审计:²", "from 1 to 5", "1-5"),
        ("people", "skills", "a:1;a:2", "twice", ""),
        ("people", "capacity", "2.5", "tenths", "0, 1, 2, ..."),
        ("people", "capacity", "3件", "without units", "0, 1, 2, ..."),
        ("people", "capacity", "two", "whole number", "0, 1, 2, ..."),
        ("people", "capacity", "9" * 5000, "whole number", "0, 1, 2, ..."),
        ("units", "workload", "-1", "out of range", ">= 0"),
        ("units", "lon", "181", "out of range", "<= 180"),
        ("units", "lat", "-91", "out of range", ">= -90"),
        ("units", "lat", "inf", "must be a number", "1, 0.5, -2.25"),
        ("units", "id", "x" * 201, "too long", "<= 200"),
    ],
)
def test_wrong_cells(table: str, header: str, cell: str, said: str, allowed: str) -> None:
    names = [header] if header == "id" else ["id", header]
    cells = [cell] if header == "id" else ["X1", cell]
    fault = only_fault(f"{','.join(names)}\n{','.join(cells)}\n", table)
    assert said in fault.message.en
    assert (fault.row, fault.column, fault.allowed) == (2, header, allowed)


def test_strength_of_a_tie_is_a_share() -> None:
    fault = only_fault("source,target,kind,weight\nA,B,kin,1.5\n", "ties")
    assert (fault.column, fault.allowed) == ("weight", "<= 1")


def test_an_empty_id_is_a_fault() -> None:
    assert "empty" in only_fault("id,name\n ,x\n").message.en


def test_all_faults_of_a_table_at_once() -> None:
    records, faults = read_all("id,born,skills,capacity\nP1,x,a,1.5\nP2,,,\n,2025-02-30,,\nP3,,,,5\nP4,x,,\n")
    assert records
    assert [placed.row.id for placed in records.rows] == ["P1", "P2", UNREAD, "P3", "P4"]
    assert sorted((fault.row, fault.column) for fault in faults) == [
        (2, "born"),
        (2, "capacity"),
        (2, "skills"),
        (4, "born"),
        (4, "id"),
        (5, ""),
        (6, "born"),
    ]


@pytest.mark.parametrize(
    ("content", "said", "row"),
    [
        ("", "no header", 1),
        ("\n\n", "no header", 1),
        ("id,,name\nP1,y,x", "column 2 has no name", 1),
        ("id,name,姓名\nP1,x,y", "repeats a column", 1),
        ("id,x,x\nP1,1,2", "repeats a column", 1),
        ("id,name\nP1,x,y", "3 cells under 2 headers", 2),
        ('id,name\nP1,"x\n\nP2,y\n', "never closed", 2),
        ('id,name\nP0,x\nP1,"x"y\n', "wrong place", 3),
        ("id,name\nP1," + "x" * 32_768, "longer than 32767", 2),
        ("id," + "x" * 201, "longer than 200", 1),
        ("id" + ",x" * 1001, "more than 1000 columns", 1),
    ],
)
def test_wrong_tables(content: str, said: str, row: int) -> None:
    fault = faults_of(content)[0]
    assert said in fault.message.en
    assert fault.row == row


def test_missing_column_names_the_nearest_header() -> None:
    faults = faults_of("sorce,target\nA,B\n", "links")
    assert [(fault.row, fault.column, fault.nearest) for fault in faults] == [
        (1, "source", "sorce"),
        (1, "kind", ""),
    ]


def test_no_more_than_a_million_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocator.model.reading.table_grid.MOST_ROWS", 2)
    assert only_fault("id\na\n\nb\nc\n").row == 5


def test_cells_short_of_the_header_are_empty() -> None:
    assert person("id,name,unit\nP1\n").unit == ""


BIG_CELL = """
import sys, time
from pathlib import Path
from allocator.model.reading import load_scenario
from allocator.errors import InputError
try:
    load_scenario(Path(sys.argv[1]))
except InputError as error:
    print([fault("en") for fault in error.faults])
"""


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_of_50_megabytes_is_one_fault(tmp_path: Path, root: Path, quote: str) -> None:
    (tmp_path / "scenario.yaml").write_text(
        "scenario: x\nperiods: [2026]\nlayers: {a: {items: people, slots: units}}\n", encoding="utf-8"
    )
    (tmp_path / "people.csv").write_bytes(
        b"id,name\nP1," + quote.encode() + "字".encode() + b"x" * 50_000_000 + quote.encode() + b"\n"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", BIG_CELL, str(tmp_path)],
        env={"PYTHONPATH": str(root / "src")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)),
    )
    assert time.perf_counter() - start < 10
    assert done.stdout.count("people.csv") == 1
    assert "people.csv:2" in done.stdout
    assert "longer than 32767" in done.stdout


@given(st.binary(max_size=200) | st.text(alphabet='ab,"\r\n\t ;:1.0中是', max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for table in ("people", "ties"):
        for prefix in (b"", b"id,born,skills,source,target,kind,weight,extra\n"):
            try:
                read_all(prefix + content, table)
            except InputError as error:
                assert error.faults


def test_limits_are_as_documented() -> None:
    assert (files.TABLE_BYTES, files.YAML_BYTES) == (64 * 2**20, 2**20)
