"""Reads CSV files and Excel workbooks as lines of cells, each with its number in the file."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook

from allocator.errors import Fault, InputError, caret
from allocator.model.reading.cell_values import visible
from allocator.model.reading.files import TABLE_BYTES, read_bytes
from allocator.model.reading.native_reader import muted_failures
from allocator.model.reading.table_grid import long_cell
from allocator.model.reading.table_layout import Line
from allocator.model.reading.unvalued_cells import NOT_COMPUTED, Unvalued, put_unvalued, unvalued_cells
from allocator.model.reading.workbook_parts import column_number, sheet_titles
from allocator.model.reading.workbook_sheets import FILES_SHEET, OWN_SHEETS, sheet_key, without_marks
from allocator.model.tables import TABLES
from allocator.model.text import Text

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"\r\n]*"')
_TOO_LONG = "field larger"
_UNCLOSED = "unexpected end of data"
_SEPARATORS = ",\t;"
_WIDE_SEPARATORS = "，；"
_LOOKED_AT = 20
_LONGEST_LINE = 100_000


def csv_lines(text: str, file: str) -> Iterator[Line]:
    """Yield the line number and the cells of every record of ``text``.

    Args:
        text: The content of the file, with Windows, Unix or old Macintosh line ends. The separator is the
            comma, tab or semicolon that is most frequent in the first line with any of them.
        file: Name of the file as faults show it.

    Raises:
        InputError: A quote is not closed or stands in the wrong place, a cell is far too long, or full-width
            commas separate the cells.
    """
    text = visible(text)
    separator = _separator(text, file)
    reader = csv.reader((found[0] for found in _LINE.finditer(text)), delimiter=separator, strict=True)
    begin = 1
    try:
        for cells in reader:
            yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise InputError([_fault(str(error), file, begin)]) from None


def _separator(text: str, file: str) -> str:
    """Return the separator of the cells: the most frequent mark in the first line with any mark."""
    wide: Fault | None = None
    for number, found in enumerate(islice(_LINE.finditer(text), _LOOKED_AT), start=1):
        line = _QUOTED.sub("", found[0][:_LONGEST_LINE])
        counts = {mark: line.count(mark) for mark in _SEPARATORS}
        if any(counts.values()):
            return max(counts, key=counts.__getitem__)
        wide = wide or _wide_separator(line, file, number)
    if wide:
        raise InputError([wide])
    return ","


def _wide_separator(line: str, file: str, number: int) -> Fault | None:
    """Return the fault of a header with full-width commas as separators; None for prose, which has few."""
    for mark in _WIDE_SEPARATORS:
        if line.count(mark) >= 2 or (mark in line and line.startswith("id")):
            zh = f"单元格之间用了全角“{mark}”，应为半角逗号"
            en = f"full-width '{mark}' between the cells; write commas"
            return Fault(Text(zh=zh, en=en), file, number, detail=caret(line.rstrip(), line.index(mark)))
    return None


def _fault(problem: str, file: str, line: int) -> Fault:
    if problem.startswith(_TOO_LONG):
        return long_cell(file, line)
    if problem.startswith(_UNCLOSED):
        return Fault(Text(zh="引号没有闭合", en="a quote is never closed"), file=file, row=line)
    text = Text(zh="引号的位置不对", en="a quote stands in the wrong place")
    return Fault(text, file=file, row=line)


Wide = Mapping[int, Sequence[tuple[int, int]]]

SCENARIO_SHEET = "scenario"
_UNPACKED_BYTES = 128 * 2**20
_MOST_CELLS = 10_000_000
_ROW = re.compile(rb"<(?:\w+:)?row\b")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]{1,7})["']""")


@dataclass(frozen=True)
class Workbook:
    """The sheets of a workbook.

    Attributes:
        label: Name of the file as faults show it.
        sha256: Digest of the file.
        sheets: Rows of cells by sheet, for tables, score tables, settings and the sheet ``scenario``; a sheet
            of a table has the table's name, whatever its title. Every cell of a merged range has the value
            of the range.
        others: Names of the other sheets.
        wide: By sheet and row, the columns (from, to, counted from 0) that one merged cell spans.
        titles: The title of each sheet in the file.
    """

    label: str
    sha256: str
    sheets: Mapping[str, list[list[str]]]
    others: tuple[str, ...]
    wide: Mapping[str, Wide] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)

    def label_of(self, sheet: str) -> str:
        """Return the file and the title of a sheet, as faults show them."""
        return f"{self.label}:{self.titles.get(sheet, sheet)}"

    @property
    def scenario_text(self) -> str | None:
        """The YAML text in the first cell of the sheet ``scenario``, if there is one."""
        rows = self.sheets.get(SCENARIO_SHEET)
        return rows[0][0] if rows and rows[0] else None

    def lines(self, table: str) -> Iterator[Line]:
        """Yield the number and the cells of every row of a sheet, once: each row is freed at once."""
        rows = self.sheets[table]
        for number in range(len(rows)):
            cells, rows[number] = rows[number], []
            yield number + 1, cells


