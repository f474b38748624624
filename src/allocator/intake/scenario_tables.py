"""The tables of the folder that an import writes into: as they are, and merged with what is imported."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from allocator.errors import Fault, InputError
from allocator.intake.privacy import without_numbers
from allocator.model.reading.files import TABLE_BYTES, read_text
from allocator.model.reading.headers import standard_names
from allocator.model.reading.table_files import csv_lines
from allocator.model.reading.workbook_sheets import FORMULA_SIGNS
from allocator.model.text import Text

#: The tables that an import writes, each with the columns that tell its rows apart.
KEYS: Mapping[str, tuple[str, ...]] = {
    "units": ("id",),
    "people": ("id",),
    "ties": ("source", "target", "kind"),
    "postings": ("person", "group", "from"),
}
Row = dict[str, str]
#: The column that says where a row is known from.
SOURCE = "known_from"


@dataclass(frozen=True)
class Change:
    """A cell that an import changes: the key of its row, the column, and the values."""

    key: str
    column: str
    old: str
    new: str


@dataclass
class TableMerge:
    """A table of the folder, merged with the rows that are imported.

    Attributes:
        name: Name of the table.
        columns: Its columns as the file writes them.
        rows: Its rows by standard column.
        is_new: Whether the folder had no such file.
        added: Number of rows added.
        unchanged: Number of imported rows that were there already.
        changes: The cells changed.
        removed: The rows removed, a line each.
    """

    name: str
    columns: list[str]
    rows: list[Row]
    is_new: bool
    added: int = 0
    unchanged: int = 0
    changes: list[Change] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    _is_touched: bool = False
    _headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        """Whether the file has to be written."""
        is_more = self.added or self.changes or self.removed or self._is_touched
        return bool(is_more or (self.is_new and self.rows))

    def merge(self, rows: Iterable[Row]) -> None:
        """Add rows, or fill in the rows with the same key: a cell that is filled replaces the old one."""
        keys = KEYS[self.name]
        known = {_key(row, keys): row for row in self.rows}
        for row in rows:
            for column in row:
                if column not in self.columns:
                    self.columns.append(column)
            key = _key(row, keys)
            # A posting without its first day is filled in once the day is known.
            old = known.get(key) or (None if row.get("to") else known.get((*key[:-1], "")))
            if old is None:
                self.rows.append(row)
                known[key] = row
                self.added += 1
            else:
                self._fill(old, row, key)

    def _fill(self, old: Row, new: Row, key: Sequence[str]) -> None:
        different = {name: cell for name, cell in new.items() if cell and old.get(name, "") != cell}
        if different.pop(SOURCE, None):  # a row that has moved is no change to speak of
            old[SOURCE] = new[SOURCE]
            self._is_touched = True
        self.unchanged += not different
        for name, cell in different.items():
            self.changes.append(Change(" ".join(filter(None, key)), name, old.get(name, ""), cell))
            old[name] = cell

    def remove_unsaid(self, said: Iterable[Row], labels: Mapping[str, str]) -> None:
        """Remove the rows that a file once said of a person and, imported again, no longer says.

        Args:
            said: The rows that the files say now.
            labels: File and sheet of each person imported, by id.
        """
        keys = KEYS[self.name]
        kept = {_key(row, keys) for row in said}
        rows: list[Row] = []
        for row in self.rows:
            key = _key(row, keys)
            label = labels.get(key[0])
            if label and key not in kept and row.get(SOURCE, "").startswith(f"{label}:"):
                self.removed.append(" ".join(filter(None, key)))
            else:
                rows.append(row)
        self.rows[:] = rows

    def content(self) -> bytes:
        """Return the table as CSV; no cell begins a formula."""
        used = [name for name in self.columns if name in KEYS[self.name] or self._is_used(name)]
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(self._headers.get(name, name) for name in used)
        for row in self.rows:
            writer.writerow(_inert(row.get(name, "")) for name in used)
        return stream.getvalue().encode()

    def _is_used(self, name: str) -> bool:
        return name in self._headers or any(row.get(name) for row in self.rows)


#: The list of everything in the files of an import that was not read.
UNREAD_FILE = "import-unread.csv"
_UNREAD = ("文件 file", "行 row", "栏目 column", "内容 content", "原因 reason (zh)", "reason (en)")


def unread_table(unread: Iterable[Fault]) -> bytes:
    """Return the list of what was not read as CSV for a spreadsheet, a line for each."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(_UNREAD)
    for one in unread:
        cells = (one.file, str(one.row or ""), one.column, one.found or "", one.message.zh, one.message.en)
        writer.writerow(map(_inert, cells))
    return codecs.BOM_UTF8 + stream.getvalue().encode()


