"""Finds the scenario of a plan: folders and workbooks from here and from the plan upwards, its own first."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from allocator.api.loading import bind, load
from allocator.errors import InputError
from allocator.model.plan import Plan, ScenarioRef
from allocator.model.reading.table_files import scenario_text
from allocator.rules.policy import Policy

_FILE, _BOOK = "scenario.yaml", ".xlsx"
_ID = re.compile(rb"""^(?:\xef\xbb\xbf)?scenario:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))""", re.MULTILINE)
#: How many entries of a folder are looked at, and how many bytes of a file for the name of its scenario.
_ENTRIES, _HEAD = 2_000, 64 * 2**10
#: How many workbooks are opened for the name of their scenario, and how large ones.
_BOOKS, _BOOK_BYTES = 20, 8 * 2**20


#: At most this many scenarios of a plan's name are read in search of the version that it was made for.
MOST_READ = 5


@dataclass(frozen=True)
class FoundPolicy:
    """The result of a search for the scenario of a plan.

    Attributes:
        policy: The scenario with its rules: of the version that the plan was made for if that is near, else
            the nearest; None if none could be read.
        unreadable: The nearest scenario that could not be read, and why.
    """

    policy: Policy | None = None
    unreadable: tuple[Path, InputError] | None = None


def find_policy(plan: Plan, file: Path) -> FoundPolicy:
    """Look for the scenario of a plan near its file and near the working directory."""
    nearest: Policy | None = None
    unreadable: tuple[Path, InputError] | None = None
    for place in plan_scenarios(plan.scenario, file)[:MOST_READ]:
        try:
            policy = bind(load(place))
        except InputError as error:
            unreadable = unreadable or (place, error)
            continue
        if policy.sha256 == plan.scenario.sha256:
            return FoundPolicy(policy)
        nearest = nearest or policy
    return FoundPolicy(nearest, unreadable)


def plan_scenarios(wanted: ScenarioRef, plan: Path) -> list[Path]:
    """Return the folders and workbooks near a plan that hold a scenario of the name it gives.

    Looked at are the working directory, the folder of the plan and those above it, each with the folders in
    it and in its ``scenarios``. Those whose files are what the plan lists come first, then the nearest.

    Args:
        wanted: What the plan says of its scenario.
        plan: The file of the plan.
    """
    listed = [name for name in wanted.files if name.lower().endswith(_BOOK)]
    named = [place for place in _places(plan) if _name(place) == wanted.name]
    if listed or not wanted.files:  # a plan of a folder lists its files, and no workbook is opened
        books = islice(_workbooks(plan, listed), _BOOKS)
        named.extend(book for book in books if _name_in(book) == wanted.name)
    return sorted(named, key=lambda place: not _is_same(place, wanted))


def _places(plan: Path) -> Iterable[Path]:
    """Return the folders with a scenario, each once, in the order in which they are looked at."""
    found: dict[Path, None] = {}
    for folder in _above(plan):
        for place in (folder, *_folders(folder / "scenarios"), *_folders(folder)):
            if _is_scenario(place):
                found.setdefault(place)
    return found


def _workbooks(plan: Path, listed: Collection[str]) -> Iterable[Path]:
    """Return the workbooks that a plan lists, each once, then others beside it and above."""
    found: dict[Path, None] = {}
    for folder in _above(plan):
        for place in (folder, folder / "scenarios", *_folders(folder / "scenarios"), *_folders(folder)):
            books = (place / name for name in listed if (place / name).parent == place)
            found.update((book, None) for book in books if _is_file(book))
    for folder in _above(plan):
        for place in (folder, folder / "scenarios"):
            found.update((book, None) for book in _entries(place) if _is_book(book))
    return found


def _above(plan: Path) -> Iterable[Path]:
    return dict.fromkeys((Path().resolve(), *plan.resolve().parents))


def _folders(folder: Path) -> Iterator[Path]:
    return (entry for entry in _entries(folder) if entry.is_dir())


def _entries(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(islice(folder.iterdir(), _ENTRIES))
    except OSError:  # it is not there, or nobody may look into it
        return


def _is_book(path: Path) -> bool:
    """Whether a file is named as a workbook is, and not as the lock of one."""
    return path.suffix.lower() == _BOOK and not path.name.startswith(("~$", ".")) and _is_file(path)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _is_scenario(place: Path) -> bool:
    return _is_file(place / _FILE)


def _name(place: Path) -> str | None:
    """Return the name of the scenario in a folder, as far as it can be told without reading all of it."""
    try:
        with (place / _FILE).open("rb") as stream:
            return _told(stream.read(_HEAD))
    except OSError:
        return None


def _name_in(book: Path) -> str | None:
    """Return the name of the scenario whose tables are in a workbook; the rest of it may lie beside."""
    try:
        text = scenario_text(book, _BOOK_BYTES)
    except InputError:
        return None
    return _name(book.parent) if text is None else _told(text.encode("utf-8", "replace")[:_HEAD])


def _told(content: bytes) -> str | None:
    found = _ID.search(content)
    if found is None:
        return None
    return next(part for part in found.groups() if part is not None).decode("utf-8", "replace").strip()


def _is_same(place: Path, wanted: ScenarioRef) -> bool:
    """Whether the files of a scenario are those that a plan lists; rule packs may lie elsewhere."""
    if _is_file(place):
        return wanted.files.get(place.name) == _digest(place)
    here = {name: place / name for name in wanted.files if (place / name).parent == place}
    there = {name: path for name, path in here.items() if path.is_file()}
    return bool(there) and all(_digest(path) == wanted.files[name] for name, path in there.items())


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
