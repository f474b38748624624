"""Whether a seed has the spelling that was committed to, judged apart from the code that takes it.

Nothing here is shared with ``seed_form``: each form is looked at character by character.
"""

from __future__ import annotations

from datetime import date
from unicodedata import is_normalized

_DIGITS = frozenset("0123456789")
_HEX = _DIGITS | frozenset("abcdef")


def is_spelt(form: str, seed: str) -> bool:
    """Return whether a seed is spelt as a form such as ``digits:3`` says."""
    kind, _, number = form.partition(":")
    if kind == "text":
        return _is_text(seed)
    count = int(number)
    if kind in ("digits", "hex"):
        return len(seed) == count and set(seed) <= (_DIGITS if kind == "digits" else _HEX)
    if kind == "decimal":
        return _is_decimal(seed, count)
    return kind == "dated" and _is_dated(seed, count)


def _is_text(seed: str) -> bool:
    parts = seed.split(" ")
    seen = all(part and part.isprintable() for part in parts)
    return seen and 1 <= len(seed) <= 1000 and is_normalized("NFKC", seed)


def _is_decimal(seed: str, count: int) -> bool:
    whole, point, rest = seed.partition(".")
    plain = bool(whole) and set(whole) <= _DIGITS and len(whole) <= 18 and (whole == "0" or whole[0] != "0")
    return plain and point == "." and len(rest) == count and set(rest) <= _DIGITS


def _is_dated(seed: str, count: int) -> bool:
    day, rest = seed[:10], seed[10:]
    if not set(day) <= _DIGITS | {"-"} or rest[:1] != " " or not set(rest[1:]) <= _DIGITS:
        return False
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return len(rest) == count + 1
