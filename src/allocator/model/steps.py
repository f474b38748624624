"""Calendar steps: the spacing of the periods before a horizon, stated or inferred from the horizon."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, pairwise
from typing import NamedTuple, Protocol

from allocator.model.spec import Period
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
    """Consecutive days of the calendar, both ends included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.end - self.start).days + 1


class CalendarStep(Protocol):
    """The spacing of the periods before the first period of a horizon."""

    @property
    def title(self) -> Text:
        """The name of the step in messages."""

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before ``first``, latest first, back to the start of the calendar."""


@dataclass(frozen=True)
class Days:
    """Periods every ``length`` days, as long as the first period, but at most ``length`` days."""

    length: int = 1

    @property
    def title(self) -> Text:
        """The name of the step in messages."""
        if self.length == 1:
            return Text(zh="日", en="days")
        if self.length == len(_WEEKDAYS):
            return Text(zh="周", en="weeks")
        return Text(zh=f"每 {self.length} 日", en=f"every {self.length} days")

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before ``first``, latest first."""
        length = min(first.days, self.length)
        try:
            for k in count(1):
                start = first.start - timedelta(days=self.length * k)
                yield Stretch(start, start + timedelta(days=length - 1))
        except OverflowError:
            return


@dataclass(frozen=True)
class Weekdays:
    """Periods of one day on certain days of the week (0 is Monday), such as working days or weekends."""

    on: frozenset[int] = MONDAY_TO_FRIDAY

    @property
    def title(self) -> Text:
        """The name of the step in messages."""
        if self.on == MONDAY_TO_FRIDAY:
            return Text(zh="工作日（周一至周五）", en="working days, Monday to Friday")
        names = [_WEEKDAYS[day].split() for day in sorted(self.on)]
        return Text(zh="、".join(zh for zh, _ in names), en=", ".join(en for _, en in names))

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the days before ``first``, latest first."""
        day = first.start
        while day > date.min:
            day -= ONE_DAY
            if day.weekday() in self.on:
                yield Stretch(day, day)


@dataclass(frozen=True)
class Months:
    """Periods every ``length`` months, as long as the first period, but at most ``length`` months."""

    length: int

    @property
    def title(self) -> Text:
        """The name of the step in messages."""
        every = Text(zh=f"每 {self.length} 个月", en=f"every {self.length} months")
        return _MONTHS.get(self.length, every)

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before ``first``, latest first."""
        after = min(next_day(first.end), months_later(first.start, self.length))
        try:
            for k in count(1):
                months = -self.length * k
                yield Stretch(months_later(first.start, months), months_later(after, months) - ONE_DAY)
        except (OverflowError, ValueError):
            return


@dataclass(frozen=True)
class Yearly:
    """The same periods every year (or every ``years`` years), such as the terms of a school year."""

    periods: tuple[Stretch, ...]
    years: int = 1

    @property
    def title(self) -> Text:
        """The name of the step in messages."""
        if self.years == 1:
            return Text(zh="每年同样的周期", en="the same periods each year")
        return Text(zh=f"每 {self.years} 年同样的周期", en=f"the same periods every {self.years} years")

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the periods before the first period, latest first."""
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
    """Periods that the scenario lists, in order; days before the first listed period are ignored."""

    periods: tuple[Stretch, ...]

    @property
    def title(self) -> Text:
        """The name of the step in messages."""
        return Text(zh=f"所列 {len(self.periods)} 个周期", en=f"listed, {len(self.periods)} periods")

    def back(self, first: Stretch) -> Iterator[Stretch]:
        """Yield the listed periods, latest first."""
        yield from reversed(self.periods)


def next_day(day: date) -> date:
    """Return the next day, or the same day if it is the last of the calendar."""
    return day if day == date.max else day + ONE_DAY


def months_later(day: date, months: int) -> date:
    """Return the day ``months`` later (earlier if negative), or the last day of that month if it is shorter.

    Raises:
        ValueError: The result is before the year 1 or after the year 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_in(stretch: Stretch) -> int | None:
    """Return the length of a stretch in months, from any day of the month on; None if not whole."""
    start, after = stretch.start, next_day(stretch.end)
    if start.day != after.day or start.day > 28:
        return None
    return (after.year - start.year) * 12 + after.month - start.month or None


