"""Steps of the calendar: how the periods before a horizon follow one another, going back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple, Protocol

from allocator.model.text import Text

ONE_DAY = timedelta(days=1)
MONDAY_TO_FRIDAY = frozenset(range(5))
_WEEKDAYS = ("周一 Mon", "周二 Tue", "周三 Wed", "周四 Thu", "周五 Fri", "周六 Sat", "周日 Sun")
_MONTHS = {
    1: Text(zh="月", en="months"),
    3: Text(zh="季度", en="quarters"),
    6: Text(zh="半年", en="half-years"),
    12: Text(zh="年", en="years"),
}


class Stretch(NamedTuple):
    """Days of the calendar without a gap, from the first to the last."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1


class Step(Protocol):
    """How the past goes back from the first period of a horizon."""

    @property
    def title(self) -> Text:
        """What people call it."""

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before ``first``, the last one first, as far as the calendar goes."""


@dataclass(frozen=True)
class Days:
    """Every ``length`` days: the first period so much earlier, cut to that length where it is longer."""

    length: int = 1

    @property
    def title(self) -> Text:
        """What people call it."""
        if self.length == 1:
            return Text(zh="日", en="days")
        if self.length == len(_WEEKDAYS):
            return Text(zh="周", en="weeks")
        return Text(zh=f"每 {self.length} 日", en=f"every {self.length} days")

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before ``first``, the last one first."""
        length = min(first.days, self.length)
        try:
            for k in count(1):
                start = first.start - timedelta(days=self.length * k)
                yield Stretch(start, start + timedelta(days=length - 1))
        except OverflowError:
            return


@dataclass(frozen=True)
class Weekdays:
    """One day each, on certain days of the week (0 is Monday): working days, weekends."""

    on: frozenset[int] = MONDAY_TO_FRIDAY

    @property
    def title(self) -> Text:
        """What people call it."""
        if self.on == MONDAY_TO_FRIDAY:
            return Text(zh="工作日（周一至周五）", en="working days, Monday to Friday")
        names = [_WEEKDAYS[day].split() for day in sorted(self.on)]
        return Text(zh="、".join(zh for zh, _ in names), en=", ".join(en for _, en in names))

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the days before ``first``, the last one first."""
        day = first.start
        while day > date.min:
            day -= ONE_DAY
            if day.weekday() in self.on:
                yield Stretch(day, day)


@dataclass(frozen=True)
class Months:
    """Every ``length`` months: the first period so much earlier, or that many months where it is longer."""

    length: int

    @property
    def title(self) -> Text:
        """What people call it."""
        every = Text(zh=f"每 {self.length} 个月", en=f"every {self.length} months")
        return _MONTHS.get(self.length, every)

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before ``first``, the last one first."""
        after = min(next_day(first.end), months_later(first.start, self.length))
        try:
            for k in count(1):
                months = -self.length * k
                yield Stretch(months_later(first.start, months), months_later(after, months) - ONE_DAY)
        except (OverflowError, ValueError):
            return


@dataclass(frozen=True)
class Yearly:
    """The same periods one year (or several) earlier, again and again: terms of a school year."""

    periods: tuple[Stretch, ...]
    years: int = 1

    @property
    def title(self) -> Text:
        """What people call it."""
        if self.years == 1:
            return Text(zh="每年同样的周期", en="the same periods each year")
        return Text(zh=f"每 {self.years} 年同样的周期", en=f"the same periods every {self.years} years")

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before the first one, the last one first."""
        try:
            for k in count(1):
                months = -12 * self.years * k
                for start, end in reversed(self.periods):
                    after = months_later(next_day(end), months)
                    yield Stretch(months_later(start, months), after - ONE_DAY)
        except (OverflowError, ValueError):
            return


@dataclass(frozen=True)
class Listed:
    """Periods that the scenario lists, in their order; nothing before the first of them is looked at."""

    periods: tuple[Stretch, ...]

    @property
    def title(self) -> Text:
        """What people call it."""
        return Text(zh=f"所列 {len(self.periods)} 个周期", en=f"listed, {len(self.periods)} periods")

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the listed periods, the last one first."""
        yield from reversed(self.periods)


def next_day(day: date) -> date:
    """Return the day after; the last day of the calendar stays."""
    return day if day == date.max else day + ONE_DAY


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later (earlier if negative), at most the last one of its month.

    Raises:
        ValueError: It is before the year 1 or after 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_in(stretch: Stretch) -> int | None:
    """Return how many whole months a stretch is, from one day of the month on; None if not whole."""
    start, after = stretch.start, next_day(stretch.end)
    if start.day != after.day or start.day > 28:
        return None
    return (after.year - start.year) * 12 + after.month - start.month or None
