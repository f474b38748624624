"""Scenarios as Excel workbooks: written from a folder or a starter, and checked cell by cell."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from allocator.api.scenarios import bundled_scenarios, checked_name, load, scenario_copy, starter_files
from allocator.errors import Fault, InputError, nearest, shorten
from allocator.model.reading.files import atomic_write
from allocator.model.text import Language, Text
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


def _folder_of(like: str) -> Path:
    known = bundled_scenarios()
    if like in known:
        return known[like]
    if Path(like).is_dir():
        return Path(like)
    message = Text(zh="没有此示例场景，也没有此文件夹", en="there is no such scenario and no such folder")
    close = nearest(like, known) or nearest(Path(like).name, known)
    raise InputError([Fault(message, "--like", found=shorten(like), allowed=", ".join(known), nearest=close)])
