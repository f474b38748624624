"""A table as in its file: cells by column and row, before validation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.personal_numbers import (
    has_identity_number,
    identity_fault,
    is_left_out,
    left_out_doubt,
    may_hold_number,
)
from allocator.model.reading.table_layout import LOOKED_AT, UNNAMED, Heading, HeadingReader, Line, NonDataRows
from allocator.model.reading.unvalued_cells import NOT_COMPUTED, is_unvalued, unvalued_fault
from allocator.model.tables import columns, required_columns
from allocator.model.text import Text

LONGEST_CELL = 32_767
MOST_ROWS = 500_000
_MOST_NUMBERED = 10


@dataclass(frozen=True)
class Grid:
    """The cells of a table.

    Attributes:
        table: Name of the table, such as ``people``.
        file: Name of the file as faults show it.
        columns: The column for which each header stands.
        headers: The headers as the file writes them, in the same order.
        rows: Line in the file and trimmed cells, one for each column.
        absent: Required columns that the table lacks; their faults are reported already.
        line: The row of the header.
        unnumbered: Whether the table has a column of names but no column of ids.
    """

    table: str
    file: str
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[Line, ...]
    absent: tuple[str, ...] = ()
    line: int = 1
    unnumbered: bool = False

    def cells(self, column: str) -> list[str]:
        """Return the cells of ``column`` in every row; none if the table lacks the column."""
        if column not in self.columns:
            return []
        index = self.columns.index(column)
        return [cells[index] for _, cells in self.rows]

    @property
    def renamed(self) -> Mapping[str, str]:
        """The headers that differ from the names of their columns, each with its column."""
        return {
            shorten(" ".join(header.split())): column
            for header, column in zip(self.headers, self.columns, strict=True)
            if header != column
        }


@dataclass(frozen=True)
class TableSource:
    """The lines of a table in a file.

    Attributes:
        table: Name of the table.
        file: Name of the file as faults show it.
        lines: Line numbers and cells.
        wide: By line, the columns (from, to, counted from 0) that one merged cell spans.
    """

    table: str
    file: str
    lines: Iterable[Line]
    wide: Mapping[int, Sequence[tuple[int, int]]]


def read_grid(
    source: TableSource, own: Mapping[str, str], faults: FaultList, doubts: FaultList
) -> Grid | None:
    """Arrange the lines of a file as a table.

    Args:
        source: The lines; titles may stand above the header.
        own: The scenario's own headers of this table with their columns.
        faults: Collects the faults.
        doubts: Collects the doubts, such as a row of totals, which is not read.

    Returns:
        The table, or None if its header or its lines cannot be read.
    """
    file = source.file
    try:
        filled = ((line, cells) for line, cells in source.lines if any(map(str.strip, cells)))
        first = list(islice(filled, LOOKED_AT))
        if not first:
            raise InputError([_fault("没有表头", "has no header", file, 1)])
        reader = HeadingReader(source.table, file, own, faults, doubts)
        begin = reader.find(first)
        line, cells = first[begin]
        below = begin + 1
        if below < len(first) and (both := reader.second_row(line, cells, first[below])):
            cells, below = both, below + 1
        heading = reader.read(line, cells)
        body = _Body(source, heading, faults, doubts)
        rows = body.rows(chain(first[below:], filled))
    except InputError as error:
        faults.extend(error.faults)
        return None
    named = [index for index, header in enumerate(heading.headers) if header and index not in body.left_out]
    names = tuple(heading.columns[index] for index in named)
    headers = tuple(heading.headers[index] for index in named)
    return Grid(source.table, file, names, headers, rows, heading.absent, heading.line, heading.unnumbered)


class _Body:
    """The rows below a header."""

    def __init__(self, source: TableSource, heading: Heading, faults: FaultList, doubts: FaultList) -> None:
        self._source, self._heading = source, heading
        self._file = source.file
        self._faults, self._doubts = faults, doubts
        self._asides = NonDataRows(source.file, heading, required_columns(source.table)[0])
        self.left_out = {
            index
            for index, (header, column) in enumerate(zip(heading.headers, heading.columns, strict=True))
            if header and column not in columns(source.table) and is_left_out(header)
        }
        self._unnamed = {index: 0 for index, header in enumerate(heading.headers) if not header}

    def rows(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """Return the rows of the table; totals, notes and headings become doubts.

        Raises:
            InputError: There are too many rows, or a column without a name has cells.
        """
        rows = list(self._read(lines))
        for number, message in self._asides.sections(rows):
            self._doubts.add(self._asides.doubt(*rows[number], message))
            if message != UNNAMED:
                rows[number] = (0, ())
        self._check_named()
        for index in sorted(self.left_out):
            header = self._heading.headers[index]
            self._doubts.add(left_out_doubt(self._file, self._heading.line, header))
        kept = (row for row in rows if row[1])
        if not self._unnamed and not self.left_out:
            return tuple(kept)
        return tuple((line, self._named(cells)) for line, cells in kept)

    def _read(self, lines: Iterable[Line]) -> Iterator[Line]:
        """Yield the rows, without totals, notes and repeated headers."""
        headers, shared = self._heading.headers, _Shared()
        width = len(headers)
        for number, (line, cells) in enumerate(lines, start=1):
            if number > MOST_ROWS:
                zh, en = f"超过 {MOST_ROWS} 行", f"has more than {MOST_ROWS} rows"
                raise InputError([_fault(zh, en, self._file, line)])
            if max(map(len, cells)) > LONGEST_CELL:
                self._faults.extend(_long_cells(self._file, line, headers, cells))
            padded = (*cells[:width], *[""] * (width - len(cells)))
            if self.left_out:
                padded = tuple("" if index in self.left_out else cell for index, cell in enumerate(padded))
            row = tuple(shared.text(cell[:LONGEST_CELL].strip()) for cell in padded)
            if aside := self._asides.kind(row):
                self._doubts.add(self._asides.doubt(line, row, aside))
                continue
            self._check(line, cells)
            row = self._with_values(line, row)
            if not any(row):
                continue
            if self._unnamed:
                self._note(line, row)
            yield line, row

    def _check(self, line: int, cells: Sequence[str]) -> None:
        width = len(self._heading.headers)
        if len(cells) > width and any(map(str.strip, cells[width:])):
            zh, en = f"有 {len(cells)} 格，表头只有 {width} 列", f"{len(cells)} cells under {width} headers"
            self._faults.add(_fault(zh, en, self._file, line))
        for begin, end in self._source.wide.get(line, ()) if self._source.wide else ():
            names = [header for header in self._heading.headers[begin : end + 1] if header]
            if len(names) > 1 and len(set(cells)) > 1 + ("" in cells):
                zh, en = (
                    "合并的单元格跨几列，不知属于哪一列",
                    "a merged cell spans several columns: which is it of?",
                )
                found = shorten(cells[begin])
                message = Text(zh=zh, en=en)
                self._faults.add(Fault(message, self._file, line, shorten(", ".join(names)), found))

    def _with_values(self, line: int, row: tuple[str, ...]) -> tuple[str, ...]:
        """Return a row without errors of formulas and identity numbers, each of which is a fault."""
        joined = "".join(row)
        if "#" not in joined and NOT_COMPUTED not in joined and not may_hold_number(joined):
            return row
        kept = list(row)
        for index, (header, cell) in enumerate(zip(self._heading.headers, row, strict=True)):
            if is_unvalued(cell):
                self._faults.add(unvalued_fault(cell, self._file, line, header))
                kept[index] = ""
            elif has_identity_number(cell):
                self._faults.add(identity_fault(cell, self._file, line, header))
                kept[index] = ""
        return tuple(kept)

    def _note(self, line: int, row: Sequence[str]) -> None:
        """Record the line of the first cell in each column without a name."""
        for index in self._unnamed:
            if row[index]:
                self._unnamed[index] = self._unnamed[index] or line

    def _check_named(self) -> None:
        used = [index + 1 for index, line in self._unnamed.items() if line]
        if used:
            listed = ", ".join(map(str, used[:_MOST_NUMBERED])) + (
                ", ..." if len(used) > _MOST_NUMBERED else ""
            )
            zh, en = f"第 {listed} 列没有列名", f"column {listed} has no name"
            raise InputError([_fault(zh, en, self._file, self._heading.line)])

    def _named(self, cells: Sequence[str]) -> tuple[str, ...]:
        gone = self.left_out.union(self._unnamed)
        return tuple(cell for index, cell in enumerate(cells) if index not in gone)


class _Shared:
    """Keeps equal cells as one text in memory: a grade or a place stands in thousands of rows."""

    def __init__(self, most: int = 50_000) -> None:
        self._known: dict[str, str] = {}
        self._most = most

    def text(self, cell: str) -> str:
        """Return the first equal text; only a limited number of texts is kept."""
        if len(self._known) < self._most:
            return self._known.setdefault(cell, cell)
        return self._known.get(cell, cell)


def _long_cells(file: str, line: int, headers: tuple[str, ...], cells: Sequence[str]) -> Iterator[Fault]:
    for header, cell in zip(headers, cells, strict=False):
        if len(cell) > LONGEST_CELL:
            yield long_cell(file, line, header)


def long_cell(file: str, line: int, header: str = "") -> Fault:
    """Return the fault of a cell that is longer than a spreadsheet allows."""
    zh = f"单元格超过 {LONGEST_CELL} 个字符（或引号没有闭合）"
    en = f"a cell is longer than {LONGEST_CELL} characters (or a quote is never closed)"
    return _fault(zh, en, file, line, header)


def _fault(zh: str, en: str, file: str, line: int, column: str = "") -> Fault:
    return Fault(Text(zh=zh, en=en), file=file, row=line, column=column)
