"""Finds the files of a scenario: its folder, its tables, or the workbook that holds the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from allocator.errors import Fault, InputError, shorten
from allocator.messages.os import os_text
from allocator.model.reading.files import missing
from allocator.model.tables import TABLES
from allocator.model.text import Text

SCENARIO_FILE = "scenario.yaml"
#: The prefix of the names of score tables.
SCORES = "scores-"
#: The end of the name of a marked copy.
CHECKED = ".checked.xlsx"
_STRAY_LIKENESS = 0.75
_MACRO_BOOKS = (".xlsm", ".xlsb", ".xltm", ".xlam")
#: Files that other programs leave in a folder: locks of Excel, WPS and LibreOffice, and files of the desktop.
_LITTER = re.compile(r"~\$.*|\.~.*|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini", re.IGNORECASE | re.DOTALL)
_LIKE_SCORES = re.compile(r"scores?[-_ ]+(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Location:
    """The place of a scenario.

    Attributes:
        folder: The folder of the scenario.
        names: Names of the files in the folder, sorted; without the locks of other programs.
        workbook: The workbook that holds the tables; None if the tables are CSV files.
    """

    folder: Path
    names: tuple[str, ...]
    workbook: Path | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables with a CSV file, in their standard order."""
        return tuple(table for table in TABLES if f"{table}.csv" in self.names)

    @property
    def scores(self) -> tuple[str, ...]:
        """Names of the score tables with a CSV file, ``scores-NAME`` each, in order."""
        stems = (name.removesuffix(".csv") for name in self.names if name.endswith(".csv"))
        return tuple(stem for stem in stems if stem.startswith(SCORES))


def locate(path: Path) -> Location:
    """Return the place of the scenario at ``path``.

    Args:
        path: A folder, its ``scenario.yaml``, or a workbook (``.xlsx``).

    Raises:
        InputError: There is no scenario at ``path``; the fault names the nearest file beside it.
    """
    try:
        if path.is_dir():
            return _folder(path)
        if path.is_file() and path.suffix.lower() == ".xlsx":
            return Location(path.parent, file_names(path.parent), path)
        if path.is_file() and path.name == SCENARIO_FILE:
            return _folder(path.parent)
        if path.is_file() and path.suffix.lower() in _MACRO_BOOKS:
            raise _error(
                path, "是含宏的工作簿；请另存为不含宏的 .xlsx", "is a workbook with macros; save it as .xlsx"
            )
        raise _not_found(path)
    except (OSError, ValueError) as error:
        why = os_text(error)
        raise _error(path, f"无法读取（{why.zh}）", f"cannot be read ({why.en})") from None


def misnamed_tables(location: Location) -> Iterator[Fault]:
    """Yield a fault for every CSV file whose name only resembles that of a table."""
    for name in location.names:
        stem, _, suffix = name.rpartition(".")
        if suffix.lower() == "csv" and name not in {f"{table}.csv" for table in TABLES}:
            yield from misnamed_table(name, stem, ".csv")


def misnamed_table(shown: str, name: str, suffix: str = "") -> Iterator[Fault]:
    """Yield a fault if ``name`` only resembles the name of a table; the fault shows ``shown``."""
    if name.startswith(SCORES):
        return
    close = get_close_matches(name.strip().lower()[:100], TABLES, n=1, cutoff=_STRAY_LIKENESS)
    if spelt := _LIKE_SCORES.fullmatch(name.strip()):
        close = [SCORES + spelt[1]]
    if close:
        text = Text(zh="不是场景的表，但名称相近", en="is no table of a scenario, but nearly named like one")
        yield Fault(text, shorten(shown), nearest=close[0] + suffix)


def _folder(folder: Path) -> Location:
    names = file_names(folder)
    location = Location(folder, names)
    books = [name for name in names if name.lower().endswith(".xlsx") and not _is_copy(name, names)]
    if location.tables or not books:
        return location
    if len(books) > 1:
        text = Text(zh="有多个工作簿，请指明一个", en="holds several workbooks; name one of them")
        raise InputError([Fault(text, shorten(folder), found=shorten(", ".join(books)))])
    return Location(folder, names, folder / books[0])


def _is_copy(name: str, names: tuple[str, ...]) -> bool:
    """Whether a workbook is the marked copy of another in the same folder."""
    return name.endswith(CHECKED) and f"{name.removesuffix(CHECKED)}.xlsx" in names


def file_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the files of a folder, sorted, without the locks of other programs."""
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name for name in names if not _LITTER.fullmatch(name)))


def _not_found(path: Path) -> InputError:
    if path.exists():
        text = Text(zh="不是场景：须为文件夹、scenario.yaml 或 .xlsx", en="is no scenario")
        return InputError([Fault(text, shorten(path), allowed="FOLDER, FOLDER/scenario.yaml, NAME.xlsx")])
    return InputError([missing(path, shorten(path, 200))])


def _error(path: Path, zh: str, en: str) -> InputError:
    return InputError([Fault(Text(zh=zh, en=en), shorten(path, 200))])
