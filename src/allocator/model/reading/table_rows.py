"""Converts cells to typed rows, and reports each fault with the place of its cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import get_args, get_origin

from pydantic import ValidationError

from allocator.errors import Fault, shorten
from allocator.messages.pydantic import DAY, problem_of
from allocator.model.notation import Vocabulary, Words, listed
from allocator.model.reading.cell_values import (
    FORMS,
    kind_of_tie,
    plain_id,
    plain_name,
    plain_number,
    read_day,
    typed_column,
)
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.table_grid import Grid
from allocator.model.tables import TABLES, Row, columns, required_columns
from allocator.model.text import Text

#: The value of a required cell that could not be read; no text of a file can hold it.
UNREAD = "\0"
_IDS = frozenset(
    re.findall(r"\w+", "id parent unit person group source target subject place native_place item slot case")
)
_NAMES = frozenset(("name", "title"))
#: Columns of end days: a month without a day is read as its last day.
_ENDS = frozenset(("to", "until", "due", "retires"))
#: Columns in which a month without a day is common; in other columns it is reported as a doubt.
_BY_MONTH = frozenset(("born", "retires"))
_MONTH_ONLY = {
    True: Text(zh="只写到月，按当月最后一天读入", en="names a month alone, and is read as its last day"),
    False: Text(zh="只写到月，按当月第一天读入", en="names a month alone, and is read as its first day"),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A row and the line of the file on which it stands."""

    line: int
    row: Row


@dataclass(frozen=True)
class Records:
    """The rows of a table.

    Attributes:
        table: Name of the table.
        file: Name of the file as faults show it.
        headers: The header of each column as the file writes it.
        rows: The rows; a faulty cell is empty, or ``UNREAD`` if the column is required.
        size: Number of rows, faulty rows included.
        ids: Line and id of every row, faulty rows included: other rows may refer to their ids.
        places: Every place that a row names, faulty rows included.
        parties: Every party of a case, faulty rows included.
    """

    table: str
    file: str
    headers: Mapping[str, str]
    rows: tuple[Placed, ...]
    size: int
    ids: tuple[tuple[int, str], ...]
    places: frozenset[str]
    parties: frozenset[str]

    def header(self, column: str) -> str:
        """Return the header of ``column`` as the file writes it."""
        return shorten(self.headers.get(column, column))


def read_rows(grid: Grid, words: Words | None, faults: FaultList, doubts: FaultList) -> Records:
    """Return the rows of ``grid``, and add their faults to ``faults``.

    Args:
        grid: The cells of the table.
        words: The words for grades and roles; None if ``scenario.yaml`` could not be read.
        faults: Collects the faults.
        doubts: Collects the doubts.
    """
    reader = _RowReader(grid, words, faults, doubts)
    placed = (reader.read(number) for number in range(len(grid.rows)))
    rows = tuple(one for one in placed if one is not None)
    lines = (line for line, _ in grid.rows)
    ids = tuple(pair for pair in zip(lines, map(plain_id, grid.cells("id")), strict=False) if pair[1])
    places = frozenset(filter(None, map(plain_id, {*grid.cells("place"), *grid.cells("native_place")})))
    return Records(
        grid.table, grid.file, reader.headers, rows, len(grid.rows), ids, places, frozenset(_parties(grid))
    )


def _parties(grid: Grid) -> Iterator[str]:
    for cell in grid.cells("parties"):
        yield from filter(None, (plain_id(part.strip()) for part in cell.replace("；", ";").split(";")))