WEEK = 7
YEAR = 12
#: Least number of periods with gaps whose even spacing counts as a habit; of two it may be chance.
HABIT = 3
_UNITS: dict[str, CalendarStep] = {
    "days": Days(1),
    "workdays": Weekdays(),
    "weeks": Days(WEEK),
    "months": Months(1),
    "quarters": Months(3),
    "half-years": Months(6),
    "years": Months(YEAR),
}

Steps = tuple[CalendarStep, ...]


def stated_steps(history: str | Iterable[Period]) -> CalendarStep:
    """Return the step that a scenario states as ``history``, a unit or a list of periods."""
    if isinstance(history, str):
        return _UNITS[history]
    return Listed(tuple(Stretch(period.start, period.end) for period in history))


def likely_steps(periods: Sequence[Stretch], recorded: Iterable[Stretch]) -> Steps:
    """Return the possible steps of the past of a horizon, most likely first.

    Args:
        periods: The horizon, in order.
        recorded: The postings with both ends, as stretches.
    """
    return _by_records(_by_periods(periods), periods[0].start, recorded)


def _by_periods(periods: Sequence[Stretch]) -> Steps:
    if (lengths := [months_in(period) for period in periods]) and None not in lengths:
        return _months(periods, [length for length in lengths if length])
    same = len({period.days for period in periods}) == 1
    if same and periods[0].days == 1:
        return _single_days([period.start for period in periods])
    if same:
        return _stretches(periods)
    return _uneven(periods)