def read_workbook(path: Path, *, tables: bool = True) -> Workbook:
    """Read a workbook of at most 64 MiB, with its tables or only the sheet ``scenario``.

    Raises:
        InputError: The file is no workbook, or is too large when unpacked.
    """
    return _read(path, TABLE_BYTES, _key_of if tables else _key_of_scenario)


def scenario_text(path: Path, most: int) -> str | None:
    """Return the YAML text in the sheet ``scenario`` of a workbook, or None without such a sheet.

    Args:
        path: The workbook.
        most: Size limit of the file in bytes.

    Raises:
        InputError: The file is no workbook, or is larger than ``most``.
    """
    return _read(path, most, _key_of_scenario).scenario_text


def _read(path: Path, most: int, key_of: Callable[[str], str]) -> Workbook:
    """Read some sheets of a workbook up to a size limit in bytes."""
    return _book(read_bytes(path, path.name, most), path.name, key_of)


def workbook_of(content: bytes, label: str, is_read: Callable[[str], bool]) -> Workbook:
    """Read the sheets of a workbook that are asked for.

    Args:
        content: The bytes of the workbook.
        label: Name of the file as faults show it.
        is_read: Whether a sheet is read, by its name.

    Raises:
        InputError: The file is no workbook, or is too large when unpacked.
    """
    return _book(content, label, lambda name: name if is_read(name) else "")


