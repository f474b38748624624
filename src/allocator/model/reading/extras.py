"""Columns that no table knows: a whole column is of one type, the plainest that fits every cell."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date

from allocator.model.reading.cleaning import plain_number

Value = int | float | bool | date | str | None

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]+)?")
_TRUTH = {"true": True, "false": False, "是": True, "否": False}
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def typed_column(cells: Sequence[str]) -> list[Value]:
    """Return the cells as whole numbers, else decimals, else truth values, else days, else text.

    An empty cell is None, in a text column an empty string. Numbers with leading zeros are codes and
    stay text.
    """
    filled = {cell for cell in cells if cell}
    for convert in (_integer, _decimal, _truth, _day) if filled else ():
        values = {cell: convert(cell) for cell in filled}
        if None not in values.values():
            return [values.get(cell) for cell in cells]
    return list(cells)


def _integer(cell: str) -> Value:
    number = plain_number(cell)
    return int(number) if _INTEGER.fullmatch(number) else None


def _decimal(cell: str) -> Value:
    plain = plain_number(cell)
    number = float(plain) if _DECIMAL.fullmatch(plain) else math.inf
    return number if math.isfinite(number) else None


def _truth(cell: str) -> Value:
    return _TRUTH.get(cell.casefold())


def _day(cell: str) -> Value:
    try:
        return date.fromisoformat(cell) if _ISO_DAY.fullmatch(cell) else None
    except ValueError:
        return None
