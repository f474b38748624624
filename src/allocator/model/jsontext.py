"""JSON that shows all it holds: what is not seen is written as its escape, and reads back the same."""

from __future__ import annotations

import json
import re
from unicodedata import category

_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def shown_json(text: str) -> str:
    r"""Return JSON with escapes for all that is not seen: ``\u202e`` for the mark that turns the direction.

    Controls, marks of direction, joiners, separators of lines, halves of characters and those that no font
    need have. Its hash as data is the same; that of its bytes is not.

    Args:
        text: JSON as ``json.dumps`` writes it, in any layout.
    """
    if text.replace("\n", "").isprintable():
        return text
    return _BEYOND_ASCII.sub(_shown, text)


def _shown(found: re.Match[str]) -> str:
    character = found[0]
    if character.isprintable() or category(character) == "Zs":
        return character
    return json.dumps(character)[1:-1]
