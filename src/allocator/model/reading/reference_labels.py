"""Labels for ids: a cell of a workbook names a unit, a person, a group or a case instead of giving its id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from allocator.model.notation import Vocabulary, Words
from allocator.model.reading.cell_values import chinese_kinds, kind_of_tie, plain_id, plain_name
from allocator.model.reading.headers import standard_names
from allocator.model.reading.settings_sheets import FLAGS
from allocator.model.tables import columns

#: The tables whose rows have labels, each with its column of names.
NAME_COLUMNS: Mapping[str, str] = {"units": "name", "people": "name", "groups": "name", "cases": "title"}
#: The columns that refer to rows, by table; for each the tables to which it may refer.
LABELLED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("units", "parent"): ("units",),
    ("people", "unit"): ("units",),
    ("groups", "parent"): ("groups", "units"),
    ("links", "source"): ("units", "groups"),
    ("links", "target"): ("units", "groups"),
    ("ties", "source"): ("people",),
    ("ties", "target"): ("people", "units", "groups", "cases"),
    ("postings", "person"): ("people",),
    ("postings", "group"): ("groups", "units"),
    ("absences", "person"): ("people",),
    ("cases", "unit"): ("units",),
    ("identities", "person"): ("people",),
    ("identities", "case"): ("cases",),
    ("wishes", "item"): ("people", "units", "groups", "cases"),
    ("wishes", "slot"): ("groups", "units", "people", "cases"),
}
#: The columns in which a plain name is somebody outside: only a name with its id is a label there.
WITH_ID = frozenset((("ties", "source"), ("ties", "target")))
_FLAGS = {text: flag for flag, words in FLAGS.items() for text in (words.zh, words.en)}
_LOOKED_AT, _MOST_COLUMNS = 10, 1000


@dataclass(frozen=True)
class EntityLabels:
    """The labels of the rows of some tables.

    Attributes:
        rows: The id and the name of each row by table.
        words: The words of roles and grades; None if they are not known.
    """

    rows: Mapping[str, Sequence[tuple[str, str]]]
    words: Words | None = None

    def label(self, entity: str, tables: Iterable[str], *, with_id: bool = False) -> str:
        """Return the label of an id: its name if no other row has it, else the name with the id.

        Args:
            entity: The id; a text that is no id of the tables is returned as it is.
            tables: The tables to which the id may belong.
            with_id: Whether every label has the id.
        """
        name = next((self._names[table][entity] for table in tables if entity in self._names[table]), "")
        if not name or name == entity:
            return entity
        is_alone = not with_id and self._counts[_key(name)] == 1 and name not in self._ids
        return name if is_alone else f"{name}（{entity}）"

    def id_of(self, text: str, tables: Iterable[str], *, with_id: bool = False) -> str:
        """Return the id for which a label stands; empty for an id, and for the label of no row or of several.

        Args:
            text: The text of a cell.
            tables: The tables to which the label may belong.
            with_id: Whether a name without its id is no label.
        """
        text = text.strip()
        if not text or text in self._ids:
            return ""
        there = tuple(tables)
        bearers = (
            [] if with_id else [one for table in there for one in self._bearers[table].get(_key(text), ())]
        )
        if bearers:
            return bearers[0] if len(bearers) == 1 else ""
        name, entity = label_parts(text)
        names = [self._names[table][entity] for table in there if entity in self._names[table]]
        return entity if names and _key(names[0]) == _key(name) else ""

    @cached_property
    def _names(self) -> Mapping[str, Mapping[str, str]]:
        return {table: dict(self.rows.get(table, ())) for table in NAME_COLUMNS}

    @cached_property
    def _ids(self) -> frozenset[str]:
        return frozenset(entity for rows in self.rows.values() for entity, _ in rows)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(_key(name) for rows in self.rows.values() for _, name in rows)

    @cached_property
    def _bearers(self) -> Mapping[str, Mapping[str, Sequence[str]]]:
        found: dict[str, dict[str, list[str]]] = {table: {} for table in NAME_COLUMNS}
        for table, rows in self.rows.items():
            for entity, name in rows:
                if name:
                    found[table].setdefault(_key(name), []).append(entity)
        return found

    def vocabulary(self, table: str, column: str) -> Vocabulary | None:
        """Return the words for the ids in a column of roles or grades; None for any other column."""
        return self.words.of(table, column) if self.words else None

    def writer(self, table: str, column: str) -> Callable[[str], str] | None:
        """Return what turns the cells of a column into labels; None for a column without labels."""
        if tables := LABELLED.get((table, column)):
            with_id = (table, column) in WITH_ID
            return lambda cell: self.label(cell, tables, with_id=with_id)
        return None

    def reader(self, table: str, column: str) -> Callable[[str], str] | None:
        """Return what turns labels and words of a column back into ids; None for a column without any."""
        if tables := LABELLED.get((table, column)):
            with_id = (table, column) in WITH_ID
            return lambda cell: self.id_of(cell, tables, with_id=with_id) or cell
        if (vocabulary := self.vocabulary(table, column)) is not None:
            return lambda cell: vocabulary.id_of(cell) or cell if cell else cell
        if (table, column) == ("ties", "outside"):
            return lambda cell: _FLAGS.get(cell, cell)
        if column == "kind" and table in ("ties", "links"):
            return lambda cell: kind_of_tie(cell, table) if cell in chinese_kinds(table) else cell
        return None


def label_parts(text: str) -> tuple[str, str]:
    """Return the name and the id of a label such as ``王伟（P007）``; both empty for any other text."""
    plain = text.strip()
    start = max(plain.rfind("（"), plain.rfind("("))
    if start < 1 or not plain.endswith(("）", ")")):
        return "", ""
    return plain[:start].strip(), plain_id(plain[start + 1 : -1].strip())


def _key(name: str) -> str:
    return plain_name(plain_id(name)) if not name.isascii() else name.strip()


def header_line(table: str, rows: Sequence[Sequence[str]], own: Mapping[str, str]) -> int:
    """Return the index of the header of a table: of the first rows that with most standard columns."""
    known = {*columns(table), *own.values()}

    def score(number: int) -> int:
        cells = [cell.strip() for cell in rows[number][:_MOST_COLUMNS]]
        return len(known.intersection(standard_names(table, cells, own)))

    return max(range(min(_LOOKED_AT, len(rows))), key=lambda number: (score(number), -number), default=0)


def entity_names(table: str, rows: Sequence[Sequence[str]], own: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the id and the name of each row of a table; a row without an id has its name for it.

    Args:
        table: Name of the table.
        rows: The rows with the header among the first of them.
        own: The scenario's own headers with their columns.
    """
    if not rows:
        return []
    start = header_line(table, rows, own)
    names = standard_names(table, [cell.strip() for cell in rows[start]], own)
    if NAME_COLUMNS[table] not in names:
        return []
    name = names.index(NAME_COLUMNS[table])
    entity = names.index("id") if "id" in names else name
    wide = max(name, entity)
    return [
        (plain_id(row[entity].strip()), row[name].strip())
        for row in rows[start + 1 :]
        if len(row) > wide and row[entity].strip()
    ]
