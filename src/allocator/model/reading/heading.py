"""Where a table begins: its header, below the titles that people write over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.faults import FaultList
from allocator.model.reading.headers import is_ordinal, near_misses, standard_names
from allocator.model.reading.twolines import joined
from allocator.model.tables import columns, required_columns
from allocator.model.text import Text

LONGEST_HEADER = 200
MOST_COLUMNS = 1_000
#: The header is looked for among so many rows.
LOOKED_AT = 10

Line = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Heading:
    """The header of a table.

    Attributes:
        line: Its row in the file.
        headers: The cells as the file writes them.
        columns: The column that each stands for.
        absent: Required columns that are not there; a fault has said so.
        unnumbered: Whether there is no column of ids, but one of names.
    """

    line: int
    headers: tuple[str, ...]
    columns: tuple[str, ...]
    absent: tuple[str, ...]
    unnumbered: bool = False


class HeadingReader:
    """Finds and checks the header of one table."""

    def __init__(
        self, table: str, file: str, own: Mapping[str, str], faults: FaultList, doubts: FaultList
    ) -> None:
        self._table, self._file, self._own = table, file, own
        self._faults, self._doubts = faults, doubts

    def find(self, first: Sequence[Line]) -> int:
        """Return which of the first rows is the header: the first, but for titles above a better one.

        Raises:
            InputError: The first row is a title, and nothing below it is surely the header.
        """
        scores = [self._score(cells) for _, cells in first]
        if scores[0] and not _lone(first[0][1]):
            return 0
        best = max(range(len(first)), key=scores.__getitem__)
        if scores[best] > 1:
            for line, cells in first[:best]:
                found = " ".join(dict.fromkeys(filter(None, map(str.strip, cells))))
                message = Text(
                    zh=f"表头（第 {first[best][0]} 行）上方的内容未读入",
                    en=f"stands above the header (row {first[best][0]}) and is not read",
                )
                self._doubts.add(Fault(message, self._file, line, found=shorten(found)))
            return best
        if not scores[0] and _lone(first[0][1]) and len(first) > 1 and not _lone(first[1][1]):
            zh, en = (
                "第 {} 行像是标题；表头是否为第 {} 行？",
                "row {} looks like a title: is the header row {}?",
            )
            rows = first[0][0], first[1][0]
            raise InputError([Fault(Text(zh=zh.format(*rows), en=en.format(*rows)), self._file, rows[0])])
        return 0

    def _score(self, cells: Sequence[str]) -> int:
        """Return how many standard columns, or the scenario's own, a row names."""
        known = {*columns(self._table), *self._own.values()}
        names = [cell.strip() for cell in cells[:MOST_COLUMNS]]
        return len(known.intersection(standard_names(self._table, names, self._own)))

    def second_row(self, line: int, top: Sequence[str], below: Line) -> Sequence[str] | None:
        """Return the header that a row makes with the one below, if that is its second; tell it.

        Args:
            line: The row of the header.
            top: Its cells.
            below: The row below.
        """
        headers = joined(top, below[1], self._is_standard)
        if headers is not None:
            message = Text(
                zh=f"第 {line}、{below[0]} 行合为表头读入", en=f"is read as one header with row {below[0]}"
            )
            self._doubts.add(Fault(message, self._file, line, found=shorten(" ".join(filter(None, headers)))))
        return headers

    def _is_standard(self, header: str) -> bool:
        return self._score([header]) > 0

    def read(self, line: int, cells: Sequence[str]) -> Heading:
        """Return the header that stands at ``line``.

        Raises:
            InputError: It cannot be made out: too many or too long names, or two of one column.
        """
        headers = tuple(cell.strip() for cell in cells)
        if len(headers) > MOST_COLUMNS:
            zh, en = f"超过 {MOST_COLUMNS} 列", f"has more than {MOST_COLUMNS} columns"
            raise InputError([self._fault(zh, en, line)])
        names = standard_names(self._table, headers, self._own)
        faults = [
            self._fault(
                f"列名超过 {LONGEST_HEADER} 个字符", f"a header is longer than {LONGEST_HEADER}", line, name
            )
            for name in headers
            if len(name) > LONGEST_HEADER
        ]
        faults += self._repeated(line, headers, names)
        if faults:
            raise InputError(faults)
        absent = tuple(column for column in required_columns(self._table) if column not in names)
        unnumbered = "id" in absent and "name" in names and not FaultList().suggest("id", headers)
        absent = tuple(column for column in absent if column != "id" or not unnumbered)
        self._faults.extend(self._missing(line, headers, absent))
        for header, column in near_misses(self._table, headers, names, self._own):
            if column not in absent:
                zh, en = (
                    "此列未作为标准列读入，但名称相近",
                    "is read as no standard column, but looks like one",
                )
                doubt = Fault(Text(zh=zh, en=en), self._file, line, shorten(header), nearest=column)
                self._doubts.add(doubt)
        return Heading(line, headers, names, absent, unnumbered)

    def _repeated(self, line: int, headers: tuple[str, ...], names: tuple[str, ...]) -> Iterator[Fault]:
        first: dict[str, str] = {}
        for header, column in zip(headers, names, strict=True):
            if column in first and column:
                zh = f"列重复：与“{shorten(first[column])}”同为 {shorten(column)}"
                en = f"repeats a column: '{shorten(first[column])}' is {shorten(column)} too"
                yield self._fault(zh, en, line, header)
            first.setdefault(column, header)

    def _missing(self, line: int, headers: tuple[str, ...], absent: tuple[str, ...]) -> Iterator[Fault]:
        near = FaultList()
        for column in absent:
            message = Text(zh="缺少必需的列", en="this required column is missing")
            like = near.suggest(column, headers)
            allowed = ""
            ordinal = next(filter(is_ordinal, headers), "")
            if column == "id" and ordinal and not like:
                like, allowed = ordinal, f"scenario.yaml: columns: {{{self._table}: {{{ordinal}: id}}}}"
            yield Fault(message, self._file, line, column, allowed=allowed, nearest=like)

    def _fault(self, zh: str, en: str, line: int, column: str = "") -> Fault:
        return Fault(Text(zh=zh, en=en), self._file, line, shorten(column))


def _lone(cells: Sequence[str]) -> bool:
    """Return whether a row has one value only; a merged title has it in every cell."""
    return len({cell.strip() for cell in cells} - {""}) == 1 and len(cells) > 1
