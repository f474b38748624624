"""The layout of a roster on a sheet: its header, the field of each column, the rows that are no people."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from allocator.errors import Fault, shorten
from allocator.intake.import_notes import BLANK, COLUMN, FilePlace, Questions, note_line, short
from allocator.intake.sheet_files import Sheet, sheet_rows
from allocator.model.reading.headers import header_key, join_header_rows
from allocator.model.reading.roster_fields import REPEATED, SKIP, field_of, fields, likely_field
from allocator.model.reading.table_layout import NOTE, SECTION, Heading, NonDataRows
from allocator.model.reading.table_layout import REPEATED as REPEATED_HEADER
from allocator.model.text import Text

_LOOKED_AT = 15
FEWEST_FIELDS = 2
_MOST_NAMED = 10


@dataclass(frozen=True)
class RosterColumn:
    """A column of a roster.

    Attributes:
        index: Its position, counted from 0.
        header: The header as the sheet writes it, of two rows together.
        field: The field for which it stands; empty if it is not read.
        own: The user's own name for a column that is kept as it is.
        by_user: Whether ``import.yaml`` says so.
    """

    index: int
    header: str
    field: str = ""
    own: str = ""
    by_user: bool = False


@dataclass(frozen=True)
class SkippedRow:
    """A row that is no person: its line, what it says, and why it is not read."""

    line: int
    text: str
    why: Text


@dataclass
class FoundRoster:
    """A roster as found on a sheet.

    Attributes:
        sheet: The sheet.
        header_lines: The rows of the header.
        columns: The columns with a header.
        rows: The indices of the rows with a person; each with the rows that go on below it.
        skipped: The rows that are not read, and why.
        sections: The heading of the section of each row with a person, without its number of people.
        remarks: What else the user should know.
    """

    sheet: Sheet
    header_lines: tuple[int, ...]
    columns: tuple[RosterColumn, ...]
    rows: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    skipped: list[SkippedRow] = field(default_factory=list)
    sections: dict[int, str] = field(default_factory=dict)
    remarks: list[Fault] = field(default_factory=list)

    def index(self, name: str) -> int | None:
        """Return the position of the column of a field; None if there is none."""
        return next((column.index for column in self.columns if column.field == name), None)

    def header(self, name: str) -> str:
        """Return the header of the column of a field; empty if there is none."""
        return next((column.header for column in self.columns if column.field == name), "")

    def place(self, row: int, column: str = "") -> FilePlace:
        """Return the place of a cell."""
        return FilePlace(self.sheet.label, self.sheet.line(row), column)


def find_roster(sheet: Sheet, questions: Questions) -> FoundRoster | None:
    """Find the roster on a sheet; None if no row is a header with a column of names.

    Args:
        sheet: The sheet.
        questions: Collects what is asked about columns and rows; has the answers so far.
    """
    found = find_header(sheet, questions)
    if found is None:
        return None
    filled, begin, columns, last = found
    lines = tuple(sheet.line(row) for row, _ in filled[begin:last])
    roster = FoundRoster(sheet, lines, columns)
    for row, cells in filled[:begin]:
        roster.skipped.append(_skipped(sheet, row, cells, TITLE))
    roster.columns = tuple(_Columns(roster, questions).checked())
    _Rows(roster, questions).read(filled[last:])
    if hidden := [sheet.line(row) for row, _ in roster.rows if row in sheet.hidden_rows]:
        roster.remarks.append(_hidden(sheet.label, hidden))
    return roster


def find_header(
    sheet: Sheet, questions: Questions
) -> tuple[list[tuple[int, Sequence[str]]], int, tuple[RosterColumn, ...], int] | None:
    """Return the filled rows, where among them the header begins, its columns, and where people begin."""
    filled = list(sheet_rows(sheet))
    own = questions.notes.columns()
    found = _find_header(filled[:_LOOKED_AT], own)
    if found is None:
        return None
    begin, headers, lower = found
    return filled, begin, tuple(_columns(headers, lower, own)), begin + (2 if lower else 1)


def _hidden(label: str, lines: Sequence[int]) -> Fault:
    """Return the remark about people in hidden rows."""
    message = Text(
        zh=f"有 {len(lines)} 名人员在隐藏（或被筛选掉）的行里，也已读入",
        en=f"has {len(lines)} people in rows that are hidden or filtered out, who are read, too",
    )
    more = ", ..." if len(lines) > _MOST_NAMED else ""
    return Fault(message, label, found=", ".join(map(str, lines[:_MOST_NAMED])) + more)


TITLE = Text(zh="表头上方的标题或说明，未读入", en="stands above the header and is not read")


def _skipped(sheet: Sheet, row: int, cells: Sequence[str], why: Text) -> SkippedRow:
    return SkippedRow(sheet.line(row), shorten(" ".join(dict.fromkeys(filter(None, cells)))), why)


def _find_header(
    first: Sequence[tuple[int, Sequence[str]]], own: Mapping[str, str]
) -> tuple[int, Sequence[str], Sequence[str]] | None:
    """Return the index of the header among the first rows, its names, and its second row if it has one."""
    best: tuple[int, int, Sequence[str], Sequence[str]] | None = None
    for number, (_, cells) in enumerate(first):
        below = first[number + 1][1] if number + 1 < len(first) else ()
        joined = _joined(cells, below) if below else None
        choices: list[tuple[Sequence[str], Sequence[str]]] = [(cells, ())]
        if joined and sum(map(bool, map(field_of, below))):
            choices.append((joined, below))
        for headers, lower in choices:
            named = {column.field for column in _columns(headers, lower, own)} - {""}
            if "name" in named and len(named) >= FEWEST_FIELDS and (best is None or len(named) > best[0]):
                best = (len(named), number, headers, lower)
    return None if best is None else best[1:]


def _joined(top: Sequence[str], below: Sequence[str]) -> Sequence[str] | None:
    """Return the header that two rows form together; None if the second row is no part of a header.

    A second row of known headers alone is one, too, even where a group has one column only.
    """
    if found := join_header_rows(top, below, lambda _: False):
        return found
    own = ["" if lower == upper else lower.strip() for upper, lower in zip(top, below, strict=False)]
    filled = list(filter(None, own))
    names = [lower for upper, lower in zip(top, own, strict=False) if field_of(upper) == "name"]
    if not filled or not names or any(names) or not all(map(field_of, filled)):
        return None
    headers, group = list[str](), ""
    for upper, lower in zip(top, own, strict=False):
        group = upper.strip() or group
        headers.append(f"{group}{lower}" if lower else upper)
    return headers


#: The field of a relative for each field that a group of columns about the family may name below itself.
_OF_RELATIVE = {
    "name": "relative_name",
    "born": "relative_born",
    "party": "relative_party",
    "post": "relative_work",
    "unit": "relative_work",
}


def _columns(headers: Sequence[str], lower: Sequence[str], own: Mapping[str, str]) -> Iterator[RosterColumn]:
    """Yield the columns with a header; of a header of two rows, the lower name alone may tell the field."""
    taken = {field_of(header) for header in headers}
    for index, header in enumerate(headers):
        name = header.strip()
        if not name:
            continue
        by_user = own.get(header_key(short(name)))
        if by_user is not None:
            is_field = by_user in fields()
            yield RosterColumn(
                index, name, by_user if is_field else "", "" if is_field or by_user == SKIP else by_user, True
            )
            continue
        found = field_of(name)
        below = lower[index].strip() if index < len(lower) else ""
        if not found and below and name != below and name.endswith(below):
            group, alone = field_of(name.removesuffix(below)), field_of(below)
            found = _OF_RELATIVE.get(alone, alone) if group == "family" else "" if alone in taken else alone
        yield RosterColumn(index, name, found)


class _Columns:
    """Checks the columns of a roster, and asks about doubtful ones."""

    def __init__(self, roster: FoundRoster, questions: Questions) -> None:
        self._roster, self._questions = roster, questions
        self._label = roster.sheet.label
        self._row = roster.header_lines[-1]

    def checked(self) -> Iterator[RosterColumn]:
        """Yield the columns; those about which the user is asked are not read."""
        first: dict[str, RosterColumn] = {}
        doubled: set[str] = set()
        columns = self._roster.columns
        for column in columns:
            name = column.field
            is_read = name and fields()[name].kind not in ("ignored", "left_out") and name not in REPEATED
            if is_read and name in first:
                self._ask_which(first[name], column)
                doubled.add(name)
            elif is_read:
                first[name] = column
        taken = [column.field for column in columns]
        for column in columns:
            if column.field in doubled:
                yield RosterColumn(column.index, column.header)
                continue
            if not column.field and not column.own and not column.by_user:
                self._ask_meaning(column, taken)
            yield column
        self._remark_unnamed()

    def _ask_which(self, one: RosterColumn, other: RosterColumn) -> None:
        if one.header == other.header:
            zh = f"第 {one.index + 1}、{other.index + 1} 列列名相同：请改其中一列的列名，或分为两张表"
            en = f"is the header of columns {one.index + 1} and {other.index + 1}: change one of them"
            fault = Fault(Text(zh=zh, en=en), self._label, self._row, short(other.header))
            self._questions.faults.add(fault)
            return
        title = fields()[one.field].title
        message = Text(
            zh=f"与“{short(one.header)}”同为{title.zh}（{one.field}）：哪一列不读？",
            en=f"is {title.en} ({one.field}), and so is '{short(one.header)}': which is not to be read?",
        )
        place = FilePlace(self._label, self._row, other.header)
        more = [note_line(COLUMN + short(one.header), [SKIP])]
        self._questions.ask(place, message, COLUMN + short(other.header), [SKIP], more=more)

    def _ask_meaning(self, column: RosterColumn, taken: Sequence[str]) -> None:
        """Ask about a header that is nearly a known one."""
        name, near = likely_field(column.header, taken)
        if name:
            message = Text(zh="不是已知的列名，未读入", en="is no known header, and is not read")
            place = FilePlace(self._label, self._row, column.header)
            self._questions.ask(place, message, COLUMN + short(column.header), [name, SKIP], near=near)

    def _remark_unnamed(self) -> None:
        named = {column.index for column in self._roster.columns}
        width = max(map(len, self._roster.sheet.rows), default=0)
        for index in set(range(width)) - named:
            below = (row[index] for row in self._roster.sheet.rows[self._row :] if index < len(row))
            text = next(filter(None, below), "")
            if text:
                zh, en = (
                    f"第 {index + 1} 列没有列名，未读入",
                    f"column {index + 1} has no name and is not read",
                )
                self._roster.remarks.append(
                    Fault(Text(zh=zh, en=en), self._label, self._row, found=short(text))
                )


_PERSONS = re.compile(r".*[(（]?\s*[0-9]+\s*人\s*[)）]?")
_COUNT = re.compile(r"\s*[(（]?\s*(?:共|计)?[0-9]+\s*[人名]\s*[)）]?$")
_COLUMN_NUMBER = re.compile(r"[(（]?[0-9]{1,3}[)）]?")
COLUMN_NUMBERS = Text(zh="是列号，未读入", en="numbers the columns and is not read")
NO_NAME = Text(zh="没有姓名：是人员吗？", en="has no name: is it a person?")
LONE = Text(zh="只有姓名一格：是人员吗？", en="has a name and nothing else: is it a person?")
BY_USER = Text(zh="按 import.yaml 未读入", en="is not read, by import.yaml")
_NAME = re.compile("[\u3400-\u9fff]{2,4}")
#: A row with this many cells or fewer, and no name, below the last person is a note.
_FEW = 2


class _Rows:
    """Tells the rows of people from section headings, totals, notes and repeated headers."""

    def __init__(self, roster: FoundRoster, questions: Questions) -> None:
        self._roster, self._questions = roster, questions
        name = roster.index("name")
        self._name = 0 if name is None else name
        self._kinds = NonDataRows(roster.sheet.label, _heading(roster), "id")
        self._section = ""
        self._known = [column.index for column in roster.columns if column.field not in ("", "no")]

    def read(self, rows: Sequence[tuple[int, Sequence[str]]]) -> None:
        """Sort the rows below the header into people and others."""
        ends = max((row for row, cells in rows if self._is_named(cells)), default=-1)
        people: dict[int, list[int]] = {}
        for row, cells in rows:
            if (first := self._roster.sheet.goes_on.get((row, self._name))) in people:
                people[first].append(row)
            elif self._is_person(row, cells, is_below=row > ends):
                people[row] = []
                self._roster.sections[row] = self._section
        self._roster.rows = [(row, tuple(below)) for row, below in people.items()]

    def _is_named(self, cells: Sequence[str]) -> bool:
        values = {cell for cell in cells if cell}
        return bool(cells[self._name]) and len(values) > 1 and self._kinds.kind(tuple(cells)) is None

    def _is_person(self, row: int, cells: Sequence[str], *, is_below: bool) -> bool:
        """Return whether a row is a person; any other row is noted with the reason, or asked about."""
        text = " ".join(dict.fromkeys(filter(None, cells)))
        place = self._roster.place(row)
        answer = self._questions.answer(place.key(text))
        why = BY_USER if answer == SKIP else self._kinds.kind(tuple(cells)) if answer is None else None
        why = why or (self._aside(cells, is_below=is_below) if answer is None else None)
        name = self._roster.place(row, self._roster.header("name")).key()
        if why is NO_NAME and self._questions.answer(name):
            return True
        if why in (LONE, NO_NAME):
            choices = [SKIP, "person"] if why is LONE else [SKIP]
            more = [note_line(name, [BLANK])] if why is NO_NAME else []
            self._questions.ask(place, why, place.key(text), choices, found=text, more=more)
            return False
        if why is not None:
            if why is SECTION:
                self._section = _COUNT.sub("", text)
            self._roster.skipped.append(_skipped(self._roster.sheet, row, cells, why))
        return why is None

    def _aside(self, cells: Sequence[str], *, is_below: bool) -> Text | None:
        """Return why a row is likely no person; None if it is one."""
        values = {cell for cell in cells if cell}
        filled = [index for index, cell in enumerate(cells) if cell]
        if len(values) == 1:
            value = next(iter(values))
            if filled == [self._name] and _NAME.fullmatch(value) and not _PERSONS.fullmatch(value):
                return LONE
            return NOTE if is_below else SECTION
        if name := cells[self._name]:
            return _second_header(name, values)
        if is_below and len(values) <= _FEW:
            return NOTE
        return NO_NAME if any(cells[index] for index in self._known) else NOTE


def _second_header(name: str, values: Collection[str]) -> Text | None:
    """Return what a row is that repeats the header in other words, or numbers the columns; else None."""
    if field_of(name) and all(map(field_of, values)):
        return REPEATED_HEADER
    if _COLUMN_NUMBER.fullmatch(name) and all(map(_COLUMN_NUMBER.fullmatch, values)):
        return COLUMN_NUMBERS
    return None


def _heading(roster: FoundRoster) -> Heading:
    """Return the header as the readers of scenario tables know it."""
    width = max((len(cells) for cells in roster.sheet.rows), default=0)
    headers, names = [""] * width, [""] * width
    for column in roster.columns:
        headers[column.index] = column.header
        names[column.index] = column.field or column.header
    return Heading(roster.header_lines[-1], tuple(headers), tuple(names), ())
