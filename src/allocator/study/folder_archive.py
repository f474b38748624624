"""Folders of scenarios as archives: packed to the same bytes, named by their hash, unpacked with care."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path, PurePosixPath

#: Most bytes that an archive may unpack to, and most files that it may have.
UNPACKED_BYTES, MOST_FILES = 512 * 2**20, 10_000
#: The date of every file of an archive: the archive depends on names and contents alone.
_DATE = (1980, 1, 1, 0, 0, 0)


def pack(folder: Path) -> bytes:
    """Return the files of a folder as an archive (zip); links and what they lead to stay out.

    Raises:
        OSError: A file cannot be read.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in files:
            name = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _DATE)
            archive.writestr(name, path.read_bytes(), zipfile.ZIP_DEFLATED, 6)
    return stream.getvalue()


def digest_of(archive: bytes) -> str:
    """Return the SHA-256 of an archive, which names it."""
    return hashlib.sha256(archive).hexdigest()


def unpack(archive: bytes, digest: str, folder: Path) -> None:
    """Unpack an archive into an empty folder.

    Raises:
        ValueError: It is not the archive of this digest, has a name that leads out of the folder, or is too
            large.
        OSError: A file cannot be written.
    """
    if digest_of(archive) != digest:
        raise ValueError("the archive is not the one that was announced")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            _unpack(opened, folder)
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise ValueError(f"the archive cannot be read: {error}") from None


def _unpack(opened: zipfile.ZipFile, folder: Path) -> None:
    members = opened.infolist()
    if len(members) > MOST_FILES:
        raise ValueError("the archive has too many files")
    left = UNPACKED_BYTES
    for member in members:
        place = folder / _safe(member.filename)
        place.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(member) as stream:
            content = stream.read(left + 1)
        left -= len(content)
        if left < 0:
            raise ValueError("the archive unpacks to too much")
        with place.open("xb") as file:
            file.write(content)


def _safe(name: str) -> PurePosixPath:
    """Return the path of a member within its folder."""
    path = PurePosixPath(name)
    is_plain = path.parts and not path.is_absolute() and ".." not in path.parts
    if not is_plain or name.endswith("/") or any(mark in name for mark in "\\:\0"):
        raise ValueError(f"the archive has a name that is not allowed: {name!r}")
    return path
