"""Names in place of ids, tables without ids, ids that look alike, and people in two rows."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from allocator.errors import Fault, shorten
from allocator.model.reading.cell_values import plain_id, plain_name
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.headers import is_ordinal
from allocator.model.reading.reference_labels import WITH_ID, label_parts
from allocator.model.reading.table_grid import Grid
from allocator.model.reading.table_rows import UNREAD, Placed, Records
from allocator.model.tables import Case, Row
from allocator.model.text import Text

#: Cyrillic and Greek letters in the shape of Latin ones, and figures in the shape of letters.
_SHAPES = str.maketrans(
    "АВЕЅІЈКМНОРСТХУасеіјорѕхуΑΒΕΖΗΙΚΜΝΟΡΤΥΧοΟoOlI|",
    "ABESIJKMHOPCTXYaceijopsxyABEZHIKMNOPTYXo00011" + "1",
)
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z0-9]")


def shape(name: str) -> str:
    """Return the key by which lookalike names are compared: one letter for all that look the same."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name).translate(_SHAPES)
    return name.translate(_SHAPES).casefold()


def lookalike_ids(tables: Mapping[str, Records]) -> Iterator[Fault]:
    """Yield a doubt for each id that looks like another id, or that mixes alphabets."""
    first: dict[str, str] = {}
    for table in ("units", "people", "groups", "cases"):
        if table not in tables:
            continue
        records = tables[table]
        for line, name in records.ids:
            seen = first.setdefault(shape(name), name)
            if seen != name:
                message = Text(zh="编号与另一编号极其相似", en="is an id that looks like another one")
                yield _fault(message, records, line, name, seen)
            elif _FOREIGN.search(name) and _LATIN.search(name):
                message = Text(
                    zh="编号混有希腊或西里尔字母",
                    en="is an id with Greek or Cyrillic letters among Latin ones",
                )
                yield _fault(message, records, line, name, "")


def _fault(message: Text, records: Records, line: int, name: str, near: str) -> Fault:
    return Fault(message, records.file, line, records.header("id"), shorten(name), nearest=shorten(near))


_MOST_SHOWN = 3


