"""Pastes the ways out that ``explain`` prints, as a person would: into the named file, at the named place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Printed:
    """Text to paste, as it is printed in English: the file, the place and the lines."""

    file: str
    place: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """A way out, as it is printed."""

    cost: int
    is_cheapest: bool
    pastes: tuple[Printed, ...]


def ways_out(text: str) -> list[Way]:
    """Return the ways out in the English output of ``explain``."""
    found = []
    for block in re.split(r"(?m)^way out \d+, ", text)[1:]:
        [cost] = re.findall(r"\Acost (\d+) ", block)
        pastes, lines = [], list[str]()
        for line in block.splitlines()[1:]:
            if head := re.fullmatch(r"  paste into ([^,]+), (.+):", line):
                lines = []
                pastes.append((*head.groups(), lines))
            elif line.startswith("    ") and pastes:
                lines.append(line[4:])
            elif not line.startswith("  "):
                break
        printed = tuple(Printed(file, place, tuple(lines)) for file, place, lines in pastes)
        found.append(Way(int(cost), "not proved" not in block.splitlines()[0], printed))
    return found


def paste(folder: Path, way: Way) -> None:
    """Paste a way out into the files of a folder."""
    for one in way.pastes:
        _paste(folder / one.file, one)


def _paste(path: Path, one: Printed) -> None:
    written = path.read_text("utf-8").splitlines()
    number = re.search(r"\bline (\d+)", one.place)
    if one.place.startswith("at the end"):
        written += one.lines
    elif number and "in place of" in one.place:
        k = int(number[1]) - 1
        old = re.search(r"in place of `(.+)`", one.place)
        new = one.lines[0].strip()
        written[k] = written[k].replace(old[1], new) if old else one.lines[0]
        assert new in written[k], (written[k], old)
    elif number:
        k = int(number[1])
        written[k:k] = one.lines
    else:
        raise AssertionError(one.place)
    path.write_text("\n".join(written) + "\n", "utf-8")
