"""Names where ids are asked for: one that a single row bears is read as the id of that row, and told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from allocator.errors import Fault, shorten
from allocator.model.reading.cleaning import plain_name
from allocator.model.reading.faults import FaultList
from allocator.model.reading.named import Named
from allocator.model.reading.rows import UNREAD, Placed, Records
from allocator.model.tables import Row
from allocator.model.text import Text

MESSAGE = Text(
    zh="填的是名称，本列各处均按其编号读入",
    en="is a name, and is read as the id of whom or what bears it, wherever it stands in the column",
)

#: A table, one of its columns (by the name of its field), and the tables whose ids it holds.
Reference = tuple[str, str, tuple[str, ...]]


def with_ids_for_names(
    tables: Mapping[str, Records], references: Iterable[Reference], doubts: FaultList
) -> Mapping[str, Records]:
    """Return the tables with ids for the names that stand in their place, where one row alone bears each.

    Args:
        tables: The tables, by name.
        references: The columns that refer to rows.
        doubts: Takes each name that was read as an id, once for a column.
    """
    ids = {table: frozenset(name for _, name in records.ids) for table, records in tables.items()}
    every = frozenset().union(*ids.values())
    named = Named(tables)
    read = dict(tables)
    for table, field, kinds in references:
        if table in read:
            read[table] = _Reader(read[table], field, kinds, named, every, doubts).records()
    return read


class _Reader:
    """One column that refers to rows of other tables."""

    def __init__(
        self,
        records: Records,
        field: str,
        kinds: tuple[str, ...],
        named: Named,
        ids: Collection[str],
        doubts: FaultList,
    ) -> None:
        self._records, self._field, self._kinds = records, field, kinds
        self._named, self._ids, self._doubts = named, ids, doubts

    def records(self) -> Records:
        """Return the table with ids for names; a large one in which no name stands is not laid out anew."""
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
        """Return the id of the one row that bears a name, and tell it; nothing if none or several do."""
        name = plain_name(text)
        ids = [one for kind in self._kinds for one in self._named.names(kind).get(name, ())]
        if len(ids) != 1:
            return ""
        header, near = self._records.header(self._field), f"{shorten(ids[0], 30)} ({shorten(text, 30)})"
        self._doubts.add(Fault(MESSAGE, self._records.file, line, header, shorten(text), nearest=near))
        return ids[0]
