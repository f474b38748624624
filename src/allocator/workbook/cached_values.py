"""Gives formulas their computed values back, which openpyxl leaves out, and a workbook fixed times."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from python_calamine import CalamineWorkbook

from allocator.errors import visible

_FORMULA = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^>]*)>(<f[^>]*>.*?</f>|<f[^>]*/>)<v\s*(?:/>|></v>)</c>', re.DOTALL
)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_SHEET = re.compile(r"xl/worksheets/sheet([0-9]+)\.xml")
_TYPE = re.compile(rb'\s+t="[^"]*"')
_EPOCH = (1980, 1, 1, 0, 0, 0)


def with_cached_values(content: bytes, original: bytes, only: str | None = None) -> bytes:
    """Return a workbook in which formulas have the values that they have in the original.

    Args:
        content: The workbook, as openpyxl writes it: sheets in their order, formulas without values.
        original: The workbook from which it was made.
        only: The title of the one sheet that gets its values back; all of them if not given.
    """
    out = io.BytesIO()
    values = _Values(original, content)
    with (
        zipfile.ZipFile(io.BytesIO(content)) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for member in archive.infolist():
            part = archive.read(member)
            if (found := _SHEET.fullmatch(member.filename)) and b"<f" in part:
                part = values.put(part, int(found[1]) - 1, only)
            elif member.filename == "docProps/core.xml":
                part = _MODIFIED.sub(rb"\g<1>2020-01-01T00:00:00Z\g<2>", part)
            made.writestr(zipfile.ZipInfo(member.filename, _EPOCH), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


class _Values:
    """The computed values of the original by sheet."""

    def __init__(self, original: bytes, content: bytes) -> None:
        self._original = CalamineWorkbook.from_filelike(io.BytesIO(original))
        self._titles = CalamineWorkbook.from_filelike(io.BytesIO(content)).sheet_names

    def put(self, part: bytes, number: int, only: str | None) -> bytes:
        """Return the XML of a sheet with the values of its formulas."""
        title = self._titles[number]
        if title not in self._original.sheet_names or (only is not None and title != only):
            return part
        sheet = self._original.get_sheet_by_name(title)
        rows = sheet.to_python(skip_empty_area=False)
        return _FORMULA.sub(lambda found: _cell(found, rows), part)


def _cell(found: re.Match[bytes], rows: Sequence[Sequence[Any]]) -> bytes:
    column, row = _number(found[1]), int(found[2])
    value = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else ""
    kind, text = _written(value)
    if value == "":
        return found[0]
    start = b'<c r="%b%b"%b' % (found[1], found[2], _TYPE.sub(b"", found[3]))
    return start + kind + b">" + found[4] + b"<v>" + text + b"</v></c>"


def _written(value: object) -> tuple[bytes, bytes]:
    if isinstance(value, bool):
        return b' t="b"', b"1" if value else b"0"
    if isinstance(value, int | float):
        return b"", repr(value).encode()
    text = value.isoformat() if isinstance(value, date) else str(value)
    return b' t="str"', escape(visible(text)).encode("utf-8", "replace")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
