"""The tables of a workbook as they stand in its sheets, for whoever merges rows into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from allocator.errors import Fault, InputError
from allocator.model.notation import NotationError, Words, scenario_words
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.reference_labels import NAME_COLUMNS, EntityLabels, entity_names
from allocator.model.reading.scenario_location import SCENARIO_FILE, locate
from allocator.model.reading.scenario_reader import read_spec
from allocator.model.reading.settings_sheets import own_sheets
from allocator.model.reading.table_files import Workbook, read_workbook
from allocator.model.reading.table_grid import TableSource, read_grid
from allocator.model.reading.workbook_files import WorkbookFiles, read_files
from allocator.model.reading.workbook_sheets import FILES_SHEET, as_written
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import TABLES
from allocator.model.text import Text

_TWO_ROWS = Text(
    zh="表头占两行，无法并入；请改为一行",
    en="has a header of two rows, which nothing can be merged into: use one",
)


@dataclass(frozen=True)
class BookTable:
    """A table of a workbook.

    Attributes:
        label: File and title of its sheet.
        line: The row of its header; 0 if the sheet is empty.
        places: The number of each column in the sheet, counted from 1, by its name.
        rows: The cells of each row by column, with ids where names stand.
        lines: The row of the sheet on which each row stands.
    """

    label: str
    line: int = 0
    places: Mapping[str, int] = field(default_factory=dict)
    rows: tuple[dict[str, str], ...] = ()
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class BookTables:
    """The tables of a workbook.

    Attributes:
        path: The workbook.
        stands_for_folder: Whether it has a sheet of settings, and with it names of columns of its own.
        tables: Its tables by name; a table without a sheet is absent.
        files: What it says of the files that it stands for.
        labels: The labels of its rows.
        spec: Its settings; None if they have a fault.
    """

    path: Path
    stands_for_folder: bool
    tables: Mapping[str, BookTable]
    files: WorkbookFiles
    labels: EntityLabels
    spec: ScenarioSpec | None


def read_book_tables(path: Path) -> BookTables | None:
    """Return the tables of the workbook of a scenario; None for a workbook of anything else.

    Raises:
        InputError: The workbook cannot be read, or the header of a table is wrong.
    """
    location, book = locate(path), read_workbook(path)
    is_own = own_sheets(book.sheets)
    if not is_own and book.scenario_text is None and SCENARIO_FILE not in location.names:
        return None
    there = [table for table in TABLES if table in book.sheets]
    if not is_own and not there:
        return None
    files, loaded = read_files(book.sheets.get(FILES_SHEET, ())), read_spec(path)
    columns = loaded.spec.columns if loaded else {}
    own = {table: {**files.own_headers(table), **columns.get(table, {})} for table in TABLES}
    names = {
        table: [
            (as_written(entity), as_written(name))
            for entity, name in entity_names(table, book.sheets.get(table, ()), own[table])
        ]
        for table in NAME_COLUMNS
    }
    labels, faults = EntityLabels(names, _words(loaded.spec) if loaded else None), FaultList()
    tables = {table: _table(table, book, own[table], labels, faults) for table in there}
    faults.raise_if_any()
    return BookTables(path, is_own, tables, files, labels, loaded.spec if loaded else None)


def _words(spec: ScenarioSpec) -> Words | None:
    try:
        return scenario_words(spec)
    except NotationError:
        return None


def has_tables(path: Path) -> bool:
    """Return whether a workbook has a sheet that is a table of a scenario; False for an unreadable one."""
    try:
        return any(table in TABLES for table in read_workbook(path).sheets)
    except InputError:
        return False


def _table(
    table: str, book: Workbook, own: Mapping[str, str], labels: EntityLabels, faults: FaultList
) -> BookTable:
    label, cells = book.label_of(table), [[*map(as_written, row)] for row in book.sheets[table]]
    if not any(map(any, cells)):
        return BookTable(label)
    source = TableSource(table, label, [*enumerate(cells, start=1)], book.wide[table])
    grid = read_grid(source, own, faults, FaultList())
    if grid is None:
        return BookTable(label)
    header = [cell.strip() for cell in cells[grid.line - 1]]
    places = {
        column: header.index(word) + 1
        for column, word in zip(grid.columns, grid.headers, strict=True)
        if word in header
    }
    if len(places) < len(grid.columns):
        faults.add(Fault(_TWO_ROWS, label, grid.line))
    # Grades stay words: rosters have words, too.
    readers = [labels.reader(table, one) if one != "grade" else None for one in grid.columns]
    rows = tuple(
        {
            column: read(cell) if read else cell
            for column, read, cell in zip(grid.columns, readers, row, strict=True)
        }
        for _, row in grid.rows
    )
    return BookTable(label, grid.line, places, rows, tuple(line for line, _ in grid.rows))
