"""Small rosters for tests: workbooks with merged cells and number formats, CSV and OpenDocument files."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from allocator import api
from allocator.errors import Fault

Rows = Sequence[Sequence[Any]]


def workbook(
    path: Path,
    sheets: Mapping[str, Rows],
    *,
    merged: Iterable[str] = (),
    formats: Mapping[str, str] | None = None,
    epoch_1904: bool = False,
) -> Path:
    """Write an .xlsx; merged ranges and formats are of the first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    first = book.worksheets[0]
    for cell, number_format in (formats or {}).items():
        first[cell].number_format = number_format
    for one in merged:
        first.merge_cells(one)
    book.save(path)
    return path


def csv_file(path: Path, rows: Rows, encoding: str = "utf-8") -> Path:
    """Write a CSV file in an encoding."""
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    path.write_bytes(stream.getvalue().encode(encoding))
    return path


def open_document(path: Path, body: str) -> Path:
    """Write an .ods with the rows of a sheet called 花名册 as XML."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="花名册">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
    return path


def text_cell(text: str, more: str = "") -> str:
    """Return a cell of an .ods as XML."""
    cell = f'<table:table-cell office:value-type="string" {more}>'
    return f"{cell}<text:p>{escape(text)}</text:p></table:table-cell>"


HEADER = ("姓名", "性别", "出生年月", "籍贯", "所在单位", "现任职务")


def person(name: str, born: Any = "1975.08", unit: str = "办公室", title: str = "干部") -> list[Any]:
    """Return a row below ``HEADER``."""
    return [name, "男", born, "四川内江", unit, title]


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Return the rows of a table of a scenario."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(folder: Path, name: str, column: str) -> list[str]:
    """Return one column of a table of a scenario."""
    return [row.get(column, "") for row in table(folder, name)]


def imported(folder: Path, rows: Rows, name: str = "r.csv", **settings: Any) -> api.Imported:
    """Import one sheet with rows into ``folder``."""
    path = folder.parent / name
    if name.endswith(".csv"):
        csv_file(path, rows)
    else:
        workbook(path, {"花名册": rows}, **settings)
    return api.import_files([path], folder, year=2026)


def answer(folder: Path, *faults: Fault, choice: int = 0) -> None:
    """Paste the line of each question into ``import.yaml`` with one of its choices."""
    with (folder / "import.yaml").open("a", encoding="utf-8") as file:
        for fault in faults:
            line = fault.detail.splitlines()[0].strip()
            key, choices = re.fullmatch(r'(".*?"): (.*)', line).groups()  # type: ignore[union-attr]
            file.write(f"{key}: {re.split(r'  # [|] | [|] ', choices)[choice]}\n")
