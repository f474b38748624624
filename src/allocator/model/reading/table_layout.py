"""The layout of a table in its file: titles and header above, totals and notes between and below its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.fault_list import FaultList
from allocator.model.reading.headers import is_ordinal, join_header_rows, near_misses, standard_names
from allocator.model.tables import columns, required_columns
from allocator.model.text import Text

LONGEST_HEADER = 200
MOST_COLUMNS = 1_000
#: Number of first rows in which the header is looked for.
LOOKED_AT = 10

Line = tuple[int, Sequence[str]]


@dataclass(frozen=True)
class Heading:
    """The header of a table.

    Attributes:
        line: The row of the header in the file.
        headers: The cells as the file writes them.
        columns: The column for which each header stands.
        absent: Required columns that the table lacks; their faults are reported already.
        unnumbered: Whether the table has a column of names but no column of ids.
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
        """Return the index of the header among the first rows: the first row, unless it is a title.

        Raises:
            InputError: The first row is a title, and no row below is certainly the header.
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
        """Return the number of standard columns and of the scenario's own columns that a row names."""
        known = {*columns(self._table), *self._own.values()}
        names = [cell.strip() for cell in cells[:MOST_COLUMNS]]
        return len(known.intersection(standard_names(self._table, names, self._own)))

    def second_row(self, line: int, top: Sequence[str], below: Line) -> Sequence[str] | None:
        """Return the header of two rows, and add a doubt; None if the row below is no second header row.

        Args:
            line: Number of the first row.
            top: Cells of the first row.
            below: Number and cells of the row below.
        """
        headers = join_header_rows(top, below[1], self._is_standard)
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
            InputError: The header has too many or too long names, or two names of one column.
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
    """Return whether a row has a single value; a merged title has the same value in every cell."""
    return len({cell.strip() for cell in cells} - {""}) == 1 and len(cells) > 1


_TOTAL = re.compile(
    r"(?:合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|本页合计|总合计|平均|人数合计|subtotal|total|grand total)"
    r"\s*(?:[:：(（].*|[0-9０-９]+\s*[人个名].*)?",
    re.IGNORECASE | re.DOTALL,
)
_NOTE = re.compile(
    r"(?:[(（]?(?:备\s*注|附\s*注|注|说\s*明|填表说明|统计口径|数据截至)\s*[0-9一二三四五六七八九十]*"
    r"|(?:填表|制表|填报|报送|审核|审批|复核|统计|经办|联系|单位负责|负责|编制|校对)(?:人|单位|时间|日期|电话)"
    r"|审\s*核|联系电话|单位[(（]盖章[)）])\s*[:：]|※"
)
_HAN = re.compile("[\u3400-\u9fff]")

TOTAL = Text(zh="是合计行，未读入", en="is a row of totals and is not read")
NOTE = Text(zh="是表外的说明或签署，未读入", en="is a note or a signature and is not read")
REPEATED = Text(zh="与表头相同，未读入", en="repeats the header and is not read")
SECTION = Text(zh="像是分节标题，未读入", en="looks like the heading of a section and is not read")
UNNAMED = Text(zh="只有编号，没有名称，已按一行读入", en="has an id and nothing else, and is read as a row")


class NonDataRows:
    """Tells the rows of a table from totals, notes, repeated headers and section headings."""

    def __init__(self, file: str, heading: Heading, key: str) -> None:
        """Take the header by which rows are told apart.

        Args:
            file: Name of the file as doubts show it.
            heading: The header of the table.
            key: The column that every row fills, such as ``id``.
        """
        self._file = file
        self._headers = set(heading.headers) - {""}
        names = heading.columns
        self._key = names.index(key) if key in names else None
        self._name = names.index("name") if "name" in names else None
        self._width = len(names)

    def kind(self, cells: Sequence[str]) -> Text | None:
        """Return the message about a total, note or repeated header; None for rows and section headings."""
        first = cells[0] or next((cell for cell in cells if cell), "")
        if _TOTAL.fullmatch(first) or (self._name is not None and _TOTAL.fullmatch(cells[self._name])):
            return TOTAL
        if _NOTE.match(first):
            return NOTE
        if first in self._headers and self._headers.issuperset(filter(None, cells)):
            return REPEATED
        return None

    def sections(self, rows: Sequence[Line]) -> Iterator[tuple[int, Text]]:
        """Yield the index of each row with a single value, and the message about the row.

        The row is a section heading if its value is Chinese and the keys of all other rows are not. A row
        with only an id, in a table with names, is still a row of the table.
        """
        lone = [number for number, (_, cells) in enumerate(rows) if _is_lone(cells)]
        if self._width < 3 or not lone or len(lone) == len(rows):
            return
        alone = set(lone)
        keys = (_text(cells, self._key) for number, (_, cells) in enumerate(rows) if number not in alone)
        han = any(map(_HAN.search, keys))
        for number in lone:
            value = next(cell for cell in rows[number][1] if cell)
            if _HAN.search(value) and not han:
                yield number, SECTION
            elif self._name is not None and len(lone) * 2 <= len(rows):
                yield number, UNNAMED

    def doubt(self, line: int, cells: Sequence[str], message: Text) -> Fault:
        """Return the doubt about a row."""
        shown = " ".join(dict.fromkeys(filter(None, cells)))
        return Fault(message, self._file, line, found=shorten(shown))


def _is_lone(cells: Sequence[str]) -> bool:
    if cells[0] and cells[-1] and cells[0] != cells[-1]:
        return False
    first = next((cell for cell in cells if cell), "")
    return len({*cells, "", first}) <= 2


def _text(cells: Sequence[str], index: int | None) -> str:
    return "" if index is None else cells[index]
