"""A scenario: the content of ``scenario.yaml``, the organisation of its tables, and its score tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from allocator.errors import Fault
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import (
    Absence,
    Case,
    Group,
    Identity,
    Indicator,
    Link,
    Person,
    Posting,
    Tie,
    Unit,
    Wish,
)

if TYPE_CHECKING:
    from allocator.model.reading.yaml_file import YamlDocument


Numbers = npt.NDArray[np.int64 | np.float64]
Codes = npt.NDArray[np.int32]
#: Largest range of whole numbers that are coded by counting, which is faster than sorting.
NARROW = 2**22


@dataclass(frozen=True, eq=False)
class ValueCodes:
    """A table as codes, so that an expression is evaluated once for each distinct number.

    Attributes:
        numbers: The distinct numbers in order, 0 included.
        codes: ``[rows, columns]`` indices into ``numbers``.
    """

    numbers: list[int | float]
    codes: Codes

    @classmethod
    def of(cls, values: Numbers) -> ValueCodes:
        """Return the codes of the numbers of a table."""
        low, high = values.min(initial=0), values.max(initial=0)
        if values.dtype.kind != "i" or high - low >= NARROW:
            numbers, codes = np.unique(np.append(0, values), return_inverse=True)
            return cls(numbers.tolist(), codes[1:].reshape(values.shape).astype(np.int32))
        found = np.zeros(int(high - low) + 1, dtype=np.bool_)
        found[values.reshape(-1) - low] = found[-low] = True
        code = np.cumsum(found, dtype=np.int32) - 1
        return cls((np.flatnonzero(found) + low).tolist(), code[values - low])

    @property
    def zero(self) -> int:
        """The code of 0."""
        return self.numbers.index(0)


#: The distinct numbers, and an array of indices into them.
Coded = tuple[Sequence[int | float], Codes]


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """The numbers of one ``scores-NAME.csv``.

    Attributes:
        rows: ``R`` distinct ids, of one side of a layer or of periods.
        columns: ``C`` distinct ids, of the other side.
        values: ``[R, C]`` numbers, integers if all are whole; 0 for an empty cell.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    values: Numbers

    @property
    def is_whole(self) -> bool:
        """Whether all numbers are whole."""
        return self.values.dtype.kind == "i"

    @property
    def content(self) -> bytes:
        """The content of the table for digests: its ids, and the SHA-256 of its numbers."""
        ids = "\0".join((*self.rows, "", *self.columns)).encode()
        numbers = hashlib.sha256(np.ascontiguousarray(self.values).data).digest()
        return ids + self.values.dtype.str.encode() + numbers

    def between(self, items: Sequence[str], slots: Sequence[str]) -> Coded:
        """Return the distinct numbers and the codes ``[items, slots]`` of all pairs.

        The table may have the items as rows or as columns; a pair that it lacks has the number 0.
        """
        numbers, nothing = self._distinct.numbers, self._distinct.zero
        upright = self._placed(items, slots)
        if upright is not None:
            return numbers, upright
        turned = self._placed(slots, items)
        empty = np.full((len(items), len(slots)), nothing, dtype=np.int32)
        return numbers, empty if turned is None else turned.T

    def is_of(self, some: Sequence[str], others: Sequence[str]) -> bool:
        """Return whether the table has any pair of these ids, in either orientation."""
        return self._placed(some, others) is not None or self._placed(others, some) is not None

    @cached_property
    def _distinct(self) -> ValueCodes:
        return ValueCodes.of(self.values)

    def _placed(self, rows: Sequence[str], columns: Sequence[str]) -> Codes | None:
        """Return the codes of these rows and columns; None if the table has none of the rows or columns."""
        row = np.array([self._row_of.get(name, -1) for name in rows], dtype=np.int64)
        column = np.array([self._column_of.get(name, -1) for name in columns], dtype=np.int64)
        if (row < 0).all() or (column < 0).all():
            return None
        if _all_in_order(row, self.rows) and _all_in_order(column, self.columns):
            return self._distinct.codes
        known = (row >= 0)[:, None] & (column >= 0)[None, :]
        placed = self._distinct.codes[np.ix_(row, column)]
        return placed if known.all() else np.where(known, placed, self._distinct.zero)

    @cached_property
    def _row_of(self) -> Mapping[str, int]:
        return {name: k for k, name in enumerate(self.rows)}

    @cached_property
    def _column_of(self) -> Mapping[str, int]:
        return {name: k for k, name in enumerate(self.columns)}


def _all_in_order(places: npt.NDArray[np.int64], names: Sequence[str]) -> bool:
    return np.array_equal(places, np.arange(len(names)))