class NameIndex:
    """The ids of some tables by the names of their rows."""

    def __init__(self, tables: Mapping[str, Records]) -> None:
        self._tables = tables

    @cached_property
    def _ids(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """The ids by table and name."""
        return {table: _by_name(records) for table, records in self._tables.items()}

    @cached_property
    def _shapes(self) -> Mapping[str, Mapping[str, str]]:
        return {table: {shape(name): name for _, name in one.ids} for table, one in self._tables.items()}

    def names(self, table: str) -> Mapping[str, Sequence[str]]:
        """Return the ids of a table by name; empty for an absent table."""
        return self._ids.get(table, {})

    def describe(self, table: str, name: str) -> str:
        """Return the ids of a name, each with the name: ``U03 (县财政局)``."""
        ids = self.names(table).get(name, ())
        shown = [f"{shorten(one, 30)} ({shorten(name, 30)})" for one in ids[:_MOST_SHOWN]]
        return ", ".join(shown) + (", ..." if len(ids) > _MOST_SHOWN else "")

    def lookalike(self, table: str, name: str) -> str:
        """Return the id of a table that looks like ``name``; empty if there is none."""
        return self._shapes.get(table, {}).get(shape(name), "")


def _by_name(records: Records) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for placed in records.rows:
        row = placed.row
        name = row.title if isinstance(row, Case) else getattr(row, "name", "")
        key = getattr(row, "id", UNREAD)
        if name and key != UNREAD:
            found.setdefault(plain_name(name), []).append(key)
    return found


MESSAGE = Text(
    zh="填的是名称，本列各处均按其编号读入",
    en="is a name, and is read as the id of whom or what bears it, wherever it stands in the column",
)

#: A table, one of its columns (by the name of its field), and the tables whose ids the column holds.
Reference = tuple[str, str, tuple[str, ...]]


def with_ids_for_names(
    tables: Mapping[str, Records], references: Iterable[Reference], doubts: FaultList
) -> Mapping[str, Records]:
    """Return the tables with ids in place of names, if only one row has the name or the id stands behind it.

    Args:
        tables: The tables, by name.
        references: The columns that refer to rows.
        doubts: Collects a doubt for each name that is read as an id, once for a column.
    """
    ids = {table: frozenset(name for _, name in records.ids) for table, records in tables.items()}
    every = frozenset().union(*ids.values())
    named = NameIndex(tables)
    read = dict(tables)
    for table, field, kinds in references:
        if table in read:
            read[table] = _ReferenceReader(read[table], field, kinds, named, every, doubts).records()
    return read


class _ReferenceReader:
    """Reads one column that refers to rows of other tables."""

    def __init__(
        self,
        records: Records,
        field: str,
        kinds: tuple[str, ...],
        named: NameIndex,
        ids: Collection[str],
        doubts: FaultList,
    ) -> None:
        self._records, self._field, self._kinds = records, field, kinds
        self._named, self._ids, self._doubts = named, ids, doubts

    def records(self) -> Records:
        """Return the table with ids for names; a table without such names is not copied."""
        first: dict[str, int] = {}
        for placed in self._records.rows:
            text = getattr(placed.row, self._field)
            if text and text not in self._ids and text != UNREAD:
                first.setdefault(text, placed.line)
        meant = {text: one for text, line in first.items() if (one := self._meant(text, line))}
        if not meant:
            return self._records
        return replace(self._records, rows=tuple(self._read(placed, meant) for placed in self._records.rows))

    def _read(self, placed: Placed, meant: Mapping[str, str]) -> Placed:
        text = getattr(placed.row, self._field)
        if text not in meant:
            return placed
        row: Row = placed.row.model_copy(update={self._field: meant[text]})
        return Placed(placed.line, row)

    def _meant(self, text: str, line: int) -> str:
        """Return the id of the only row with a name, and add a doubt; empty if no or several rows have it."""
        labelled, entity = label_parts(text)
        bearers = (self._named.names(kind).get(plain_name(labelled), ()) for kind in self._kinds)
        if labelled and any(entity in some for some in bearers):
            return entity
        if (self._records.table, self._field) in WITH_ID:
            return ""
        name = plain_name(text)
        ids = [one for kind in self._kinds for one in self._named.names(kind).get(name, ())]
        if len(ids) != 1:
            return ""
        header, near = self._records.header(self._field), f"{shorten(ids[0], 30)} ({shorten(text, 30)})"
        self._doubts.add(Fault(MESSAGE, self._records.file, line, header, shorten(text), nearest=near))
        return ids[0]


#: The column whose names serve as ids in a table without ids.
NAME = "name"
_EMPTY = Text(zh="没有编号列，须填名称", en="has no column of ids: a name is needed")


def with_ids(grid: Grid, faults: FaultList, doubts: FaultList) -> Grid:
    """Return the table with names as ids if it has names and no ids; any other table is unchanged.

    A running number is no id, since it changes when a row is added. Repeated names, and rows without a name,
    are faults.

    Args:
        grid: The table.
        faults: Collects the rows whose name cannot serve as an id.
        doubts: Collects a doubt if names serve as ids.
    """
    if not grid.unnumbered:
        return grid
    index = grid.columns.index(NAME)
    header = grid.headers[index]
    named = tuple((line, (_name(cells, index), *cells)) for line, cells in grid.rows)
    found = list(_unfit(grid, header, named))
    if found:
        faults.extend(found)
        return replace(grid, absent=("id", *grid.absent))
    if named:
        message = Text(zh="没有编号列，以名称作编号", en="has no column of ids: names are taken for them")
        doubts.add(Fault(message, grid.file, grid.line, shorten(header), allowed=_ordinal(grid)))
    return replace(grid, columns=("id", *grid.columns), headers=(header, *grid.headers), rows=named)


def _name(cells: Sequence[str], index: int) -> str:
    return plain_name(plain_id(cells[index]))


def _unfit(grid: Grid, header: str, rows: Sequence[tuple[int, Sequence[str]]]) -> Iterator[Fault]:
    first: dict[str, int] = {}
    for line, cells in rows:
        name = cells[0]
        earlier = first.setdefault(name, line)
        if earlier != line or not name:
            message = Text(
                zh=f"没有编号列，而第 {earlier} 行同名：须增设编号列",
                en=f"has no column of ids, and row {earlier} has the same name: a column of ids is needed",
            )
            message = message if name else _EMPTY
            yield Fault(message, grid.file, line, shorten(header), shorten(name), _ordinal(grid) or "id")


def _ordinal(grid: Grid) -> str:
    """Return the ``columns`` entry that makes a column of running numbers the ids; empty without one."""
    header = next(filter(is_ordinal, grid.headers), "")
    return f"scenario.yaml: columns: {{{grid.table}: {{{header}: id}}}}" if header else ""


#: Number of equal cells, besides the name, from which two rows are certainly of one person.
_SURELY = 3


def repeated_people(grid: Grid) -> Iterator[tuple[Fault, bool]]:
    """Yield a fault for each row that repeats an earlier row except for the id, and whether it is certain.

    In a sparse table, two rows with the same name may be two people.
    """
    if grid.table != "people" or "name" not in grid.columns:
        return
    name = grid.columns.index("name")
    told = [
        index
        for index, (column, header) in enumerate(zip(grid.columns, grid.headers, strict=True))
        if column != "id" and not is_ordinal(header)
    ]
    often = {
        one for one, count in Counter(cells[name] for _, cells in grid.rows).items() if one and count > 1
    }
    first: dict[tuple[str, ...], int] = {}
    for line, cells in grid.rows:
        if cells[name] not in often:
            continue
        said = tuple(cells[index] for index in told)
        earlier = first.setdefault(said, line)
        if earlier != line:
            message = Text(
                zh=f"除编号外与第 {earlier} 行完全相同；若为同一人请删去一行，若为两人请补充可区分的内容",
                en=f"says the same as row {earlier} but for the id: delete it, or tell the two apart",
            )
            sure = sum(map(bool, said)) > _SURELY
            yield Fault(message, grid.file, line, shorten(grid.headers[name]), shorten(cells[name])), sure


def doubtful_names(grid: Grid) -> Iterator[Fault]:
    """Yield a doubt for each person without a name where most have one, or with figures alone as a name."""
    cells = grid.cells("name") if grid.table == "people" else []
    if sum(map(bool, cells)) * 2 <= len(cells):
        return
    header = shorten(grid.headers[grid.columns.index("name")])
    for (line, row), cell in zip(grid.rows, cells, strict=True):
        if not cell and not grid.unnumbered and sum(map(bool, row)) > 1:  # others are told elsewhere
            yield Fault(_NAMELESS, grid.file, line, header)
        elif cell.isdecimal():
            yield Fault(_FIGURES, grid.file, line, header, shorten(cell))


_NAMELESS = Text(zh="没有姓名，其他人员都有", en="has no name, as the other people have")
_FIGURES = Text(zh="只有数字，不像姓名", en="is figures alone, and hardly a name")
