"""The digest that names an input: same content, same digest, wherever it lies."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def scenario_digest(parts: Iterable[tuple[str, bytes]]) -> str:
    """Return the SHA-256 of named contents, in hexadecimal.

    It is the digest of what ``sha256sum`` prints of the parts in their order, so that anyone can
    check it with ``sha256sum scenario.yaml units.csv ... | sha256sum``.
    """
    return listing_digest((name, hashlib.sha256(content).hexdigest()) for name, content in parts)


def listing_digest(parts: Iterable[tuple[str, str]]) -> str:
    """Return the digest of parts given by name and SHA-256 of their content in hexadecimal."""
    listing = "".join(f"{digest}  {name}\n" for name, digest in parts)
    return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()
