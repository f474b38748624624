"""When a public seed comes about: the time before which a draw has to be committed to."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from allocator.lottery.seed_form import days_in
from allocator.model.text import Text

#: China Standard Time: times without an offset are read in it, and all are written in it.
HOME = timezone(timedelta(hours=8))
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[ T]+(\d{2}:\d{2})(?::00)?\s*(Z|[+-]\d{2}:\d{2})?)?", re.IGNORECASE
)


def now() -> datetime:
    """Return the time of the clock."""
    return datetime.now(HOME)


def written(moment: datetime) -> str:
    """Return a time to the minute, as an audit file has it."""
    return moment.astimezone(HOME).isoformat(timespec="minutes")


def read_time(text: str) -> datetime:
    """Return the time that ``2026-03-01 21:15`` or ``2026-03-01`` (its beginning) says.

    Raises:
        ValueError: It is no such time.
    """
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    day, clock, offset = match.groups()
    moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{(offset or '').upper()}")
    moment = moment if moment.tzinfo else moment.replace(tzinfo=HOME)
    try:
        return moment.astimezone(HOME)
    except OverflowError:
        raise ValueError(text) from None


def time_of_source(source: Text) -> datetime | None:
    """Return the beginning of the one day that the words about a source name; None if none or several."""
    days = days_in(source)
    return beginning(next(iter(days))) if len(days) == 1 else None


def beginning(day: date) -> datetime:
    """Return the first moment of a day."""
    return datetime.combine(day, time(), HOME)
