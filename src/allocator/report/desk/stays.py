"""留任情况表: who stays in which seat, for how many periods on end, and by which rules of stays."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    joined,
    text_cell,
    without_empty_columns,
    word_cell,
)
from allocator.report.desk.reasons import ReasonFinder

_COLUMNS = (
    DeskColumn(Text(zh="周期", en="period"), 8),
    DeskColumn(Text(zh="单位（机构）", en="place"), 16),
    DeskColumn(Text(zh="职务", en="post"), 9),
    DeskColumn(Text(zh="人数", en="number"), 6),
    DeskColumn(Text(zh="留任人员（已连任期数）", en="who stays (periods served on end)"), 40),
    DeskColumn(Text(zh="依据", en="rules"), 26),
)
_NOTE = Text(
    zh="留任指本期仍任上期的同一职务；括号内为到上期为止在该处连任的期数。依据为有关任期、稳定的规则，均经复核没有违反。",
    en="Who stays holds the same seat as in the period before; in brackets: periods on end in the place up to"
    " that one. The rules are those about terms and stability, each checked and not broken.",
)
#: Kinds of rules that say something about staying.
_ABOUT_STAYING = frozenset({"keep", "max_term", "min_term", "pin", "stability", "wishes"})


def stay_tables(source: DeskInput, finder: ReasonFinder) -> tuple[DeskTable, ...]:
    """Return who stays in each layer of people with a past or several periods, a table for each layer."""
    found = (
        _stay_table(source, finder, layer)
        for layer in source.layers.values()
        if layer.spec.items.table == "people" and source.tracks(layer)
    )
    return tuple(one for one in found if one.rows)


def _stay_table(source: DeskInput, finder: ReasonFinder, layer: Layer) -> DeskTable:
    rules = {rule.id for rule in source.policy.rules if rule.name in _ABOUT_STAYING}
    rows = [row for _, now in source.steps(layer) for row in _rows(source, finder, layer, now, rules)]
    columns, kept, notes = without_empty_columns(_COLUMNS, rows)
    title = source.title(layer)
    named = Text(zh=f"留任情况表：{title.zh}", en=f"Who stays: {title('en')}")
    return DeskTable("stays", named, columns, kept, layer.name, (*notes, _NOTE))


def _rows(
    source: DeskInput, finder: ReasonFinder, layer: Layer, now: int, rules: set[str]
) -> Iterator[tuple[Cell, ...]]:
    roster = source.roster[layer.name]
    for slot in range(len(layer.slots)):
        for role in range(len(layer.roles)):
            stay = [
                item
                for item, there in roster.members(slot, now)
                if there == role and source.held(layer, item, now) == source.held(layer, item, now - 1)
            ]
            if stay:
                yield tuple(_row(source, finder, layer, (slot, role, now), stay, rules))


def _row(
    source: DeskInput,
    finder: ReasonFinder,
    layer: Layer,
    place: tuple[int, int, int],
    stay: list[int],
    rules: set[str],
) -> Iterator[Cell]:
    slot, role, now = place
    seat = source.seat(layer, slot, role)
    roster, every = source.roster[layer.name], range(len(layer.roles))
    names = [
        (source.named(layer.items[item]).name, roster.served(item, slot, now - 1, every)) for item in stay
    ]
    zh = "、".join(f"{name}（{served}）" for name, served in names)
    en = ", ".join(f"{name} ({served})" for name, served in names)
    reasons = (
        reason.text
        for item in stay
        for reason in finder.reasons_at(layer, (item, slot, role, now))
        if reason.rule in rules
    )
    yield word_cell(layer.period_id(now) or "")
    yield word_cell(seat.slot.name)
    yield text_cell(seat.role_text)
    yield Cell(number=len(stay))
    yield word_cell(zh, en, people=[layer.items[item] for item in stay])
    yield text_cell(joined(list(dict.fromkeys(reasons)), between=Text(zh="；", en="; ")))
