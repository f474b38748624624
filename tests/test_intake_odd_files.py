"""Odd files of an import: tables below one another, wrong endings, hidden parts, locks, headers alone."""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path

import openpyxl
import pytest

from allocator import api
from allocator.errors import InputError
from allocator.model.reading.native_reader import muted_failures
from cli_world import call
from roster_files import HEADER, column, csv_file, person, table, workbook

OTHER = ("单位", "姓名", "出生日期")


def test_a_second_table_on_a_sheet_is_read_by_its_own_header(tmp_path: Path) -> None:
    rows = [
        HEADER,
        person("张一"),
        [],
        ["二、借调人员"],
        OTHER,
        ["二室", "李四", "1980.03"],
        ["三室", "王五", "1981.04"],
    ]
    path = workbook(tmp_path / "r.xlsx", {"花名册": rows})
    done = call("import", path, "--into", tmp_path / "s", "--lang", "zh")
    assert done.status == 0 and "表头第 1 行，人员 1 名" in done.out and "表头第 5 行，人员 2 名" in done.out
    people = [(one["name"], one["born"], one["native_place"]) for one in table(tmp_path / "s", "people")]
    assert people == [("张一", "1975-08", "四川内江"), ("李四", "1980-03", ""), ("王五", "1981-04", "")]
    assert column(tmp_path / "s", "units", "name") == ["办公室", "二室", "三室"]


def test_a_header_in_other_words_begins_no_second_table(tmp_path: Path) -> None:
    again = ["姓 名", "性别", "出生日期", "籍贯", "单位", "职务"]
    path = workbook(tmp_path / "r.xlsx", {"花名册": [HEADER, person("张一"), again, person("李四")]})
    done = call("import", path, "--into", tmp_path / "s", "--lang", "zh")
    assert done.status == 0 and "与表头相同" in done.out
    assert column(tmp_path / "s", "people", "name") == ["张一", "李四"]


def test_two_columns_of_one_header_are_told_by_number(tmp_path: Path) -> None:
    rows = [["姓名", "单位", "姓名"], ["张一", "一室", "李四"]]
    done = call("import", csv_file(tmp_path / "r.csv", rows), "--into", tmp_path / "s", "--lang", "zh")
    assert done.status == 2 and "第 1、3 列列名相同" in done.err
    assert "skip" not in done.err and "改正后再导入一次" in done.err


def test_the_content_and_not_the_ending_tells_the_format(tmp_path: Path) -> None:
    rows = [HEADER, person("张一")]
    book = workbook(tmp_path / "r.xlsx", {"花名册": rows})
    shutil.copy(book, tmp_path / "book.csv")
    shutil.copy(csv_file(tmp_path / "t.csv", rows, "gb18030"), tmp_path / "text.xls")
    for name in ("book.csv", "text.xls"):
        assert call("import", tmp_path / name, "--into", tmp_path / name[:4]).status == 0
        assert column(tmp_path / name[:4], "people", "name") == ["张一"]
    for name, content in (("p.xlsx", b"%PDF-1.4\n1 0 obj"), ("b.xlsx", b"\x00\x01\x02")):
        (tmp_path / name).write_bytes(content)
        done = call("import", tmp_path / name, "--into", tmp_path / "s", "--lang", "en")
        assert done.status == 2 and "damaged" in done.err


def test_empty_files_headers_alone_and_locks_are_named(tmp_path: Path) -> None:
    (tmp_path / "e.csv").touch()
    (tmp_path / "e.xlsx").touch()
    lock = tmp_path / "~$r.xlsx"
    lock.write_bytes(b"\x05owner" + b"\0" * 160)
    header = workbook(tmp_path / "h.xlsx", {"花名册": [HEADER]})
    for path, said in (
        (tmp_path / "e.csv", "是空文件"),
        (tmp_path / "e.xlsx", "是空文件"),
        (header, "h.xlsx:花名册: 只有表头，没有人员"),
        (lock, "没有花名册"),
    ):
        done = call("import", path, "--into", tmp_path / "s", "--lang", "zh")
        assert done.status == 2 and said in done.err
    assert not (tmp_path / "s").exists()
    sound = workbook(tmp_path / "r.xlsx", {"花名册": [HEADER, person("张一")]})
    done = call("import", lock, sound, "--into", tmp_path / "s", "--lang", "zh")
    assert done.status == 0 and "锁定文件" in done.out


def test_hidden_sheets_and_rows_are_read_and_told(tmp_path: Path) -> None:
    rows = [HEADER, person("张一"), person("李四")]
    path = workbook(tmp_path / "r.xlsx", {"花名册": rows, "旧表": [HEADER, person("王五")], "空表": []})
    book = openpyxl.load_workbook(path)
    book["花名册"].row_dimensions[3].hidden = True
    book["旧表"].sheet_state = "hidden"
    book.save(path)
    done = call("import", path, "--into", tmp_path / "s", "--lang", "zh")
    assert done.status == 0 and column(tmp_path / "s", "people", "name") == ["张一", "李四", "王五"]
    assert "r.xlsx:花名册: 有 1 名人员在隐藏（或被筛选掉）的行里，也已读入；现值“3”" in done.out
    assert "r.xlsx:旧表: 是隐藏的工作表" in done.out and done.out.count("隐藏") == 2


def damaged_old_workbook() -> bytes:
    """Return the beginning of an .xls whose directory is cut off: the native reader prints a backtrace."""
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    sectors = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    return head + sectors + bytes(71)


def test_nothing_of_a_native_reader_is_seen(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.xls"
    path.write_bytes(damaged_old_workbook())
    with pytest.raises(InputError) as caught:
        api.import_files([path], tmp_path / "s")
    assert "已损坏" in caught.value.faults[0].message.zh
    assert capfd.readouterr().err == ""
    os.write(2, b"seen again")
    assert capfd.readouterr().err == "seen again"


def test_a_process_without_standard_error_reads_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(_: int) -> int:
        raise OSError

    monkeypatch.setattr(os, "dup", closed)
    with muted_failures():
        pass


@pytest.mark.parametrize("given", ["", "…"])
def test_a_line_pasted_without_an_answer_answers_nothing(tmp_path: Path, given: str) -> None:
    path = csv_file(tmp_path / "r.csv", [["姓名", "单位"], ["张一", "一室"], ["O'Brien, Mary", "一室"]])
    done = call("import", path, "--into", tmp_path / "s", "--lang", "zh")
    assert done.status == 2 and '"r.csv:3:姓名=O\'Brien, Mary": "…"  # | "skip"' in done.err
    notes = tmp_path / "s" / "import.yaml"
    begun = notes.read_text("utf-8")
    notes.write_text(f'{begun}"r.csv:3:姓名=O\'Brien, Mary": "{given}"\n', "utf-8")
    assert call("import", path, "--into", tmp_path / "s").status == 2
    notes.write_text(f'{begun}"r.csv:3:姓名=O\'Brien, Mary": "Mary O\'Brien"\n', "utf-8")
    assert call("import", path, "--into", tmp_path / "s").status == 0
    assert column(tmp_path / "s", "people", "name") == ["张一", "Mary O'Brien"]
