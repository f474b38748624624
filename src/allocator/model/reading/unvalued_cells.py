"""Finds the cells of an .xlsx without a value: errors such as #N/A, and formulas that were never computed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from allocator.errors import Fault, shorten, visible
from allocator.model.reading.workbook_parts import column_number, sheet_parts
from allocator.model.text import Text

#: Marks the text of a formula without a value; no text of a file can hold it.
NOT_COMPUTED = "\0"
#: What stands in a cell whose formula failed; a CSV file has it as text.
_ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
_MOST_ROWS = 1_048_576
_CELL = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_TYPE = re.compile(rb"""\bt\s*=\s*["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)<")
_FORMULA = re.compile(rb"<(?:\w+:)?f(?:\s[^<>]*)?>([^<]*)<")
_HAS_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_END = re.compile(rb"</(?:\w+:)?c>")
#: No cell is longer; a part without the end of a cell is damaged.
_LONGEST = 200_000

Unvalued = Mapping[tuple[int, int], str]

FAILED = Text(
    zh="是公式的错误值，不是内容；请改正公式或直接填写",
    en="is the error of a formula and no value: mend the formula, or write the value",
)
UNKNOWN = Text(
    zh="公式没有计算结果；请用表格软件打开、保存后再用，或直接填写",
    en="is a formula that was never computed: open and save the file in a spreadsheet, or write the value",
)


def unvalued_cells(content: bytes) -> Mapping[str, Unvalued]:
    """Return the cells without a value by sheet, by row and column counted from 0.

    Each has the error, or ``NOT_COMPUTED`` and the formula. A file that is no .xlsx has none.
    """
    return {
        title: dict(_cells(part))
        for title, part in sheet_parts(content)
        if b'"e"' in part or b"'e'" in part or _HAS_FORMULA.search(part)
    }


def put_unvalued(rows: list[list[Any]], cells: Unvalued) -> None:
    """Put the text of cells without a value into rows, in place; rows that end before them are continued."""
    for (row, column), text in cells.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = text


def is_unvalued(cell: str) -> bool:
    """Return whether a cell holds an error or a formula without a value."""
    return cell.startswith(NOT_COMPUTED) or cell.strip() in _ERRORS


def unvalued_fault(cell: str, file: str, row: int, column: str) -> Fault:
    """Return the fault of a cell without a value."""
    is_formula = cell.startswith(NOT_COMPUTED)
    found = shorten(cell.removeprefix(NOT_COMPUTED).strip())
    return Fault(UNKNOWN if is_formula else FAILED, file, row, shorten(column), found)


def _cells(part: bytes) -> Iterator[tuple[tuple[int, int], str]]:
    for found in _CELL.finditer(part):
        place, kind = _PLACE.search(found[1]), _TYPE.search(found[1])
        is_error = kind is not None and kind[1] == b"e"
        if place is None or not 1 <= int(place[2]) <= _MOST_ROWS or found[1].endswith(b"/"):
            continue
        if not is_error and not _HAS_FORMULA.match(part, found.end()):
            continue
        end = _END.search(part, found.end(), found.end() + _LONGEST)
        if end is None:
            return
        inner = part[found.end() : end.start()]
        text = _text(inner, is_error=is_error, is_text=kind is not None and kind[1] == b"str")
        if text:
            yield (int(place[2]) - 1, column_number(place[1]) - 1), text


def _text(cell: bytes, *, is_error: bool, is_text: bool) -> str:
    """Return the error or the formula of a cell; empty if it has a value."""
    value = _VALUE.search(cell)
    shown = visible(unescape(value[1].decode("utf-8", "replace"))).strip() if value else ""
    if is_error:
        return shown if shown in _ERRORS else "#N/A"
    if shown or is_text:  # the empty text is a value
        return ""
    formula = _FORMULA.search(cell)
    return f"{NOT_COMPUTED}={visible(unescape(formula[1].decode('utf-8', 'replace'))) if formula else ''}"
