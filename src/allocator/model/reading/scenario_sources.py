"""Sources of a scenario, a folder or a workbook, which return the YAML text and one table at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

from allocator.errors import Fault, InputError
from allocator.model.notation import Words
from allocator.model.reading.files import TABLE_BYTES, read_text
from allocator.model.reading.headers import chinese_headers, standard_names
from allocator.model.reading.reference_labels import (
    LABELLED,
    NAME_COLUMNS,
    EntityLabels,
    entity_names,
    header_line,
)
from allocator.model.reading.scenario_location import (
    SCENARIO_FILE,
    SCORES,
    Location,
    misnamed_table,
    misnamed_tables,
)
from allocator.model.reading.settings_sheets import SettingsReader, own_sheets
from allocator.model.reading.table_files import SCENARIO_SHEET, Workbook, csv_lines, read_workbook
from allocator.model.reading.table_grid import TableSource
from allocator.model.reading.workbook_files import TableForm, read_files
from allocator.model.reading.workbook_sheets import FILES_SHEET, OWN_SHEETS, as_written, width
from allocator.model.reading.yaml_file import YamlDocument, parse_yaml, read_yaml
from allocator.model.scenario import RuleSheets
from allocator.model.tables import TABLES, columns, required_columns
from allocator.model.text import Text


@dataclass(frozen=True)
class TableText(TableSource):
    """A table as text, with the name and the SHA-256 of its file; of a sheet, the file that it stands for."""

    digest_name: str
    sha256: str
    content: bytes = field(default=b"", repr=False)


class FolderSource:
    """CSV files beside a ``scenario.yaml``."""

    stands_for_folder = False
    #: No column of a CSV file has labels.
    labelled: Mapping[str, tuple[str, ...]] = {}

    def __init__(self, location: Location) -> None:
        self._location = location
        self._left = TABLE_BYTES
        self.tables = location.tables
        self.scores = location.scores

    def document(self) -> YamlDocument:
        """Return the parsed ``scenario.yaml``.

        Raises:
            InputError: The file cannot be read or is not plain YAML.
        """
        return read_yaml(self._location.folder / SCENARIO_FILE, SCENARIO_FILE)

    def take_words(self, headers: Mapping[str, Mapping[str, str]], words: Words | None) -> None:
        """Take the scenario's own headers and words, which nothing here needs."""

    def misnamed_tables(self) -> Iterator[Fault]:
        """Yield a fault for each file that looks like a table under a wrong name."""
        yield from misnamed_tables(self._location)

    def own_headers(self, table: str) -> Mapping[str, str]:
        """Return no headers: those of a CSV file are its columns."""
        return {}

    def written_headers(self, table: str) -> Collection[str]:
        """Return no headers: the program writes none into a CSV file but the names of columns."""
        return ()

    def rules(self) -> None:
        """Return None: the rules of a folder are files."""

    def read(self, table: str) -> TableText:
        """Return a table.

        Raises:
            InputError: The file cannot be read, or all tables together are too large.
        """
        name = f"{table}.csv"
        file = read_text(self._location.folder / name, name, TABLE_BYTES)
        self._left -= len(file.text)
        if self._left < 0:
            size = f"{TABLE_BYTES // 2**20} MiB"
            text = Text(
                zh=f"与前面的表合计超过 {size}", en=f"with the tables before it is larger than {size}"
            )
            raise InputError([Fault(text, name)])
        return TableText(table, name, csv_lines(file.text, name), {}, name, file.sha256)