class _RowReader:
    """Reads the rows of one table."""

    def __init__(self, grid: Grid, words: Words | None, faults: FaultList, doubts: FaultList) -> None:
        self._grid = grid
        self._faults, self._doubts = faults, doubts
        self._model = TABLES[grid.table]
        self.headers = dict(zip(grid.columns, grid.headers, strict=True))
        standard = columns(grid.table)
        self._standard = [(i, name) for i, name in enumerate(grid.columns) if name in standard]
        self._extras = {name: typed_column(grid.cells(name)) for name in grid.columns if name not in standard}
        self._days = _day_columns(self._model)
        self._given: set[str] | None = None
        self._words = {name: words.of(grid.table, name) for name in grid.columns} if words else {}
        self._clean = {name: _cleaning(grid.table, name) for name in standard}

    def read(self, number: int) -> Placed | None:
        """Return row ``number`` of the table; None if the row is invalid even without its faulty cells."""
        line, cells = self._grid.rows[number]
        values: dict[str, object] = {name: column[number] for name, column in self._extras.items()}
        values |= {name: self._value(line, name, cells[index]) for index, name in self._standard}
        values |= dict.fromkeys(self._grid.absent, UNREAD)
        try:
            row = self._model.model_validate(values)
        except ValidationError as error:
            return self._mended(line, values, error)
        return Placed(line, self._light(row))

    def _mended(self, line: int, values: dict[str, object], error: ValidationError) -> Placed | None:
        """Report the faults of a row, and return the row without its faulty cells for later checks."""
        required = required_columns(self._grid.table)
        for detail in error.errors(include_url=False):
            found = problem_of(detail)
            column = str(detail["loc"][0])
            cell = detail["input"] if isinstance(detail["input"], str) else None
            self._faults.add(self._fault(found.message, line, column, cell, found.allowed))
            values[column] = UNREAD if column in required else ""
        try:
            return Placed(line, self._light(self._model.model_validate(values)))
        except ValidationError:  # a required number is missing
            return None

    def _light(self, row: Row) -> Row:
        """Make the rows of the table share one set of given columns, which is equal in all rows.

        Separate sets would take 350 MiB in a table of 500,000 people.
        """
        if self._given is None:
            self._given = row.model_fields_set
        object.__setattr__(row, "__pydantic_fields_set__", self._given)
        return row

    def _value(self, line: int, column: str, cell: str) -> str | date:
        if not cell:
            return cell
        if column in self._days:
            return self._day(line, column, cell)
        clean = self._clean[column]
        text = clean(cell) if clean else cell
        vocabulary = self._words.get(column)
        return self._word(line, column, text, vocabulary) if vocabulary else text

    def _day(self, line: int, column: str, cell: str) -> str | date:
        written = read_day(cell)
        if written.day is None:
            message = written.question or DAY.message
            allowed = "" if written.question else FORMS
            self._faults.add(self._fault(message, line, column, cell, allowed, written.guess))
            return ""
        ends = column in _ENDS
        if written.month_only and column not in _BY_MONTH:
            self._doubts.add(self._fault(_MONTH_ONLY[ends], line, column, cell))
        return (written.last if ends else written.day) or ""

    def _word(self, line: int, column: str, cell: str, vocabulary: Vocabulary) -> str:
        word_id = vocabulary.id_of(cell)
        if word_id is None:
            what = "职级" if column == "grade" else "角色"
            text = Text(zh=f"不是本场景的{what}", en=f"is no {column} of the scenario")
            near = self._faults.suggest(cell, vocabulary.words)
            self._faults.add(self._fault(text, line, column, cell, listed(vocabulary.words), near))
        return word_id or ""

    def _fault(
        self, text: Text, line: int, column: str, cell: str | None, allowed: str = "", near: str = ""
    ) -> Fault:
        header = shorten(self.headers.get(column, column))
        found = shorten(cell) if cell else None
        return Fault(text, self._grid.file, line, header, found, allowed, near)


def _day_columns(model: type[Row]) -> frozenset[str]:
    fields = model.model_fields.items()
    return frozenset(field.alias or name for name, field in fields if field.annotation == date | None)


def _cleaning(table: str, column: str) -> Callable[[str], str] | None:
    """Return the function that cleans the cells of a column before validation; None if there is none."""
    if column in _IDS:
        return plain_id
    if column in _NAMES:
        return plain_name
    if column == "parties":
        return _plain_ids
    if column == "kind" and table in ("ties", "links"):
        return partial(kind_of_tie, table=table)
    return plain_number if is_number_column(table, column) else None


def is_number_column(table: str, column: str) -> bool:
    """Return whether a standard column of a table holds numbers."""
    fields = {field.alias or name: field for name, field in TABLES[table].model_fields.items()}
    return _is_number(fields[column].annotation)


def _is_number(annotation: object) -> bool:
    """Return whether the type of a column is a number or an optional number."""
    if get_origin(annotation) is Mapping:
        return False
    return annotation in (int, float) or any(map(_is_number, get_args(annotation)))


def _plain_ids(cell: str) -> str:
    return ";".join(map(plain_id, cell.replace("；", ";").split(";")))
