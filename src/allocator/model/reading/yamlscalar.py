"""Plain YAML scalars by the core schema of YAML 1.2: ``on``, ``no`` and dates stay text."""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LONGEST_NUMBER = 400
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_PREFIX = "tag:yaml.org,2002:"
SAFE_TAGS = frozenset(_PREFIX + name for name in ("str", "int", "float", "bool", "null", "map", "seq"))


def plain_value(text: str) -> Scalar:
    """Return what a scalar without quotes or tag stands for; numbers out of range stay text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= _LONGEST_NUMBER and _DECIMAL.fullmatch(text):
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def tagged_value(text: str, tag: str) -> Scalar:
    """Return what a scalar stands for under one of the safe tags.

    Raises:
        ValueError: If the text is no value of that type.
    """
    name, value = tag.removeprefix(_PREFIX), plain_value(text)
    if name == "str":
        return text
    if name == "float" and type(value) is int:
        return float(value)
    if name != {int: "int", float: "float", bool: "bool", type(None): "null"}.get(type(value)):
        raise ValueError(name)
    return value
