"""Calendars for drawn worlds: period 0 is the first of the horizon, -1 the one before it.

Each calendar is written out by hand, so that it shares no code with the program.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

Days = tuple[date, date]


@dataclass(frozen=True)
class Calendar:
    """The first and last day of each period by its number, and the forms that ``history`` may take."""

    name: str
    days: Callable[[int], Days]
    unit: str
    #: Whether a horizon of two periods does not determine the periods before it.
    needs_telling: bool = False

    def start(self, period: int) -> date:
        return self.days(period)[0]

    def end(self, period: int) -> date:
        return self.days(period)[1]

    def length(self, period: int) -> int:
        return (self.end(period) - self.start(period)).days + 1

    def within(self, period: int, share: float) -> date:
        """Return the day of a period after a share of its days."""
        return self.start(period) + timedelta(days=int(share * self.length(period)))

    def id(self, period: int) -> str:
        first = self.start(period)
        return str(first.year) if self.name == "years" else first.isoformat()

    def written(self, period: int) -> Any:
        """Return a period in the notation of a scenario."""
        if self.name == "years":
            return self.start(period).year
        return {"id": self.id(period), "from": self.start(period), "to": self.end(period)}


def _months(first: date, months: int, period: int) -> Days:
    return _month(first, months * period), _month(first, months * (period + 1)) - timedelta(days=1)


def _month(first: date, later: int) -> date:
    number = 12 * first.year + first.month - 1 + later
    return date(number // 12, number % 12 + 1, 1)


def _weeks(first: date, period: int) -> Days:
    monday = first + timedelta(days=7 * period)
    return monday, monday + timedelta(days=6)


def _workdays(monday: date, period: int) -> Days:
    number = period + 3  # the first day is a Thursday
    day = monday + timedelta(days=7 * (number // 5) + number % 5)
    return day, day


def _every_day(first: date, period: int) -> Days:
    day = first + timedelta(days=period)
    return day, day


CALENDARS = {
    one.name: one
    for one in (
        Calendar("years", partial(_months, date(2026, 1, 1), 12), "years"),
        Calendar("school years", partial(_months, date(2026, 9, 1), 12), "years"),
        Calendar("half-years", partial(_months, date(2026, 7, 1), 6), "half-years"),
        Calendar("quarters", partial(_months, date(2026, 1, 1), 3), "quarters"),
        Calendar("months", partial(_months, date(2028, 2, 1), 1), "months"),
        Calendar("weeks", partial(_weeks, date(2026, 3, 2)), "weeks"),
        Calendar("workdays", partial(_workdays, date(2026, 3, 2)), "workdays", needs_telling=True),
        Calendar("days", partial(_every_day, date(2028, 3, 1)), "days", needs_telling=True),
    )
}
