"""Merges rows into the sheets of a workbook, and keeps its drop-downs, notes, widths and other sheets."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from openpyxl.cell import Cell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

from allocator.errors import Fault, InputError
from allocator.model.reading.book_tables import BookTable, BookTables
from allocator.model.reading.reference_labels import LABELLED, NAME_COLUMNS, EntityLabels
from allocator.model.reading.table_rows import is_number_column
from allocator.model.reading.workbook_files import TableForm
from allocator.model.reading.workbook_sheets import FILES_SHEET, TITLES, inert, sheet_key
from allocator.model.tables import columns
from allocator.model.text import Language, Text
from allocator.workbook.cached_values import with_cached_values
from allocator.workbook.marking import open_workbook
from allocator.workbook.sheet_writer import SPARE_ROWS, is_plain_number
from allocator.workbook.table_columns import cell_writer, shown_headers

_MOST_COLUMNS = 1000

#: Parts of a workbook, and elements of its sheets and drawings, that may be lost when it is written again.
_PARTS = re.compile(
    r"xl/(media|charts|diagrams|embeddings|ctrlProps|slicers|activeX|threadedComments)/[^/]+|xl/(cellimages)\.xml"
)
_ELEMENTS = re.compile(rb"<(?:\w+:)?(sp|grpSp|cxnSp|sparkline)[ >]|<(x14:dataValidation|x14:cfRule) ")
_LOOKED_INTO = re.compile(r"xl/(?:drawings/drawing|worksheets/sheet)[0-9]+\.xml")
_LOST = Text(
    zh="工作簿里有图片、图表、控件，或较新的下拉列表、条件格式，并入后会丢失；请先移到另一个工作簿，或导入到新的工作簿",
    en="holds pictures, charts, controls, or recent kinds of lists or formats that merging would lose: move"
    " them to another workbook, or import into a new one",
)
#: The range of a list on its sheet.
_LIST = re.compile(r"\$([A-Z]+)\$2:\$\1\$(\d+)")


@dataclass(frozen=True)
class MergedRows:
    """A table after a merge.

    Attributes:
        columns: Its columns; new ones stand last.
        rows: Its rows by column; those that were there are the very rows of ``BookTable.rows``, changed.
        before: A copy of the rows of the sheet as they were.
    """

    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    before: Sequence[Mapping[str, str]]


def merged_workbook(book: BookTables, content: bytes, merged: Mapping[str, MergedRows]) -> bytes:
    """Return the bytes of a workbook with merged tables.

    Rows that are gone are deleted, changed cells are replaced, and new rows stand below the last one. One's
    own formulas are kept without their values, which may have changed: a spreadsheet computes them anew.

    Args:
        book: The tables of the workbook as they were.
        content: Its bytes.
        merged: The merged tables by name.

    Raises:
        InputError: The workbook cannot be written again without a loss.
    """
    merging = _Merging(book, open_workbook(content, book.path.name), merged)
    merging.run()
    out = io.BytesIO()
    merging.pages.save(out)
    made = with_cached_values(out.getvalue(), content, only=merging.lists)
    if _fragile(content) - _fragile(made):
        raise InputError([Fault(_LOST, book.path.name)])
    return made


def _fragile(content: bytes) -> Counter[str]:
    """Return how many things of each sort a workbook holds that writing it again may lose."""
    found: Counter[str] = Counter()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if part := _PARTS.fullmatch(name):
                found[part[1] or part[2]] += 1
            elif _LOOKED_INTO.fullmatch(name):
                found.update((one[1] or one[2]).decode() for one in _ELEMENTS.finditer(archive.read(name)))
    return found


class _Merging:
    """One merge into an opened workbook."""

    def __init__(self, book: BookTables, pages: Workbook, merged: Mapping[str, MergedRows]) -> None:
        self.pages = pages
        self._book, self._merged = book, merged
        self._titles = {key: page.title for page in pages.worksheets if (key := sheet_key(page.title))}
        self._language: Language = "zh" if TITLES["people"].zh in pages.sheetnames else "en"
        names = dict(book.labels.rows)
        for table in names.keys() & merged.keys():
            name = NAME_COLUMNS[table]
            names[table] = [(row["id"], row.get(name, "")) for row in merged[table].rows]
        self._labels = EntityLabels(names, book.labels.words)
        #: The title of the sheet of lists; empty without one.
        self.lists = self._titles.get("lists", "")
        self._has_formulas = any(
            cell.data_type == "f"
            for page in pages.worksheets
            if page.title != self.lists
            for cell in page._cells.values()
        )
        self._forms = dict(book.files.forms)

    def run(self) -> None:
        """Write every table."""
        self._relabel()
        for table, rows in self._merged.items():
            if rows.rows or table in self._book.tables:
                self._write(table, rows)
        self._extend_lists()
        self._write_forms()

    def _relabel(self) -> None:
        """Replace the labels that stand for another row, or for several, once there are new rows."""
        for table, one in self._book.tables.items():
            page = self.pages[self._titles[table]]
            for column in one.places.keys() & {name for owner, name in LABELLED if owner == table}:
                old, new = self._book.labels.reader(table, column), self._labels.reader(table, column)
                write = self._labels.writer(table, column)
                if old is None or new is None or write is None:
                    continue
                for line in one.lines:
                    cell = page.cell(line, one.places[column])
                    text = str(cell.value or "").strip()
                    if isinstance(cell, Cell) and (entity := old(text)) != text and new(text) != entity:
                        cell.value = inert(write(entity))

    def _write(self, table: str, merged: MergedRows) -> None:
        one = self._book.tables.get(table) or BookTable("")
        page = self._page(table)
        line = one.line or 1
        places = self._places(table, page, line, one, merged)
        lines = {id(row): number for row, number in zip(one.rows, one.lines, strict=True)}
        before = {number: row for row, number in zip(merged.before, one.lines, strict=True)}
        styles = _column_styles(page)
        last = _last_line(page, line)
        model = max(one.lines, default=0)
        new: list[Mapping[str, str]] = []
        kept: set[int] = set()
        for row in merged.rows:
            number = lines.get(id(row), 0)
            if not number:
                new.append(row)
                continue
            kept.add(number)
            for column, text in row.items():
                if text != before[number].get(column, "") and column in places:
                    self._put(page, number, places[column], table, column, text)
        for number, row in enumerate(new, start=last + 1):
            for column, place in places.items():
                cell = page.cell(number, place)
                if isinstance(cell, Cell):
                    _style(cell, page, model, styles)
                if text := row.get(column, ""):
                    self._put(page, number, place, table, column, text)
        _extend(page, line, last, last + len(new))
        _delete(page, set(one.lines) - kept, moves=not self._has_formulas)

    def _page(self, table: str) -> Worksheet:
        if table not in self._titles:
            title = TITLES[table](self._language)
            self.pages.create_sheet(title)
            self._titles[table] = title
        page: Worksheet = self.pages[self._titles[table]]
        return page

    def _places(
        self, table: str, page: Worksheet, line: int, one: BookTable, merged: MergedRows
    ) -> dict[str, int]:
        """Return the number of each column that has cells, with headers written for new ones."""
        places = dict(one.places)
        wanted = [
            name
            for name in merged.columns
            if name not in places and any(row.get(name) for row in merged.rows)
        ]
        if not wanted:
            return places
        shown = shown_headers(table, [*places, *wanted], {}, self._language)[len(places) :]
        if not self._book.stands_for_folder:
            shown = wanted
        last = max((cell.column for cell in page[line] if cell.value is not None), default=0)
        for number, (name, word) in enumerate(zip(wanted, shown, strict=True), start=last + 1):
            cell = page.cell(line, number, inert(word))
            if isinstance(cell, Cell):
                model = page.cell(line, last) if last else None
                cell.font = Font(bold=True)
                if isinstance(model, Cell):
                    _copy_style(cell, model)
            width = max(10, 2 * len(word) + 4)
            page.column_dimensions[get_column_letter(number)].width = width
            places[name] = number
        own = {name: word for name, word in zip(wanted, shown, strict=True) if name not in columns(table)}
        if own and self._book.stands_for_folder:
            form = self._forms.get(table) or TableForm((), ())
            self._forms[table] = replace(
                form, headers=(*form.headers, *own), shown=(*form.shown, *own.values())
            )
        return places

    def _put(self, page: Worksheet, line: int, place: int, table: str, column: str, text: str) -> None:
        cell = page.cell(line, place)
        if not isinstance(cell, Cell):  # a part of a merged cell
            return
        shown = self._shown(table, column, text)
        if column in columns(table) and is_number_column(table, column) and is_plain_number(shown):
            cell.value = float(shown) if "." in shown else int(shown)
            return
        cell.value = inert(shown)
        cell.number_format = "@"

    def _shown(self, table: str, column: str, text: str) -> str:
        """Return a cell as the sheet shows it."""
        if not self._book.stands_for_folder:
            return text
        write = cell_writer(table, column, self._labels, self._language)
        return write(text) if write else text

    def _extend_lists(self) -> None:
        """Let the lists that follow a table reach as far as its rows."""
        for name, defined in self.pages.defined_names.items():
            table = name.removeprefix("list_").removesuffix("_with_id")
            found = _LIST.search(defined.attr_text or "")
            if not self.lists or found is None or table not in self._merged:
                continue
            page, letter, last = self.pages[self.lists], found[1], int(found[2])
            wanted = len(self._merged[table].rows) + SPARE_ROWS + 1
            for line in range(last + 1, wanted + 1):
                page[f"{letter}{line}"] = page[f"{letter}2"].value
            if wanted > last:
                defined.attr_text = defined.attr_text.replace(found[0], f"${letter}$2:${letter}${wanted}")

    def _write_forms(self) -> None:
        """Write how the sheets name their columns into the sheet of files."""
        if FILES_SHEET not in self.pages.sheetnames or self._forms == self._book.files.forms:
            return
        page = self.pages[FILES_SHEET]
        lines = {row[1].value: row[0].row for row in page.iter_rows() if row[0].value == "table"}
        for table, form in self._forms.items():
            line = lines.get(table) or page.max_row + 1
            for place, text in enumerate(
                ("table", table, json.dumps(vars(form), ensure_ascii=True)), start=1
            ):
                page.cell(line, place, text)


def _last_line(page: Worksheet, header: int) -> int:
    """Return the last row of a sheet with a value; that of the header if there is none below."""
    filled = (line for (line, _), cell in page._cells.items() if cell.value is not None)
    return max(header, max(filled, default=header))


def _column_styles(page: Worksheet) -> Mapping[int, ColumnDimension]:
    """Return the columns that have a style, by number."""
    found: dict[int, ColumnDimension] = {}
    for letter, dimension in page.column_dimensions.items():
        first = dimension.min or column_index_from_string(letter)
        for number in range(first, min(dimension.max or first, first + _MOST_COLUMNS) + 1):
            if dimension.has_style:
                found[number] = dimension
    return found


def _style(cell: Cell, page: Worksheet, model: int, styles: Mapping[int, ColumnDimension]) -> None:
    """Give a new cell the style of its column, or that of the row above without its colour."""
    if cell.column in styles:
        _copy_style(cell, styles[cell.column])
    elif model and (above := page.cell(model, cell.column)).has_style:
        _copy_style(cell, above)
        cell.fill = PatternFill()


def _copy_style(cell: Any, model: Any) -> None:
    cell._style = copy(model._style)


def _extend(page: Worksheet, header: int, last: int, end: int) -> None:
    """Let drop-downs, filters and tables of a sheet that reach to its last row reach to a new one."""
    for rule in page.data_validations.dataValidation:
        areas = [
            area
            if area.max_row < last or area.max_row >= end + SPARE_ROWS
            else _lower(area, end + SPARE_ROWS)
            for area in rule.sqref.ranges
        ]
        rule.sqref = MultiCellRange(areas)
    owners = [one for one in (page.auto_filter, *page.tables.values()) if one.ref]
    for owner in owners:
        area = CellRange(owner.ref)
        if area.min_row == header and area.max_row <= end:
            owner.ref = _lower(area, end).coord


def _lower(area: CellRange, line: int) -> CellRange:
    return CellRange(min_row=area.min_row, min_col=area.min_col, max_row=line, max_col=area.max_col)


def _delete(page: Any, gone: Set[int], *, moves: bool) -> None:
    """Delete rows of a sheet.

    Where formulas or merged cells are, which would not follow rows that move, they are only emptied.
    """
    if not gone:
        return
    width, shift = page.max_column, 0
    moves = moves and not page.merged_cells.ranges
    for line in range(min(gone), page.max_row + 1):
        for place in range(1, width + 1):
            if (line, place) not in page._cells:
                continue
            if line in gone:
                del page._cells[line, place]
            elif moves:
                page._move_cell(line, place, -shift, 0, False)
        shift += line in gone
