"""Keeps identity numbers and telephone numbers out: they are blotted out as soon as a cell is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

from allocator.errors import Fault
from allocator.model.text import Text

#: Stands for a number that was left out.
MASK = "***"

#: No text shorter than this holds an identity number or a telephone number with its words.
_SHORTEST = 7
_DIGITS = re.compile(r"[0-9]{5}|[0-9][ -][0-9]")
_BIRTH = r"(?:19|20)[0-9]{2}\s?(?:0[1-9]|1[0-2])\s?(?:0[1-9]|[12][0-9]|3[01])"
_PATTERNS = (
    # An identity number: place, day of birth, three digits and a check digit; blanks between its parts.
    rf"(?<![0-9])[1-9][0-9]{{2}}\s?[0-9]{{3}}\s?{_BIRTH}\s?[0-9]{{3}}\s?[0-9Xx]",
    # Any other long number, such as an old identity number or a bank card; also as a spreadsheet writes it.
    r"(?<![0-9])[0-9]{15,}[Xx]?",
    r"[0-9](?:\.[0-9]+)?[eE]\+?1[4-9](?![0-9])",
    # A mobile number, a number with its area code, and what follows the word for a telephone.
    r"(?<![0-9.])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])",
    r"(?<![0-9.])0[0-9]{2,3}[ -][0-9]{7,8}(?![0-9])",
    r"(?<=电话)[:： ]*[0-9][0-9 -]{4,}[0-9]|(?<=手机)[:： ]*[0-9][0-9 -]{4,}[0-9]",
)
_NUMBER = re.compile("|".join(_PATTERNS))
#: A picture written as text, as forms hold it.
_PICTURE = re.compile(r"(?:data:image/[a-z]+;base64,)?[A-Za-z0-9+/\r\n]{400,}={0,2}")


def without_numbers(text: str) -> str:
    """Return a text with a mask in place of identity numbers, telephone numbers and pictures.

    A text that holds one comes back in half-width digits; any other text is unchanged.
    """
    if len(text) < _SHORTEST:
        return text
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if len(plain) >= 400:
        plain, pictures = _PICTURE.subn(MASK, plain)
        if pictures:
            text = plain
    if not _DIGITS.search(plain) and "e+1" not in plain and "E+1" not in plain:
        return text
    masked, count = _NUMBER.subn(MASK, plain)
    return masked if count else text


def has_number(text: str) -> bool:
    """Return whether a text holds an identity number or a telephone number."""
    return without_numbers(text) != text


def fault_without_numbers(fault: Fault) -> Fault:
    """Return a fault that shows no identity number and no telephone number."""
    return replace(
        fault,
        message=Text(zh=without_numbers(fault.message.zh), en=without_numbers(fault.message.en)),
        file=without_numbers(fault.file),
        column=without_numbers(fault.column),
        found=None if fault.found is None else without_numbers(fault.found),
        nearest=without_numbers(fault.nearest),
        detail=without_numbers(fault.detail),
    )
