"""Days as a call names them: a period, a day or month, or a range ``FIRST..LAST`` open at either end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from allocator.model.spec import Period

_RANGE = re.compile(r"(?P<first>[^@=<>&|]*?)\.\.(?P<last>[^@=<>&|]*)")
_MONTH, _DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})"), re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")


@dataclass(frozen=True)
class DayRange:
    """Days from the first to the last one, with the text that names them."""

    text: str
    first: date = date.min
    last: date = date.max

    def covers(self, period: Period) -> bool:
        """Whether the whole period is in the range."""
        return self.first <= period.start and period.end <= self.last


def read_days(text: str, periods: Sequence[Period]) -> DayRange | None:
    """Return the days of a text.

    Args:
        text: The id of a period, a day (which stands for the period around it), or a range of periods, months
            or days, such as ``2026-03..2026-05``, ``..2026-06-30`` or ``2027..``.
        periods: The periods of the scenario.

    Returns:
        The days; None if the text names none.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        one = _period_of(text, periods)
        return None if one is None else DayRange(one.id, one.start, one.end)
    first, last = (part.strip() for part in found.groups())
    begins, ends = first_day(first, periods), last_day(last, periods)
    if (first and begins is None) or (last and ends is None) or not (first or last):
        return None
    return DayRange(f"{first}..{last}", begins or date.min, ends or date.max)


def first_day(text: str, periods: Sequence[Period]) -> date | None:
    """Return the first day of a period or month, or a day itself; None if the text names none."""
    found = _days_of(text, periods)
    return found and found[0]


def last_day(text: str, periods: Sequence[Period]) -> date | None:
    """Return the last day of a period or month, or a day itself; None if the text names none."""
    found = _days_of(text, periods)
    return found and found[1]


def _days_of(text: str, periods: Sequence[Period]) -> tuple[date, date] | None:
    """Return the first and the last day of a period, a day or a month; None if the text names none."""
    named = next((one for one in periods if one.id == text), None)
    if named is not None:
        return named.start, named.end
    day = _day(text)
    return (day, day) if day is not None else _month(text)


def _period_of(text: str, periods: Sequence[Period]) -> Period | None:
    """Return the period of an id, or the one around a day; None if there is none."""
    named = next((one for one in periods if one.id == text), None)
    day = _day(text)
    if named is not None or day is None:
        return named
    return next((one for one in periods if one.start <= day <= one.end), None)


def _day(text: str) -> date | None:
    """Return the day that a text spells, ``2026-07-01`` or ``2026-7-1``; None if it spells none."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date(*map(int, text.split("-")))
    except ValueError:
        return None


def _month(text: str) -> tuple[date, date] | None:
    """Return the first and the last day of a month, ``2026-07``; None if the text spells none."""
    found = _MONTH.fullmatch(text)
    if found is None or not (1 <= int(found[2]) <= 12 and 1 <= int(found[1]) < date.max.year):
        return None
    year, month = int(found[1]), int(found[2])
    after = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, 1), date(*after, 1) - timedelta(days=1)
