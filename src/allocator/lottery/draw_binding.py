"""Binds the draws of a scenario: reads each as one of its kind, and finds its pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from allocator.errors import Fault, InputError, nearest, shorten
from allocator.lottery.draw_kind import Draw
from allocator.lottery.kinds import all_draw_kinds
from allocator.lottery.scenario_view import ScenarioView
from allocator.lottery.seed import (
    ALLOWED_FORMS,
    CHINA_TIME,
    DEFAULT_FORM,
    SeedForm,
    days_in,
    form_of_source,
    read_form,
    read_time,
    time_of_source,
)
from allocator.model.reading import YamlDocument, input_error, validate_yaml
from allocator.model.scenario import Scenario
from allocator.model.text import Text
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.variables import EntityVariables
from allocator.rules.packs import YamlEntry

FILE = "scenario.yaml"


@dataclass(frozen=True, eq=False)
class BoundDraw:
    """A draw of a scenario with its pool.

    Attributes:
        scenario: The scenario.
        name: Name of the draw in it.
        draw: Fields of the draw.
        pool: The pool, in the form of its kind.
        form: The one spelling of the seed; None if the draw names none.
        seed_at: Time at which the seed becomes known; None if the draw names none.
        day: Day on which those drawn must be present; None if the draw names none.
        absent: Ids that are left out because they are absent on that day.
    """

    scenario: Scenario
    name: str
    draw: Draw
    pool: Any
    form: SeedForm | None = None
    seed_at: datetime | None = None
    day: date | None = None
    absent: tuple[str, ...] = ()

    @property
    def spelling(self) -> SeedForm:
        """The spelling of the seed, with the default of rehearsals."""
        return self.form or DEFAULT_FORM


def bind_draws(scenario: Scenario) -> Mapping[str, BoundDraw]:
    """Return the draws of a scenario by name.

    Raises:
        InputError: With every fault of every draw.
    """
    variables, compiler = EntityVariables(scenario), Compiler()
    bound: dict[str, BoundDraw] = {}
    faults: list[Fault] = []
    for name, fields in scenario.spec.draws.items():
        location = YamlEntry({**fields, "id": f"draws.{name}"}, scenario.document, ("draws", name))
        try:
            draw = _read_draw(location, fields)
            form, seed_at, day = seed_terms(draw, location)
            view = ScenarioView(scenario, location, variables, compiler, day)
            pool = draw.pool(view)
            bound[name] = BoundDraw(scenario, name, draw, pool, form, seed_at, day, view.absent)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise input_error(faults)
    return bound


def _read_draw(location: YamlEntry, fields: Mapping[str, Any]) -> Draw:
    """Return the fields of a draw as its kind."""
    known, kind = all_draw_kinds(), fields.get("kind")
    if not isinstance(kind, str) or kind not in known:
        message = Text(zh="没有此抽签种类", en="there is no such kind of draw")
        found = None if kind is None else shorten(kind)
        near = nearest(str(kind), known)
        raise InputError(
            [location.fault(message, "kind", found=found, allowed=", ".join(known), nearest=near)]
        )
    try:
        return validate_yaml(_draw_document(location, fields), known[kind])
    except InputError as error:
        named = (replace(fault, column=f"{location.name}.{fault.column}") for fault in error.faults)
        raise InputError(named) from None


def _draw_document(location: YamlEntry, fields: Mapping[str, Any]) -> YamlDocument:
    """Return a draw as a document of its own that keeps the line numbers of its file."""
    lines = location.document.lines if location.document else {}
    depth = len(location.path)
    own = {path[depth:]: line for path, line in lines.items() if path[:depth] == location.path}
    return YamlDocument(FILE, dict(fields), own, b"")


def seed_terms(draw: Draw, location: YamlEntry) -> tuple[SeedForm | None, datetime | None, date | None]:
    """Return the form of the seed, the time at which it becomes known, and the day of the draw.

    Raises:
        InputError: The form or the time is invalid, or the draw names two days.
    """
    faults: list[Fault] = []
    form = form_of_source(draw.seed)
    if draw.seed_form:
        try:
            form = read_form(draw.seed_form)
        except ValueError:
            faults.append(_form_fault(draw.seed_form, location))
    moment = time_of_source(draw.seed)
    if draw.seed_at:
        try:
            moment = read_time(draw.seed_at)
        except ValueError:
            faults.append(_time_fault(draw.seed_at, location))
    days = days_in(draw.seed)
    if moment is not None and days and moment.astimezone(CHINA_TIME).date() not in days:
        faults.append(_two_days_fault(draw.seed_at, days, location))
    elif len(days) > 1 and not draw.seed_at:
        faults.append(_two_days_fault(None, days, location))
    if draw.day and not draw.on_one_day:
        message = Text(
            zh="本类抽签按层的各期计算，不按某一日",
            en="is not for this kind: its layer has periods, not a day",
        )
        faults.append(location.fault(message, "day", found=draw.day.isoformat()))
    if faults:
        raise InputError(faults)
    day = draw.day or (moment.astimezone(CHINA_TIME).date() if moment else None)
    return form, moment, day if draw.on_one_day else None


def _form_fault(found: str, location: YamlEntry) -> Fault:
    message = Text(zh="不是种子的写法", en="is no form of a seed")
    kinds = ("digits", "hex", "decimal")
    kind, _, count = found.partition(":")
    near = nearest(kind, kinds)
    given = count if count.isdecimal() and count.isascii() else "6"
    tried = (f"{near}:{given}", f"{near}:{given.lstrip('0')}") if near else ()
    valid = next(filter(_is_form, tried), "")
    return location.fault(message, "seed_form", found=shorten(found), allowed=ALLOWED_FORMS, nearest=valid)


def _is_form(text: str) -> bool:
    try:
        read_form(text)
    except ValueError:
        return False
    return True


def _time_fault(found: str, location: YamlEntry) -> Fault:
    message = Text(zh="不是时间", en="is no time")
    return location.fault(
        message, "seed_at", found=shorten(found), allowed="2026-03-01, 2026-03-01 21:15 (+08:00)"
    )


def _two_days_fault(found: str | None, days: set[date], location: YamlEntry) -> Fault:
    message = Text(
        zh="seed 所写的日期与种子产生之日不一",
        en="`seed` names another day than the one on which it comes about",
    )
    named = ", ".join(day.isoformat() for day in sorted(days))
    key = "seed" if found is None else "seed_at"
    return location.fault(message, key, found=found and shorten(found), allowed=named)
