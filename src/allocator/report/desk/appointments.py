"""拟任免（轮岗交流）干部名单: whose seats change, from where to where, and for which reasons."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from allocator.model.layer import Layer
from allocator.model.tables import Person
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput, Held, month_text
from allocator.report.desk.desk_tables import (
    Appointment,
    Cell,
    DeskColumn,
    DeskSeat,
    DeskTable,
    Reason,
    joined,
    number_cell,
    text_cell,
    without_empty_columns,
    word_cell,
)
from allocator.report.desk.grounds import GroundFinder
from allocator.report.desk.reasons import ReasonFinder
from allocator.rules.rule import Rule

NEW = Text(zh="新任", en="new appointment")
ROTATION = Text(zh="平级轮岗", en="rotation in the same role")
ROTATION_WITH_ROLE = Text(zh="轮岗并调整职务", en="rotation to another role")
ROLE = Text(zh="调整职务", en="other role, same place")
ADDED = Text(zh="兼任", en="additional seat")
RECUSAL = Text(zh="回避调整", en="moved by recusal")
RELEASED = Text(zh="免职", en="released")
#: Columns of the table of people that a scenario may have beside the standard ones, by what they hold.
_EXTRA: Mapping[str, tuple[str, ...]] = {
    "sex": ("sex", "gender", "性别"),
    "education": ("education", "学历学位", "学历"),
    "degree": ("degree", "学位"),
    "since": ("post_since", "任现职时间", "任现职务时间"),
    "rank_since": ("rank_since", "任现职级时间"),
}
#: Reasons that a cell of the table lists beside the grounds; documents with more room show all.
MOST_REASONS = 4
_COLUMNS = (
    DeskColumn(Text(zh="序号", en="no."), 4),
    DeskColumn(Text(zh="姓名", en="name"), 8),
    DeskColumn(Text(zh="性别", en="sex"), 4),
    DeskColumn(Text(zh="出生年月", en="born"), 8),
    DeskColumn(Text(zh="学历学位", en="education"), 10),
    DeskColumn(Text(zh="籍贯", en="native place"), 8),
    DeskColumn(Text(zh="现任职务", en="present post"), 20),
    DeskColumn(Text(zh="任现职时间", en="in post since"), 9),
    DeskColumn(Text(zh="任现职级时间", en="in rank since"), 9),
    DeskColumn(Text(zh="生效周期", en="from period"), 9),
    DeskColumn(Text(zh="拟任职务", en="to be appointed"), 20),
    DeskColumn(Text(zh="拟免职务", en="to be released from"), 20),
    DeskColumn(Text(zh="交流类型", en="kind of change"), 10),
    DeskColumn(Text(zh="理由及依据", en="reasons"), 34),
    DeskColumn(Text(zh="备注", en="remarks"), 14, is_open=True),
)


def appointments(source: DeskInput, finder: ReasonFinder) -> tuple[Appointment, ...]:
    """Return the changes of people's seats, layer by layer, period by period.

    Layers of cases are left out: to work on a case is no appointment. A layer without a past counts
    everybody as new in its first period.
    """
    grounds = GroundFinder(source, finder)
    return tuple(
        one
        for layer in source.layers.values()
        if layer.spec.items.table == "people" and layer.spec.slots.table != "cases"
        for one in _of_layer(source, finder, grounds, layer)
    )


def _of_layer(
    source: DeskInput, finder: ReasonFinder, grounds: GroundFinder, layer: Layer
) -> Iterator[Appointment]:
    barred = _barred(source, layer)
    for before, now in source.steps(layer):
        for item in range(len(layer.items)):
            held, holds = source.held(layer, item, before), source.held(layer, item, now)
            if held != holds:
                found = grounds.grounds(layer, item, now)
                one = _appointment(source, finder, layer, (item, before, now), (held, holds), barred)
                yield replace(one, grounds=found)


def _appointment(
    source: DeskInput,
    finder: ReasonFinder,
    layer: Layer,
    when: tuple[int, int, int],
    seats: tuple[Held, Held],
    barred: frozenset[tuple[int, int, int]],
) -> Appointment:
    item, before, now = when
    held, holds = seats
    gained, given_up = sorted(holds - held), sorted(held - holds)
    person, period = layer.items[item], layer.period_id(now)
    is_barred = any((item, slot, now) in barred for slot, _ in given_up)
    why = source.absences.get((layer.name, person, period))
    return Appointment(
        person=source.named(person),
        layer=layer.name,
        period=period,
        present=_present(source, layer, person, sorted(held)),
        since=_since(source, layer, item, before, sorted(held)),
        gained=tuple(source.seat(layer, *one) for one in gained),
        given_up=tuple(source.seat(layer, *one) for one in given_up),
        kind=change_kind(held, holds, is_barred=is_barred),
        reasons=_reasons(finder, layer, person, period, gained),
        remarks=(why,) if why else (),
    )


def change_kind(held: Held, holds: Held, *, is_barred: bool) -> Text:
    """Return the kind of a change (交流类型) from the seats held before and those held now.

    A promotion (提拔) is never told: a plan changes seats, not ranks.

    Args:
        held: The (slot, role) pairs before.
        holds: The (slot, role) pairs now.
        is_barred: Whether a rule of recusal bars the person from a seat that is given up.
    """
    gained, given_up = holds - held, held - holds
    if not holds:
        return RELEASED
    if not given_up:
        return ADDED if held else NEW
    if not gained:
        return RELEASED
    if is_barred:
        return RECUSAL
    if {slot for slot, _ in gained} == {slot for slot, _ in given_up}:
        return ROLE
    same = {role for _, role in gained} == {role for _, role in given_up}
    return ROTATION if same else ROTATION_WITH_ROLE


def _barred(source: DeskInput, layer: Layer) -> frozenset[tuple[int, int, int]]:
    """Return item, slot and period of each seat given up in which the person would have to keep away."""
    roster = source.roster[layer.name]
    left = {
        (item, slot, role, now)
        for before, now in source.steps(layer)
        for item in range(len(layer.items))
        for slot, role in source.held(layer, item, before) - source.held(layer, item, now)
    }
    rules = [one for one in source.policy.rules if one.on == layer.name and _recuses(one)]
    if not left or not rules:
        return frozenset()
    supposed = source.roster.with_layer(layer.name, {*roster.taken, *left})
    found = (
        (breach.subject.item, breach.subject.slot, breach.subject.period)
        for rule in rules
        for breach in rule.check(supposed, source.policy.scopes[rule.id])
    )
    return frozenset(found)


def _recuses(rule: Rule) -> bool:
    return type(rule).recusals is not Rule.recusals


def _present(source: DeskInput, layer: Layer, person: str, held: Sequence[tuple[int, int]]) -> Text:
    if held:
        return joined([source.seat(layer, *one).text for one in held])
    row = source.organisation.people[person]
    return Text(
        zh=f"{source.display_names.get(row.unit, row.unit)}{row.title}",
        en=", ".join(filter(None, (source.display_names.get(row.unit, row.unit), row.title))),
    )


def _since(source: DeskInput, layer: Layer, item: int, before: int, held: Sequence[tuple[int, int]]) -> str:
    if held:
        days = [source.since(layer, item, slot, before) for slot, _ in held]
        known = [day for day in days if day is not None]
        return month_text(min(known)) if len(known) == len(days) else ""
    return extra_text(source.organisation.people[layer.items[item]], "since")


def _reasons(
    finder: ReasonFinder,
    layer: Layer,
    person: str,
    period: str | None,
    gained: Sequence[tuple[int, int]],
) -> tuple[Reason, ...]:
    places = ((layer.item_index[person], *seat, layer.period_index[period]) for seat in gained)
    found = {one.rule: one for place in places for one in finder.reasons_at(layer, place)}
    return tuple(found.values())


def extra_text(person: Person, what: str) -> str:
    """Return a cell of a person's own columns by what it holds, such as ``education``; empty without one."""
    return next((str(person.extra[name]) for name in _EXTRA[what] if person.extra.get(name)), "")


