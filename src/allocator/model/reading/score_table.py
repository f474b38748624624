"""Reads a score table: ids in the header and in the first column, a number in each other cell.

The first cell of the header is ignored. A row is converted as a whole, and cell by cell only if that fails:
a table of 442 cases by 161 people takes some hundredths of a second.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

import numpy as np

from allocator.errors import Fault, shorten
from allocator.model.reading.cell_values import plain_id
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.scenario_location import SCORES
from allocator.model.reading.table_layout import Line
from allocator.model.scenario import Numbers, ScoreTable
from allocator.model.text import Text

#: Expressions read ``score.NAME``: a reserved word of CEL is no valid name.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_RESERVED = frozenset(
    re.findall(
        r"\w+",
        "as break const continue else false for function if import in let loop namespace null package return "
        "true var void while",
    )
)
#: The largest number of cells, and the largest absolute value of a cell.
MOST_CELLS = 10_000_000
MOST = 10**9


def read_score_table(
    table: str, file: str, lines: Iterable[Line], known: Collection[str] | None, faults: FaultList
) -> tuple[str, ScoreTable] | None:
    """Read a score table.

    Args:
        table: Name of the table, ``scores-NAME``.
        file: Name of the file as faults show it.
        lines: Line numbers and cells; the first line that is not blank holds the ids of the columns.
        known: Ids of units, people, groups, cases and periods; None if not all of them are known.
        faults: Collects the faults.

    Returns:
        ``NAME`` and the table, or None if the table has a fault.
    """
    before = faults.count
    name = table.removeprefix(SCORES)
    if not _NAME.fullmatch(name) or name in _RESERVED:
        message = Text(
            zh="表达式以 score.名称 读取，名称须为英文字母开头的字母、数字、下划线",
            en="expressions read score.NAME, so the name must be letters, digits and _ and no word of CEL",
        )
        faults.add(Fault(message, file, found=shorten(name), allowed="scores-bid.csv"))
    reader = _ScoreReader(file, known, faults)
    read = reader.table((line, cells) for line, cells in lines if any(map(str.strip, cells)))
    return (name, read) if read is not None and faults.count == before else None


class _ScoreReader:
    def __init__(self, file: str, known: Collection[str] | None, faults: FaultList) -> None:
        self._file, self._known, self._faults = file, known, faults

    def table(self, lines: Iterator[Line]) -> ScoreTable | None:
        header = next(lines, None)
        if header is None:
            self._add(Text(zh="没有表头", en="has no header"), 1)
            return None
        line, (_, *cells) = header
        columns = tuple(plain_id(cell.strip()) for cell in cells)
        self._ids(columns, [line] * len(columns))
        rows: list[str] = []
        places: list[int] = []
        values: list[Sequence[float]] = []
        for line, (first, *rest) in lines:
            if (len(rows) + 1) * max(1, len(columns)) > MOST_CELLS:
                many = Text(zh=f"超过 {MOST_CELLS} 格", en=f"has more than {MOST_CELLS} cells")
                self._add(many, line)
                return None
            rows.append(plain_id(first.strip()))
            places.append(line)
            values.append(self._numbers(line, columns, rest))
        self._ids(rows, places)
        return ScoreTable(tuple(rows), columns, _narrow(np.array(values).reshape(len(rows), len(columns))))

    def _ids(self, ids: Sequence[str], lines: Sequence[int]) -> None:
        """Report ids that are empty, repeated or unknown."""
        seen: set[str] = set()
        for name, line in zip(ids, lines, strict=True):
            if not name:
                self._add(Text(zh="缺少编号", en="an id is missing"), line)
            elif name in seen:
                self._add(Text(zh="编号重复", en="repeats an id"), line, found=name)
            elif self._known is not None and name not in self._known:
                message = Text(
                    zh="不是单位、人员、组、案件或周期的编号",
                    en="is no id of a unit, person, group, case or period",
                )
                self._add(message, line, found=name, near=self._faults.suggest(name, self._known))
            seen.add(name)

    def _numbers(self, line: int, columns: Sequence[str], cells: Sequence[str]) -> Sequence[float]:
        """Return the numbers of a row, 0 for an empty or faulty cell."""
        if len(cells) > len(columns) and any(map(str.strip, cells[len(columns) :])):
            many = Text(
                zh=f"有 {len(cells) + 1} 格，表头只有 {len(columns) + 1} 列",
                en=f"{len(cells) + 1} cells under {len(columns) + 1} headers",
            )
            self._add(many, line)
        padded = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
        try:
            numbers = [float(cell) for cell in padded]
        except ValueError:
            return [
                self._number(line, column, cell.strip()) for column, cell in zip(columns, padded, strict=True)
            ]
        if all(-MOST <= number <= MOST for number in numbers):
            return numbers
        return [self._number(line, column, cell) for column, cell in zip(columns, padded, strict=True)]

    def _number(self, line: int, column: str, cell: str) -> float:
        if not cell:
            return 0.0
        try:
            number = float(cell)
        except ValueError:
            number = float("nan")
        if -MOST <= number <= MOST:
            return number
        message = Text(zh="不是数，或过大", en="is no number, or too large a one")
        allowed = f"-{MOST} … {MOST}"
        self._add(message, line, column=column, found=cell, allowed=allowed)
        return 0.0

    def _add(
        self,
        message: Text,
        line: int,
        *,
        column: str = "",
        found: str = "",
        allowed: str = "",
        near: str = "",
    ) -> None:
        shown = shorten(found) if found else None
        self._faults.add(Fault(message, self._file, line, shorten(column), shown, allowed, near))


def _narrow(values: Numbers) -> Numbers:
    """Return the values as integers if all of them are whole."""
    whole = values.astype(np.int64)
    return whole if np.array_equal(whole, values) else values
