"""Imports rosters into the workbook of a scenario: into its sheets, or into a new one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from allocator.api.scenarios import load
from allocator.api.workbooks import SUFFIX
from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.book_tables import BookTable, BookTables, has_tables, read_book_tables
from allocator.model.reading.files import TABLE_BYTES, atomic_write, read_bytes, unwritable_fault
from allocator.model.reading.scenario_location import CHECKED, SCENARIO_FILE, file_names
from allocator.model.reading.workbook_sheets import TITLES
from allocator.model.tables import TABLES
from allocator.model.text import Language, Text
from allocator.workbook.scenario_book import write_scenario
from allocator.workbook.sheet_merging import MergedRows, merged_workbook

if TYPE_CHECKING:
    from allocator.intake.import_outcome import Imported

_OTHER_BOOKS = (".xls", ".xlsm", ".xlsb", ".xltx", ".xltm", ".ods", ".et", ".csv")
_NO_SCENARIO = Text(
    zh="不是方案的工作簿（没有“设置”表）；请另给一个新的文件名",
    en="is no workbook of a scenario (it has no sheet Settings): give the name of a new one",
)
_SEVERAL = Text(
    zh="有几个方案的工作簿，请用 --into 指明一个",
    en="holds several workbooks of scenarios: name one of them with --into",
)
_HIDDEN = Text(
    zh="文件夹里的工作簿有场景的表，却没有“设置”表：写成 CSV 后它就不再读入；请一并导入它，或换一个文件夹",
    en="has a workbook with tables and no sheet Settings, which would no longer be read beside CSV files:"
    " import it too, or use another folder",
)
_OTHER = Text(
    zh="不能导入到这种文件；请写 .xlsx 或文件夹", en="is no file to import into: write .xlsx or a folder"
)
_MARKED = Text(
    zh="是标出问题的副本；请导入到工作簿本身", en="is a marked copy: import into the workbook itself"
)


def target_workbook(target: Path, files: Sequence[Path]) -> Path | None:
    """Return the workbook into which an import goes; None for the folder of CSV files.

    Raises:
        InputError: The target is a file of another sort, one of the imported files, or a folder of several.
    """
    if target.is_dir():
        return _workbook_of(target, files)
    suffix = target.suffix.lower()
    if suffix in _OTHER_BOOKS:
        allowed = f"FOLDER, NAME{SUFFIX}"
        raise InputError([Fault(_OTHER, shorten(target, 200), found=suffix, allowed=allowed)])
    if suffix != SUFFIX:
        return None
    if target.name.lower().endswith(CHECKED):
        near = target.name[: -len(CHECKED)] + SUFFIX
        raise InputError([Fault(_MARKED, shorten(target, 200), nearest=shorten(near))])
    if any(_is_one(target, file) for file in files):
        message = Text(
            zh="既是花名册，又是要导入到的工作簿；请另给一个文件名",
            en="is the roster and the workbook to import into at once: give another name",
        )
        raise InputError([Fault(message, shorten(target, 200))])
    return target


def _workbook_of(folder: Path, files: Sequence[Path]) -> Path | None:
    """Return the workbook that holds the tables of a folder; None if it has CSV files, or no tables yet."""
    if any((folder / f"{table}.csv").exists() for table in TABLES):
        return None
    others = [
        path
        for name in file_names(folder)
        if (path := folder / name).suffix.lower() == SUFFIX
        and not path.name.endswith(CHECKED)
        and not any(_is_one(path, file) for file in files)
        and has_tables(path)
    ]
    books = [path for path in others if read_book_tables(path) is not None]
    hidden = [path.name for path in others if path not in books]
    if hidden and not books:
        raise InputError([Fault(_HIDDEN, shorten(folder, 100), found=shorten(", ".join(hidden)))])
    if len(books) > 1:
        listed = ", ".join(book.name for book in books)
        raise InputError([Fault(_SEVERAL, shorten(folder, 100), found=shorten(listed))])
    return books[0] if books else None


def _is_one(path: Path, other: Path) -> bool:
    """Whether two paths are one file."""
    return path.resolve() == other.resolve()


def import_into_workbook(
    files: Sequence[Path], path: Path, name: str, year: int, language: Language, *, preview: bool
) -> Imported:
    """Read rosters and merge them with the sheets of a workbook; a new one is written like that of a folder.

    Args:
        files: The rosters and forms.
        path: The workbook.
        name: Name of the scenario if it is new.
        year: First year of the horizon if it is new.
        language: Language of the sheets if it is new.
        preview: Whether nothing is written.

    Raises:
        InputError: As ``import_files`` says.
    """
    book = read_book_tables(path) if path.exists() else None
    if book is not None:
        return _merge(files, book, name, year, preview=preview)
    if path.exists():
        raise InputError([Fault(_NO_SCENARIO, shorten(path, 200))])
    from allocator.intake.import_notes import NOTES_FILE
    from allocator.intake.importer import SheetTarget, import_rosters
    from allocator.intake.scenario_tables import UNREAD_FILE

    imported = import_rosters(files, path.parent, name, year, SheetTarget(path))
    beside = {file: text for file, text in imported.contents.items() if file in (NOTES_FILE, UNREAD_FILE)}
    if not preview:
        inside = {file: text for file, text in imported.contents.items() if file not in beside}
        content = _new_workbook(inside, name, language)
        write_beside({**beside, **({path.name: content} if content else {})}, path.parent)
    titles = {table: f"{path.name}:{TITLES[table](language)}" for table in (*TABLES, "settings", "rules")}
    return _with_titles(imported, titles)


def _new_workbook(contents: Mapping[str, bytes], name: str, language: Language) -> bytes:
    """Return the workbook of a new scenario from the files of a folder; empty if nobody could be loaded."""
    if SCENARIO_FILE not in contents:
        return b""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / name
        write_beside(contents, folder)
        return write_scenario(load(folder), contents, language).content


def _merge(files: Sequence[Path], book: BookTables, name: str, year: int, *, preview: bool) -> Imported:
    """Merge rosters with the sheets of a workbook."""
    from allocator.intake.importer import SheetTarget, import_rosters
    from allocator.intake.scenario_tables import KEYS, sheet_table

    path = book.path
    there = {table: book.tables.get(table, BookTable("")) for table in KEYS}
    tables = {table: sheet_table(table, one.label, [*one.places], one.rows) for table, one in there.items()}
    before = {table: [dict(row) for row in one.rows] for table, one in tables.items()}
    imported = import_rosters(files, path.parent, name, year, SheetTarget(path, tables, book.spec))
    merged = {
        table: MergedRows(one.columns, one.rows, before[table])
        for table, one in tables.items()
        if one.is_changed
    }
    if not preview:
        content = read_bytes(path, path.name, TABLE_BYTES)
        made = {path.name: merged_workbook(book, content, merged)} if merged else {}
        write_beside({**imported.contents, **made}, path.parent)
    titles = {table: one.label or f"{path.name}:{table}" for table, one in there.items()}
    return _with_titles(imported, titles)


def _with_titles(imported: Imported, titles: Mapping[str, str]) -> Imported:
    """Return the outcome of an import with the sheets of a workbook in place of files."""
    from allocator.intake.new_scenario import PACK

    names = {f"{table}.csv": title for table, title in titles.items()}
    names |= {SCENARIO_FILE: titles.get("settings", ""), f"{PACK}.yaml": titles.get("rules", "")}
    files = tuple(replace(one, name=names.get(one.name) or one.name) for one in imported.files)
    return replace(imported, files=files)


def write_beside(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write files into a folder, which is made if it does not exist.

    Raises:
        InputError: The folder or a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError([unwritable_fault(error, folder)]) from None
    for file, content in contents.items():
        atomic_write(content, folder / file)
