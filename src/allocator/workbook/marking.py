"""Marks the faults of a workbook at their cells in a copy, and takes the marks of an earlier copy away."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.table_files import check_unpacked_size, refuse_container
from allocator.model.reading.workbook_sheets import MARKS, inert
from allocator.model.text import Language, Text
from allocator.workbook.cached_values import with_cached_values

#: The colours of a fault and of a doubt; a cell of just this colour is one of our marks.
RED, YELLOW = "FFFFC9CF", "FFFFEDA3"
_AUTHOR = "allocator"
_BEFORE = "────────"
_MUST, _MAY = Text(zh="必改", en="must be mended"), Text(zh="提示", en="to look at")
_PROBLEMS = Text(zh="问题", en="Problems")
_HEADERS = (
    Text(zh="级别", en="Level"),
    Text(zh="工作表", en="Sheet"),
    Text(zh="单元格", en="Cell"),
    Text(zh="问题", en="Problem"),
    Text(zh="建议", en="Proposal"),
)
_FILL = Text(zh="原底色", en="former colour")
_FILL_LINE = re.compile(r"(?:原底色|former colour) ([0-9A-F]{8})")
_NOT_THERE = "没有这个"
_ADD_IT = Text(
    zh="先在相应的表中增加一行，或改为已有的编号或名称",
    en="add a row to its table first, or use an id or a name that is there",
)
_LOOKED_AT = 10
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True)
class CellMark:
    """A fault at its cell.

    Attributes:
        fault: The fault.
        sheet: The title of the sheet; empty if the fault is of the whole workbook.
        row: The row, counted from 1.
        column: The column, counted from 1.
    """

    fault: Fault
    sheet: str = ""
    row: int = 0
    column: int = 0


def reason(fault: Fault, language: Language) -> str:
    """Return the message of a fault with the value that was found."""
    text = fault.message(language)
    if fault.is_doubt:
        text = text.removeprefix("存疑：").removeprefix("in doubt: ")
    if fault.found is None:
        return text
    return f"{text}；现值“{fault.found}”" if language == "zh" else f"{text}; found '{fault.found}'"


def proposal(fault: Fault, language: Language) -> str:
    """Return the remedy of a fault: the nearest valid name, and the values that are allowed."""
    zh = language == "zh"
    parts = []
    if fault.nearest:
        parts.append(f"是否为“{fault.nearest}”？" if zh else f"did you mean '{fault.nearest}'?")
    if fault.allowed:
        parts.append(f"可用：{fault.allowed}" if zh else f"allowed: {fault.allowed}")
    if not parts and fault.message.zh.startswith(_NOT_THERE):
        parts.append(_ADD_IT(language))
    return " ".join(parts)


def marked_copy(content: bytes, label: str, faults: Sequence[Fault], language: Language) -> bytes:
    """Return a copy of a workbook with its faults marked; formats, formulas and drop-downs are kept.

    Args:
        content: The bytes of the workbook; marks of an earlier copy are taken away.
        label: Name of the file as the faults show it.
        faults: The faults and doubts.
        language: Language of the marks.

    Raises:
        InputError: The workbook is encrypted, holds macros, is damaged, or is too large.
    """
    book = open_workbook(content, label)
    _unmark(book)
    marks = list(_placed(book, label, faults))
    by_sheet: dict[str, list[CellMark]] = {}
    for mark in marks:
        by_sheet.setdefault(mark.sheet, []).append(mark)
    for title, some in by_sheet.items():
        if title:
            _mark_sheet(book[title], some, language)
    if marks:
        _list_problems(book, marks, language)
    out = io.BytesIO()
    book.save(out)
    return with_cached_values(out.getvalue(), content)


def open_workbook(content: bytes, label: str) -> Workbook:
    """Open a workbook to write it again.

    Raises:
        InputError: The workbook is encrypted, holds macros, is damaged, or is too large.
    """
    damaged = Text(zh="不是可读的 Excel 工作簿", en="is no readable Excel workbook")
    try:
        refuse_container(content, label)
        check_unpacked_size(content, label)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if any(
                _DOCTYPE.search(archive.read(name)) for name in archive.namelist() if name.endswith(".xml")
            ):
                raise InputError([Fault(damaged, label)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(content))
    except InputError:
        raise
    except Exception:
        raise InputError([Fault(damaged, label)]) from None


def _unmark(book: Workbook) -> None:
    """Take away the marks of an earlier copy: fills, comments, the column of problems and its sheet."""
    listed = [one for one in (_PROBLEMS.zh, _PROBLEMS.en) if one in book.sheetnames and _is_list(book[one])]
    if not listed:
        return
    for title in listed:
        del book[title]
    for page in book.worksheets:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell, Cell) and cell.has_style and cell.fill.fgColor.rgb in (RED, YELLOW):
                    _restore(cell)
        if found := _marks_column(page):
            page.delete_cols(found)


def _is_list(page: Worksheet) -> bool:
    return [cell.value for cell in page[1]][: len(_HEADERS)] in (
        [h.zh for h in _HEADERS],
        [h.en for h in _HEADERS],
    )


def _restore(cell: Cell) -> None:
    text = cell.comment.text if cell.comment else ""
    colour = _FILL_LINE.search(text)
    cell.fill = PatternFill("solid", fgColor=colour[1]) if colour else PatternFill()
    _, line, before = text.partition(f"{_BEFORE}\n")
    cell.comment = Comment(before, "") if line else None


def _marks_column(page: Worksheet) -> int:
    """Return the column of problems of a sheet; 0 if it has none."""
    for row in page.iter_rows(max_row=_LOOKED_AT):
        for cell in row:
            if cell.value in (MARKS.zh, MARKS.en):
                return int(cell.column or 0)
    return 0


def _placed(book: Workbook, label: str, faults: Iterable[Fault]) -> Iterator[CellMark]:
    """Yield each fault with its cell."""
    headers: dict[str, dict[str, int]] = {}
    for fault in faults:
        title = fault.file.removeprefix(f"{label}:")
        if title == fault.file or title not in book.sheetnames:
            yield CellMark(fault)
            continue
        if title not in headers:
            headers[title] = _columns(book[title])
        known = headers[title]
        column = known.get(fault.column) or known.get(fault.column.split(", ")[0], 1)
        yield CellMark(fault, title, fault.row or 1, column)


def _columns(page: Worksheet) -> dict[str, int]:
    """Return the column of each header in the first rows; of equal ones the first."""
    found: dict[str, int] = {}
    for row in page.iter_rows(max_row=_LOOKED_AT):
        for cell in row:
            if cell.value is not None:
                found.setdefault(shorten(str(cell.value).strip()), int(cell.column or 1))
    return found


def _mark_sheet(page: Worksheet, marks: Sequence[CellMark], language: Language) -> None:
    last = _last_column(page) + 1
    head = page.cell(_header_line(page), last, MARKS(language))
    head.font, head.fill = Font(bold=True), PatternFill("solid", fgColor="FFD9D9D9")
    head.alignment = Alignment(horizontal="center", vertical="center")
    page.column_dimensions[get_column_letter(last)].width = 72
    by_row: dict[int, list[CellMark]] = {}
    by_cell: dict[tuple[int, int], list[Fault]] = {}
    for mark in marks:
        by_row.setdefault(mark.row, []).append(mark)
        by_cell.setdefault((mark.row, mark.column), []).append(mark.fault)
    for (row, column), faults in by_cell.items():
        cell = page.cell(row, column)
        if isinstance(cell, Cell):
            _mark_cell(cell, faults, language)
    for row, some in by_row.items():
        lines = [_line(mark.fault, language) for mark in some]
        if row == head.row:
            lines.insert(0, MARKS(language))
        note = page.cell(row, last, inert("\n".join(lines)))
        note.number_format = "@"
        note.alignment = Alignment(wrap_text=True, vertical="top")
        if row != head.row:
            note.fill = PatternFill(
                "solid", fgColor=YELLOW if all(mark.fault.is_doubt for mark in some) else RED
            )


def _line(fault: Fault, language: Language) -> str:
    level = (_MAY if fault.is_doubt else _MUST)(language)
    column = (f"【{fault.column}】" if language == "zh" else f" [{fault.column}]") if fault.column else ""
    colon = "：" if language == "zh" else ": "
    return f"{level}{column}{colon}{reason(fault, language)} {proposal(fault, language)}".rstrip()


def _mark_cell(cell: Cell, faults: Sequence[Fault], language: Language) -> None:
    lines = [_line(fault, language) for fault in faults]
    if cell.fill.fill_type == "solid" and isinstance(cell.fill.fgColor.rgb, str):
        lines.append(f"{_FILL(language)} {cell.fill.fgColor.rgb}")
    before = f"\n{_BEFORE}\n{cell.comment.text}" if cell.comment else ""
    cell.fill = PatternFill("solid", fgColor=YELLOW if all(fault.is_doubt for fault in faults) else RED)
    cell.comment = Comment("\n".join(lines) + before, _AUTHOR, height=120, width=320)


def _header_line(page: Worksheet) -> int:
    """Return the row of the header: of the first rows the one with most different values."""
    counts = {
        number: len({cell.value for cell in row} - {None})
        for number, row in enumerate(page.iter_rows(max_row=_LOOKED_AT), start=1)
    }
    first = counts.get(1, 0)
    return 1 if first > 1 else max(counts, key=lambda number: (counts[number], -number), default=1)


def _last_column(page: Worksheet) -> int:
    """Return the last column with a value in any row."""
    for column in range(page.max_column, 0, -1):
        cells: Any = next(page.iter_cols(min_col=column, max_col=column, values_only=True))
        if any(cell is not None for cell in cells):
            return column
    return 0


def _list_problems(book: Workbook, marks: Sequence[CellMark], language: Language) -> None:
    """Write the sheet that lists every fault with a link to its cell."""
    page = book.create_sheet(_PROBLEMS(language), 0)
    for column, (text, width) in enumerate(zip(_HEADERS, (14, 12, 10, 60, 60), strict=True), start=1):
        cell = page.cell(1, column, text(language))
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="FFD9E6F2")
        page.column_dimensions[get_column_letter(column)].width = width
    for number, mark in enumerate(marks, start=2):
        fault = mark.fault
        place = f"{get_column_letter(mark.column)}{mark.row}" if mark.sheet else ""
        level = (_MAY if fault.is_doubt else _MUST)(language)
        sheet = mark.sheet or fault.file
        texts = (level, sheet, place, reason(fault, language), proposal(fault, language))
        for column, words in enumerate(texts, start=1):
            cell = page.cell(number, column, inert(words))
            cell.number_format, cell.alignment = "@", Alignment(wrap_text=True, vertical="top")
        page.cell(number, 1).fill = PatternFill("solid", fgColor=YELLOW if fault.is_doubt else RED)
        if place:
            title = mark.sheet.replace("'", "''")
            page.cell(number, 3).hyperlink = Hyperlink(ref=f"C{number}", location=f"'{title}'!{place}")
            page.cell(number, 3).font = Font(color="FF0563C1", underline="single")
    page.freeze_panes = "A2"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr = 0, PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"
    book.active = 0
