"""JSON in one way only, so that the same content has the same SHA-256 everywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def canonical(value: Any) -> str:
    """Return JSON with sorted keys, no spaces, and no escapes but those that JSON needs; no floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def commitment_to(committed: Mapping[str, Any]) -> str:
    """Return the SHA-256 of canonical JSON in UTF-8, in hexadecimal."""
    return sha256(canonical(committed).encode("utf-8", "surrogatepass")).hexdigest()


def laid_out(value: Mapping[str, Any], indent: str = "") -> str:
    """Return an object as JSON with an entry a line, so that a person can read it and compare two."""
    inner = indent + "  "
    entries = (f"{inner}{canonical(key)}: {_entry(part, inner)}" for key, part in sorted(value.items()))
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def _entry(value: Any, indent: str) -> str:
    if isinstance(value, Mapping) and any(isinstance(part, list | dict) for part in value.values()):
        return laid_out(value, indent)
    if isinstance(value, list) and any(isinstance(part, list | dict) for part in value):
        lines = ",\n".join(f"{indent}  {canonical(part)}" for part in value)
        return f"[\n{lines}\n{indent}]"
    return canonical(value)
