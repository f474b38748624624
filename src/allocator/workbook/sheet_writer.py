"""Writes the sheets of one workbook: formats, headers, drop-downs, notes, frozen panes and print setup."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from allocator.model.reading.workbook_sheets import inert

#: Empty rows below the last one for which a sheet still has drop-downs and notes.
SPARE_ROWS = 300
_WIDEST, _NARROWEST = 46, 8
#: Points a line of a wrapped cell takes, and the greatest height of a row.
_LINE_HEIGHT, _TALLEST = 15, 240
_HEAD, _EXAMPLE, _LINE = "#D9E6F2", "#F2F2F2", "#B4C6D8"
_A3, _A4 = 8, 9
#: The numbers of columns from which a sheet is printed across, and on A3.
_LANDSCAPE_FROM, _A3_FROM = 6, 13
#: The longest title and text of an input note.
_NOTE_TITLE, _NOTE = 32, 255


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        header: Its header.
        note: The note that is shown at a selected cell.
        choices: A defined name, or a formula that gives one; empty for no drop-down.
        strict: Whether a value outside the drop-down is warned about.
        is_number: Whether cells are numbers; else they are text, and stay as typed.
        width: Its width in characters; 0 to fit the cells.
        wrap: Whether long cells are wrapped.
        required: Whether every row must fill it.
    """

    header: str
    note: str = ""
    choices: str = ""
    strict: bool = False
    is_number: bool = False
    width: float = 0
    wrap: bool = False
    required: bool = False


@dataclass(frozen=True)
class TableSheet:
    """A sheet that is a table.

    Attributes:
        title: Its title.
        columns: Its columns.
        rows: Its rows.
        frozen: The number of columns that stay in view.
        example: Whether the rows are examples, to be deleted.
        colour: The colour of its tab.
        spare: The number of empty rows below that are made ready.
    """

    title: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Sequence[str]]
    frozen: int = 1
    example: bool = False
    colour: str = ""
    spare: int = SPARE_ROWS


@dataclass
class BookWriter:
    """One workbook that is being written.

    Attributes:
        font: The font of all cells.
    """

    font: str
    _out: io.BytesIO = field(default_factory=io.BytesIO)

    def __post_init__(self) -> None:
        """Open the workbook; no text becomes a formula, a number or a link by itself."""
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self.book = xlsxwriter.Workbook(self._out, options)
        self.book.set_properties({"created": datetime(2020, 1, 1)})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}

    def format(self, **properties: Any) -> Format:
        """Return the format with some properties; each is made once."""
        full = {"font_name": self.font, "font_size": 10.5, "valign": "vcenter", **properties}
        key = tuple(sorted(full.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(full)
        return self._formats[key]

    def content(self) -> bytes:
        """Return the bytes of the finished workbook."""
        self.book.close()
        return self._out.getvalue()

    def define(self, name: str, formula: str) -> None:
        """Define a name for a range or formula."""
        self.book.define_name(name, formula)

    def table(self, sheet: TableSheet) -> Worksheet:
        """Write a table with its header, and return the sheet."""
        page = self.sheet(sheet.title, sheet.colour)
        last = len(sheet.rows) + sheet.spare
        widths = [
            column.width or _fitting(column.header, [row[place] for row in sheet.rows])
            for place, column in enumerate(sheet.columns)
        ]
        for place, column in enumerate(sheet.columns):
            page.set_column(place, place, widths[place], self._cell(column))
            page.write_string(0, place, column.header, self._head(column))
            _validate(page, place, column, last)
        for number, row in enumerate(sheet.rows, start=1):
            self._row(page, number, row, sheet)
            if any(column.wrap for column in sheet.columns):
                page.set_row(number, _height(row, widths, sheet.columns))
        page.set_row(0, 30)
        page.freeze_panes(1, sheet.frozen)
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)
        _print_setup(page, len(sheet.columns))
        return page

    def sheet(self, title: str, colour: str = "") -> Worksheet:
        """Return a new sheet."""
        page = self.book.add_worksheet(title)
        if colour:
            page.set_tab_color(colour)
        return page

    def _head(self, column: SheetColumn) -> Format:
        look = {"bold": True, "bg_color": _HEAD, "border": 1, "border_color": _LINE, "text_wrap": True}
        colour = "#C00000" if column.required else "#000000"
        return self.format(**look, align="center", font_color=colour)

    def _row(self, page: Worksheet, number: int, row: Sequence[str], sheet: TableSheet) -> None:
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            style = self._cell(column, example=sheet.example)
            if cell == "":
                if sheet.example:
                    page.write_blank(number, place, None, style)
            elif column.is_number and is_plain_number(cell):
                page.write_number(number, place, float(cell), style)
            else:
                page.write_string(number, place, inert(cell), style)

    def _cell(self, column: SheetColumn, *, example: bool = False) -> Format:
        look: dict[str, Any] = {"italic": True, "bg_color": _EXAMPLE} if example else {}
        if column.wrap:
            look["text_wrap"] = True
        return self.format(**look) if column.is_number else self.format(num_format="@", **look)


def is_plain_number(text: str) -> bool:
    """Return whether a cell that holds the number of a text is read as the same text."""
    try:
        number = float(text)
    except ValueError:
        return False
    if abs(number) >= 10**15:
        return False
    return text == (str(int(number)) if number.is_integer() else str(number))


def _validate(page: Worksheet, place: int, column: SheetColumn, last: int) -> None:
    """Give a column its drop-down and its note."""
    if not column.note and not column.choices:
        return
    rule: dict[str, Any] = {"validate": "any"}
    if column.choices:
        rule = {"validate": "list", "source": f"={column.choices}", "error_type": "warning"}
        rule["show_error"] = column.strict
    if column.note:
        rule |= {"input_title": column.header[:_NOTE_TITLE], "input_message": column.note[:_NOTE]}
    page.data_validation(1, place, max(1, last), place, {"ignore_blank": True, **rule})


def _print_setup(page: Worksheet, columns: int) -> None:
    page.set_paper(_A4 if columns < _A3_FROM else _A3)
    if columns >= _LANDSCAPE_FROM:
        page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    page.set_footer("&C&A   &P / &N")


def shown_width(text: str) -> int:
    """Return the width of a text in half-width characters; of several lines, that of the longest."""
    return max(
        (sum(2 if east_asian_width(ch) in "WF" else 1 for ch in line) for line in text.split("\n")), default=0
    )


def _height(row: Sequence[str], widths: Sequence[float], columns: Sequence[SheetColumn]) -> float:
    """Return the height of a row in points, so that its wrapped cells are seen whole."""
    cells = zip(row, widths, columns, strict=True)
    lines = max((_lines(cell, wide) for cell, wide, column in cells if column.wrap), default=1)
    return min(_TALLEST, _LINE_HEIGHT * lines + 3)


def _lines(cell: str, wide: float) -> int:
    """Return the number of lines that a wrapped cell takes in a column of a width."""
    return sum(1 + int(shown_width(line) // max(1.0, wide - 1)) for line in cell.split("\n"))


def _fitting(header: str, cells: Sequence[str]) -> float:
    widest = max((shown_width(cell) for cell in cells[:2000]), default=0)
    return min(_WIDEST, max(_NARROWEST, shown_width(header) + 4, widest + 2))
