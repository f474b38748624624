"""Cells become rows: typed, checked one by one, each fault with the place of its cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import ValidationError

from allocator.errors import Fault, shorten
from allocator.model.notation import Vocabulary
from allocator.model.reading.days import parse_day
from allocator.model.reading.extras import typed_column
from allocator.model.reading.faults import FaultList
from allocator.model.reading.grid import Grid
from allocator.model.reading.problems import DAY, problem
from allocator.model.reading.words import Words, listed
from allocator.model.tables import TABLES, Row, columns
from allocator.model.text import Text


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
        headers: How the file writes each column.
        rows: The sound rows.
        size: How many rows there are, faulty ones too.
        ids: Line and id of every row, those of faulty rows too: what they name exists all the same.
        places: Every place that a row names, those of faulty rows too.
        parties: Every party of a case, the same.
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
        """Return ``column`` as the file writes it."""
        return shorten(self.headers.get(column, column))


def read_rows(grid: Grid, words: Words | None, faults: FaultList) -> Records:
    """Return the rows of ``grid``; what is wrong with the others goes to ``faults``.

    Args:
        grid: The cells of the table.
        words: What the scenario calls its grades and roles; None where it could not be read.
        faults: Takes what is wrong.
    """
    reader = _RowReader(grid, words, faults)
    placed = (reader.read(number) for number in range(len(grid.rows)))
    rows = tuple(one for one in placed if one is not None)
    lines = (line for line, _ in grid.rows)
    ids = tuple(pair for pair in zip(lines, grid.cells("id"), strict=False) if pair[1])
    places = frozenset(filter(None, [*grid.cells("place"), *grid.cells("native_place")]))
    return Records(
        grid.table, grid.file, reader.headers, rows, len(grid.rows), ids, places, frozenset(_parties(grid))
    )


def _parties(grid: Grid) -> Iterator[str]:
    for cell in grid.cells("parties"):
        yield from filter(None, (part.strip() for part in cell.replace("；", ";").split(";")))


class _RowReader:
    """Reads the rows of one table."""

    def __init__(self, grid: Grid, words: Words | None, faults: FaultList) -> None:
        self._grid = grid
        self._faults = faults
        self._model = TABLES[grid.table]
        self.headers = dict(zip(grid.columns, grid.headers, strict=True))
        standard = columns(grid.table)
        self._standard = [(i, name) for i, name in enumerate(grid.columns) if name in standard]
        self._extras = {name: typed_column(grid.cells(name)) for name in grid.columns if name not in standard}
        self._days = _day_columns(self._model)
        self._given: set[str] | None = None
        self._words = {name: words.of(grid.table, name) for name in grid.columns} if words else {}

    def read(self, number: int) -> Placed | None:
        """Return row ``number`` of the table, or None if it has a fault."""
        line, cells = self._grid.rows[number]
        before = self._faults.count
        values: dict[str, object] = {name: column[number] for name, column in self._extras.items()}
        values |= {name: self._value(line, name, cells[index]) for index, name in self._standard}
        try:
            row = self._model.model_validate(values)
        except ValidationError as error:
            self._report(line, error)
            return None
        return Placed(line, self._light(row)) if self._faults.count == before else None

    def _light(self, row: Row) -> Row:
        """Let the rows of the table share the set of columns that they give: it is the same in each.

        A set of its own would be the heaviest part of a row, in a table of 500,000 people 350 MiB.
        """
        if self._given is None:
            self._given = row.model_fields_set
        object.__setattr__(row, "__pydantic_fields_set__", self._given)
        return row

    def _value(self, line: int, column: str, cell: str) -> str | date:
        if cell and column in self._days:
            return self._day(line, column, cell)
        vocabulary = self._words.get(column)
        return self._word(line, column, cell, vocabulary) if cell and vocabulary else cell

    def _day(self, line: int, column: str, cell: str) -> str | date:
        day = parse_day(cell)
        if day is None:
            self._faults.add(self._fault(DAY.message, line, column, cell, DAY.allowed))
        return day or ""

    def _word(self, line: int, column: str, cell: str, vocabulary: Vocabulary) -> str:
        word_id = vocabulary.id_of(cell)
        if word_id is None:
            what = "职级" if column == "grade" else "角色"
            text = Text(zh=f"不是本场景的{what}", en=f"is no {column} of the scenario")
            near = self._faults.suggest(cell, vocabulary.words)
            self._faults.add(self._fault(text, line, column, cell, listed(vocabulary.words), near))
        return word_id or ""

    def _report(self, line: int, error: ValidationError) -> None:
        for detail in error.errors(include_url=False):
            found = problem(detail)
            cell = detail["input"] if isinstance(detail["input"], str) else None
            self._faults.add(self._fault(found.message, line, str(detail["loc"][0]), cell, found.allowed))

    def _fault(
        self, text: Text, line: int, column: str, cell: str | None, allowed: str = "", near: str = ""
    ) -> Fault:
        header = shorten(self.headers.get(column, column))
        found = shorten(cell) if cell else None
        return Fault(text, self._grid.file, line, header, found, allowed, near)


def _day_columns(model: type[Row]) -> frozenset[str]:
    fields = model.model_fields.items()
    return frozenset(field.alias or name for name, field in fields if field.annotation == date | None)
