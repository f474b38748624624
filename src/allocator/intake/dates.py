"""Dates of rosters and forms, with the number formats of cells, and the questions about uncertain ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from allocator.model.reading.cell_values import WrittenDay, read_day
from allocator.model.text import Text

#: A number format that shows two decimals, so that 1975.1 is shown as 1975.10.
_TWO_DECIMALS = re.compile(r"#?,?#*0\.00(?:_[^;]*|[;@].*)?")
_SHORT_YEAR = re.compile(r"'?([0-9]{2})([-/.年])([0-9]{1,2})月?")
#: A two-figure year above this is likelier of the last century.
_LATEST = 40
_YEAR_POINT = re.compile(r"((?:19|20)?[0-9]{2})\.([0-9]{1,2})")
#: The days from 1927 to 2064; a smaller number is likelier something else.
_DAY_NUMBER = re.compile(r"[1-6][0-9]{4}")

#: Day 0 of the two calendars of spreadsheets: that of Windows and that of old Macintosh files.
EPOCHS = {1900: date(1899, 12, 30), 1904: date(1904, 1, 1)}

Doubt = Literal["", "january_or_october", "two_figures", "day_number", "year_only", "no_date"]


@dataclass(frozen=True)
class ReadDate:
    """A date as read from a cell.

    Attributes:
        day: The day, or the first day of the month; None if it is not certain.
        month_only: Whether no day of the month is given.
        doubt: Sort of the doubt if the cell is no certain date; empty if it is one.
        question: The question to the user about a cell that is no certain date.
        choices: The dates that the cell may mean, likeliest first, each in a form that is certain.
    """

    day: date | None
    month_only: bool = False
    doubt: Doubt = ""
    question: Text | None = None
    choices: tuple[str, ...] = ()

    @property
    def iso(self) -> str:
        """The date as ``1975-08-12``, or as ``1975-08`` if the day of the month is not given; else empty."""
        if self.day is None:
            return ""
        return self.day.isoformat()[: 7 if self.month_only else 10]

    @property
    def last(self) -> date | None:
        """The day, or the last day of the month."""
        return WrittenDay(self.day, self.month_only).last


NO_DATE = Text(zh="不是日期", en="is no date")
SERIAL_OF = Text(
    zh="像是表格软件的日期序号，但看不出是 1900 还是 1904 日期系统",
    en="looks like the number of a day in a spreadsheet, but the file does not say of which calendar",
)


def read_date(text: str) -> ReadDate:
    """Read a date from text in any form of rosters and forms; see ``read_day`` of the scenario's tables.

    A two-figure year, a bare year, the number of a day and ``1975.1`` (January or October) are questions.
    """
    written = read_day(text)
    if written.day is not None:
        return ReadDate(written.day, written.month_only)
    if written.question is None:
        return ReadDate(None, doubt="no_date", question=NO_DATE)
    plain = text.strip()
    if found := _SHORT_YEAR.fullmatch(plain):
        likely, other = (19, 20) if int(found[1]) > _LATEST else (20, 19)
        months = ("01", "10") if found[2] == "." and found[3] == "1" else (f"{int(found[3]):02}",)
        choices = tuple(f"{century}{found[1]}.{month}" for century in (likely, other) for month in months)
        return ReadDate(None, doubt="two_figures", question=written.question, choices=choices)
    if _DAY_NUMBER.fullmatch(plain):
        return ReadDate(None, doubt="day_number", question=SERIAL_OF, choices=(written.guess,))
    year, point, _ = plain.partition(".")
    if point:
        choices = (f"{year}.01", f"{year}.10")
        return ReadDate(None, doubt="january_or_october", question=written.question, choices=choices)
    return ReadDate(None, doubt="year_only", question=written.question)


def read_date_cell(value: object, number_format: str = "", epoch: int = 0) -> ReadDate:
    """Read a date from a cell of a workbook.

    Args:
        value: The cell: a day, a number or a text.
        number_format: Number format of a number, such as ``0.00``; empty if it is not known.
        epoch: 1900 or 1904, the calendar of the workbook; 0 if it is not known.
    """
    if isinstance(value, datetime):
        return ReadDate(value.date())
    if isinstance(value, date):
        return ReadDate(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return read_date(str(value))
    text = f"{value:.10g}"
    if (found := _YEAR_POINT.fullmatch(text)) and _TWO_DECIMALS.fullmatch(number_format):
        return read_date(f"{found[1]}.{found[2]:0<2}")
    read = read_date(text)
    if read.doubt == "day_number" and epoch in EPOCHS:
        return ReadDate(EPOCHS[epoch] + timedelta(days=int(value)))
    return read


def with_century(text: str, century: int) -> ReadDate:
    """Read a date with a two-figure year, ``75.08``, as of a century (19 or 20); any other as it is."""
    plain = text.strip().lstrip("'")
    return read_date(f"{century}{plain}" if _SHORT_YEAR.fullmatch(plain) else text)


def as_day_number(text: str, epoch: int) -> ReadDate:
    """Read the number of a day as of a calendar, 1900 or 1904; any other text as it is."""
    plain = text.strip()
    if _DAY_NUMBER.fullmatch(plain):
        return ReadDate(EPOCHS[epoch] + timedelta(days=int(plain)))
    return read_date(text)


#: A date at the beginning of a text that goes on: ``199806；民盟``, ``1998.06入党``.
_LEADING = re.compile(
    r"(?:19|20)[0-9]{2}(?:[-/.年][0-9]{1,2}(?:[-/.月][0-9]{1,2}日?|月)?|[01][0-9](?:[0-3][0-9])?)"
)


def find_dates(text: str) -> tuple[list[ReadDate], str]:
    """Return the certain dates inside a text, in order, and the text without them."""
    dates: list[ReadDate] = []

    def take(found: re.Match[str]) -> str:
        read = read_date(found[0])
        if read.day is None:
            return found[0]
        dates.append(read)
        return " "

    rest = _LEADING.sub(take, text)
    return dates, " ".join(rest.split())


def first_of_month(read: ReadDate) -> ReadDate:
    """Return a date with its day of the month: the first one if none is given."""
    return replace(read, month_only=False)
