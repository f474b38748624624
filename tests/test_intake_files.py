"""The files of an import: formats, encodings, merged ranges; what is refused, and why; what never gets in."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator import api
from allocator.errors import InputError
from allocator.intake.privacy import MASK, has_number, without_numbers
from allocator.model.reading.roster_fields import field_of, fields, likely_field
from cli_world import call
from roster_files import HEADER, column, csv_file, open_document, person, table, text_cell, workbook

ROWS = [HEADER, person("张一"), person("李四", "1980.10")]


def refusal(path: Path) -> str:
    """Return why a file is refused, in English."""
    with pytest.raises(InputError) as error:
        api.import_files([path], path.parent / "scenario")
    [fault] = error.value.faults
    return fault("en")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_encoding_of_csv_is_read(tmp_path: Path, encoding: str) -> None:
    api.import_files([csv_file(tmp_path / "r.csv", ROWS, encoding)], tmp_path / "scenario")
    assert column(tmp_path / "scenario", "people", "name") == ["张一", "李四"]


def test_an_open_document_is_read_with_its_merged_cells(tmp_path: Path) -> None:
    names = "".join(f"<table:table-row>{''.join(map(text_cell, row))}</table:table-row>" for row in (HEADER,))
    first = "".join(map(text_cell, person("张一")[:4])) + text_cell("一室", 'table:number-rows-spanned="2"')
    covered = "".join(map(text_cell, person("李四")[:4])) + "<table:covered-table-cell/>"
    last = "".join(map(text_cell, person("王五")[:4])) + "<table:table-cell/>"
    rows = "".join(
        f"<table:table-row>{row}{text_cell('干部')}</table:table-row>" for row in (first, covered, last)
    )
    path = open_document(tmp_path / "r.ods", names + rows)
    api.import_files([path], tmp_path / "scenario")
    assert column(tmp_path / "scenario", "people", "unit") == ["U01", "U01", ""]


def test_a_hostile_open_document_is_refused(tmp_path: Path) -> None:
    far = '<table:table-row table:number-rows-repeated="1000000"/>'
    empty = '<table:table-cell table:number-columns-repeated="16000"/>'
    cells = f"{far}<table:table-row>{empty}{text_cell('x')}</table:table-row>"
    assert "damaged" in refusal(open_document(tmp_path / "r.ods", cells))
    path = open_document(tmp_path / "e.ods", "")
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", f'<!DOCTYPE a [<!ENTITY b "c">]>{content}')
    assert "damaged" in refusal(path)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed: make renderers")
@pytest.mark.parametrize("suffix", ["xls", "ods"])
def test_old_and_open_formats_are_read_alike(tmp_path: Path, suffix: str) -> None:
    rows = [("花名册", *[None] * 5), HEADER, person("张一", datetime(1975, 8, 1)), person("李四", 27668)]
    rows += [person("王五", "1980.10", None)]  # type: ignore[arg-type]
    workbook(tmp_path / "r.xlsx", {"表": rows}, merged=["A1:F1", "E4:E5"])
    convert = ["soffice", "--headless", "--convert-to", suffix, "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(tmp_path / "r.xlsx")], check=True, capture_output=True, timeout=120)
    result = api.import_files([tmp_path / f"r.{suffix}"], tmp_path / "scenario")
    assert [one.found for one in result.questions] == ["27668"]  # these formats do not tell the calendar
    people = [(row["name"], row["unit"], row["born"]) for row in table(tmp_path / "scenario", "people")]
    assert people == [("张一", "U01", "1975-08-01"), ("王五", "U01", "1980-10")]


def test_a_sheet_of_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allocator.intake.sheet_files._MOST_CELLS", 10)
    assert "damaged" in refusal(workbook(tmp_path / "r.xlsx", {"表": ROWS}))


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    book = workbook(tmp_path / "r.xlsx", {"表": ROWS})
    with zipfile.ZipFile(book, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"")
    assert "holds macros" in refusal(book)
    (tmp_path / "r.xlsm").write_bytes(b"PK")
    assert "holds macros" in refusal(tmp_path / "r.xlsm")
    shell = b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "secret.xlsx").write_bytes(shell)
    assert "is encrypted" in refusal(tmp_path / "secret.xlsx")
    (tmp_path / "macro.xls").write_bytes(b"\xd0\xcf\x11\xe0" + "_VBA_PROJECT_CUR".encode("utf-16-le"))
    assert "holds macros" in refusal(tmp_path / "macro.xls")
    (tmp_path / "web.xls").write_text("<html><table></table></html>", "utf-8")
    assert "is a web page" in refusal(tmp_path / "web.xls")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 nothing")
    assert "damaged" in refusal(tmp_path / "broken.xlsx")
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0 nothing")
    assert "damaged" in refusal(tmp_path / "old.xls")
    typed = workbook(tmp_path / "typed.xlsx", {"表": ROWS})
    with zipfile.ZipFile(typed, "a") as archive:
        archive.writestr("xl/more.xml", "<?xml version='1.0'?><!DOCTYPE a []><a/>")
    assert "damaged" in refusal(typed)
    (tmp_path / "r.pdf").write_bytes(b"%PDF")
    assert "is no file of a table" in refusal(tmp_path / "r.pdf")
    assert "no such file" in refusal(tmp_path / "none.csv")
    assert "no roster" in refusal(csv_file(tmp_path / "other.csv", [("a", "b"), ("1", "2")]))


def test_one_bad_file_does_not_keep_the_others_out(tmp_path: Path) -> None:
    good = csv_file(tmp_path / "r.csv", ROWS)
    result = api.import_files([tmp_path / "none.csv", good], tmp_path / "scenario")
    assert [one.file for one in result.questions] == ["none.csv"]
    assert column(tmp_path / "scenario", "people", "name") == ["张一", "李四"]


def test_the_folder_must_be_that_of_a_scenario(tmp_path: Path) -> None:
    good = csv_file(tmp_path / "r.csv", ROWS)
    for folder in (tmp_path / "a:b", good):
        with pytest.raises(InputError):
            api.import_files([good], folder)
    book = tmp_path / "book"
    book.mkdir()
    workbook(book / "people.xlsx", {"people": ROWS})
    with pytest.raises(InputError, match="workbook"):
        api.import_files([good], book)
    lacking = tmp_path / "lacking"
    lacking.mkdir()
    (lacking / "people.csv").write_text("name,unit\n张一,\n", "utf-8")
    with pytest.raises(InputError, match="lacks this column"):
        api.import_files([good], lacking)


def test_tables_with_chinese_headers_are_merged_under_them(tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    folder.mkdir()
    (folder / "people.csv").write_text("编号,姓名,单位,特点\nK1,张一,,稳重\n", "utf-8")
    api.import_files([csv_file(tmp_path / "r.csv", ROWS)], folder)
    text = (folder / "people.csv").read_text("utf-8").splitlines()
    assert text[0].startswith("编号,姓名,单位,特点") and text[1].startswith("K1,张一,U01,稳重")
    assert text[2].startswith("P001,李四")


IDENTITY = "99999919750812123X"
NUMBERS = [IDENTITY, "999999197508121234", "999999750812123", "13812345678", "138-1234-5678", "0832-2021234"]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_in_any_cell_never_gets_in(tmp_path: Path, number: str) -> None:
    wide = number.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    header = ("姓名", "出生年月", "备注", "家庭成员", "简历", "现任职务", "住址", "工作时间")
    rows = [
        (f"花名册 {number}", *[""] * 7),
        header,
        (
            "张一",
            "1975.1",
            f"身份证{number}",
            f"妻子 李娜 {wide}；干爹{number}",
            number,
            number,
            number,
            number,
        ),
        (
            "李四",
            number,
            wide,
            f"父亲{number}",
            f"2010.01--2012.05 {number}",
            "办公室主任",
            "",
            f"{number}年",
        ),
        (number, "1976.08", "", "", "", "", "", ""),
        (
            "王五",
            "1977.08",
            number,
            f"父亲 王大 {number}",
            f"2010.01--2012.05 某局{number}",
            "主任",
            wide,
            "",
        ),
        (f"填表人：{number}", *[""] * 7),
    ]
    book = workbook(tmp_path / f"r{number}.xlsx", {f"表{number}": rows})
    folder = tmp_path / "scenario"
    seen = []
    for more in ((), ("--json",)):
        for lang in ("zh", "en"):
            called = call("import", book, "--into", folder, *more, lang=lang)
            seen += [called.out, called.err]
    seen += [path.read_text("utf-8") for path in folder.iterdir()]
    assert column(folder, "people", "name")
    digits = "".join(filter(str.isdecimal, number))
    assert not [text for text in seen if number in text or wide in text or digits in text]


def test_a_long_number_is_said_to_have_lost_digits(tmp_path: Path) -> None:
    header = ("姓名", "出生年月", "工号说明", "身份证号")
    rows = [header, ("张一", "1975.08", 999999197508121234, 999999197508121234)]
    result = api.import_files([workbook(tmp_path / "r.xlsx", {"表": rows})], tmp_path / "scenario")
    lost = [one for one in result.remarks if "digits are lost" in one.message.en]
    assert [(one.column, one.found) for one in lost] == [
        ("工号说明", f"1 x {MASK}"),
        ("身份证号", f"1 x {MASK}"),
    ]
    assert "99999919750812" not in (tmp_path / "scenario" / "people.csv").read_text("utf-8")


def test_a_picture_written_as_text_is_left_out() -> None:
    assert without_numbers("iVBORw0KGgo" * 50) == MASK


@pytest.mark.parametrize(
    "text", ["2012.05-2015.08", "20120501-20150801", "1975.08", "P00012345678", "27668", "19980601"]
)
def test_dates_and_codes_are_no_identity_numbers(text: str) -> None:
    assert not has_number(text)


def test_no_cell_begins_a_formula(tmp_path: Path) -> None:
    header = ("姓名", "出生年月", "备注", "现任职务")
    rows = [header, ("张一", "1975.08", "=1+1", "＝cmd|' /C calc'!A0"), ("李四", "1976.08", "-", "@SUM(A1)")]
    api.import_files([csv_file(tmp_path / "r.csv", rows)], tmp_path / "scenario")
    for row in table(tmp_path / "scenario", "people"):
        assert not [cell for cell in row.values() if cell.startswith(("=", "+", "-", "@", "＝", "\t"))]
    assert column(tmp_path / "scenario", "people", "note") == ["'=1+1", ""]


HEADERS = [(header, name) for name, field in fields().items() for header in field.headers]
DECORATIONS = ["{}", " {} ", "{}：", "{}:", "{}（必填）", "{}\n", "*{}", "{}（岁）", "【{}", "{}(YYYY.MM)"]


@given(st.sampled_from(HEADERS), st.sampled_from(DECORATIONS[:8]), st.booleans(), st.booleans())
def test_a_header_is_known_in_any_dress(
    pair: tuple[str, str], decoration: str, spaced: bool, wide: bool
) -> None:
    header, name = pair
    if header.isascii():
        spaced = False
        header = "".join(chr(ord(one) + 0xFEE0) if wide and one != " " else one for one in header)
    shown = "　".join(header) if spaced else header
    assert field_of(decoration.format(shown)) == name


@given(st.sampled_from([pair for pair in HEADERS if len(pair[0]) > 4 and not pair[0].isascii()]))
def test_a_header_with_one_wrong_character_is_offered_its_nearest(pair: tuple[str, str]) -> None:
    header, name = pair
    wrong = f"{header[:2]}某{header[3:]}"
    if not field_of(wrong):
        found, near = likely_field(wrong, [])
        assert found == name or near


def test_two_files_of_one_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    paths = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        paths.append(csv_file(tmp_path / name / "r.csv", [HEADER, person(f"张{name}", "1975.1")]))
    result = api.import_files(paths, tmp_path / "scenario")
    assert [one.file for one in result.questions] == ["a/r.csv", "b/r.csv"]
