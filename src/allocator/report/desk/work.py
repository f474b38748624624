"""办案组 and 负荷: who works on each case, and how much each place or person carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from allocator.model.layer import Layer
from allocator.model.tables import Case, Unit
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    joined,
    number_cell,
    text_cell,
    without_empty_columns,
    word_cell,
)

_MEMBERS = Text(zh="成员", en="members")


def casework_table(source: DeskInput, layer: Layer) -> DeskTable:
    """Return the team of each case of a layer, with the numbers of people who keep away and who are left."""
    columns = (
        DeskColumn(Text(zh="周期", en="period"), 8),
        DeskColumn(Text(zh="案件", en="case"), 20),
        DeskColumn(Text(zh="涉及单位", en="unit"), 14),
        DeskColumn(Text(zh="受理日期", en="received"), 10),
        DeskColumn(Text(zh="期限", en="due"), 10),
        DeskColumn(Text(zh="工作量", en="effort"), 6),
        *(DeskColumn(_role_title(source, role), 16) for role in layer.roles),
        DeskColumn(Text(zh="人数", en="number"), 6),
        DeskColumn(Text(zh="回避人数", en="recused"), 7),
        DeskColumn(Text(zh="可选人数", en="free"), 7),
    )
    recused = _recused(source, layer)
    rows = [
        tuple(_case_row(source, layer, slot, period, recused.get(slot)))
        for period in range(len(layer.periods))
        for slot in range(len(layer.slots))
        if layer.active[slot, period]
    ]
    kept, cells, notes = without_empty_columns(columns, rows)
    title = source.title(layer)
    named = Text(zh=f"办案组：{title.zh}", en=f"Case teams: {title('en')}")
    return DeskTable("casework", named, kept, cells, layer.name, notes)


def _role_title(source: DeskInput, role: str | None) -> Text:
    return _MEMBERS if role is None else source.role_texts.get(role, Text(zh=role, en=role))


def _recused(source: DeskInput, layer: Layer) -> dict[int, dict[int, bool]]:
    """Return who is recused from each case, without those excused, and whether from every role."""
    found: dict[int, dict[int, bool]] = {}
    for rule, breach in source.recusals:
        scope, subject = source.policy.scopes[rule.id], breach.subject
        if rule.on == layer.name and not scope.waives(subject):
            of_case = found.setdefault(subject.slot, {})
            whole = len(scope.roles) == len(layer.roles)
            of_case[subject.item] = of_case.get(subject.item, False) or whole
    return found


def _case_row(
    source: DeskInput, layer: Layer, slot: int, period: int, recused: Mapping[int, bool] | None
) -> Iterator[Cell]:
    id_ = layer.slots[slot]
    case = source.organisation.cases[id_]
    yield word_cell(layer.period_id(period) or "")
    yield word_cell(source.named(id_).name)
    yield word_cell(source.display_names.get(case.unit, case.unit))
    yield word_cell(case.received.isoformat() if case.received else "")
    yield word_cell(case.due.isoformat() if case.due else "")
    yield number_cell(case.effort or None)
    members = source.roster[layer.name].members(slot, period)
    for role in range(len(layer.roles)):
        ids = [layer.items[item] for item, held in members if held == role]
        text = joined([Text(zh=name, en=name) for name in (source.named(one).name for one in ids)])
        yield Cell(text, people=tuple(ids))
    yield number_cell(len({item for item, _ in members}), "bad" if not members else "")
    if not source.recusals:
        yield from (Cell(), Cell())
        return
    barred = recused or {}
    yield Cell(number=len(barred))
    open_to = (bool(layer.open[item, slot].any()) for item in range(len(layer.items)))
    yield Cell(number=sum(is_open and not barred.get(item, False) for item, is_open in enumerate(open_to)))


_LOADS = (
    DeskColumn(Text(zh="层", en="layer"), 14),
    DeskColumn(Text(zh="周期", en="period"), 8),
    DeskColumn(Text(zh="承担者", en="carrier"), 16),
    DeskColumn(Text(zh="项数", en="number"), 8),
    DeskColumn(Text(zh="工作量", en="workload"), 12),
    DeskColumn(Text(zh="占最高的百分比", en="percent of the greatest"), 10),
)
_LOADS_NOTE = Text(
    zh="分到机构的，按机构合计所辖单位（案件）的工作量；由人或单位承担案件的，按承担者合计全程案件的工作量。",
    en="Where things go to places, the workload of the units (cases) of each place is added up; where"
    " somebody takes on cases, the effort of these over the whole horizon.",
)


def loads_table(source: DeskInput) -> DeskTable:
    """Return the loads of each layer: the number, and the workload where the tables have one."""
    rows = [row for layer in source.layers.values() for row in _layer_loads(source, layer)]
    kept, cells, notes = without_empty_columns(_LOADS, rows)
    title = Text(zh="负荷分布", en="Loads")
    return DeskTable("loads", title, kept, cells, notes=(*notes, _LOADS_NOTE) if rows else notes)


@dataclass(frozen=True)
class CarrierLoad:
    """What somebody or some place carries: the number of things, and the sum of their workloads."""

    number: int
    workload: int


def carried_by_item(layer: Layer) -> bool:
    """Whether the items of a layer carry its slots, which are cases; else the slots carry the items."""
    return layer.spec.slots.table == "cases"


def carrier_loads(source: DeskInput, layer: Layer) -> dict[tuple[int, int], CarrierLoad]:
    """Return the loads of a layer by period and carrier, by index.

    Carriers of cases are the items that have any, over the whole horizon (period 0); else they are the slots
    that are open in a period.
    """
    by_item = carried_by_item(layer)
    count: dict[tuple[int, int], int] = {}
    load: dict[tuple[int, int], int] = {}
    for item, slot, _, period in source.roster[layer.name].taken:
        at = (0, item) if by_item else (period, slot)
        taken = layer.slots[slot] if by_item else layer.items[item]
        count[at] = count.get(at, 0) + 1
        load[at] = load.get(at, 0) + _workload(source, taken)
    if not by_item:
        for period in range(len(layer.periods)):
            for slot in range(len(layer.slots)):
                if layer.active[slot, period]:
                    count.setdefault((period, slot), 0)
    return {at: CarrierLoad(count[at], load.get(at, 0)) for at in sorted(count)}


def _layer_loads(source: DeskInput, layer: Layer) -> Iterator[tuple[Cell, ...]]:
    """Yield a row for each carrier: each item over the horizon where slots are cases, else each slot."""
    by_item = carried_by_item(layer)
    carriers = layer.items if by_item else layer.slots
    loads = carrier_loads(source, layer)
    weighty = any(one.workload for one in loads.values())
    most = max((one.workload if weighty else one.number for one in loads.values()), default=0)
    for at, one in loads.items():
        share = (one.workload if weighty else one.number) / most if most else 0.0
        yield (
            text_cell(source.title(layer)),
            word_cell("" if by_item else layer.period_id(at[0]) or ""),
            word_cell(source.named(carriers[at[1]]).name, people=_person(layer, carriers[at[1]], by_item)),
            number_cell(one.number, share=None if weighty else share),
            number_cell(one.workload if weighty else None, share=share),
            word_cell(f"{round(100 * share)}%"),
        )


def _person(layer: Layer, carrier: str, by_item: bool) -> tuple[str, ...]:
    return (carrier,) if by_item and layer.spec.items.table == "people" else ()


def _workload(source: DeskInput, entity: str) -> int:
    row = source.organisation.entities[entity]
    if isinstance(row, Unit):
        return row.workload
    return row.effort if isinstance(row, Case) else 0


_AWAY = (
    DeskColumn(Text(zh="层", en="layer"), 14),
    DeskColumn(Text(zh="周期", en="period"), 8),
    DeskColumn(Text(zh="姓名", en="name"), 8),
    DeskColumn(Text(zh="单位", en="unit"), 14),
    DeskColumn(Text(zh="职务", en="post"), 10),
    DeskColumn(Text(zh="缘由", en="why"), 24),
)


def away_table(source: DeskInput) -> DeskTable:
    """Return who is absent in which period, and why."""
    people = source.organisation.people
    rows = [
        (
            text_cell(source.title(source.layers[layer])),
            word_cell(period or ""),
            word_cell(source.named(person).name, people=(person,)),
            word_cell(source.display_names.get(people[person].unit, people[person].unit)),
            word_cell(people[person].title),
            text_cell(why),
        )
        for (layer, person, period), why in source.absences.items()
    ]
    kept, cells, notes = without_empty_columns(_AWAY, rows)
    return DeskTable("away", Text(zh="不在岗情况", en="Absences"), kept, cells, notes=notes)
