"""CSV text cut into lines of cells, each with the line of the file on which it begins."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from allocator.errors import Fault, InputError
from allocator.model.reading.grid import Line, long_cell
from allocator.model.text import Text

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_TOO_LONG = "field larger"
_UNCLOSED = "unexpected end of data"


def csv_lines(text: str, file: str) -> Iterator[Line]:
    """Yield the line number and the cells of every record of ``text``.

    Args:
        text: The content of the file; Windows, Unix and old Macintosh line ends are read.
        file: Its name as faults show it.

    Raises:
        InputError: If a quote is not closed or stands in the wrong place, or a cell is far too long.
    """
    reader = csv.reader((found[0] for found in _LINE.finditer(text)), strict=True)
    begin = 1
    try:
        for cells in reader:
            yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise InputError([_fault(str(error), file, begin)]) from None


def _fault(problem: str, file: str, line: int) -> Fault:
    if problem.startswith(_TOO_LONG):
        return long_cell(file, line)
    if problem.startswith(_UNCLOSED):
        return Fault(Text(zh="引号没有闭合", en="a quote is never closed"), file=file, row=line)
    text = Text(zh="引号的位置不对", en="a quote stands in the wrong place")
    return Fault(text, file=file, row=line)
