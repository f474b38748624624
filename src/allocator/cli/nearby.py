"""Scenarios that lie near a plan: from here and from the plan upwards, the one that it was made for first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import islice
from pathlib import Path

from allocator.model.plan import ScenarioRef

_FILE = "scenario.yaml"
_ID = re.compile(rb"""^(?:\xef\xbb\xbf)?scenario:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))""", re.MULTILINE)
#: How many entries of a folder are looked at, and how many bytes of a file for the name of its scenario.
_ENTRIES, _HEAD = 2_000, 64 * 2**10


def scenarios_near(wanted: ScenarioRef, plan: Path) -> list[Path]:
    """Return the folders near a plan that hold a scenario of the name it gives.

    Looked at are the working directory, the folder of the plan and those above it, each with the folders in
    it and in its ``scenarios``. Those whose files are what the plan lists come first, then the nearest.

    Args:
        wanted: What the plan says of its scenario.
        plan: The file of the plan.
    """
    named = [place for place in _places(plan) if _name(place) == wanted.name]
    return sorted(named, key=lambda place: not _is_same(place, wanted))


def _places(plan: Path) -> Iterable[Path]:
    """Return the folders with a scenario, each once, in the order in which they are looked at."""
    found: dict[Path, None] = {}
    for folder in dict.fromkeys((Path().resolve(), *plan.resolve().parents)):
        for place in (folder, *_folders(folder / "scenarios"), *_folders(folder)):
            if _is_scenario(place):
                found.setdefault(place)
    return found


def _folders(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(entry for entry in islice(folder.iterdir(), _ENTRIES) if entry.is_dir())
    except OSError:  # it is not there, or nobody may look into it
        return


def _is_scenario(place: Path) -> bool:
    try:
        return (place / _FILE).is_file()
    except OSError:
        return False


def _name(place: Path) -> str | None:
    """Return the name of the scenario in a folder, as far as it can be told without reading all of it."""
    try:
        with (place / _FILE).open("rb") as stream:
            found = _ID.search(stream.read(_HEAD))
    except OSError:
        return None
    if found is None:
        return None
    return next(part for part in found.groups() if part is not None).decode("utf-8", "replace").strip()


def _is_same(place: Path, wanted: ScenarioRef) -> bool:
    """Whether the files of a folder are those that a plan lists; rule packs may lie elsewhere."""
    here = {name: place / name for name in wanted.files if (place / name).parent == place}
    there = {name: path for name, path in here.items() if path.is_file()}
    return bool(there) and all(_digest(path) == wanted.files[name] for name, path in there.items())


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