def _months(periods: Sequence[Stretch], lengths: list[int]) -> Steps:
    """Return the steps of periods of whole months, such as quarters, half-years or years."""
    even, months = len(set(lengths)) == 1, sum(lengths)
    if _is_unbroken(periods):
        if even:
            return (Months(lengths[0]),)
        if months % YEAR == 0:
            return (Yearly(tuple(periods), months // YEAR),)
        return tuple(Months(length) for length in dict.fromkeys(lengths))
    starts = [period.start.year * YEAR + period.start.month for period in periods]
    spacings = {after - before for before, after in pairwise(starts)}
    if even and len(spacings) == 1:
        habit = Months(*spacings)
        return (habit,) if len(periods) >= HABIT else (habit, Months(lengths[0]))
    return (*_within_a_year(periods), Months(lengths[0]))


def _single_days(days: list[date]) -> Steps:
    """Return the steps of a rota of single days: every day, certain days of the week, or even spacing."""
    chosen, on = set(days), frozenset(day.weekday() for day in days)
    span = (days[-1] - days[0]).days + 1
    left_out = {day for day in _every_day(days[0], days[-1]) if day not in chosen}
    if not left_out:
        return _unbroken_days(span, on)
    if all(day.weekday() not in on for day in left_out) and span >= WEEK:
        return (Weekdays(on),)
    if on <= MONDAY_TO_FRIDAY and all(day.weekday() not in MONDAY_TO_FRIDAY for day in left_out):
        return (Weekdays(),)
    spacings = {(after - before).days for before, after in pairwise(days)}
    if len(spacings) == 1 and span >= WEEK and len(days) >= HABIT:
        return (Days(*spacings),)
    if span < WEEK:
        return Weekdays(on), Days(min(spacings))
    return Weekdays(), Days()


def _unbroken_days(span: int, on: frozenset[int]) -> Steps:
    """Return the steps of consecutive days; a few of them may be certain days of each week, or any days."""
    if span >= WEEK or (on - MONDAY_TO_FRIDAY and on & MONDAY_TO_FRIDAY):
        return (Days(),)
    return (Weekdays() if on <= MONDAY_TO_FRIDAY else Weekdays(on)), Days()


def _stretches(periods: Sequence[Stretch]) -> Steps:
    """Return the steps of periods of equal length, such as weeks, or the working days of each week."""
    days = Days(periods[0].days)
    spacings = {(after.start - before.start).days for before, after in pairwise(periods)}
    if len(spacings) > 1:
        return days, *_within_a_year(periods)
    if not spacings:
        # A single period from Monday to Friday (or Saturday), or of a weekend, most likely recurs weekly.
        weekend = 5
        is_weekly = (periods[0].start.weekday(), days.length) in {(0, 5), (0, 6), (weekend, 2)}
        return (Days(WEEK), days) if is_weekly else (days,)
    habit = Days(*spacings)
    is_habit = habit == days or len(periods) >= HABIT or habit.length % WEEK == 0
    return (habit,) if is_habit else (habit, days)


def _uneven(periods: Sequence[Stretch]) -> Steps:
    """Return the steps of periods of unequal length: yearly periods, or a shortened first period."""
    if cycle := _yearly_cycle(periods):
        return (Yearly(cycle),)
    rest = {months_in(period) for period in periods[1:]}
    if len(periods) > 1 and len(rest) == 1 and (length := rest.pop()):
        return Months(length), Days(periods[0].days)
    return (*_within_a_year(periods), Days(periods[0].days))


def _yearly_cycle(periods: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """Return the periods of the first year if all later periods repeat them each year; else none."""
    until = months_later(periods[0].start, YEAR) if periods[0].start.year < date.max.year else date.max
    first = [period for period in periods if period.start < until]
    later = [_a_year_later(period) for period in periods]
    repeats = len(periods) > len(first) and all(
        later[k] == period for k, period in enumerate(periods[len(first) :])
    )
    return tuple(first) if repeats else ()


def _a_year_later(period: Stretch) -> Stretch:
    if period.end.year >= date.max.year - 1:
        return period
    after = months_later(next_day(period.end), YEAR)
    return Stretch(months_later(period.start, YEAR), after - ONE_DAY)


def _within_a_year(periods: Sequence[Stretch]) -> Steps:
    """Return the yearly step of several periods within one year; none for other periods."""
    first, last = periods[0], periods[-1]
    if len(periods) == 1 or first.start.year == date.max.year:
        return ()
    return (Yearly(tuple(periods)),) if last.end < months_later(first.start, YEAR) else ()


def _by_records(steps: Steps, first: date, recorded: Iterable[Stretch]) -> Steps:
    """Return the steps that the postings allow, or the first step of weekdays that the postings confirm.

    A posting of up to a week that begins or ends on another day of the week contradicts a step of weekdays.
    Postings on all its days (at least two) from the earliest posting to the horizon confirm the step.
    """
    if len(steps) == 1 or not any(isinstance(step, Weekdays) for step in steps):
        return steps
    short = [one for one in recorded if one.days <= WEEK and one.end < first]
    kept = tuple(step for step in steps if not (isinstance(step, Weekdays) and _contradicted(step, short)))
    shown = [step for step in kept if isinstance(step, Weekdays) and _shown(step, first, short)]
    return tuple(shown[:1]) or kept


def _contradicted(step: Weekdays, short: list[Stretch]) -> bool:
    return any(day.weekday() not in step.on for one in short for day in one)


def _shown(step: Weekdays, first: date, short: list[Stretch]) -> bool:
    if not short:
        return False
    covered = {day for one in short for day in _every_day(*one)}
    since = min(one.start for one in short)
    asked = [day for day in _every_day(since, first - ONE_DAY) if day.weekday() in step.on]
    return len(asked) > 1 and covered.issuperset(asked)


def _is_unbroken(periods: Sequence[Stretch]) -> bool:
    return all(after.start == next_day(before.end) for before, after in pairwise(periods))


def _every_day(first: date, last: date) -> Iterable[date]:
    return (date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1))
