"""A table as it stands in its file: cells by column and row, before their values are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.faults import FaultList
from allocator.model.reading.headers import standard_name
from allocator.model.tables import required_columns
from allocator.model.text import Text

LONGEST_CELL = 32_767
LONGEST_HEADER = 200
MOST_COLUMNS = 1_000
MOST_ROWS = 500_000

Line = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Grid:
    """The cells of a table.

    Attributes:
        table: Name of the table, such as ``people``.
        file: Name of the file as faults show it.
        columns: The column that each header stands for.
        headers: The headers as the file writes them, in the same order.
        rows: Line in the file and trimmed cells, one for each column.
    """

    table: str
    file: str
    columns: tuple[str, ...]
    headers: tuple[str, ...]
    rows: tuple[Line, ...]

    def cells(self, column: str) -> list[str]:
        """Return the cells of ``column`` in every row; none if the table lacks the column."""
        if column not in self.columns:
            return []
        index = self.columns.index(column)
        return [cells[index] for _, cells in self.rows]


def read_grid(
    table: str, file: str, lines: Iterable[Line], own: Mapping[str, str], faults: FaultList
) -> Grid | None:
    """Arrange the lines of a file as a table.

    Args:
        table: Name of the table.
        file: Name of the file as faults show it.
        lines: Line numbers and cells; the first line that is not blank is the header.
        own: What the scenario says the headers of this table stand for.
        faults: Takes what is wrong.

    Returns:
        The table, or None if its header or its lines cannot be made out.
    """
    try:
        filled = ((line, cells) for line, cells in lines if any(map(str.strip, cells)))
        header = next(filled, None)
        if header is None:
            raise InputError([_fault("没有表头", "has no header", file, 1)])
        headers = tuple(cell.strip() for cell in header[1])
        columns = tuple(standard_name(table, name, own) for name in headers)
        _check_header(table, file, header[0], headers, columns)
        rows = tuple(_body(filled, file, headers, faults))
    except InputError as error:
        faults.extend(error.faults)
        return None
    return Grid(table, file, columns, headers, rows)


def _check_header(
    table: str, file: str, line: int, headers: tuple[str, ...], columns: tuple[str, ...]
) -> None:
    if len(headers) > MOST_COLUMNS:
        raise InputError(
            [_fault(f"超过 {MOST_COLUMNS} 列", f"has more than {MOST_COLUMNS} columns", file, line)]
        )
    faults = [
        _fault(f"第 {number} 列没有列名", f"column {number} has no name", file, line)
        for number, name in enumerate(headers, start=1)
        if not name
    ]
    faults += [
        _fault(
            f"列名超过 {LONGEST_HEADER} 个字符",
            f"a header is longer than {LONGEST_HEADER}",
            file,
            line,
            shorten(name),
        )
        for name in headers
        if len(name) > LONGEST_HEADER
    ]
    faults += _repeated(file, line, headers, columns)
    faults += _missing(table, file, line, headers, columns)
    if faults:
        raise InputError(faults)


def _repeated(file: str, line: int, headers: tuple[str, ...], columns: tuple[str, ...]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for header, column in zip(headers, columns, strict=True):
        if column in first and column:
            zh = f"列重复：与“{shorten(first[column])}”同为 {shorten(column)}"
            en = f"repeats a column: '{shorten(first[column])}' is {shorten(column)} too"
            yield _fault(zh, en, file, line, shorten(header))
        first.setdefault(column, header)


def _missing(
    table: str, file: str, line: int, headers: tuple[str, ...], columns: tuple[str, ...]
) -> Iterator[Fault]:
    near = FaultList()
    for column in required_columns(table):
        if column not in columns:
            yield Fault(
                Text(zh="缺少必需的列", en="this required column is missing"),
                file=file,
                row=line,
                column=column,
                nearest=near.suggest(column, headers),
            )


def _body(lines: Iterable[Line], file: str, headers: tuple[str, ...], faults: FaultList) -> Iterator[Line]:
    width, shared = len(headers), _Shared()
    for number, (line, cells) in enumerate(lines, start=1):
        if number > MOST_ROWS:
            raise InputError([_fault(f"超过 {MOST_ROWS} 行", f"has more than {MOST_ROWS} rows", file, line)])
        if len(cells) > width and any(map(str.strip, cells[width:])):
            zh, en = f"有 {len(cells)} 格，表头只有 {width} 列", f"{len(cells)} cells under {width} headers"
            faults.add(_fault(zh, en, file, line))
        if max(map(len, cells)) > LONGEST_CELL:
            faults.extend(_long_cells(file, line, headers, cells))
        padded = (*cells[:width], *[""] * (width - len(cells)))
        yield line, tuple(shared.text(cell[:LONGEST_CELL].strip()) for cell in padded)


class _Shared:
    """Equal cells as one text in memory: a grade or a place stands in thousands of rows."""

    def __init__(self, most: int = 50_000) -> None:
        self._known: dict[str, str] = {}
        self._most = most

    def text(self, cell: str) -> str:
        """Return the text that equals ``cell`` and was seen first, of the first so many."""
        if len(self._known) < self._most:
            return self._known.setdefault(cell, cell)
        return self._known.get(cell, cell)


def _long_cells(file: str, line: int, headers: tuple[str, ...], cells: Sequence[str]) -> Iterator[Fault]:
    for header, cell in zip(headers, cells, strict=False):
        if len(cell) > LONGEST_CELL:
            yield long_cell(file, line, header)


def long_cell(file: str, line: int, header: str = "") -> Fault:
    """Return the fault of a cell that is longer than a spreadsheet would hold."""
    zh = f"单元格超过 {LONGEST_CELL} 个字符（或引号没有闭合）"
    en = f"a cell is longer than {LONGEST_CELL} characters (or a quote is never closed)"
    return _fault(zh, en, file, line, header)


def _fault(zh: str, en: str, file: str, line: int, column: str = "") -> Fault:
    return Fault(Text(zh=zh, en=en), file=file, row=line, column=column)
