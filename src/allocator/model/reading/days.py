"""Calendar days as people write them, months for short: ``2025-02-03``, ``2025年2月``, ``1975.08``.

What may be two dates is asked about, never guessed: a spreadsheet makes 1975.1 of October 1975, too.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from allocator.model.text import Text

_DAY = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})-|/([0-9]{1,2})/|\.([0-9]{1,2})\.|年([0-9]{1,2})月)([0-9]{1,2})日?"
)
_MONTH = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})|年([0-9]{1,2})月)")
_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([01][0-9])([0-3][0-9])?")
_AGE = re.compile(r"\([0-9]{1,3}岁\)$")
_SHORT_YEAR = re.compile(r"'?([0-9]{2})([-/.年])([0-9]{1,2})月?")
_SERIAL = re.compile(r"[1-6][0-9]{4}")
_YEAR = re.compile(r"[12][0-9]{3}年?")
_FIGURES = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_TEN = re.compile(r"([1-3]?)十([1-9]?)")
_CHINESE = re.compile("[〇零○一二三四五六七八九十]")
#: Day 0 of a spreadsheet's calendar.
_EXCEL = date(1899, 12, 30)

#: What is asked for where a cell is no date at all.
FORMS = "YYYY-MM-DD, YYYY年M月D日, YYYY-MM"


@dataclass(frozen=True, slots=True)
class WrittenDay:
    """What a cell says of a date.

    Attributes:
        day: The day, or the first day of the month; None if it cannot be told.
        month_only: Whether the cell names no day of the month.
        question: What to ask the user where it cannot be told, if it is nearly a date.
        guess: The day that it may be.
    """

    day: date | None
    month_only: bool = False
    question: Text | None = None
    guess: str = ""

    @property
    def last(self) -> date | None:
        """The day, or the last day of the month."""
        if self.day is None or not self.month_only:
            return self.day
        return self.day.replace(day=monthrange(self.day.year, self.day.month)[1])


@lru_cache(maxsize=50_000)
def read_day(text: str) -> WrittenDay:
    """Return the date that ``text`` writes."""
    plain = _AGE.sub("", unicodedata.normalize("NFKC", text).strip()).strip()
    if _CHINESE.search(plain) and "年" in plain:
        plain = _TEN.sub(lambda found: f"{found[1] or 1}{found[2] or 0}", plain.translate(_FIGURES))
    for pattern in (_DAY, _COMPACT):
        if (found := pattern.fullmatch(plain)) and found[pattern.groups]:
            year, month, day = (part for part in found.groups() if part)
            well_formed = ("年" in plain) == plain.endswith("日")
            return WrittenDay(_date(year, month, day) if well_formed else None)
    if found := _MONTH.fullmatch(plain) or _COMPACT.fullmatch(plain):
        year, month = (part for part in found.groups() if part)
        if plain == f"{year}.1":
            return WrittenDay(None, question=_JANUARY_OR_OCTOBER)
        first = _date(year, month, "1")
        return WrittenDay(first, first is not None)
    return _nearly(plain)


def parse_day(text: str) -> date | None:
    """Return the day that ``text`` writes to the day, or None if it is no day of the calendar."""
    written = read_day(text)
    return None if written.month_only else written.day


def _nearly(plain: str) -> WrittenDay:
    """Return what to ask about a cell that is no date, if it is nearly one."""
    if _SHORT_YEAR.fullmatch(plain):
        return WrittenDay(None, question=_TWO_FIGURES)
    if _SERIAL.fullmatch(plain):
        day = _EXCEL + timedelta(days=int(plain))
        return WrittenDay(None, question=_NUMBER_OF_A_DAY, guess=day.isoformat())
    return WrittenDay(None, question=_YEAR_ONLY if _YEAR.fullmatch(plain) else None)


_TWO_FIGURES = Text(zh="年份只有两位，请写四位", en="has a year of two figures; write four")
_YEAR_ONLY = Text(zh="只有年份，请写明月份", en="gives only a year; say the month too")
_NUMBER_OF_A_DAY = Text(
    zh="像是表格软件的日期序号，请写成日期",
    en="looks like the number of a day in a spreadsheet; write the date",
)
_JANUARY_OR_OCTOBER = Text(
    zh="是 1 月还是 10 月？请写成 .01 或 .10", en="is it January or October? write .01 or .10"
)


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
