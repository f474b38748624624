"""The scenarios that come with the program, with their rule packs: which there are, and copies of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import allocator
from allocator.api.loading import load
from allocator.model.reading.locate import SCENARIO_FILE
from allocator.rules.packs import read_rulebook

#: Where an installed package has ``scenarios`` and ``rules``; in a checkout both are at its top.
INSTALLED = "bundled"
#: A name that YAML reads as it stands; any other is quoted.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_NAMED = re.compile(r"^scenario:[^\n]*$", re.MULTILINE)


def bundled_scenarios() -> Mapping[str, Path]:
    """Return the folder of each scenario that comes with the program, by id; none if they were left out."""
    return {file.parent.name: file.parent for file in sorted(_home().glob(f"scenarios/*/{SCENARIO_FILE}"))}


def copied(folder: Path, name: str) -> Mapping[str, bytes]:
    """Return what the files of a copy of a scenario hold, by file name.

    These are the files that a solve reads: ``scenario.yaml``, the tables, and every rule pack in use, those
    that others extend among them, so that the copy needs nothing beside itself.

    Args:
        folder: The scenario's folder, with CSV tables.
        name: What the copy is called.

    Raises:
        InputError: The scenario cannot be read.
    """
    scenario = load(folder)
    files = {file: (folder / file).read_bytes() for file in scenario.files}
    text = files[SCENARIO_FILE].decode("utf-8")
    packs = read_rulebook(scenario.spec.rules, folder).contents
    return {**files, SCENARIO_FILE: named(text, name).encode(), **packs}


def named(text: str, name: str) -> str:
    """Return the text of a ``scenario.yaml`` with another name for the scenario."""
    written = name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)
    return _NAMED.sub(lambda _: f"scenario: {written}", text, count=1)


def _home() -> Path:
    """Return the folder that has ``scenarios`` and ``rules``."""
    package = Path(allocator.__file__).resolve().parent
    installed = package / INSTALLED
    return installed if installed.is_dir() else package.parents[1]
