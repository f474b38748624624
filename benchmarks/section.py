"""Writes the table into a section of a document, between two markers; the rest of the document stays."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.layout import LEGEND, failures, lacking, markdown, notes, strongest
from benchmarks.outcome import Kept

BEGIN = "<!-- The table of make bench: written by benchmarks/table.py -->"
END = "<!-- The end of the table of make bench -->"
#: Number of rows on the front page.
FRONT_ROWS = 3


def section(kept: Kept, pictures: Mapping[str, str]) -> str:
    """Return the table in Markdown, with its command, the machine and links to pictures."""
    return "\n\n".join(_parts(kept, pictures))


def _parts(kept: Kept, pictures: Mapping[str, str]) -> Iterator[str]:
    outcomes = kept.outcomes
    yield _conditions(kept)
    yield markdown(outcomes, pictures)
    yield f"{LEGEND} A problem links to its costs over time." if pictures else LEGEND
    said = [f"{line}." for line in notes(outcomes)]
    said += [f"{name} did not run: {what}." for name, what in lacking(outcomes).items()]
    said += [f"Failed: {line}." for line in failures(outcomes)]
    if said:
        yield "\n".join(f"- {one}" for one in said)


def front(kept: Kept) -> str:
    """Return the rows in which our lead over the best peer is greatest, with the command of the table."""
    return f"{markdown(strongest(kept.outcomes, FRONT_ROWS))}\n\n{_conditions(kept)} {LEGEND}"


def _conditions(kept: Kept) -> str:
    """Return the command of the table, the seconds of each solver, and the machine."""
    each = " or ".join(f"{limit:g}" for limit in sorted({one.limit for one in kept.outcomes}))
    return f"`{kept.command}`: {each} s for each solver, one after another, on {kept.machine}."


def machine() -> str:
    """Return cores, architecture and versions of this machine, without its host name."""
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("ortools", "highspy"))
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {versions}"


def written(document: Path, body: str) -> None:
    """Write a section into a document between its markers.

    Raises:
        ValueError: The document does not have each marker once, in their order.
    """
    text = document.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise ValueError(f"{document} has no place for the table: it needs the lines\n{BEGIN}\n{END}")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    document.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")
