"""Whether a seed has the spelling that was committed to, judged apart from the code that takes it.

Nothing here is shared with ``seed_form``: each form is looked at character by character.
"""

from __future__ import annotations

_DIGITS = frozenset("0123456789")
_CHARACTERS = {"digits": _DIGITS, "hex": _DIGITS | frozenset("abcdef")}


def is_spelt(form: str, seed: str) -> bool:
    """Return whether a seed is spelt as a form such as ``digits:3`` says."""
    kind, _, number = form.partition(":")
    if kind == "decimal":
        return _is_decimal(seed, int(number))
    return len(seed) == int(number) and set(seed) <= _CHARACTERS[kind]


def _is_decimal(seed: str, count: int) -> bool:
    whole, point, rest = seed.partition(".")
    plain = bool(whole) and set(whole) <= _DIGITS and len(whole) <= 18 and (whole == "0" or whole[0] != "0")
    return plain and point == "." and len(rest) == count and set(rest) <= _DIGITS