class WorkbookSource:
    """Sheets of a workbook; the scenario is the text in its sheet ``scenario`` or lies beside it.

    A workbook with a sheet of settings stands for a folder: its digests are those of the folder's files.
    """

    def __init__(self, location: Location, book: Workbook) -> None:
        self._location = location
        self._book = book
        self.stands_for_folder = own_sheets(book.sheets)
        self._files = read_files(book.sheets.get(FILES_SHEET, ()))
        self.tables = tuple(table for table in TABLES if table in book.sheets and self._is_there(table))
        self.scores = tuple(name for name in sorted(book.sheets) if name.startswith(SCORES))
        self._headers: Mapping[str, Mapping[str, str]] = {}
        self._words: Words | None = None
        #: The columns in which labels stood for ids, by sheet.
        self.labelled: dict[str, tuple[str, ...]] = {}

    def take_words(self, headers: Mapping[str, Mapping[str, str]], words: Words | None) -> None:
        """Take the scenario's own headers by table and its roles and grades, before any table is read."""
        self._headers, self._words = headers, words

    @cached_property
    def _labels(self) -> EntityLabels:
        """The labels of the rows, from sheets of which no row has been read yet."""
        sheets = {table: self._book.sheets.get(table, ()) for table in NAME_COLUMNS}
        return EntityLabels(
            {
                table: [(as_written(one), as_written(name)) for one, name in self._names(table, rows)]
                for table, rows in sheets.items()
            },
            self._words,
        )

    def _names(self, table: str, rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
        return entity_names(table, rows, self._headers.get(table, {}))

    def document(self) -> YamlDocument:
        """Return the parsed ``scenario.yaml``.

        Raises:
            InputError: The text cannot be read or is not plain YAML.
        """
        if self.stands_for_folder:
            sheets = {sheet: self._book.sheets[sheet] for sheet in OWN_SHEETS if sheet in self._book.sheets}
            labels = {sheet: self._book.label_of(sheet) for sheet in OWN_SHEETS}
            written = self._files.texts.get(SCENARIO_FILE)
            return SettingsReader(_as_written(sheets), labels).document(written)
        text = self._book.scenario_text
        if text is None:
            return read_yaml(self._location.folder / SCENARIO_FILE, SCENARIO_FILE)
        return parse_yaml(text.encode("utf-8", "replace"), f"{self._book.label}:{SCENARIO_SHEET}")

    def misnamed_tables(self) -> Iterator[Fault]:
        """Yield a fault for each sheet that looks like a table under a wrong name."""
        for name in self._book.others:
            yield from misnamed_table(f"{self._book.label}:{name}", name)

    def read(self, table: str) -> TableText:
        """Return a table."""
        book = self._book
        file = book.label_of(table)
        if not self.stands_for_folder:
            return TableText(table, file, book.lines(table), book.wide[table], book.label, book.sha256)
        labels = self._labels
        lines = [(number, [*map(as_written, cells)]) for number, cells in book.lines(table)]
        self._read_labels(table, lines, labels)
        if not book.wide[table] and table in TABLES:
            self._leave_out_unused(table, lines)
        name = f"{table}.csv"
        content = self._content(table, [cells for _, cells in lines if any(cells)])
        digest = sha256(content).hexdigest()
        return TableText(table, file, lines, book.wide[table], name, digest, content)

    def _is_there(self, table: str) -> bool:
        """Whether the folder has a table: it had the file, or the sheet has a row below its header."""
        if not self.stands_for_folder or table in self._files.forms:
            return True
        return sum(any(map(str.strip, cells)) for cells in self._book.sheets[table]) > 1

    def _read_labels(self, table: str, lines: Sequence[tuple[int, list[str]]], labels: EntityLabels) -> None:
        """Replace the labels of a table by the ids for which they stand, in place."""
        own, form = self._headers.get(table, {}), self._files.forms.get(table)
        rows = [cells for _, cells in lines if any(cells)]
        if table not in TABLES or not rows:
            return
        header = rows.pop(start := header_line(table, rows, own))
        found = []
        for place, column in enumerate(standard_names(table, [cell.strip() for cell in header], own)):
            read = labels.reader(table, column)
            if read is None or (form is not None and column in form.verbatim):
                continue
            is_read = False
            for cells in rows[start:]:
                if place < len(cells) and (made := read(cells[place])) != cells[place]:
                    cells[place], is_read = made, True
            if is_read and (table, column) in LABELLED:
                found.append(header[place].strip())
        if found:
            self.labelled[self._book.label_of(table)] = tuple(found)

    def _leave_out_unused(self, table: str, lines: Sequence[tuple[int, list[str]]]) -> None:
        """Remove the columns that the file had not and that no row fills; required ones stay."""
        header = next((cells for _, cells in lines if any(cells)), [])
        form = self._files.forms.get(table)
        kept = {*(form.shown if form else ()), *required_columns(table)}
        names = standard_names(table, header, self.own_headers(table))
        unused = [k for k, word in enumerate(header) if word not in kept and names[k] not in kept]
        for _, cells in lines:
            unused = [k for k in unused if k >= len(cells) or not cells[k] or cells is header]
        for _, cells in lines:
            for k in reversed(unused):
                del cells[k : k + 1]

    def own_headers(self, table: str) -> Mapping[str, str]:
        """Return the headers that the sheet shows for columns beyond the standard ones."""
        return self._files.own_headers(table)

    def written_headers(self, table: str) -> Collection[str]:
        """Return the headers that the program writes into the sheet of a table, which are not told."""
        if not self.stands_for_folder or table not in TABLES:
            return ()
        form = self._files.forms.get(table)
        usual = [word for one in columns(table) for word in chinese_headers(table, one)[:1]]
        english = [one.replace("_", " ").capitalize() for one in columns(table)]
        return {*(form.shown if form else ()), *usual, *english}

    def _content(self, table: str, rows: Sequence[Sequence[str]]) -> bytes:
        """Return the content of the CSV file for which a sheet stands."""
        if not rows:
            return b""
        wide = width(rows[:1])
        header, *body = ((*row[:wide], *[""] * (wide - len(row))) for row in rows)
        form = self._files.forms.get(table) or TableForm((), ())
        if tuple(header) == form.shown:
            return form.write(body)
        return form.write(body, standard_names(table, header, self.own_headers(table)))

    def rules(self) -> RuleSheets | None:
        """Return the sheets of rules; None for a workbook whose rules are files."""
        if not self.stands_for_folder:
            return None
        sheets = {
            sheet: self._book.sheets[sheet] for sheet in ("rules", "waivers") if sheet in self._book.sheets
        }
        labels = {sheet: self._book.label_of(sheet) for sheet in ("rules", "waivers")}
        packs = {name: text for name, text in self._files.texts.items() if name != SCENARIO_FILE}
        return RuleSheets(_as_written(sheets), labels, packs)


def _as_written(sheets: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, list[list[str]]]:
    return {name: [[*map(as_written, row)] for row in rows] for name, rows in sheets.items()}


def open_source(location: Location, *, tables: bool = True) -> FolderSource | WorkbookSource:
    """Return the source of the scenario at ``location``.

    Args:
        location: The place of the scenario.
        tables: Whether the tables of a workbook are read, or only its sheet ``scenario``.

    Raises:
        InputError: The workbook cannot be read.
    """
    if location.workbook is None:
        return FolderSource(location)
    return WorkbookSource(location, read_workbook(location.workbook, tables=tables))


def read_document(source: FolderSource | WorkbookSource, location: Location) -> YamlDocument:
    """Return the parsed ``scenario.yaml``, with a clear fault if the file is missing.

    Raises:
        InputError: There is no ``scenario.yaml``, or the file is not plain YAML.
    """
    try:
        return source.document()
    except InputError as error:
        if SCENARIO_FILE in location.names or location.workbook:
            raise
        near = [name for name in location.names if name.lower().endswith((".yaml", ".yml"))]
        text = Text(zh="文件夹里没有 scenario.yaml", en="the folder has no scenario.yaml")
        fault = Fault(text, SCENARIO_FILE, found=", ".join(near) or None)
        raise InputError([fault]) from error
