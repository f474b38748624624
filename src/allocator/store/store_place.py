"""Where a store is: an SQLite file, or a PostgreSQL database; and what is wrong with a file that is none."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from allocator.errors import Fault, InputError, shorten
from allocator.messages.os import os_text
from allocator.model.reading.files import missing, unwritable_fault
from allocator.model.text import Text

_MAGIC = b"SQLite format 3\0"
#: Bytes of the header of an SQLite file.
_HEADER = 100


@dataclass(frozen=True)
class StorePlace:
    """The place of a store.

    Attributes:
        shown: The place as messages show it, without a password.
        url: What the database is opened by.
        file: The file of an SQLite store; None for PostgreSQL.
    """

    shown: str
    url: URL = field(repr=False)
    file: Path | None = None

    def fault(self, zh: str, en: str) -> InputError:
        """Return the error of a fault of this store."""
        return InputError([Fault(Text(zh=zh, en=en), self.shown)])


def store_place(name: str | Path) -> StorePlace:
    """Return the place that a file name or an address ``postgresql://USER@HOST/DATABASE`` stands for.

    Raises:
        InputError: It is an address of another kind, or no address at all.
    """
    text = os.fspath(name)
    if "://" not in text:
        file = Path(text)
        return StorePlace(shorten(file.name or text, 200), URL.create("sqlite", database=text), file)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise InputError([_no_address()]) from None
    if url.drivername not in ("postgresql", "postgres", "postgresql+psycopg") or not url.database:
        raise InputError([_no_address(url.drivername)])
    shown = URL.create(
        "postgresql", username=url.username, host=url.host, port=url.port, database=url.database
    )
    return StorePlace(shorten(shown.render_as_string(), 200), url.set(drivername="postgresql+psycopg"))


def _no_address(found: str = "") -> Fault:
    message = Text(zh="不是方案库的地址", en="is no address of a store")
    return Fault(
        message, column="--store", found=found or None, allowed="FILE, postgresql://USER@HOST/DATABASE"
    )


def check_store_file(place: StorePlace, file: Path, *, create: bool) -> bool:
    """Refuse a file that cannot be a store, and return whether there is a file with content.

    Args:
        place: The place, for faults.
        file: Its file.
        create: Whether a store is made where there is none.

    Raises:
        InputError: With what is wrong with the file.
    """
    try:
        found = file.stat()
    except FileNotFoundError:
        if not create:
            raise InputError([missing(file, place.shown)]) from None
        _check_folder(file)
        return False
    except (OSError, ValueError) as error:
        why = os_text(error)
        raise place.fault(f"无法读取（{why.zh}）", f"cannot be read ({why.en})") from None
    if not stat.S_ISREG(found.st_mode):
        raise place.fault("不是普通文件，不是方案库", "is not a regular file, and no store")
    if found.st_size == 0:
        return False
    try:
        with file.open("rb") as stream:
            header = stream.read(_HEADER)
    except OSError as error:
        why = os_text(error)
        raise place.fault(f"无法读取（{why.zh}）", f"cannot be read ({why.en})") from None
    _check_header(place, header, found.st_size)
    return True


def _check_folder(file: Path) -> None:
    folder = file.parent
    if not folder.is_dir():
        raise InputError([unwritable_fault(FileNotFoundError(errno.ENOENT, ""), file)])
    if not os.access(folder, os.W_OK):
        raise InputError([unwritable_fault(PermissionError(errno.EACCES, ""), file)])


def _check_header(place: StorePlace, header: bytes, size: int) -> None:
    """Refuse what is no SQLite file, and one that has fewer pages than its header says."""
    if not header.startswith(_MAGIC[: len(header)]):
        raise place.fault("不是方案库：不是 SQLite 文件", "is no store: not an SQLite file")
    page = int.from_bytes(header[16:18], "big")
    page = 65_536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    if len(header) < _HEADER or size < page * pages:
        whole = page * pages or _HEADER
        raise place.fault(
            f"文件不完整：应有 {whole} 字节，只有 {size}",
            f"the file is cut short: it should have {whole} bytes and has {size}",
        )
