"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from allocator.errors import Fault, InputError, shorten
from allocator.messages.os import os_text
from allocator.model.text import Text


def write_whole(content: bytes, path: Path) -> None:
    """Write a file whole or not at all: a half-written one never takes the place of a good one.

    Raises:
        InputError: The file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_bytes(content)
            return
        _replace(path.resolve(), content)  # what a link points to is replaced, not the link
    except OSError as error:
        raise InputError([unwritable(error, path)]) from None


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def unfinished(path: Path) -> list[Path]:
    """Return what was left beside a file by processes that were killed while they wrote it."""
    left = re.compile(re.escape(_prefix(path)) + r"[a-z0-9_]{8}")
    try:
        return [other for other in path.parent.iterdir() if left.fullmatch(other.name)]
    except OSError:
        return []


def _prefix(path: Path) -> str:
    return f".{path.name[:100]}."


def unwritable(error: OSError, path: Path) -> Fault:
    """Return the fault of a file or folder that cannot be written."""
    why = os_text(error)
    return Fault(Text(zh=f"无法写入（{why.zh}）", en=f"cannot be written: {why.en}"), shorten(path, 200))
