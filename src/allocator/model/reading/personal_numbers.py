"""Keeps identity numbers, telephones and photos out of the tables of a scenario."""

from __future__ import annotations

import re
import unicodedata

from allocator.errors import Fault, shorten
from allocator.model.reading.roster_fields import field_of, fields
from allocator.model.text import Text

#: Stands for a number that is not shown.
_MASK = "***"
_NUMBER = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19\d\d|200\d|2010)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_MAY_HOLD = re.compile(r"\d{17}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_IS_NUMBER = Text(
    zh="含身份证号，不能写入方案；请删去",
    en="holds an identity number, which must not be in a scenario: delete it",
)
_LEFT_OUT = Text(
    zh="身份证号、电话、照片不读入；请从表中删去此列",
    en="is not read: delete columns of identity numbers, telephones and photos from the table",
)


def is_left_out(header: str) -> bool:
    """Return whether a header is that of identity numbers, telephones or photos."""
    return bool(name := field_of(header)) and fields()[name].kind == "left_out"


def left_out_doubt(file: str, row: int, header: str) -> Fault:
    """Return the doubt about a column that is left out."""
    return Fault(_LEFT_OUT, file, row, shorten(header))


def may_hold_number(text: str) -> bool:
    """Return whether a text has enough digits for an identity number; quick."""
    return _MAY_HOLD.search(text) is not None


def has_identity_number(cell: str) -> bool:
    """Return whether a cell holds an identity number with a valid check digit."""
    return any(map(_is_valid, _NUMBER.findall(unicodedata.normalize("NFKC", cell))))


def identity_fault(cell: str, file: str, row: int, header: str) -> Fault:
    """Return the fault of a cell with an identity number, without the number."""
    shown = _NUMBER.sub(_MASK, unicodedata.normalize("NFKC", cell))
    return Fault(_IS_NUMBER, file, row, shorten(header), shorten(shown))


def _is_valid(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECK[total % 11] == number[-1].upper()
