"""CSV text cut into lines of cells, each with the line of the file on which it begins."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice

from allocator.errors import Fault, InputError, caret
from allocator.model.reading.cleaning import visible
from allocator.model.reading.grid import long_cell
from allocator.model.reading.heading import Line
from allocator.model.text import Text

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"\r\n]*"')
_TOO_LONG = "field larger"
_UNCLOSED = "unexpected end of data"
_SEPARATORS = ",\t;"
_WIDE_SEPARATORS = "，；"
_LOOKED_AT = 20
_LONGEST_LINE = 100_000


def csv_lines(text: str, file: str) -> Iterator[Line]:
    """Yield the line number and the cells of every record of ``text``.

    Args:
        text: The content of the file; Windows, Unix and old Macintosh line ends are read. Cells are
            separated by commas, tabs or semicolons, as the first line that has any of them tells.
        file: Its name as faults show it.

    Raises:
        InputError: If a quote is not closed or stands in the wrong place, a cell is far too long, or
            full-width commas stand between the cells.
    """
    text = visible(text)
    separator = _separator(text, file)
    reader = csv.reader((found[0] for found in _LINE.finditer(text)), delimiter=separator, strict=True)
    begin = 1
    try:
        for cells in reader:
            yield begin, cells
            begin = reader.line_num + 1
    except csv.Error as error:
        raise InputError([_fault(str(error), file, begin)]) from None


def _separator(text: str, file: str) -> str:
    """Return what separates the cells: the commonest mark of the first line that has one."""
    wide: Fault | None = None
    for number, found in enumerate(islice(_LINE.finditer(text), _LOOKED_AT), start=1):
        line = _QUOTED.sub("", found[0][:_LONGEST_LINE])
        counts = {mark: line.count(mark) for mark in _SEPARATORS}
        if any(counts.values()):
            return max(counts, key=counts.__getitem__)
        wide = wide or _wide_separator(line, file, number)
    if wide:
        raise InputError([wide])
    return ","


def _wide_separator(line: str, file: str, number: int) -> Fault | None:
    """Return the fault of a header whose cells full-width commas separate; one of prose has few."""
    for mark in _WIDE_SEPARATORS:
        if line.count(mark) >= 2 or (mark in line and line.startswith("id")):
            zh = f"单元格之间用了全角“{mark}”，应为半角逗号"
            en = f"full-width '{mark}' between the cells; write commas"
            return Fault(Text(zh=zh, en=en), file, number, detail=caret(line.rstrip(), line.index(mark)))
    return None


def _fault(problem: str, file: str, line: int) -> Fault:
    if problem.startswith(_TOO_LONG):
        return long_cell(file, line)
    if problem.startswith(_UNCLOSED):
        return Fault(Text(zh="引号没有闭合", en="a quote is never closed"), file=file, row=line)
    text = Text(zh="引号的位置不对", en="a quote stands in the wrong place")
    return Fault(text, file=file, row=line)
