"""The streams that a program is given: closed, full, or of a character set that knows no Chinese."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, TextIO

from allocator.errors import visible
from allocator.model.jsontext import shown_json

_PLAIN = str.maketrans(
    {"·": "-", "→": "->", "—": "-", "…": "...", "≤": "<=", "≥": ">=", "×": "x", "✓": "+", "✗": "x"}
)
_OTHER = re.compile(r"[^\x00-\x7f]")


def prepare() -> None:
    """Make both streams writable whatever the caller has done to them.

    A closed one leads nowhere: its number would else go to the next file opened, such as a plan. What the
    character set of a terminal lacks is written as an escape, so that nothing is lost.
    """
    codecs.register_error("allocator", _plainer)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="allocator")


def write_json(text: str) -> None:
    """Write JSON to standard output: what is not seen, and what the character set lacks, as its escapes."""
    text = shown_json(text)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = _OTHER.sub(lambda found: json.dumps(found[0])[1:-1], text)
    sys.stdout.write(text)


def complain(line: str) -> None:
    """Write a message to standard error, characters that drive a terminal as escapes.

    Where that cannot be written either, the exit status says it alone.
    """
    shown = "\n".join(map(visible, line.split("\n")))
    with suppress(OSError):
        sys.stderr.write(shown + "\n")
        sys.stderr.flush()


class Forgiving:
    """A stream for what may be lost: what cannot be written, such as to a closed terminal, is not."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def silence() -> None:
    """Let nothing more be written where nobody reads: the interpreter flushes once more at its end."""
    if isinstance(sys.stdout, TextIOWrapper):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())


def _nowhere() -> TextIOWrapper:
    return open(os.devnull, "w", encoding="utf-8")


def _plainer(error: UnicodeError) -> tuple[str | bytes, int]:
    """Write punctuation as its plain likeness and everything else as an escape."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    to_json = lacking.translate(_PLAIN).encode("ascii", "backslashreplace").decode("ascii")
    return to_json, error.end
