"""Scenarios as Excel workbooks: written from a folder or a starter, and checked cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from pathlib import Path

from allocator.api.judging import examine
from allocator.api.scenarios import bundled_scenarios, checked_name, load, scenario_copy, starter_files
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.reading import SoundPart, read_sound_part
from allocator.model.reading.files import TABLE_BYTES, atomic_write, read_bytes
from allocator.model.reading.scenario_location import CHECKED, locate
from allocator.model.text import Language, Text
from allocator.rules.rule_sheets import scenario_rulebook
from allocator.workbook.marking import marked_copy
from allocator.workbook.scenario_book import WrittenBook, write_scenario

SUFFIX = ".xlsx"


def create_workbook(path: Path, like: str = "", *, language: Language = "en") -> tuple[Path, WrittenBook]:
    """Write a scenario as a workbook with drop-downs, notes and rules as sentences.

    Args:
        path: The file, which must not exist; its name without ``.xlsx`` is the name of the scenario.
        like: Id of a bundled scenario, or a folder with a scenario; empty for a starter with example rows.
        language: Language of the sheets.

    Returns:
        The file, and what it holds.

    Raises:
        InputError: The file exists or cannot be written, its name is not valid for a scenario, or there is no
            such scenario.
    """
    path = path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX)
    name = checked_name(path.with_suffix(""))
    if path.exists():
        raise InputError([Fault(Text(zh="已存在", en="exists already"), shorten(path, 200))])
    if like:
        book = scenario_workbook(_folder_of(like), name, language=language)
    else:
        with as_file(files("allocator.api").joinpath("starter")) as folder:
            book = write_scenario(load(folder), starter_files(name), language, example=True)
    atomic_write(book.content, path)
    return path, book


def scenario_workbook(folder: Path, name: str = "", *, language: Language = "en") -> WrittenBook:
    """Return a scenario as a workbook.

    The workbook has the digest of the folder that it stands for: a plan of one verifies against the other.

    Args:
        folder: The scenario, a folder with CSV tables.
        name: Name of the scenario in the workbook; empty for its own.
        language: Language of the sheets.

    Raises:
        InputError: The scenario cannot be read.
    """
    return write_scenario(load(folder), scenario_copy(folder, name), language)


@dataclass(frozen=True)
class CheckedWorkbook:
    """The result of checking a workbook.

    Attributes:
        copy: The marked copy; None if none was written.
        faults: The faults, and the doubts (``is_doubt``).
        taken: The number of rows without a fault by sheet.
        rows: The number of rows by sheet.
    """

    copy: Path | None
    faults: tuple[Fault, ...]
    taken: Mapping[str, int]
    rows: Mapping[str, int]

    @property
    def is_clean(self) -> bool:
        """Whether there is no fault; there may be doubts."""
        return all(fault.is_doubt for fault in self.faults)


def tables_workbook(path: Path) -> Path | None:
    """Return the workbook that holds the tables of a scenario; None if they are CSV files.

    Args:
        path: The scenario: a folder, its ``scenario.yaml``, or a workbook.

    Raises:
        InputError: There is no scenario at ``path``, or its folder holds several workbooks.
    """
    return locate(path).workbook


def check_workbook(path: Path, *, language: Language = "en", with_copy: bool = True) -> CheckedWorkbook:
    """Check a workbook with its rules, and write a copy with the faults marked at their cells.

    The copy lies beside the workbook as ``NAME.checked.xlsx``; of such a copy, it is the file itself. It is
    written if there is anything to mark, or an earlier copy whose marks are to go.

    Args:
        path: The workbook.
        language: Language of the marks.
        with_copy: Whether the copy is written.

    Raises:
        InputError: The workbook cannot be read at all, or the copy cannot be written.
    """
    part = read_sound_part(path)
    faults = (*part.faults, *_further_faults(part))
    copy = path if path.name.endswith(CHECKED) else path.with_name(path.stem + CHECKED)
    is_written = with_copy and (bool(faults) or copy.exists())
    if is_written:
        content = read_bytes(path, path.name, TABLE_BYTES)
        atomic_write(marked_copy(content, path.name, faults, language), copy)
    return CheckedWorkbook(copy if is_written else None, faults, part.taken, part.rows)


def _further_faults(part: SoundPart) -> tuple[Fault, ...]:
    """Return the faults of the rules, and the doubts of a scenario without faults."""
    if part.scenario is None:
        return ()
    if part.faults:
        return tuple(scenario_rulebook(part.scenario).faults)
    try:
        doubts = examine(part.scenario).doubts
    except InputError as error:
        return error.faults
    return tuple(replace(doubt, is_doubt=True) for doubt in doubts)


def _folder_of(like: str) -> Path:
    known = bundled_scenarios()
    if like in known:
        return known[like]
    if Path(like).is_dir():
        return Path(like)
    message = Text(zh="没有此示例场景，也没有此文件夹", en="there is no such scenario and no such folder")
    close = nearest(like, known) or nearest(Path(like).name, known)
    raise InputError([Fault(message, "--like", found=shorten(like), allowed=", ".join(known), nearest=close)])