def _key(row: Mapping[str, str], keys: Sequence[str]) -> tuple[str, ...]:
    """Return the key of a row; somebody may have served in one place several times, told apart by the day."""
    is_service = row.get("kind") == "served_at"
    return (*(row.get(name, "") for name in keys), *((row.get("since", ""),) if is_service else ()))


def _inert(cell: str) -> str:
    """Return a cell that no spreadsheet computes."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA_SIGNS) else cell


def read_tables(folder: Path, columns: Mapping[str, Sequence[str]]) -> dict[str, TableMerge]:
    """Read the tables of a folder that an import may add to; absent ones are empty.

    Args:
        folder: The folder, which need not exist.
        columns: The columns of each table if it is new.

    Raises:
        InputError: A table cannot be read.
    """
    return {name: _read_table(folder, name, columns[name]) for name in KEYS}


def sheet_table(name: str, label: str, columns: Sequence[str], rows: Sequence[Row]) -> TableMerge:
    """Return a table of a workbook to be merged; its rows are the given ones, not copies.

    Args:
        name: Name of the table.
        label: File and sheet as faults show them.
        columns: The columns of the sheet; none for a table that the workbook lacks.
        rows: The rows by column, with ids.

    Raises:
        InputError: The sheet lacks a column that tells its rows apart.
    """
    _check_keys(name, label, columns if columns else KEYS[name])
    return TableMerge(name, [*columns], [*rows], is_new=not columns)


def _check_keys(name: str, label: str, columns: Sequence[str]) -> None:
    missing = [key for key in KEYS[name] if key not in columns and key != "from"]
    if missing:
        message = Text(zh="缺少这一列，无法并入", en="lacks this column: nothing can be merged into it")
        raise InputError([Fault(message, label, 1, column) for column in missing])


def _read_table(folder: Path, name: str, columns: Sequence[str]) -> TableMerge:
    path = folder / f"{name}.csv"
    if not path.exists():
        return TableMerge(name, list(columns), [], is_new=True)
    lines = list(csv_lines(read_text(path, path.name, TABLE_BYTES).text, path.name))
    headers = [cell.strip() for cell in lines[0][1]] if lines else list(columns)
    names = list(standard_names(name, headers, {}))
    _check_keys(name, path.name, names)
    rows = [_row(names, cells) for _, cells in lines[1:] if any(map(str.strip, cells))]
    return TableMerge(name, names, rows, is_new=False, _headers=dict(zip(names, headers, strict=True)))


def _row(names: Sequence[str], cells: Sequence[str]) -> Row:
    return {name: _active(cell.strip()) for name, cell in zip(names, cells, strict=False)}


def _active(cell: str) -> str:
    """Return a cell as it was before ``_inert``."""
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip().startswith(FORMULA_SIGNS) else cell


def next_ids(prefix: str, width: int, taken: Iterable[str]) -> Iterator[str]:
    """Yield new ids such as ``P001``, after the highest that is taken."""
    used = set(taken)
    numbers = [one[len(prefix) :] for one in used if one.startswith(prefix)]
    number = max((int(text) for text in numbers if text.isascii() and text.isdecimal()), default=0)
    while True:
        number += 1
        made = f"{prefix}{number:0{width}}"
        if made not in used:
            yield made


def change_lines(changes: Iterable[Change]) -> Iterator[str]:
    """Yield each change as ``P012 title: 副主任 → 主任``."""
    for change in changes:
        yield without_numbers(f"{change.key} {change.column}: {change.old or '—'} → {change.new}")
