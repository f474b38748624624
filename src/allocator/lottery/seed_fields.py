"""Reads the fields of a draw about its seed: the spelling, when it comes about, the day of the draw."""

from __future__ import annotations

from datetime import date, datetime

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.lottery.kind import Draw
from allocator.lottery.seed_event import HOME, read_time, time_of_source
from allocator.lottery.seed_form import ALLOWED, SeedForm, days_in, form_of_source, read_form
from allocator.model.text import Text
from allocator.rules.draft import Draft


def seed_terms(draw: Draw, draft: Draft) -> tuple[SeedForm | None, datetime | None, date | None]:
    """Return the spelling of the seed, when it comes about, and when those drawn have to be there.

    Raises:
        InputError: The form or the time is none, or two times are said.
    """
    faults: list[Fault] = []
    form = form_of_source(draw.seed)
    if draw.seed_form:
        try:
            form = read_form(draw.seed_form)
        except ValueError:
            faults.append(_no_form(draw.seed_form, draft))
    moment = time_of_source(draw.seed)
    if draw.seed_at:
        try:
            moment = read_time(draw.seed_at)
        except ValueError:
            faults.append(_no_time(draw.seed_at, draft))
    days = days_in(draw.seed)
    if moment is not None and days and moment.astimezone(HOME).date() not in days:
        faults.append(_two_days(draw.seed_at, days, draft))
    elif len(days) > 1 and not draw.seed_at:
        faults.append(_two_days(None, days, draft))
    if draw.day and not draw.on_one_day:
        message = Text(
            zh="本类抽签按层的各期计算，不按某一日",
            en="is not for this kind: its layer has periods, not a day",
        )
        faults.append(draft.fault(message, "day", found=draw.day.isoformat()))
    if faults:
        raise InputError(faults)
    day = draw.day or (moment.astimezone(HOME).date() if moment else None)
    return form, moment, day if draw.on_one_day else None


def _no_form(found: str, draft: Draft) -> Fault:
    message = Text(zh="不是种子的写法", en="is no form of a seed")
    kinds = ("digits", "hex", "decimal")
    kind, _, count = found.partition(":")
    near = nearest(kind, kinds)
    given = count if count.isdecimal() and count.isascii() else "6"
    tried = (f"{near}:{given}", f"{near}:{given.lstrip('0')}") if near else ()
    valid = next(filter(_is_form, tried), "")
    return draft.fault(message, "seed_form", found=shorten(found), allowed=ALLOWED, nearest=valid)


def _is_form(text: str) -> bool:
    try:
        read_form(text)
    except ValueError:
        return False
    return True


def _no_time(found: str, draft: Draft) -> Fault:
    message = Text(zh="不是时间", en="is no time")
    return draft.fault(
        message, "seed_at", found=shorten(found), allowed="2026-03-01, 2026-03-01 21:15 (+08:00)"
    )


def _two_days(found: str | None, days: set[date], draft: Draft) -> Fault:
    message = Text(
        zh="seed 所写的日期与种子产生之日不一",
        en="`seed` names another day than the one on which it comes about",
    )
    named = ", ".join(day.isoformat() for day in sorted(days))
    key = "seed" if found is None else "seed_at"
    return draft.fault(message, key, found=found and shorten(found), allowed=named)
