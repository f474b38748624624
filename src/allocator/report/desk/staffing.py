"""现状 and 方案比选: how the seats of each layer are filled, and the plan beside the present state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.layer import Layer
from allocator.model.plan import HARD, Assignment, Level
from allocator.model.text import Text
from allocator.report.desk.comparison import Comparison
from allocator.report.desk.desk_input import DeskInput
from allocator.report.desk.desk_tables import Cell, DeskColumn, DeskTable, Staffing, text_cell
from allocator.report.wording import level_text

_ITEM = DeskColumn(Text(zh="比较项目", en="what is compared"), 24)
_KEPT = DeskColumn(Text(zh="维持现状", en="present state kept"), 12)
_PLAN = DeskColumn(Text(zh="推荐方案", en="this plan"), 12)
_HELD = Text(zh="在任席位（各期合计）", en="seats held (all periods)")
_VACANT = Text(zh="空缺（各期合计）", en="vacant seats (all periods)")
_OVER = Text(zh="超配（各期合计）", en="seats beyond the authorised number (all periods)")
_MOVES = Text(zh="变动人次", en="changes of seats")
_HARD_COUNT = Text(zh="硬规则违反处数", en="breaches of hard rules")
_NOTE = Text(
    zh="“维持现状”指现任人员各期均留在原席位，离岗、退休者的席位空出；规划期前没有在任记录的层，按推荐方案计。"
    "两者由同一组规则逐条复核。",
    en="'Present state kept': everybody stays in the present seat in every period, and the seats of those who"
    " are absent or retire are vacant; layers without a past are as in this plan. Both are judged by the same"
    " rules.",
)


def standings(source: DeskInput) -> tuple[Staffing, ...]:
    """Return the count of seats of each layer but those of cases: at present, then in each period."""
    return tuple(
        one
        for layer in source.layers.values()
        if layer.spec.slots.table != "cases"
        for one in _of_layer(source, layer)
    )


def _of_layer(source: DeskInput, layer: Layer) -> Iterator[Staffing]:
    counted = Comparison(source, layer)
    if layer.past.at(-1):
        yield _standing(source, layer, counted, now=0, held=-1)
    for period in range(len(layer.periods)):
        yield _standing(source, layer, counted, now=period, held=period)


def _standing(source: DeskInput, layer: Layer, counted: Comparison, *, now: int, held: int) -> Staffing:
    total = counted.total(now, held)
    least, most = total.limits
    has_limits = bool(counted.limits)
    return Staffing(
        layer=layer.name,
        title=source.title(layer),
        period=layer.period_id(now) or "",
        is_present=held < 0,
        places=sum(bool(layer.active[slot, now]) for slot in range(len(layer.slots))),
        least=least,
        most=most,
        actual=total.actual,
        vacant=total.vacant if has_limits else None,
        over=total.over if has_limits else None,
    )


def options_table(source: DeskInput, counted: Sequence[Staffing]) -> DeskTable | None:
    """Return the plan beside the present state, both counted and judged; None without a present state.

    Args:
        source: The plan.
        counted: The standings of the plan.
    """
    if not any(one.is_present for one in counted):
        return None
    kept = DeskInput(
        source.policy, source.plan.model_copy(update={"assignments": tuple(present_kept(source))})
    )
    both = _facts(kept, standings(kept)), _facts(source, counted)
    rows = [
        (text_cell(title), Cell(number=one), Cell(number=other))
        for (title, one), (_, other) in zip(*both, strict=True)
        if one is not None
    ]
    title = Text(zh="方案比选", en="The plan beside the present state")
    return DeskTable("options", title, (_ITEM, _KEPT, _PLAN), tuple(rows), notes=(_NOTE,))


def present_kept(source: DeskInput) -> Iterator[Assignment]:
    """Yield the plan in which everybody keeps the present seat while present; other layers are as planned."""
    tracked = [layer for layer in source.layers.values() if source.tracks(layer) and layer.past.at(-1)]
    names = {layer.name for layer in tracked}
    yield from (one for one in source.plan.assignments if one.layer not in names)
    for layer in tracked:
        for item in range(len(layer.items)):
            for slot, role in sorted(source.held(layer, item, -1)):
                for period in range(len(layer.periods)):
                    if layer.present[item, period] and layer.active[slot, period]:
                        yield source.assignment(layer, (item, slot, role, period))


def _facts(source: DeskInput, counted: Sequence[Staffing]) -> Iterator[tuple[Text, int | None]]:
    """Yield what is compared, in all periods together, with its amount."""
    planned = [one for one in counted if not one.is_present]
    has_limits = any(one.vacant is not None for one in planned)
    yield _HELD, sum(one.actual for one in planned)
    yield _VACANT, sum(one.vacant or 0 for one in planned) if has_limits else None
    yield _OVER, sum(one.over or 0 for one in planned) if has_limits else None
    yield _MOVES, sum(_moves(source, layer) for layer in source.layers.values() if layer.past.at(-1))
    hard = (len(source.unexcused[rule.id]) for rule in source.policy.rules if rule.is_hard)
    yield _HARD_COUNT, sum(hard)
    costs: dict[Level, int] = {}
    for rule in source.policy.rules:
        cost = rule.weight * sum(one.amount for one in source.unexcused[rule.id])
        costs[rule.plan_level] = costs.get(rule.plan_level, 0) + cost
    titles = source.policy.context.scenario.spec.levels
    for level in sorted((level for level in costs if level != HARD), key=int):
        name = level_text(level, titles)
        yield Text(zh=f"代价：级别 {name.zh}", en=f"cost of level {name('en')}"), costs[level]


def _moves(source: DeskInput, layer: Layer) -> int:
    """Count the changes of the seats of an item from one period to the next."""
    if layer.spec.slots.table == "cases":
        return 0
    return sum(
        source.held(layer, item, before) != source.held(layer, item, now)
        for before, now in source.steps(layer)
        for item in range(len(layer.items))
    )
