"""Rows of a table that are no rows of it: totals, notes, signatures, headings of sections, second headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from allocator.errors import Fault, shorten
from allocator.model.reading.heading import Heading, Line
from allocator.model.text import Text

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


class Asides:
    """Tells the rows of a table from what stands between and below them."""

    def __init__(self, file: str, heading: Heading, key: str) -> None:
        """Look at the rows of a table.

        Args:
            file: Its file as doubts show it.
            heading: Its header.
            key: The column that every row fills, such as ``id``.
        """
        self._file = file
        self._headers = set(heading.headers) - {""}
        names = heading.columns
        self._key = names.index(key) if key in names else None
        self._name = names.index("name") if "name" in names else None
        self._width = len(names)

    def kind(self, cells: Sequence[str]) -> Text | None:
        """Return what a row is, if it is no row of the table; headings wait for ``sections``."""
        first = cells[0] or next((cell for cell in cells if cell), "")
        if _TOTAL.fullmatch(first) or (self._name is not None and _TOTAL.fullmatch(cells[self._name])):
            return TOTAL
        if _NOTE.match(first):
            return NOTE
        if first in self._headers and self._headers.issuperset(filter(None, cells)):
            return REPEATED
        return None

    def sections(self, rows: Sequence[Line]) -> Iterator[tuple[int, Text]]:
        """Yield the number of each row that has one value alone, and what it is.

        It is a heading where that value is Chinese and the keys of all other rows are not; a row that has but
        an id is one of the table, though others have names.
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
