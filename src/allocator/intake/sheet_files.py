"""Reads workbooks (.xlsx, .xls, .ods, .et) and CSV files as sheets of cells, without identity numbers."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from xml.parsers import expat

from python_calamine import CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from allocator.errors import Fault, InputError, shorten
from allocator.intake.privacy import MASK, fault_without_numbers, without_numbers
from allocator.model.reading.files import TABLE_BYTES, decode, read_bytes
from allocator.model.reading.native_reader import muted_failures
from allocator.model.reading.table_files import cell_text, check_unpacked_size, csv_lines, fill_merged
from allocator.model.reading.table_grid import LONGEST_CELL, long_cell
from allocator.model.reading.unvalued_cells import NOT_COMPUTED, Unvalued, put_unvalued, unvalued_cells
from allocator.model.reading.workbook_parts import hidden_rows
from allocator.model.text import Text

SUFFIXES = (".xlsx", ".xls", ".ods", ".et", ".csv")
_MACRO_SUFFIXES = (".xlsm", ".xlsb", ".xltm", ".xlam")
_COMPOUND = b"\xd0\xcf\x11\xe0"
_LOST = 10**15
_MOST_CELLS = 10_000_000
#: Bytes at the beginning of a part in which a document type would stand.
_HEAD = 1000
#: Most rows of a merged cell that holds a number or a day.
_LONGEST_MERGE = 1000
_EPOCH_1904 = re.compile(rb"""<workbookPr\b[^>]*\bdate1904\s*=\s*["'](?:1|true)["']""")

#: Rows and columns of a merged range, counted from 0, all four within it.
Range = tuple[int, int, int, int]
Number = int | float | date


@dataclass(frozen=True)
class Sheet:
    """One sheet of a file.

    Attributes:
        file: Name of the file as messages show it.
        name: Name of the sheet; empty for a CSV file.
        rows: The text of every cell, without identity numbers; a merged range has its value in every cell.
        numbers: The cells that are numbers or days, by row and column counted from 0.
        is_hidden: Whether the workbook hides the sheet.
        hidden_rows: The rows that a filter or somebody has hidden, counted from 0.
        not_computed: The cells with a formula that was never computed; the text is the formula.
        lost: The cells with a number of 16 or more digits, of which a spreadsheet keeps 15.
        merged: The merged ranges.
        book: The workbook, for the formats of its cells; None for a CSV file.
        line_numbers: Line of the file for each row; None if rows are counted from 1.
    """

    file: str
    name: str
    rows: Sequence[Sequence[str]]
    numbers: Mapping[tuple[int, int], Number] = field(default_factory=dict)
    lost: frozenset[tuple[int, int]] = frozenset()
    not_computed: frozenset[tuple[int, int]] = frozenset()
    merged: tuple[Range, ...] = ()
    is_hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    book: Book | None = None
    line_numbers: Sequence[int] | None = None

    @property
    def label(self) -> str:
        """File and sheet as messages show them."""
        return f"{self.file}:{self.name}" if self.name else self.file

    def line(self, row: int) -> int:
        """Return the number of a row as the user sees it."""
        return self.line_numbers[row] if self.line_numbers else row + 1

    @property
    def epoch(self) -> int:
        """The calendar of day numbers, 1900 or 1904; 0 if it is not known."""
        return self.book.epoch if self.book else 0

    @cached_property
    def goes_on(self) -> Mapping[tuple[int, int], int]:
        """The cells that go on a merged cell above, by row and column; each with the row of its beginning."""
        bottom_row = len(self.rows) - 1
        return {
            (row, left): top
            for top, left, bottom, right in self.merged
            if left == right
            for row in range(top + 1, min(bottom, bottom_row) + 1)
        }

    def formats(self, cells: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        """Return the number format of some cells; empty where the file does not tell."""
        return self.book.formats(self.name, cells) if self.book and cells else {}


@dataclass(frozen=True)
class Book:
    """The content of a workbook, for what is read by need.

    Attributes:
        content: The bytes of the file.
        epoch: The calendar of day numbers; 0 if it is not known.
        has_formats: Whether the file is an .xlsx, whose number formats can be read.
    """

    content: bytes = field(repr=False)
    epoch: int
    has_formats: bool

    def formats(self, sheet: str, cells: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        """Return the number formats of some cells, by row and column counted from 0."""
        if not self.has_formats:
            return {}
        from openpyxl import load_workbook

        wanted = set(cells)
        rows = [row for row, _ in wanted]
        found: dict[tuple[int, int], str] = {}
        try:
            book = load_workbook(io.BytesIO(self.content), read_only=True)
            for line in book[sheet].iter_rows(min_row=min(rows) + 1, max_row=max(rows) + 1):
                for cell in line:
                    place = (getattr(cell, "row", 0) - 1, getattr(cell, "column", 0) - 1)
                    if place in wanted:
                        found[place] = cell.number_format
        except Exception:  # a damaged part; without a format, the user is asked
            return found
        return found


def read_sheets(path: Path, name: str) -> list[Sheet]:
    """Read every sheet of a file of at most 64 MiB.

    Args:
        path: The file.
        name: Name of the file as messages show it.

    Raises:
        InputError: The file is none that can be read, is encrypted, or holds macros; the message shows no
            identity number.
    """
    label = without_numbers(shorten(name, 100))
    try:
        suffix = path.suffix.lower()
        if suffix in _MACRO_SUFFIXES:
            raise _refused(label, *_MACROS)
        if suffix not in SUFFIXES:
            message = Text(zh="不是表格文件", en="is no file of a table")
            raise InputError([Fault(message, label, found=suffix, allowed=" ".join(SUFFIXES))])
        content = read_bytes(path, label, TABLE_BYTES)
        if not content.strip():
            raise _refused(label, *_EMPTY)
        is_text = suffix == ".csv" or _is_text(content)
        if is_text and content[:2] != b"PK" and content[:4] != _COMPOUND:
            return [_csv_sheet(content, label)]
        return _book_sheets(content, label)
    except InputError as error:
        raise InputError(map(fault_without_numbers, error.faults)) from None


_MACROS = ("含有宏；请另存为不含宏的 .xlsx", "holds macros; save it as an .xlsx without macros")
_ENCRYPTED = ("已加密；请去除密码后再导入", "is encrypted; remove the password and import it again")
_WEB_PAGE = (
    "是网页，只是后缀为表格；请打开后另存为 .xlsx",
    "is a web page named like a table; save it as .xlsx",
)
_EMPTY = ("是空文件", "is empty")
_DAMAGED = ("不是可读的表格文件，或已损坏", "is no readable table, or is damaged")


def _refused(label: str, zh: str, en: str) -> InputError:
    return InputError([Fault(Text(zh=zh, en=en), label)])


def _is_text(content: bytes) -> bool:
    """Return whether a file is text, whatever its ending says: a program may export text as .xls."""
    try:
        return content.lstrip()[:1] not in (b"<", b"%") and bool(decode(content, ""))
    except InputError:
        return False


def _csv_sheet(content: bytes, label: str) -> Sheet:
    lines = list(csv_lines(decode(content, label), label))
    width = max((len(cells) for _, cells in lines), default=0)
    rows = [[without_numbers(cell) for cell in cells] + [""] * (width - len(cells)) for _, cells in lines]
    return Sheet(label, "", rows, line_numbers=[line for line, _ in lines])


def _book_sheets(content: bytes, label: str) -> list[Sheet]:
    is_zip = content[:2] == b"PK"
    if content.lstrip()[:1] == b"<":
        raise _refused(label, *_WEB_PAGE)
    if content[:4] == _COMPOUND:
        _check_compound(content, label)
    try:
        with muted_failures():
            return _opened(content, label, is_zip=is_zip)
    except InputError:
        raise
    except PasswordError:
        raise _refused(label, *_ENCRYPTED) from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # the native reader panics outside Exception; a damaged file may break it anywhere
        raise _refused(label, *_DAMAGED) from None


def _opened(content: bytes, label: str, *, is_zip: bool) -> list[Sheet]:
    """Return the sheets of a workbook; whatever is wrong with it, an exception of any kind is raised."""
    book = _book(content, label) if is_zip else Book(content, 0, has_formats=False)
    spans = _open_document_ranges(content) if is_zip and not book.has_formats else {}
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(content))
    names = list(calamine.sheet_names)
    unvalued = unvalued_cells(content) if book.has_formats else {}
    hidden = hidden_rows(content) if book.has_formats else {}
    shown = {one.name for one in calamine.sheets_metadata if one.visible == SheetVisibleEnum.Visible}
    sheets = (
        _sheet(calamine.get_sheet_by_name(one), label, book, spans.get(one), unvalued.get(one, {}))
        for one in names
    )
    return [
        replace(sheet, is_hidden=one not in shown, hidden_rows=hidden.get(one, frozenset()))
        for one, sheet in zip(names, sheets, strict=True)
    ]


def _check_compound(content: bytes, label: str) -> None:
    """Refuse an old workbook, or the shell of an encrypted one, that cannot be read."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _refused(label, *_ENCRYPTED)
    if "_VBA_PROJECT_CUR".encode("utf-16-le") in content:
        raise _refused(label, *_MACROS)


def _book(content: bytes, label: str) -> Book:
    """Return a zipped workbook after a look at its size and its parts."""
    check_unpacked_size(content, label)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        if any(name.lower().endswith("vbaproject.bin") for name in names):
            raise _refused(label, *_MACROS)
        for name in names:
            with archive.open(name) as part:
                if b"<!DOCTYPE" in part.read(_HEAD):
                    raise _refused(label, *_DAMAGED)
        if "xl/workbook.xml" not in names:
            return Book(content, 0, has_formats=False)
        early = _EPOCH_1904.search(archive.read("xl/workbook.xml"))
        return Book(content, 1904 if early else 1900, has_formats=True)


def _sheet(
    sheet: CalamineSheet, label: str, book: Book, spans: Sequence[Range] | None, unvalued: Unvalued
) -> Sheet:
    if (sheet.total_height + 1) * (sheet.total_width + 1) > _MOST_CELLS:  # indices of the last cell
        raise ValueError("too many cells")
    rows: list[list[str]] = []
    numbers: dict[tuple[int, int], Number] = {}
    lost: set[tuple[int, int]] = set()
    for number, row in enumerate(sheet.to_python(skip_empty_area=False)):
        texts = [""] * len(row)
        for column, cell in enumerate(row):
            if cell == "":
                continue
            if isinstance(cell, str):
                if len(cell) > LONGEST_CELL:
                    raise InputError([long_cell(f"{label}:{sheet.name}", number + 1)])
                texts[column] = without_numbers(cell_text(cell)).strip()
                continue
            if isinstance(cell, int | float) and abs(cell) >= _LOST:
                lost.add((number, column))
                texts[column] = MASK
                continue
            text = cell_text(cell)
            texts[column] = without_numbers(text)
            if isinstance(cell, int | float | date) and texts[column] == text:
                numbers[(number, column)] = cell
        rows.append(texts)
    shown = {place: without_numbers(text.removeprefix(NOT_COMPUTED)) for place, text in unvalued.items()}
    put_unvalued(rows, shown)
    found = sheet.merged_cell_ranges or ()
    ranges = tuple(spans or ((top, left, bottom, right) for (top, left), (bottom, right) in found))
    fill_merged(rows, (((top, left), (bottom, right)) for top, left, bottom, right in ranges))
    for top, left, bottom, right in ranges:
        if (top, left) in numbers and left == right and bottom - top < _LONGEST_MERGE:
            below = ((row, left) for row in range(top, bottom + 1))
            numbers.update(dict.fromkeys(below, numbers[top, left]))
    name = without_numbers(shorten(sheet.name, 60))
    formulas = frozenset(place for place, text in unvalued.items() if text.startswith(NOT_COMPUTED))
    return Sheet(label, name, rows, numbers, frozenset(lost), formulas, ranges, book=book)


def _open_document_ranges(content: bytes) -> Mapping[str, Sequence[Range]]:
    """Return the merged ranges of an OpenDocument workbook by sheet; its reader does not tell them.

    Raises:
        InputError: The sheets have too many cells, or the file declares a document type.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read("content.xml")
    reader = _OpenDocument()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.StartDoctypeDeclHandler = reader.refuse
    parser.Parse(text, True)
    return reader.ranges


class _OpenDocument:
    """Collects the merged ranges of a content.xml, and counts its cells."""

    def __init__(self) -> None:
        self.ranges: dict[str, list[Range]] = {}
        self._sheet: list[Range] = []
        self._row = self._next_row = self._column = 0

    def refuse(self, *_: object) -> None:
        """Refuse a document type, which could hold entities."""
        raise ValueError("document type")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take one element."""
        if tag == "table:table":
            self._sheet = self.ranges.setdefault(attributes.get("table:name", ""), [])
            self._next_row = 0
        elif tag == "table:table-row":
            self._row = self._next_row
            self._next_row += int(attributes.get("table:number-rows-repeated", 1))
            self._column = 0
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._cell(attributes)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        column = self._column
        self._column += int(attributes.get("table:number-columns-repeated", 1))
        if "office:value-type" in attributes and self._next_row * self._column > _MOST_CELLS:
            raise ValueError("too many cells")
        rows = int(attributes.get("table:number-rows-spanned", 1))
        columns = int(attributes.get("table:number-columns-spanned", 1))
        if rows > 1 or columns > 1:
            self._sheet.append((self._row, column, self._row + rows - 1, column + columns - 1))


def sheet_rows(sheet: Sheet) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the index and the cells of every row that is not empty."""
    for row, cells in enumerate(sheet.rows):
        if any(cells):
            yield row, cells
