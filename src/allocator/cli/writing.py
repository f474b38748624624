"""Files that a command is to write: refused before minutes are spent on what would be in them."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from allocator.errors import InputError
from allocator.model.reading.wholefile import unwritable


def check_writable(out: Path | None) -> None:
    """Refuse a file that cannot be written.

    Raises:
        InputError: It is a folder, or lies where nothing can be written.
    """
    if out is None:
        return
    if out.is_dir():
        raise InputError([unwritable(IsADirectoryError(errno.EISDIR, ""), out)])
    if not out.parent.is_dir():
        raise InputError([unwritable(FileNotFoundError(errno.ENOENT, ""), out)])
    if not os.access(out.parent, os.W_OK):
        raise InputError([unwritable(PermissionError(errno.EACCES, ""), out)])
