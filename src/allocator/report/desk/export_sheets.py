"""Lays out one sheet of a workbook: title and notes, header, rows, widths, heights, print settings."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import SIGNS, Cell, DeskColumn, Tone
from allocator.report.exporters.csv import inert
from allocator.report.rendering.console import pick

#: The mark of a column that is edited and read back.
EDITED = "✎"
#: Names of the hidden sheets: what is where, and the lists for drop-downs.
TECHNICAL, LISTS = "_allocator", "_lists"
#: Every workbook has this day in its properties: the same plan gives the same bytes.
_DAY = datetime(2000, 1, 1)
#: Largest number of characters in the name of a sheet, and those that it may not have.
_SHEET_NAME, _NOT_IN_NAMES = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
#: Widths in characters: of a sheet above which it is printed on A3, and of the widest sheet.
_A4_WIDTH, _A3_WIDTH = 125, 185
#: Columns as narrow as this are not narrowed to make a sheet fit.
_NARROW = 12
_LINE_HEIGHT = 15.0
#: Most that Excel takes: the height of a row in points, and the characters of a cell.
_HIGHEST_ROW, _LONGEST_CELL = 409.0, 32_000
_FILLS: Mapping[Tone, str] = {
    "in": "#DCEBD3",
    "out": "#FADBC8",
    "role": "#FFF2CC",
    "bad": "#F4B6B0",
    "warn": "#FFE699",
    "total": "#E7E6E6",
}
_EDIT_FILL = "#F2F8FF"
_SYNTHETIC = Text(zh="人员与案件为合成数据。", en="People and cases are synthetic.")


class SheetWriter:
    """Writes the sheets of one workbook, each from top to bottom."""

    def __init__(
        self, title: str, language: Language, *, cautions: Sequence[Text], synthetic: bool, footer: str
    ) -> None:
        """Start a workbook.

        Args:
            title: Title of the workbook.
            language: Language of its words.
            cautions: Warnings that stand on top of every sheet.
            synthetic: Whether every sheet says that people and cases are invented.
            footer: What stands at the left of every footer.
        """
        self._language, self._footer = language, footer
        self._out = io.BytesIO()
        options = {"in_memory": True, "strings_to_numbers": False, "strings_to_formulas": False}
        self._book = xlsxwriter.Workbook(self._out, {**options, "strings_to_urls": False})
        self._book.set_properties({"title": inert(title), "created": _DAY})
        self._formats: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names: set[str] = set()
        self._lists: dict[tuple[str, ...], int] = {}
        warnings = [Text(zh=f"⚠ {one('zh')}", en=f"⚠ {one('en')}") for one in cautions]
        self._first = [*((one, True) for one in warnings), *([(_SYNTHETIC, False)] if synthetic else [])]

    def stored(self, cell: Cell) -> str:
        """Return the content of a cell: a number, or words with their sign on one line and no formula."""
        if cell.number is not None:
            return f"{cell.number}"
        text = inert(cell.shown(self._language))
        return text if len(text) <= _LONGEST_CELL else f"{text[: _LONGEST_CELL - 1]}…"

    def add_sheet(self, title: str) -> Worksheet:
        """Add a sheet; its name is the title, shortened, and made unique by a number."""
        plain = " ".join(title.translate(_NOT_IN_NAMES).split()) or "-"
        name, number = plain[:_SHEET_NAME], 1
        while name.casefold() in self._names:
            number += 1
            name = f"{plain[: _SHEET_NAME - len(str(number)) - 1]} {number}"
        self._names.add(name.casefold())
        return self._book.add_worksheet(name)

    def write_table(
        self,
        sheet: Worksheet,
        title: Text,
        notes: Sequence[Text],
        columns: Sequence[DeskColumn],
        rows: Sequence[Sequence[Cell]],
        edited: Sequence[int] = (),
    ) -> int:
        """Write a whole table with its title and notes; return the index of its first row."""
        titles = [inert(column.title(self._language)) for column in columns]
        titles = [f"{one} {EDITED}" if k in edited else one for k, one in enumerate(titles)]
        stored = [[self.stored(cell) for cell in row] for row in rows]
        scale = 2.0 if self._language == "zh" else 2.4
        widths = column_widths([column.width * scale for column in columns], titles, stored)
        top = self._head(sheet, title, notes, widths)
        for k, width in enumerate(widths):
            sheet.set_column(k, k, width)
            sheet.write_string(top, k, titles[k], self._header_format(is_edited=k in edited))
        sheet.set_row(top, _height(_row_lines(titles, widths, spare=3), 4))
        for number, (cells, texts) in enumerate(zip(rows, stored, strict=True), start=top + 1):
            sheet.set_row(number, _height(_row_lines(texts, widths)))
            in_total = bool(cells) and cells[0].tone == "total"
            for k, cell in enumerate(cells):
                self._cell(sheet, (number, k), cell, texts[k], is_edited=k in edited, in_total=in_total)
        sheet.freeze_panes(top + 1, min(2, len(columns)))
        sheet.autofilter(top, 0, top + max(1, len(rows)), len(columns) - 1)
        sheet.repeat_rows(top)
        self._print(sheet, sum(widths))
        return top + 1

    def facts(self, sheet: Worksheet, title: Text, lines: Sequence[tuple[Text, Text]]) -> None:
        """Write a page of facts: a word and a text each."""
        widths = [16.0, 104.0]
        for k, width in enumerate(widths):
            sheet.set_column(k, k, width)
        label, body = self._format(bold=True, valign="top"), self._format(text_wrap=True, valign="top")
        for row, pair in enumerate(lines, start=self._head(sheet, title, (), widths)):
            texts = [inert(one(self._language)) for one in pair]
            sheet.set_row(row, _height(_row_lines(texts, widths), 3))
            sheet.write_string(row, 0, texts[0], label)
            sheet.write_string(row, 1, texts[1], body)
        self._print(sheet, sum(widths))

    def drop_down(self, sheet: Worksheet, area: tuple[int, int, int, int], values: Sequence[str]) -> None:
        """Let cells choose from a list; another value is let in after a question, and read later."""
        known = tuple(map(inert, values))
        column = xl_col_to_name(self._lists.setdefault(known, len(self._lists)))
        source = f"={LISTS}!${column}$1:${column}${len(known)}"
        sheet.data_validation(*area, {"validate": "list", "source": source, "error_type": "warning"})

    def bars(self, sheet: Worksheet, first: int, rows: Sequence[Sequence[Cell]]) -> None:
        """Put a bar behind the numbers that have a share, one scale for each run of equal first cells."""
        runs: dict[tuple[int, str], list[int]] = {}
        for number, row in enumerate(rows, start=first):
            for column, cell in enumerate(row):
                if cell.share is not None:
                    runs.setdefault((column, row[0].text.zh), []).append(number)
        bar = {"type": "data_bar", "min_type": "num", "min_value": 0}
        for (column, _), numbers in runs.items():
            area = min(numbers), column, max(numbers), column
            sheet.conditional_format(*area, {**bar, "bar_color": "#9DC3E6"})

    def content(self, technical: Sequence[Sequence[str]]) -> bytes:
        """Return the workbook, with the hidden sheets of lists and of technical facts at its end."""
        lists = self._book.add_worksheet(LISTS)
        for values, column in self._lists.items():
            lists.write_column(0, column, values)
        facts = self._book.add_worksheet(TECHNICAL)
        for row, cells in enumerate(technical):
            for column, cell in enumerate(cells):
                facts.write_string(row, column, inert(cell))
        lists.hide()
        facts.hide()
        self._book.close()
        return self._out.getvalue()

    def _format(self, **properties: Any) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            font = pick(self._language, "宋体", "Calibri")
            self._formats[key] = self._book.add_format({"font_name": font, "font_size": 10, **properties})
        return self._formats[key]

    def _header_format(self, *, is_edited: bool) -> Format:
        fill = "#2E75B6" if is_edited else "#1F3864"
        centred = {"align": "center", "valign": "vcenter", "text_wrap": True}
        return self._format(bold=True, font_color="#FFFFFF", bg_color=fill, border=1, **centred)

    def _head(self, sheet: Worksheet, title: Text, notes: Sequence[Text], widths: Sequence[float]) -> int:
        """Write title, cautions and notes over the columns of a sheet; return the row after them."""
        sheet.write_string(0, 0, inert(title(self._language)), self._format(bold=True, font_size=14))
        sheet.set_row(0, 22)
        room = sum(widths)
        texts = [*self._first, *((note, False) for note in notes)]
        for row, (text, is_caution) in enumerate(texts, start=1):
            look = {"bold": True, "font_color": "#C00000"} if is_caution else {"font_color": "#595959"}
            shown, style = inert(text(self._language)), self._format(text_wrap=True, valign="top", **look)
            sheet.merge_range(row, 0, row, max(1, len(widths) - 1), shown, style)
            sheet.set_row(row, _height(_row_lines([shown], [room]), 2))
        return 1 + len(texts)

    def _cell(
        self,
        sheet: Worksheet,
        place: tuple[int, int],
        cell: Cell,
        text: str,
        *,
        is_edited: bool,
        in_total: bool,
    ) -> None:
        look: dict[str, Any] = {"border": 1, "border_color": "#BFBFBF", "valign": "top", "text_wrap": True}
        if is_edited:
            look["bg_color"] = _EDIT_FILL
        if cell.tone in _FILLS and not cell.is_empty:
            look["bg_color"] = _FILLS[cell.tone]
        elif in_total:
            look["bg_color"] = _FILLS["total"]
        if cell.tone in ("total", "bad"):
            look["bold"] = True
        if cell.number is None:
            sheet.write_string(*place, text, self._format(**look, num_format="@"))
            return
        sign = SIGNS.get(cell.tone, "")
        sheet.write_number(
            *place, cell.number, self._format(**look, num_format=f'"{sign}"0' if sign else "General")
        )

    def _print(self, sheet: Worksheet, width: float) -> None:
        sheet.set_landscape()
        sheet.set_paper(8 if width > _A4_WIDTH else 9)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.center_horizontally()
        pages = pick(self._language, "第 &P 页 / 共 &N 页", "page &P / &N")
        sheet.set_footer(f"&L{self._footer.replace('&', '&&')[:150]}&R{pages}")


def column_widths(most: Sequence[float], titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """Return the width of each column, in characters: as wide as its cells, but no wider than asked.

    A sheet that would be wider than A3 has its wide columns narrowed, all in the same proportion.

    Args:
        most: Greatest width of each column.
        titles: Titles of the columns; a title may take two lines.
        rows: The cells of each row.
    """
    widths = []
    for k, title in enumerate(titles):
        cells = max((display_width(row[k]) for row in rows), default=0)
        widths.append(max(6.0, display_width(title) / 2 + 4, min(most[k], cells + 2.0)))
    wide = sum(width for width in widths if width > _NARROW)
    room = _A3_WIDTH - (sum(widths) - wide)
    if wide <= room:
        return widths
    return [max(_NARROW, width * room / wide) if width > _NARROW else width for width in widths]


def _height(lines: int, more: float = 0) -> float:
    return min(_HIGHEST_ROW, _LINE_HEIGHT * lines + more)


def display_width(text: str) -> int:
    """Return the width of a text in places: a Chinese character takes two."""
    return sum(2 if ord(one) > 0x2E7F else 1 for one in text)


def _row_lines(texts: Sequence[str], widths: Sequence[float], *, spare: float = 1) -> int:
    """Return the number of lines that the highest cell of a row takes when its text is wrapped."""
    pairs = zip(texts, widths, strict=False)
    return (
        max((int(-(-display_width(text) // max(1.0, width - spare))) for text, width in pairs), default=1)
        or 1
    )