def _book(content: bytes, label: str, key_of: Callable[[str], str]) -> Workbook:
    try:
        refuse_container(content, label)
        check_unpacked_size(content, label)
        with muted_failures():
            titles, others, sheets, wide = _sheets(content, label, key_of)
    except (InputError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # the native reader panics outside Exception; a damaged file may break it anywhere
        text = Text(zh="不是可读的 Excel 工作簿", en="is no readable Excel workbook")
        raise InputError([Fault(text, label)]) from None
    digest = hashlib.sha256(content).hexdigest()
    return Workbook(label, digest, sheets, tuple(others), wide, titles)


def _key_of_scenario(name: str) -> str:
    key = _key_of(name)
    return key if key == SCENARIO_SHEET or key in _SETTINGS else ""


_NOT_READ = ("sentences", "notes", "lists")
_SETTINGS = (*OWN_SHEETS, FILES_SHEET)


def _key_of(name: str) -> str:
    """Return the key of a sheet that a scenario can have; empty for any other sheet."""
    key = SCENARIO_SHEET if name == SCENARIO_SHEET else sheet_key(name)
    return "" if key in _NOT_READ else key


def _sheets(
    content: bytes, label: str, key_of: Callable[[str], str]
) -> tuple[dict[str, str], list[str], dict[str, list[list[str]]], dict[str, Wide]]:
    """Return the titles by key, the other titles, the rows and the wide cells of the sheets of a workbook."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    titles = _titles(book.sheet_names, label, key_of)
    unvalued = unvalued_cells(content)
    sheets: dict[str, list[list[str]]] = {}
    wide: dict[str, Wide] = {}
    for key, name in titles.items():
        sheet = book.get_sheet_by_name(name)
        sheets[key] = _rows(sheet)
        put_unvalued(sheets[key], _marked(unvalued.get(name, {}), key))
        wide[key] = fill_merged(sheets[key], sheet.merged_cell_ranges or ())
        without_marks(sheets[key])
    others = [name for name in book.sheet_names if name not in titles.values()]
    return titles, others, sheets, wide


def _marked(cells: Unvalued, key: str) -> Unvalued:
    """Return the cells without a value of a table; on other sheets a formula is its own text."""
    if key in TABLES:
        return cells
    return {place: text.removeprefix(NOT_COMPUTED) for place, text in cells.items()}


def _titles(names: Iterable[str], label: str, key_of: Callable[[str], str]) -> dict[str, str]:
    """Return the title of each sheet that is read by its key.

    Raises:
        InputError: Two sheets are one table.
    """
    titles: dict[str, str] = {}
    for name in names:
        key = key_of(name)
        if not key:
            continue
        if key in titles:
            text = Text(
                zh=f"与工作表“{titles[key]}”是同一张表", en=f"is the same table as the sheet '{titles[key]}'"
            )
            raise InputError([Fault(text, f"{label}:{name}", found=name)])
        titles[key] = name
    return titles


_COMPOUND = b"\xd0\xcf\x11\xe0"


def refuse_container(content: bytes, label: str) -> None:
    """Refuse a workbook that is encrypted, of the old format, or holds macros, by its sort.

    Raises:
        InputError: The workbook is one of these.
    """
    if content[:4] == _COMPOUND:
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _refused(label, "工作簿已加密；请去除密码后再用", "is encrypted; remove its password")
        raise _refused(
            label, "是旧格式的工作簿（.xls）；请另存为 .xlsx", "is an old workbook (.xls); save it as .xlsx"
        )
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()):
                raise _refused(label, *MACROS)


MACROS = ("工作簿含有宏；请另存为不含宏的 .xlsx", "holds macros; save it as an .xlsx without macros")


def _refused(label: str, zh: str, en: str) -> InputError:
    return InputError([Fault(Text(zh=zh, en=en), label)])


def _rows(sheet: CalamineSheet) -> list[list[str]]:
    rows: list[Any] = sheet.to_python(skip_empty_area=False)
    for number, row in enumerate(rows):  # in place: a large sheet would not fit into memory twice
        if row.count("") < len(row):  # a sheet with a single far cell has a million empty rows
            rows[number] = [cell_text(cell) for cell in row]
    return rows


def fill_merged(rows: list[list[str]], merged: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> Wide:
    """Copy the first value of each merged range to all its cells; return the ranges over several columns.

    The ranges of a hostile sheet may overlap, so the total number of filled cells is limited.
    """
    wide: dict[int, list[tuple[int, int]]] = {}
    left = _MOST_CELLS
    for (top, begin), (bottom, end) in merged:
        last = min(end, len(rows[0]) - 1) if rows else -1
        lowest = min(bottom, len(rows) - 1)
        left -= max(0, last - begin + 1) * max(0, lowest - top + 1)
        if left < 0:
            raise ValueError("merged cells overlap")
        for row in range(top, lowest + 1) if begin <= last else ():
            rows[row][begin : last + 1] = [rows[top][begin]] * (last - begin + 1)
            if last > begin:
                wide.setdefault(row + 1, []).append((begin, last))
    return wide


def cell_text(cell: object) -> str:
    """Return the text of a cell as in a CSV file."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, str):
        return visible(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def check_unpacked_size(content: bytes, label: str) -> None:
    """Refuse a workbook that is too large when unpacked, before the reader allocates its cells."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        too_much = Fault(Text(zh="工作簿展开后过大", en="the workbook unpacks to too much"), label)
        if sum(member.file_size for member in members) > _UNPACKED_BYTES:
            raise InputError([too_much])
        areas = {one.filename: _area(archive.read(one)) for one in members}
        cells = {name: rows * columns for name, (rows, columns) in areas.items()}
        if sum(cells.values()) > _MOST_CELLS:
            name = max(cells, key=cells.__getitem__)
            is_one = cells[name] > _MOST_CELLS
            raise InputError([_far_cells(content, label, name, areas[name]) if is_one else too_much])


def _far_cells(content: bytes, label: str, part: str, area: tuple[int, int]) -> Fault:
    """Return the fault of a sheet with cells, of blanks mostly, far from its table."""
    title = next((title for title, name in sheet_titles(content) if name == part), "")
    rows, columns = area
    text = Text(
        zh=f"表格以外还有单元格，直到第 {rows} 行、第 {columns} 列；请删去表格下方和右侧的空行空列",
        en=f"has cells as far as row {rows}, column {columns}: delete the empty ones beyond the table",
    )
    return Fault(text, f"{label}:{title}" if title else label)


def _area(part: bytes) -> tuple[int, int]:
    """Return the rows and columns of the bounding rectangle of a sheet."""
    rows = columns = 0
    for number, row in enumerate(_ROW.split(part)):
        columns = max(columns, len(_CELL.findall(row)))
        rows = max(rows, number)
    for found in _PLACE.finditer(part):
        columns = max(columns, column_number(found[1]))
        rows = max(rows, int(found[2]))
    return rows, columns