def appointment_table(source: DeskInput, found: Sequence[Appointment]) -> DeskTable:
    """Return the list of appointments (D1), without the columns that the scenario has no data for."""
    rows = [tuple(_row(source, number, one)) for number, one in enumerate(found, start=1)]
    columns, kept, notes = without_empty_columns(_COLUMNS, rows)
    title = Text(zh="拟任免（轮岗交流）干部名单", en="List of appointments and releases")
    return DeskTable("appointments", title, columns, kept, notes=(*notes, _KINDS_NOTE) if rows else notes)


_KINDS_NOTE = Text(
    zh="▲ 为拟任，▽ 为拟免。交流类型由席位变化得出：方案不改变职级，因此不出现“提拔”；"
    "“回避调整”指留任原席位即须回避。",
    en="▲ to be appointed, ▽ to be released. The kind of a change follows from the seats: a plan changes no"
    " ranks, so none is a promotion; 'moved by recusal' means that the person would have had to keep away"
    " from the old seat.",
)


def _row(source: DeskInput, number: int, one: Appointment) -> Iterator[Cell]:
    person = source.organisation.people[one.person.id]
    yield number_cell(number)
    yield word_cell(one.person.name, people=(one.person.id,))
    yield word_cell(extra_text(person, "sex"))
    yield word_cell(month_text(person.born))
    yield word_cell("、".join(filter(None, (extra_text(person, "education"), extra_text(person, "degree")))))
    yield word_cell(person.native_place)
    yield text_cell(one.present)
    yield word_cell(one.since)
    yield word_cell(extra_text(person, "rank_since"))
    yield word_cell(one.period or "")
    yield text_cell(_seats(one.gained), "in")
    yield text_cell(_seats(one.given_up), "out")
    yield text_cell(one.kind)
    yield text_cell(told_text(one))
    yield text_cell(joined(one.remarks, between=Text(zh="；", en="; ")))


def _seats(seats: Sequence[DeskSeat]) -> Text:
    return joined([one.text for one in seats])


def told_text(one: Appointment) -> Text:
    """Return the grounds of a change, then the rules that it keeps, as many as a cell has room for."""
    fits = reasons_text(one.fits, max(2, MOST_REASONS - len(one.grounds)))
    if fits and one.grounds:
        fits = Text(zh=f"符合：{fits.zh}", en=f"in keeping with: {fits('en')}")
    return joined([*(ground.text for ground in one.grounds), *([fits] if fits else [])], between=_SEMICOLON)


_SEMICOLON = Text(zh="；", en="; ")


def reasons_text(reasons: Sequence[Reason], most: int = MOST_REASONS) -> Text:
    """Return the first reasons in one sentence: ``地域回避；任期不超过三年；等 7 条``."""
    shown = list(dict.fromkeys(one.text for one in reasons))
    more = len(shown) - most
    parts = shown[:most]
    if more > 0:
        parts.append(Text(zh=f"另有 {more} 条", en=f"{more} more"))
    return joined(parts, between=_SEMICOLON)
