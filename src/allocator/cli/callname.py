"""Commands that a report offers to go on with, written so that they work as they stand."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

#: What no shell reads as anything but itself, in any script.
_SAFE = re.compile(r"[\w@%+=:,./-]+")


def call_name() -> str:
    """Return how this program is called: by a path, if that is how it was (``.venv/bin/allocator``)."""
    called = Path(sys.argv[0])
    is_here = called.stem == "allocator" and not called.is_absolute()
    return quoted(str(called)) if is_here else "allocator"


def quoted(word: str) -> str:
    """Return a word as a shell takes it; Chinese needs no quotes."""
    return word if _SAFE.fullmatch(word) else shlex.quote(word)
