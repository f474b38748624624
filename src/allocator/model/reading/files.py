"""Reads files safely, writes files atomically, and computes the digest that identifies an input."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.messages.os import os_text
from allocator.model.text import Text

TABLE_BYTES = 64 * 2**20
YAML_BYTES = 2**20
_SURELY_UTF8 = 8


@dataclass(frozen=True)
class TextFile:
    """The text of a file, the name it is shown by, and the SHA-256 of its bytes."""

    label: str
    text: str
    sha256: str


def read_text(path: Path, label: str, limit: int) -> TextFile:
    """Read a text file in UTF-8 (with or without a byte order mark) or GB18030.

    Args:
        path: The file.
        label: Name of the file as faults show it.
        limit: Largest size in bytes.

    Raises:
        InputError: The file is not regular, cannot be read, is too large, or is not text.
    """
    content = read_bytes(path, label, limit)
    return TextFile(label, decode(content, label), hashlib.sha256(content).hexdigest())


def read_bytes(path: Path, label: str, limit: int) -> bytes:
    """Read at most ``limit`` bytes of a regular file.

    Raises:
        InputError: The file is not regular, cannot be read, or is larger than ``limit``.
    """
    try:
        # A pipe or a device would hang the reader, so the kind of file is checked before opening.
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise _error(label, "不是普通文件", "is not a regular file")
        with path.open("rb") as stream:
            content = stream.read(min(found.st_size, limit) + 1)  # read() allocates the requested size
            if len(content) > found.st_size:  # the file has grown, or hides its size
                content += stream.read(limit + 1 - len(content))
    except FileNotFoundError:
        raise InputError([missing(path, label)]) from None
    except (OSError, ValueError) as error:
        why = os_text(error)
        raise _error(label, f"无法读取（{why.zh}）", f"cannot be read ({why.en})") from None
    if len(content) > limit:
        size = f"{limit // 2**20} MiB"
        raise _error(label, f"文件超过 {size}", f"the file is larger than {size}")
    return content


def missing(path: Path, label: str) -> Fault:
    """Return the fault of a missing file or folder, with the nearest name in the same folder."""
    try:
        beside = sorted(entry.name for entry in path.parent.iterdir())
        near = nearest(
            path.name, [name for name in beside if name != path.name]
        )  # a dangling link has the name itself
    except (OSError, ValueError):  # the folder is missing too, or cannot be read
        near = ""
    text = Text(zh="没有这个文件或文件夹", en="no such file or folder")
    return Fault(text, label, nearest=str(path.parent / near) if near else "")


def decode(content: bytes, label: str) -> str:
    """Return ``content`` as text.

    Raises:
        InputError: The content has a NUL byte, is UTF-16, or is neither UTF-8 nor GB18030; the fault names
            the byte and the row.
    """
    content = content.removeprefix(codecs.BOM_UTF8)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _error(
            label,
            "是 UTF-16（“Unicode 文本”）；请另存为 UTF-8",
            "is UTF-16 ('Unicode text'); save it as UTF-8",
            1,
        )
    nul = content.find(b"\0")
    if nul >= 0:
        raise _error(
            label,
            f"第 {nul} 字节为 NUL，不是文本；请另存为 UTF-8",
            f"NUL at byte {nul}: not a text; save it as UTF-8",
            _row(content, nul),
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _decode_gb18030(content, label, error.start)


def _decode_gb18030(content: bytes, label: str, bad: int) -> str:
    # GB18030 accepts most bytes: a damaged UTF-8 file would turn into other characters unnoticed.
    damaged_utf8 = sum(ch > "\x7f" for ch in content[:bad].decode("utf-8")) >= _SURELY_UTF8
    if not damaged_utf8:
        try:
            return content.decode("gb18030")
        except UnicodeDecodeError:
            pass
    raise _error(
        label,
        f"第 {bad} 字节既不是 UTF-8 也不是 GB18030",
        f"byte {bad} is neither UTF-8 nor GB18030",
        _row(content, bad),
    )


def _row(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1


def _error(label: str, zh: str, en: str, row: int = 0) -> InputError:
    return InputError([Fault(Text(zh=zh, en=en), file=label, row=row)])


def atomic_write(content: bytes, path: Path, *, mode: int = 0o644) -> None:
    """Write a file atomically: a half-written file never replaces a good one.

    Args:
        content: The bytes.
        path: The file.
        mode: Permissions of the file, such as ``0o600`` for a key.

    Raises:
        InputError: The file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():  # a device or a pipe is written to, never replaced
            path.write_bytes(content)
            return
        _replace(path.resolve(), content, mode)  # replaces the target of a link, not the link
    except OSError as error:
        raise InputError([unwritable_fault(error, path)]) from None


def _replace(path: Path, content: bytes, mode: int) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path))
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.chmod(name, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def unfinished_files(path: Path) -> list[Path]:
    """Return the temporary files beside a file, left by processes that were killed while writing."""
    left = re.compile(re.escape(_prefix(path)) + r"[a-z0-9_]{8}")
    try:
        return [other for other in path.parent.iterdir() if left.fullmatch(other.name)]
    except OSError:
        return []


def _prefix(path: Path) -> str:
    return f".{path.name[:100]}."


def unwritable_fault(error: OSError, path: Path) -> Fault:
    """Return the fault of a file or folder that cannot be written."""
    why = os_text(error)
    return Fault(Text(zh=f"无法写入（{why.zh}）", en=f"cannot be written: {why.en}"), shorten(path, 200))


def scenario_digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """Return the SHA-256 of named contents, in hexadecimal.

    The digest is that of the output of ``sha256sum`` for the parts in their order, so that anyone can
    check the digest with ``sha256sum scenario.yaml units.csv ... | sha256sum``.
    """
    return listing_digest((name, hashlib.sha256(content).hexdigest()) for name, content in parts)


def listing_digest(parts: Iterable[tuple[str, str]]) -> str:
    """Return the digest of parts given by name and SHA-256 of their content in hexadecimal."""
    listing = "".join(f"{digest}  {name}\n" for name, digest in parts)
    return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()
