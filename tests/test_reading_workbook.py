"""A workbook with a sheet per table reads as the CSV files do."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.model.reading import load_scenario
from allocator.model.reading.table_files import cell_text

NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
Cell = str | int | float
SCENARIO = "scenario: demo\nperiods: [2026]\nlayers: {posting: {items: people, slots: units}}\n"
SHEETS: Mapping[str, Sequence[Sequence[Cell]]] = {
    "units": [["编号", "名称", "工作量", "经度"], ["U01", "一室", 3.0, 105.06]],
    "people": [["id", "职级", "unit", "born", "备注"], [], [101, "正", "U01", "1980-02-03", "x"]],
    "notes": [["anything"]],
}


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]], raw: Mapping[str, str] | None = None) -> bytes:
    """Return the smallest workbook that holds ``sheets``; ``raw`` gives sheets by their XML."""
    parts = {name: sheet_xml(rows) for name, rows in sheets.items()} | dict(raw or {})
    names = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="r{i}"/>' for i, n in enumerate(parts, 1))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{REL}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(parts) + 1)
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>')
        start = f'<Relationship Id="r1" Type="{REL}/officeDocument" Target="xl/workbook.xml"/>'
        archive.writestr(
            "_rels/.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{start}</Relationships>'
        )
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{NS}" xmlns:r="{REL}"><sheets>{names}</sheets></workbook>'
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        )
        for i, xml in enumerate(parts.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", xml)
    return buffer.getvalue()


def sheet_xml(rows: Sequence[Sequence[Cell]]) -> str:
    body = "".join(
        f'<row r="{r}">'
        + "".join(cell_xml(f"{chr(65 + c)}{r}", cell) for c, cell in enumerate(row))
        + "</row>"
        for r, row in enumerate(rows, 1)
    )
    return f'<worksheet xmlns="{NS}"><sheetData>{body}</sheetData></worksheet>'


def cell_xml(place: str, cell: Cell) -> str:
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def test_beside_a_scenario_file(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (tmp_path / "book.xlsx").write_bytes(workbook(SHEETS))
    (tmp_path / "~$book.xlsx").write_bytes(b"lock")
    scenario = load_scenario(tmp_path)
    unit, person = scenario.organisation.units["U01"], scenario.organisation.people["101"]
    assert (unit.name, unit.workload, unit.lon) == ("一室", 3, 105.06)
    assert (person.grade, str(person.born), person.extra) == ("head", "1980-02-03", {"备注": "x"})
    assert scenario.sha256 == load_scenario(tmp_path / "book.xlsx").sha256


def test_the_scenario_in_a_sheet(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook({**SHEETS, "scenario": [[SCENARIO]]}))
    assert load_scenario(book).name == "demo"
    book.write_bytes(workbook({**SHEETS, "scenario": [[SCENARIO + "nothing: 1"]]}))
    with pytest.raises(InputError, match=r"book\.xlsx:scenario:4:nothing: is not a known key"):
        load_scenario(book)


def test_faults_name_the_sheet_and_row(tmp_path: Path) -> None:
    book = tmp_path / "book.xlsx"
    rows = [[], ["id", "unit"], [], ["P01", "U02"]]
    book.write_bytes(workbook({**SHEETS, "people": rows, "Casess": [], "scenario": [[SCENARIO]]}))
    with pytest.raises(InputError) as caught:
        load_scenario(book)
    stray, fault = caught.value.faults
    assert (stray.file, stray.nearest) == ("book.xlsx:Casess", "cases")
    assert (fault.file, fault.row, fault.column, fault.nearest) == ("book.xlsx:people", 4, "unit", "U01")


def test_two_workbooks_leave_it_open(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        (tmp_path / name).write_bytes(workbook(SHEETS))
    with pytest.raises(InputError, match="several workbooks"):
        load_scenario(tmp_path)


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            cell_xml("A1", 1) + cell_xml("XFD1048576", 1),
            "book.xlsx:people: has cells as far as row 1048576, column 16384: delete",
        ),
        (" " * 2**20, "unpacks to too much"),
    ],
)
def test_a_far_corner_and_a_bomb_are_refused(
    tmp_path: Path, cells: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("allocator.model.reading.table_files._UNPACKED_BYTES", 2**20)
    sheet = f'<worksheet xmlns="{NS}"><sheetData>{cells}</sheetData></worksheet>'
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook({}, {"people": sheet}))
    with pytest.raises(InputError, match=said):
        load_scenario(book)


@settings(max_examples=60)
@given(cut=st.integers(0, 3000), noise=st.binary(max_size=20))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, cut: int, noise: bytes) -> None:
    book = tmp_path_factory.getbasetemp() / "any.xlsx"
    content = workbook(SHEETS)
    book.write_bytes(content[:cut] + noise + content[cut + len(noise) :])
    with pytest.raises(InputError):
        load_scenario(book)


@settings(max_examples=60)
@given(st.text(alphabet='<>/="rcvtsn0AB1 &;', max_size=60))
def test_any_sheet_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, xml: str) -> None:
    book = tmp_path_factory.getbasetemp() / "sheet.xlsx"
    sheet = f'<worksheet xmlns="{NS}"><sheetData>{xml}</sheetData></worksheet>'
    book.write_bytes(workbook({"scenario": [[SCENARIO]]}, {"units": sheet}))
    with pytest.raises(InputError):
        load_scenario(book)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (True, "true"),
        (3.0, "3"),
        (2.5, "2.5"),
        (date(2025, 2, 3), "2025-02-03"),
        (datetime(2025, 2, 3, 8), "2025-02-03"),
        ("", ""),
    ],
)
def test_cells_read_as_a_csv_file_would_write_them(cell: object, text: str) -> None:
    assert cell_text(cell) == text


def test_sheets_are_measured_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "book.xlsx"
    file.write_bytes(workbook({"scenario": [[SCENARIO]], **SHEETS}))
    load_scenario(file)
    monkeypatch.setattr("allocator.model.reading.table_files._MOST_CELLS", 16)  # each of the sheets has fewer
    with pytest.raises(InputError, match="unpacks to too much"):
        load_scenario(file)
