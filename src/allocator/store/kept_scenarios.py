"""Scenarios as they are kept: the files, and the digests by which plans name a scenario."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from allocator.errors import Fault, InputError
from allocator.model.reading.files import listing_digest
from allocator.model.text import Text

FORMAT = "allocator-kept-scenario/1"


@dataclass(frozen=True)
class ScenarioListing:
    """What is kept of a scenario, without the content of its files.

    Attributes:
        name: Its name.
        sha256: The digest by which plans name it.
        parts: SHA-256 of each part that the digest is of, in order: tables and settings, then rule packs.
        files: SHA-256 of each file that is kept; a workbook is kept as it is.
        entry: The workbook to load; empty to load the folder.
    """

    name: str
    sha256: str
    parts: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    entry: str = ""

    @property
    def is_right(self) -> bool:
        """Whether the digest is that of the parts, and a folder's files are its parts."""
        by_name = dict(self.files)
        differs = not self.entry and any(by_name.get(name) != digest for name, digest in self.parts)
        return not differs and self.sha256 in set(_digests(self.parts))

    def to_json(self) -> bytes:
        """Return the listing as JSON, in the bytes that are kept."""
        data = {
            "format": FORMAT,
            "name": self.name,
            "sha256": self.sha256,
            "parts": [list(one) for one in self.parts],
            "files": [list(one) for one in self.files],
            "entry": self.entry,
        }
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def of_json(cls, content: bytes) -> ScenarioListing:
        """Read a listing.

        Raises:
            ValueError: It is none.
        """
        data = json.loads(content)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError("no listing")
        parts, files = (tuple(map(_pair, data[key])) for key in ("parts", "files"))
        entry = str(data["entry"])
        if entry and entry not in dict(files):
            raise ValueError("no such workbook")
        return cls(str(data["name"]), str(data["sha256"]), parts, files, entry)


def _pair(value: Any) -> tuple[str, str]:
    name, digest = value
    if not isinstance(name, str) or not isinstance(digest, str) or not is_file_name(name):
        raise ValueError("no file")
    return name, digest


def is_file_name(name: str) -> bool:
    """Whether a name is that of a file in its folder, and leads nowhere else."""
    return name not in ("", ".", "..") and not set(name) & set("/\\:\0")


def _digests(parts: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """Yield the digest of a scenario for each number of its parts that may be tables and settings.

    The digest of a scenario is that of its own files together, and of its rule packs, which follow them.
    """
    for count in range(len(parts), 0, -1):
        own = listing_digest(parts[:count])
        yield listing_digest([("scenario", sha256(own.encode()).hexdigest()), *parts[count:]])


@dataclass(frozen=True)
class KeptScenario:
    """A scenario to be kept, or one that was.

    Attributes:
        listing: What is kept.
        contents: The content of each file by name.
    """

    listing: ScenarioListing
    contents: Mapping[str, bytes]


def kept_scenario(
    name: str, digest: str, parts: Mapping[str, str], contents: Mapping[str, bytes], entry: str = ""
) -> KeptScenario:
    """Return a scenario as it is kept.

    Args:
        name: Its name.
        digest: The digest by which plans name it.
        parts: SHA-256 of each part by name, as a plan lists them.
        contents: The content of each file by name.
        entry: The workbook to load; empty for a folder.

    Raises:
        InputError: The files are not those that the digest is of: they were changed meanwhile.
    """
    files = tuple((file, sha256(content).hexdigest()) for file, content in contents.items())
    listing = ScenarioListing(name, digest, tuple(parts.items()), files, entry)
    if not listing.is_right:
        by_name = dict(files)
        other = [file for file, part in parts.items() if by_name.get(file, part) != part]
        message = Text(
            zh="场景文件在读取后被改动，未存入方案库",
            en="the scenario was changed after it was read; it is not kept",
        )
        raise InputError([Fault(message, name, found=", ".join(other) or None)])
    return KeptScenario(listing, contents)
