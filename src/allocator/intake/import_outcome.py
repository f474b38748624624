"""The outcome of an import: what each sheet and column was taken for, and what became of each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from allocator.errors import Fault
from allocator.intake.roster_layout import FoundRoster, SkippedRow
from allocator.intake.scenario_tables import TableMerge, change_lines
from allocator.model.reading.roster_fields import fields
from allocator.model.text import Text


@dataclass(frozen=True)
class TakenColumn:
    """A column of a roster as it was taken.

    Attributes:
        header: The header as the sheet writes it.
        field: The field for which it was taken; empty if it is not read.
        title: The field in words, or why the column is not read.
        is_read: Whether anything of it gets into the scenario.
    """

    header: str
    field: str
    title: Text
    is_read: bool


@dataclass(frozen=True)
class TakenSheet:
    """A sheet as it was taken.

    Attributes:
        label: File and sheet.
        header_lines: The rows of its header; none if the sheet is no roster.
        columns: Its columns.
        skipped: The rows that were not read, and why.
        people: Number of people on it.
        why: Why the sheet is no roster; empty for a roster.
    """

    label: str
    header_lines: tuple[int, ...] = ()
    columns: tuple[TakenColumn, ...] = ()
    skipped: tuple[SkippedRow, ...] = ()
    people: int = 0
    why: Text | None = None


@dataclass(frozen=True)
class ImportedFile:
    """A file of the folder after an import.

    Attributes:
        name: Name of the file.
        state: ``new``, ``changed``, ``unchanged``, ``kept`` (the user's own), or ``list`` (of what was not
            read, written anew).
        added: Number of rows added.
        unchanged: Number of imported rows that were there already.
        changes: The cells changed, a line each.
        removed: The rows removed, a line each: the files no longer say what they once said.
    """

    name: str
    state: str
    added: int = 0
    unchanged: int = 0
    changes: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Imported:
    """The outcome of an import.

    Attributes:
        sheets: The sheets as they were taken.
        files: The files of the folder.
        remarks: What the user should know.
        questions: What the user is asked; rows with a question are not in the tables yet.
        contents: The bytes of each file to be written.
    """

    sheets: tuple[TakenSheet, ...]
    files: tuple[ImportedFile, ...]
    remarks: tuple[Fault, ...]
    questions: tuple[Fault, ...]
    contents: Mapping[str, bytes] = field(repr=False)


_NOT_READ = Text(zh="未读入", en="not read")
_LEFT_OUT = Text(zh="不读入，不保存", en="never read, never kept")


def taken_columns(roster: FoundRoster) -> Iterator[TakenColumn]:
    """Yield the columns of a roster as they were taken."""
    known = fields()
    for column in roster.columns:
        one = known.get(column.field)
        if one is None:
            title = Text(zh="照原样保留", en="kept as it is") if column.own else _NOT_READ
            yield TakenColumn(column.header, column.own, title, bool(column.own))
        elif one.kind == "left_out":
            yield TakenColumn(column.header, "", _LEFT_OUT, False)
        else:
            yield TakenColumn(column.header, one.name, one.title, one.kind != "ignored")


def table_outcomes(
    tables: Mapping[str, TableMerge], new: Mapping[str, bytes], kept: Sequence[str]
) -> Iterator[ImportedFile]:
    """Yield what became of each file: the tables, the new files, and the user's own."""
    for table in tables.values():
        if table.rows or not table.is_new:
            state = "new" if table.is_new else "changed" if table.is_changed else "unchanged"
            changes = tuple(change_lines(table.changes))
            removed = tuple(table.removed)
            yield ImportedFile(f"{table.name}.csv", state, table.added, table.unchanged, changes, removed)
    yield from (ImportedFile(name, "new") for name in new)
    yield from (ImportedFile(name, "kept") for name in kept)