Entity = Unit | Person | Group | Case


@dataclass(frozen=True)
class NamedEntity:
    """The id and the name of an entity."""

    id: str
    name: str

    @property
    def name_and_id(self) -> str:
        """``name (id)``, or the id alone if the entity has no name."""
        return self.id if self.name == self.id else f"{self.name} ({self.id})"


@dataclass(frozen=True)
class Organisation:
    """Units, people, groups and cases by id, in the order of their tables, with the rows of other tables.

    Attributes:
        identities: The rows of ``identities.csv``; parties and ties follow these answers already.
        assumed: Names of parties and ends of ties that stand for a person of the scenario until
            ``identities.csv`` answers, by the id of the person.
    """

    units: Mapping[str, Unit] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    ties: tuple[Tie, ...] = ()
    postings: tuple[Posting, ...] = ()
    absences: tuple[Absence, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    wishes: tuple[Wish, ...] = ()
    identities: tuple[Identity, ...] = ()
    scores: Mapping[str, ScoreTable] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """Every unit, person, group and case by id; ids are unique across the scenario."""
        return {**self.units, **self.people, **self.groups, **self.cases}

    @cached_property
    def places(self) -> frozenset[str]:
        """Every place that a unit, group or case lies in or a person comes from."""
        located: tuple[Unit | Group | Case, ...] = (
            *self.units.values(),
            *self.groups.values(),
            *self.cases.values(),
        )
        named = {entity.place for entity in located}
        return frozenset((named | {p.native_place for p in self.people.values()}) - {""})

    def table(self, name: str) -> Mapping[str, Entity]:
        """Return the entities of table ``name``: units, people, groups or cases."""
        tables: dict[str, Mapping[str, Entity]] = {
            "units": self.units,
            "people": self.people,
            "groups": self.groups,
            "cases": self.cases,
        }
        return tables[name]

    def label(self, entity_id: str) -> str:
        """Return the name or title of an entity, or its id if it has none."""
        entity = self.entities.get(entity_id)
        if entity is None:
            return entity_id
        name = entity.title if isinstance(entity, Case) else entity.name
        return name or entity_id

    def named(self, entity_id: str) -> NamedEntity:
        """Return the id of an entity with its name."""
        return NamedEntity(entity_id, self.label(entity_id))


@dataclass(frozen=True, eq=False)
class RuleSheets:
    """The sheets of rules and waivers of a workbook that stands for a folder.

    Attributes:
        sheets: The rows of each sheet by key, ``rules`` and ``waivers``.
        labels: The file and title of each sheet, as faults show them.
        packs: The bytes of each rule pack from which the sheets were written, by file name.
    """

    sheets: Mapping[str, Sequence[Sequence[str]]]
    labels: Mapping[str, str]
    packs: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """A loaded scenario.

    Attributes:
        spec: The content of ``scenario.yaml``.
        organisation: The content of the tables.
        folder: Folder of the scenario; the search for rule packs starts here.
        sha256: Digest of all files of the scenario; identifies the input in a plan.
        document: The parsed ``scenario.yaml``, for the places of later faults.
        files: SHA-256 of each file, by name; ``sha256`` is the digest of them all.
        doubts: Doubts of the readers: likely mistakes that are no faults.
        renamed: By file, the headers that differ from their column's name, each with that name.
        rule_sheets: The sheets of rules of a workbook; None where rules are files.
        labelled: By sheet of a workbook, the headers of the columns in which names stood for ids.
        table_files: The file or sheet of each table, as faults show it.
        written: By sheet of a workbook, the headers that the program writes.
    """

    spec: ScenarioSpec
    organisation: Organisation
    folder: Path
    sha256: str = ""
    document: YamlDocument | None = field(default=None, repr=False, compare=False)
    doubts: tuple[Fault, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)
    rule_sheets: RuleSheets | None = field(default=None, repr=False, compare=False)
    labelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)
    table_files: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)
    written: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def own_headers(self) -> Mapping[str, Mapping[str, str]]:
        """The renamed headers by file, without those that the program writes into a workbook."""
        found = {
            file: {word: column for word, column in headers.items() if word not in self.written.get(file, ())}
            for file, headers in self.renamed.items()
        }
        return {file: headers for file, headers in found.items() if headers}

    def table_place(self, table: str, column: str) -> tuple[str, str]:
        """Return the file of a table and the header of one of its columns, as the user has them."""
        file = self.table_files.get(table, f"{table}.csv")
        headers = {name: header for header, name in self.renamed.get(file, {}).items()}
        return file, headers.get(column, column)

    @property
    def name(self) -> str:
        """The scenario's name, as plans carry it."""
        return self.spec.scenario
