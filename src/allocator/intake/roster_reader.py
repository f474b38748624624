"""Reads the rows of a roster as people, with their relatives and résumés; asks about doubtful cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from allocator.errors import Fault
from allocator.intake.dates import (
    ReadDate,
    as_day_number,
    find_dates,
    read_date,
    read_date_cell,
    with_century,
)
from allocator.intake.import_notes import BLANK, COLUMN, FilePlace, Questions, note_line, short
from allocator.intake.privacy import MASK
from allocator.intake.resume_lines import ResumeLine, read_resume
from allocator.intake.roster_families import FamilyReader, StatedRelative, with_spouse_work
from allocator.intake.roster_layout import FoundRoster, RosterColumn
from allocator.model.reading.cell_values import plain_id, plain_name
from allocator.model.reading.roster_fields import SKIP, Field, fields
from allocator.model.reading.unvalued_cells import FAILED, UNKNOWN, is_unvalued
from allocator.model.text import Text


@dataclass
class RosterPerson:
    """A row of a roster.

    Attributes:
        place: File, sheet and row.
        name: The name.
        values: The cells of the columns that are kept, by column of ``people.csv``.
        born: Year and month of birth as ``1975-08``; empty if not known.
        post: The text of the present post.
        relatives: The relatives that the row states.
        resume: The spells of the résumé, and their cell.
        is_open: Whether a question about the row is open; such a row is not written yet.
    """

    place: FilePlace
    name: str
    values: dict[str, str] = field(default_factory=dict)
    born: str = ""
    post: str = ""
    relatives: list[StatedRelative] = field(default_factory=list)
    resume: list[tuple[ResumeLine, FilePlace]] = field(default_factory=list)
    is_open: bool = False


#: Cells that say that there is nothing.
_NOTHING = frozenset(("-", "--", "—", "——", "－", "/", "／", "\\", "无", "空", "暂无"))
_LONGEST_ID = 64
_NO_ID = Text(
    zh="不能作编号：过长，或是身份证号、电话",
    en="cannot be an id: too long, or an identity or telephone number",
)
#: A word for a grade that the notation of seats can hold.
_GRADE = re.compile("[^0-9+、≥≤<>=~–—-][^+、]{0,19}")
_NO_GRADE = Text(zh="不是职务层次", en="is no word for a grade")
#: What no name has: figures, marks between words, the star of a number that was left out.
_NO_NAME = re.compile(r"[0-9*=:：,，;；/、。?？#]")
_SEX = re.compile(r"(.*?)[(（]([男女])?[,，、 ]?(?:[\u3400-\u9fff]{1,4}族)?[)）]")
_LOST = Text(
    zh="长号码以数字保存，末几位已丢失，未读入；如需编号请改为文本",
    en="holds long numbers whose last digits are lost, and is not read; keep numbers as text",
)
#: Answers about all doubtful dates of a column: their century, or the calendar of their numbers.
_OF_COLUMN = {"two_figures": ("19YY", "20YY"), "day_number": ("1900", "1904")}
_KEPT = Text(zh="不是日期，按文字保留", en="is no date, and is kept as text")
_WHAT_DATE = Text(zh="不是日期；是哪年哪月？", en="is no date: which year and month?")


def read_people(roster: FoundRoster, questions: Questions) -> list[RosterPerson]:
    """Return the people of a roster in the order of its rows.

    Args:
        roster: The roster, with its columns and rows.
        questions: Collects the questions about cells; has the answers so far.
    """
    return list(_Reader(roster, questions).people())


class _Reader:
    """Reads the rows of one roster."""

    def __init__(self, roster: FoundRoster, questions: Questions) -> None:
        self._roster, self._questions = roster, questions
        self._sheet = roster.sheet
        self._families = FamilyReader(roster, questions)
        known = fields()
        self._columns = [(one, known.get(one.field)) for one in roster.columns if one.field or one.own]
        self._offered: set[str] = set()
        self._above = ("", "")
        self._formats = self._sheet.formats(set(self._doubtful_numbers()))
        self._note_lost()

    def _doubtful_numbers(self) -> Iterator[tuple[int, int]]:
        """Yield the numbers in columns of dates that only their format can tell."""
        dates = [one.index for one, kind in self._columns if kind and kind.kind == "date"]
        for row, _ in self._roster.rows:
            for column in dates:
                value = self._sheet.numbers.get((row, column))
                if value is not None and read_date_cell(value).doubt in ("january_or_october", "two_figures"):
                    yield row, column

    def _note_lost(self) -> None:
        rows = {row for row, _ in self._roster.rows}
        for column in self._roster.columns:
            lost = sum((row, column.index) in self._sheet.lost for row in rows)
            if lost:
                place = FilePlace(self._sheet.label, self._roster.header_lines[-1], column.header)
                self._remark(place, _LOST, f"{lost} x {MASK}")

    def people(self) -> Iterator[RosterPerson]:
        """Yield the person of each row."""
        for row, below in self._roster.rows:
            person = RosterPerson(self._roster.place(row), "")
            cells = self._sheet.rows[row]
            for column, known in self._columns:
                cell = cells[column.index]
                if cell:
                    self._take(person, row, column, known, cell)
            for one in (row, *below):
                person.relatives.extend(self._families.in_columns(one, row))
            if not person.name:
                name_place = self._roster.place(row, self._roster.header("name"))
                person.name = self._questions.answer(name_place.key()) or ""
            if "unit" not in person.values:
                person.values["unit"] = self._unit_of_part(row)
            self._above = (self._roster.sections[row], person.values["unit"])
            if person.name:
                yield person

    def _unit_of_part(self, row: int) -> str:
        """Return the unit of a row by what the user has said about the sheet or its parts; else empty."""
        sheet, sections, above = part_keys(self._sheet.label, self._roster.header("unit"))
        if self._questions.answer(above) == "above":
            section, unit = self._above
            return unit if section == self._roster.sections[row] else ""
        if self._questions.answer(sections) == "unit":
            return self._roster.sections[row]
        return self._questions.answer(sheet) or ""

    def _take(
        self, person: RosterPerson, row: int, column: RosterColumn, known: Field | None, cell: str
    ) -> None:
        """Take one cell of a person."""
        if known is None:
            person.values[column.own] = plain_id(cell)
            return
        if known.kind in ("ignored", "left_out", "relative") or cell in _NOTHING:
            return
        place = self._roster.place(row, column.header)
        if is_unvalued(cell) or (row, column.index) in self._sheet.not_computed:
            self._ask_value(person, place, cell)
        elif known.kind == "date":
            self._take_date(person, row, column, cell)
        elif known.kind == "family":
            person.relatives.extend(self._families.in_text(place, cell))
        elif known.name == "spouse_name":
            person.relatives.extend(self._families.in_text(place, f"配偶 {cell}"))
        elif known.name == "spouse_work":
            person.relatives = with_spouse_work(person.relatives, plain_id(" ".join(cell.split())))
        elif known.kind == "resume":
            self._take_resume(person, place, cell)
        elif known.kind == "post":
            person.post = plain_id(" ".join(cell.split()))
        else:
            self._take_text(person, place, known.name, cell)

    def _ask_value(self, person: RosterPerson, place: FilePlace, cell: str) -> None:
        """Ask about a formula without a value; the row waits for it, unless the cell is to stay empty."""
        if self._questions.answer(place.key(cell)) != SKIP:
            person.is_open = True
            message = FAILED if is_unvalued(cell) else UNKNOWN
            self._questions.ask(place, message, place.key(cell), [SKIP], found=cell)

    def _take_text(self, person: RosterPerson, place: FilePlace, name: str, cell: str) -> None:
        text = plain_id(" ".join(cell.split()))
        if name == "name":
            if found := _SEX.fullmatch(text):
                text = found[1]
                person.values.setdefault("sex", found[2] or "")
            person.name = self._certain_name(person, place, plain_name(text))
        elif name == "party":
            dates, rest = find_dates(text)
            person.values["party"] = rest.strip("()（）;；,，、 ") if dates else text
            if dates:
                person.values.setdefault("party_since", dates[0].iso)
        elif name == "id" and (MASK in text or len(text) > _LONGEST_ID):
            person.is_open = True
            self._questions.ask(place, _NO_ID, f"{COLUMN}{short(place.column)}", [SKIP])
        elif name == "grade" and not _GRADE.fullmatch(text):
            if self._questions.answer(place.key(text)) != SKIP:
                person.is_open = True
                self._questions.ask(place, _NO_GRADE, place.key(text), [SKIP], found=text)
        else:
            person.values[name] = text

    def _certain_name(self, person: RosterPerson, place: FilePlace, name: str) -> str:
        """Return a name, or what the user has said in place of one with figures, which is asked about."""
        if not _NO_NAME.search(name):
            return name
        answer = self._questions.answer(place.key(name))
        if answer is None:
            person.is_open = True
            message = Text(zh="不像姓名：有数字或标点", en="is hardly a name: it has figures or marks")
            self._questions.ask(place, message, place.key(name), [BLANK, SKIP], found=name)
        return name if answer is None else "" if answer == SKIP else answer

    def _take_date(self, person: RosterPerson, row: int, column: RosterColumn, cell: str) -> None:
        place = self._roster.place(row, column.header)
        answer = self._questions.answer(place.key(cell))
        if answer == SKIP:
            return
        value = self._sheet.numbers.get((row, column.index))
        if answer is not None:
            read = read_date(answer)
        elif value is not None:
            read = read_date_cell(value, self._formats.get((row, column.index), ""), self._sheet.epoch)
        else:
            read = read_date(cell)
        read = self._as_column(read, place, cell)
        if read.doubt:
            read = self._uncertain(person, place, column.field, cell, read)
        if read.day is not None:
            # A month alone is the first day for `joins`, as for the reader of the table.
            person.values[column.field] = read.day.isoformat() if column.field == "joins" else read.iso
            person.born = read.iso[:7] if column.field == "born" else person.born

    def _as_column(self, read: ReadDate, place: FilePlace, cell: str) -> ReadDate:
        """Read a doubtful date by what the user has said about its whole column."""
        keys = _column_keys(place)
        if read.doubt == "two_figures" and (answer := self._questions.answer(keys["two_figures"])):
            return with_century(cell, int(answer[:2])) if answer in _OF_COLUMN["two_figures"] else read
        if read.doubt == "day_number" and (answer := self._questions.answer(keys["day_number"])):
            return as_day_number(cell, int(answer)) if answer in _OF_COLUMN["day_number"] else read
        return read

    def _uncertain(
        self, person: RosterPerson, place: FilePlace, name: str, cell: str, read: ReadDate
    ) -> ReadDate:
        """Ask about a cell that is no certain date, or keep it as text where text may stand."""
        if read.doubt == "no_date" and name not in ("born", "joins", "retires"):
            dates, rest = find_dates(cell)
            if dates and name == "party_since":
                person.values.setdefault("party", rest.strip("()（）;；,，、 "))
                return dates[0]
            person.values[name] = plain_id(cell)
            self._remark(place, _KEPT, cell)
            return read
        person.is_open = True
        question = _WHAT_DATE if read.doubt == "no_date" else read.question or _WHAT_DATE
        keys = _column_keys(place)
        more = []
        if read.doubt in keys and keys[read.doubt] not in self._offered:
            self._offered.add(keys[read.doubt])
            more = [note_line(keys[read.doubt], _OF_COLUMN[read.doubt])]
        self._questions.ask(place, question, place.key(cell), read.choices, found=cell, more=more)
        return read

    def _take_resume(self, person: RosterPerson, place: FilePlace, cell: str) -> None:
        resume = read_resume(cell)
        person.resume.extend((line, place) for line in resume.lines)
        for line in resume.unread:
            self._remark(place, line.reason, line.text)

    def _remark(self, place: FilePlace, message: Text, found: str) -> None:
        self._roster.remarks.append(Fault(message, place.label, place.row, short(place.column), short(found)))


def part_keys(label: str, unit: str) -> tuple[str, str, str]:
    """Return the keys of ``import.yaml`` for the units of a whole sheet, of its sections, and of empty cells.

    Args:
        label: File and sheet.
        unit: The header of the column of units; empty without one.
    """
    return f"sheet {label}", f"sections {label}", FilePlace(label, 0, unit or "unit").key()


def _column_keys(place: FilePlace) -> Mapping[str, str]:
    """Return the keys of answers about all doubtful dates of a column, by sort of doubt."""
    column = FilePlace(place.label, 0, place.column)
    return {"two_figures": column.key("YY.MM"), "day_number": column.key("12345")}
