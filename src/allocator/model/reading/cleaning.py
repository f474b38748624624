"""Characters that nobody sees or nobody means: full-width letters, marks without width, padded names.

What looks like ``P001`` is ``P001``. An id keeps its full-width brackets and other punctuation: they are
Chinese typography, and rules quote them.
"""

from __future__ import annotations

import re
import unicodedata

#: Marks without width and marks of direction; the soft hyphen.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]+")
_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff]"
_PADDED = re.compile(rf"{_HAN}(?:\s+{_HAN})+")
_JOINERS = "-_./#@&+"
_WIDE = {
    ord(wide): chr(ord(wide) - 0xFEE0)
    for wide in map(chr, range(0xFF01, 0xFF5F))
    if chr(ord(wide) - 0xFEE0).isalnum() or chr(ord(wide) - 0xFEE0) in _JOINERS
} | {0x3000: " ", 0xA0: " "}
_WIDE_FOUND = re.compile("[" + "".join(map(re.escape, map(chr, _WIDE))) + "]")


def visible(text: str) -> str:
    """Return ``text`` without marks that have no width or only set the direction of writing."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def plain_id(text: str) -> str:
    """Return an id as it is compared: narrow letters and digits, composed characters, nothing invisible."""
    if text.isascii():
        return text
    text = visible(text)
    if _WIDE_FOUND.search(text):
        text = text.translate(_WIDE)
    return unicodedata.normalize("NFC", text).strip()


def plain_name(text: str) -> str:
    """Return a name without the blanks that pad it: ``张　伟`` is ``张伟``."""
    if text.isascii():
        return text
    return "".join(text.split()) if _PADDED.fullmatch(text) else text


def plain_number(text: str) -> str:
    """Return a number in the digits that programs read; ``３０`` is ``30``."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()
