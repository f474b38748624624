"""What the entities of the tables are called: people write a name where an id is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from allocator.errors import shorten
from allocator.model.reading.cleaning import plain_name
from allocator.model.reading.lookalikes import shape
from allocator.model.reading.rows import UNREAD, Records
from allocator.model.tables import Case

_MOST_SHOWN = 3


class Named:
    """The ids of some tables by the names of their rows."""

    def __init__(self, tables: Mapping[str, Records]) -> None:
        self._tables = tables

    @cached_property
    def _ids(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        """By table and name, the ids."""
        return {table: _by_name(records) for table, records in self._tables.items()}

    @cached_property
    def _shapes(self) -> Mapping[str, Mapping[str, str]]:
        return {table: {shape(name): name for _, name in one.ids} for table, one in self._tables.items()}

    def names(self, table: str) -> Mapping[str, Sequence[str]]:
        """Return the ids of a table by name; of a table that is not there, none."""
        return self._ids.get(table, {})

    def described(self, table: str, name: str) -> str:
        """Return the ids that bear a name, each with it: ``U03 (县财政局)``."""
        ids = self.names(table).get(name, ())
        shown = [f"{shorten(one, 30)} ({shorten(name, 30)})" for one in ids[:_MOST_SHOWN]]
        return ", ".join(shown) + (", ..." if len(ids) > _MOST_SHOWN else "")

    def looking_like(self, table: str, name: str) -> str:
        """Return the id of a table that looks like ``name``, if there is one."""
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
