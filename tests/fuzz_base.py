"""The small scenario that the inputs of the fuzz tests change, and the calls that read it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import tiny_scenario
from allocator.model.reading.yaml_file import parse_yaml

Calls = list[list[str]]
#: One in so many inputs that `check` takes is solved, too.
SOLVED = 8

BASE_SCENARIO = dedent(tiny_scenario.SCENARIO).lstrip()
BASE_RULES = dedent(tiny_scenario.RULES).lstrip()
BASE_TABLES = {name: dedent(text).lstrip() for name, text in tiny_scenario.TABLES.items()} | {
    "indicators.csv": "subject,indicator,period,value\nU1,clues,2025,4.5\nU2,clues,2026,3\n",
    "scores-fit.csv": ",G1,G2\nP1,3,4\nP2,5,\n",
    "absences.csv": "person,from,to,why\nP8,2026-02-01,2026-03-01,培训\n",
    "wishes.csv": "item,slot,role,period,weight\nP1,G1,lead,2026,3\n",
    "identities.csv": "name,person,answer\n张伟,P3,same_as\n",
}

#: Tables that every input has; the others are there where they are changed.
ALWAYS = frozenset(
    f"{name}.csv" for name in ("units", "people", "groups", "cases", "postings", "ties", "links")
)


def loaded(text: str) -> Any:
    """Return YAML as data."""
    return parse_yaml(text.encode(), "base.yaml").data


def write(folder: Path, changes: Mapping[str, bytes | str]) -> Path:
    """Write the scenario into a folder, with some files changed or added; return the scenario's folder."""
    place = folder / "tiny"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    files = {"scenario.yaml": BASE_SCENARIO, "tiny-rules.yaml": BASE_RULES, **BASE_TABLES, **changes}
    for name, text in files.items():
        if name in changes or name not in BASE_TABLES or name in ALWAYS:
            (place / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
    return place


def checked(place: Path, draw: Random) -> Calls:
    """Return a check, as JSON now and then, and a solve of some that pass it."""
    check = ["check", str(place), *(["--json"] if draw.random() < 0.3 else [])]
    if draw.randrange(SOLVED):
        return [check]
    json_too = ["--json"] if draw.random() < 0.3 else []
    return [check, ["solve", str(place), "--time-limit", "0.5", "--workers", "1", *json_too]]
