"""Reads the assignments back from a web page, as it shows them, with the edits of its reader."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict, ValidationError

from allocator.errors import Fault, InputError, shorten
from allocator.model.reading.json_files import parse_json
from allocator.model.run import Overrides
from allocator.model.text import Language, Text
from allocator.report.desk.seat_reading import ReadBack, SeatReader, SeatRow, name_key
from allocator.report.exporters import ReadRequest
from allocator.report.page.page_digests import (
    COUNT,
    DIGEST,
    FACTS,
    FIELDS,
    FORMAT,
    REST,
    cells_of,
    layer_titles,
    read_columns,
    row_digests,
    shown_text,
    table_digest,
    text_digest,
)
from allocator.report.page.page_parsing import parse_page

_NO_PAGE = Text(
    zh="不是 allocator 导出的网页（缺少读回所需的内容），无法读回安排",
    en="is no web page that allocator exported (what reading back needs is missing)",
)
_NO_TABLE = Text(
    zh="网页应有且只有一张读回的表（安排及其依据）",
    en="the page must have one table that is read back (assignments and their rules)",
)
_NO_HEADER = Text(zh="找不到表头中的这一栏", en="the header has no such column")
_NO_LAYER = Text(zh="场景没有这一层", en="the scenario has no such layer")
_NOT_READ = Text(
    zh="此行有改动，但此表不读回；请改“安排及其依据”",
    en="this row has been changed, but the table is not read back; change 'Assignments and their rules'",
)
_ROWS_MOVED = Text(
    zh="此表增删或移动过行，但此表不读回；请改“安排及其依据”",
    en="rows of this table were added, deleted or moved, but it is not read back; change 'Assignments and"
    " their rules'",
)
_FOLLOWS = Text(
    zh="此行只改了不读回的栏；请改对象、周期、机构、角色各栏",
    en="only columns that are not read back have been changed in this row; change who, period, place or role",
)
_TEXT_CHANGED = Text(
    zh="表外文字有改动，与导出时不同", en="the text around the tables is not what was exported"
)
_AROUND_CHANGED = Text(
    zh="正文以外有改动（目录、未关闭的窗口等），与导出时不同",
    en="what is around the text, such as the menu or an open window, is not what was exported",
)
_DIFFERS = Text(
    zh="网页的中文与英文不一致，须同时改", en="Chinese and English differ in the page; change both"
)
_OTHER_SCENARIO = Text(
    zh="页脚的场景摘要与网页所附数据不一致", en="the foot names another scenario than the data of the page"
)


class _PageFacts(BaseModel):
    """What a page says about itself; see ``document``."""

    model_config = ConfigDict(extra="forbid")

    format: str
    scenario: tuple[str, str]
    asked: Overrides
    layer: str
    count: int
    around: str


def read_page(request: ReadRequest) -> ReadBack:
    """Return the assignments that a page shows.

    Raises:
        InputError: The page is no exported one; or with a fault at each row that cannot be read, and at each
            place elsewhere that was changed: such a change is not taken.
    """
    page = parse_page(request.content, request.file)
    facts, main = _facts(page, request.file)
    reading = _PageReading(request, page, main, facts)
    reading.tables()
    reading.texts()
    reading.reader.faults.raise_if_any()
    name, sha256 = facts.scenario
    asked = {key: tuple(places) for key, places in facts.asked.to_run_data().items()}
    return ReadBack(name, sha256, reading.reader.assignments, asked, reading.added, reading.dropped)


def _facts(page: ET.Element, file: str) -> tuple[_PageFacts, ET.Element]:
    """Return the facts of a page and its text."""
    written = [one.get("content", "") for one in page.iter("meta") if one.get("name") == FACTS]
    mains = list(page.iter("main"))
    try:
        facts = _PageFacts.model_validate(parse_json(written[0].encode(), file) if written else None)
    except (ValidationError, InputError):
        raise InputError([Fault(_NO_PAGE, file)]) from None
    if facts.format != FORMAT or len(written) > 1 or len(mains) != 1:
        raise InputError([Fault(_NO_PAGE, file)])
    return facts, mains[0]


class _PageReading:
    """The tables and texts of one page."""

    def __init__(self, request: ReadRequest, page: ET.Element, main: ET.Element, facts: _PageFacts) -> None:
        self.reader = SeatReader(request.context, request.codes)
        self.added = self.dropped = 0
        self._context, self._file = request.context, request.file
        self._page, self._main, self._facts = page, main, facts
        self._language: Language = "en" if page.get("lang", "") == "en" else "zh"
        self._regions = {child: one.get("aria-labelledby", "") for one in main.iter("div") for child in one}
        self._by_id = {one.get("id"): one for one in main.iter() if one.get("id")}
        titles = {
            name: layer.spec.title or Text(zh=name, en=name) for name, layer in self._context.layers.items()
        }
        self._layers = {
            name_key(word): name
            for name, title in layer_titles(titles).items()
            for word in (title.zh, title.en, name)
        }

    def tables(self) -> None:
        """Read the table of the assignments; say what was changed in the others."""
        read = [table for table in self._main.iter("table") if table.get(COUNT) is not None]
        if len(read) != min(1, self._facts.count):
            raise InputError([Fault(_NO_TABLE, self._file)])
        for table in self._main.iter("table"):
            place = f"{self._file}:{self._title(table)}"
            if table.get(COUNT) is None:
                self.reader.faults.extend(_changed_rows(table, place, self._language))
            else:
                self._seats(table, place)

    def texts(self) -> None:
        """Say which text around the tables was changed."""
        for element in (self._main, *self._main.iter("section")):
            if text_digest(element) != element.get(DIGEST):
                heading = next(element.iter("h2" if element.tag == "section" else "h1"), None)
                title = "" if heading is None else shown_text(heading, self._language)
                place = f"{self._file}:{shorten(title)}" if title else self._file
                self.reader.faults.add(Fault(_TEXT_CHANGED, place))
        is_open = any(one.get("open") is not None for one in self._page.iter("dialog"))
        around = [text_digest(one) for one in self._page.iter("body")]
        if is_open or around != [self._facts.around]:
            self.reader.faults.add(Fault(_AROUND_CHANGED, self._file))
        sha256 = self._facts.scenario[1]
        footers = " ".join(shown_text(one, self._language) for one in self._main.iter("footer"))
        if sha256 and sha256 not in footers:
            self.reader.faults.add(Fault(_OTHER_SCENARIO, self._file, found=shorten(sha256)))

    def _title(self, table: ET.Element) -> str:
        """Return the title of a table: that of the region which it scrolls in, or else of its section."""
        heading = self._by_id.get(self._regions.get(table, ""))
        return "" if heading is None else shorten(shown_text(heading, self._language))

    def _seats(self, table: ET.Element, place: str) -> None:
        """Read the table of the assignments."""
        rows, fields = list(table.iter("tr")), read_columns(table)
        if missing := [FIELDS[one](self._language) for one in ("item", "slot") if one not in fields.values()]:
            self.reader.faults.add(Fault(_NO_HEADER, place, 1, allowed="、".join(missing)))
            return
        titles = {name: FIELDS[name](self._language) for name in fields.values()}
        same = 0
        for number, row in enumerate(rows[1:], start=2):
            cells = cells_of(row)
            if not any(one.zh or one.en for one in cells):
                continue
            now = row_digests(row, fields)
            is_same = now[DIGEST] == row.get(DIGEST)
            same += is_same
            self.added += not is_same
            read = {name: cells[k] for k, name in fields.items() if k < len(cells)}
            if is_same and now[REST] != row.get(REST):
                others = [one(self._language) for k, one in enumerate(cells) if k not in fields]
                self.reader.faults.add(Fault(_FOLLOWS, place, number, found=shorten(" | ".join(others))))
            elif self._agrees(read, titles, place, number):
                self._add(read, titles, place, number)
        self.dropped += max(0, self._facts.count - same)

    def _agrees(self, read: Mapping[str, Text], titles: Mapping[str, str], place: str, number: int) -> bool:
        """Whether both languages name the same in a row; a fault at each cell where they do not."""
        words = self._context.words.roles
        before = self.reader.faults.count
        for name, cell in read.items():
            is_same = cell.zh == cell.en
            if name == "role":
                is_same = is_same or words.id_of(cell.zh) == words.id_of(cell.en)
            elif name == "layer":
                is_same = self._layers.get(name_key(cell.zh)) == self._layers.get(name_key(cell.en))
            if not is_same:
                found = shorten(f"{cell.zh} / {cell.en}")
                self.reader.faults.add(Fault(_DIFFERS, place, number, titles[name], found))
        return self.reader.faults.count == before

    def _add(self, read: Mapping[str, Text], titles: Mapping[str, str], place: str, number: int) -> None:
        """Read one row."""
        cells = {name: cell(self._language) for name, cell in read.items()}
        title = cells.pop("layer", None)
        layer = self._facts.layer if title is None else self._layers.get(name_key(title), "")
        if layer in self._context.layers:
            self.reader.add(SeatRow(place, number, layer, cells, titles))
        else:
            found, column = shorten(title or layer), titles.get("layer", "")
            allowed = "、".join(self._context.layers)
            self.reader.faults.add(Fault(_NO_LAYER, place, number, column, found, allowed))


def _changed_rows(table: ET.Element, place: str, language: Language) -> Iterator[Fault]:
    """Yield a fault for each row that was not written so, or else for a table that lost or gained rows."""
    rows = list(table.iter("tr"))
    changed = [
        (number, row)
        for number, row in enumerate(rows, start=1)
        if row_digests(row, {})[DIGEST] != row.get(DIGEST)
    ]
    for number, row in changed:
        shown = " | ".join(filter(None, (shown_text(cell, language) for cell in row)))
        yield Fault(_NOT_READ, place, number, found=shorten(shown))
    if not changed and table_digest(rows) != table.get(DIGEST):
        yield Fault(_ROWS_MOVED, place)
