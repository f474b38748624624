"""Finds the scenario of a plan in folders and workbooks near the plan and the working directory."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from pathlib import Path

from allocator.api.scenarios import bind, load
from allocator.errors import Fault, InputError, shorten
from allocator.model.plan import Plan, ScenarioRef
from allocator.model.reading import read_spec
from allocator.model.reading.table_files import scenario_text
from allocator.model.text import Text
from allocator.rules.policy import Policy

_FILE, _BOOK = "scenario.yaml", ".xlsx"
_ID = re.compile(rb"""^(?:\xef\xbb\xbf)?scenario:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))""", re.MULTILINE)
#: Most entries of a folder that are searched, and most bytes of a file that are read for the scenario name.
_ENTRIES, _HEAD = 2_000, 64 * 2**10
#: Most workbooks that are opened for the scenario name, and the size limit of each in bytes.
_BOOKS, _BOOK_BYTES = 20, 8 * 2**20


#: Most scenarios of the name in a plan that are read in search of the version in the plan.
MOST_READ = 5


@dataclass(frozen=True)
class FoundPolicy:
    """The result of a search for the scenario of a plan.

    Attributes:
        policy: The bound scenario: the version that the plan was made for if it was found, else the nearest
            version; None if no scenario could be read.
        unreadable: Path and error of the nearest scenario that could not be read.
        place: The folder or workbook of the policy; None without one.
    """

    policy: Policy | None = None
    unreadable: tuple[Path, InputError] | None = None
    place: Path | None = None

    def required(self, plan: Plan, file: str, allowed: str) -> Policy:
        """Return the policy, where nothing can be done without it.

        Args:
            plan: The plan whose scenario was looked for.
            file: Name of the plan in faults.
            allowed: How a call names the scenario.

        Raises:
            InputError: There is none, with the faults of the nearest scenario that could not be read.
        """
        if self.policy is not None:
            return self.policy
        message = Text(zh="未找到方案的场景", en="the scenario of the plan is not at hand")
        fault = Fault(message, file, found=shorten(plan.scenario.name), allowed=allowed)
        raise InputError([fault, *(self.unreadable[1].faults if self.unreadable else ())])


def find_policy(plan: Plan, file: Path) -> FoundPolicy:
    """Look for the scenario of a plan near its file and near the working directory."""
    nearest: tuple[Policy | None, Path | None] = None, None
    unreadable: tuple[Path, InputError] | None = None
    for place in plan_scenarios(plan.scenario, file)[:MOST_READ]:
        try:
            policy = bind(load(place))
        except InputError as error:
            unreadable = unreadable or (place, error)
            continue
        if policy.sha256 == plan.scenario.sha256:
            return FoundPolicy(policy, place=place)
        nearest = nearest if nearest[0] is not None else (policy, place)
    return FoundPolicy(nearest[0], unreadable, nearest[1])


def plan_scenarios(wanted: ScenarioRef, plan: Path) -> list[Path]:
    """Return the folders and workbooks near a plan that hold a scenario of the name in the plan.

    The search covers the working directory, the folder of the plan and all folders above it, each with its
    subfolders and those of its ``scenarios``. Scenarios with the files that the plan lists come first, then
    the nearest.

    Args:
        wanted: The scenario reference in the plan.
        plan: The file of the plan.
    """
    listed = [name for name in wanted.files if name.lower().endswith(_BOOK)]
    named = [place for place in _places(plan) if _name(place) == wanted.name]
    if listed or not any(_is_same(place, wanted) for place in named):
        books = islice(_workbooks(plan, listed), _BOOKS)
        named.extend(book for book in books if _name_in(book) == wanted.name)
    return sorted(named, key=lambda place: not _is_same(place, wanted))


def _places(plan: Path) -> Iterable[Path]:
    """Return the folders with a scenario, each once, in the order of the search."""
    found: dict[Path, None] = {}
    for folder in _above(plan):
        for place in (folder, *_folders(folder / "scenarios"), *_folders(folder)):
            if _is_scenario(place):
                found.setdefault(place)
    return found


def _workbooks(plan: Path, listed: Collection[str]) -> Iterable[Path]:
    """Return the workbooks that a plan lists, each once, then other workbooks beside the plan and above."""
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
    except OSError:  # the folder does not exist or cannot be read
        return


def _is_book(path: Path) -> bool:
    """Whether a file has the name of a workbook, and not that of a lock file."""
    return path.suffix.lower() == _BOOK and not path.name.startswith(("~$", ".")) and _is_file(path)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _is_scenario(place: Path) -> bool:
    return _is_file(place / _FILE)


def _name(place: Path) -> str | None:
    """Return the name of the scenario in a folder, from the first bytes of its ``scenario.yaml``."""
    try:
        with (place / _FILE).open("rb") as stream:
            return _told(stream.read(_HEAD))
    except OSError:
        return None


def _name_in(book: Path) -> str | None:
    """Return the name of the scenario in a workbook, or in the ``scenario.yaml`` beside it."""
    try:
        text = scenario_text(book, _BOOK_BYTES)
    except InputError:
        return None
    if text is None:
        return spec.spec.scenario if (spec := read_spec(book)) else _name(book.parent)
    return _told(text.encode("utf-8", "replace")[:_HEAD])


def _told(content: bytes) -> str | None:
    found = _ID.search(content)
    if found is None:
        return None
    return next(part for part in found.groups() if part is not None).decode("utf-8", "replace").strip()


def _is_same(place: Path, wanted: ScenarioRef) -> bool:
    """Whether the files of a scenario have the digests in a plan; rule packs may lie in other folders."""
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
