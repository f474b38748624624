"""轮岗矩阵 and 变动汇总: who is where in each period, and how many come and go."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.layer import Layer
from allocator.model.tables import Person
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput, Held
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    Tone,
    joined,
    number_cell,
    text_cell,
    without_empty_columns,
    word_cell,
)

_NOBODY: Held = frozenset()
_MATRIX_NOTE = Text(
    zh="▲ 本期新到该处，◇ 同处调整职务，▽ 本期不再任职；“现状”为规划期前的最后一期。",
    en="▲ new there in the period, ◇ another role in the same place, ▽ no longer in any; 'at present' is the"
    " last period before the horizon.",
)
_RELEASED = Text(zh="免", en="left")
#: Title of the column of a layer that is decided once.
_PROPOSED = Text(zh="方案", en="proposed")


def matrix_table(source: DeskInput, layer: Layer) -> DeskTable:
    """Return the rotation matrix of a layer: a row for each item, a column for each period."""
    periods = [
        DeskColumn(_PROPOSED if one is None else Text(zh=one, en=one), 12)
        for one in map(layer.period_id, _all(layer))
    ]
    columns = (
        DeskColumn(Text(zh="姓名" if _is_people(layer) else "对象", en="name"), 10),
        DeskColumn(Text(zh="单位", en="unit"), 14),
        DeskColumn(Text(zh="职务", en="post"), 10),
        DeskColumn(Text(zh="现状", en="at present"), 12),
        *periods,
        DeskColumn(Text(zh="变动次数", en="moves"), 6),
    )
    rows = [tuple(_matrix_row(source, layer, item)) for item in _by_name(source, layer)]
    kept, cells, notes = without_empty_columns(columns, rows)
    title = source.title(layer)
    named = Text(zh=f"轮岗矩阵：{title.zh}", en=f"Rotation matrix: {title('en')}")
    return DeskTable("matrix", named, kept, cells, layer.name, (*notes, _MATRIX_NOTE))


def _all(layer: Layer) -> range:
    return range(len(layer.periods))


def _is_people(layer: Layer) -> bool:
    return layer.spec.items.table == "people"


def _by_name(source: DeskInput, layer: Layer) -> list[int]:
    """Return the items that hold anything in any period, in the order of their table."""
    held = (any(source.held(layer, item, t) for t in (-1, *_all(layer))) for item in range(len(layer.items)))
    return [item for item, is_there in enumerate(held) if is_there]


def _matrix_row(source: DeskInput, layer: Layer, item: int) -> Iterator[Cell]:
    id_ = layer.items[item]
    entity = source.organisation.entities[id_]
    unit = entity.unit if isinstance(entity, Person) else ""
    yield word_cell(source.named(id_).name, people=(id_,) if _is_people(layer) else ())
    yield word_cell(source.display_names.get(unit, unit))
    yield word_cell(entity.title if isinstance(entity, Person) else "")
    yield text_cell(_seats(source, layer, source.held(layer, item, -1)))
    tones = [move_tone(source, layer, item, before, now) for before, now in source.steps(layer)]
    for now, tone in enumerate(tones):
        text = _RELEASED if tone == "out" else _seats(source, layer, source.held(layer, item, now))
        yield text_cell(text, tone)
    yield number_cell(sum(tone in ("in", "role") for tone in tones))


def move_tone(source: DeskInput, layer: Layer, item: int, before: int, now: int) -> Tone:
    """Return the tone of an item's seats in a period against the one before it.

    Without any past the seats of the first period are no moves.
    """
    if before < 0 and not layer.past.at(-1):
        return ""
    held, holds = source.held(layer, item, before), source.held(layer, item, now)
    if held == holds or not holds:
        return "out" if held != holds else ""
    return "in" if {slot for slot, _ in holds} - {slot for slot, _ in held} else "role"


def _seats(source: DeskInput, layer: Layer, held: Held) -> Text:
    return joined([source.seat(layer, *one).text for one in sorted(held)])


_CHANGES = (
    DeskColumn(Text(zh="层", en="layer"), 14),
    DeskColumn(Text(zh="周期", en="period"), 8),
    DeskColumn(Text(zh="单位（机构）", en="place"), 16),
    DeskColumn(Text(zh="上期", en="before"), 6),
    DeskColumn(Text(zh="留任", en="stay"), 6),
    DeskColumn(Text(zh="其中岗位变动", en="of these, changed"), 8),
    DeskColumn(Text(zh="进", en="come"), 6),
    DeskColumn(Text(zh="出", en="go"), 6),
    DeskColumn(Text(zh="本期", en="now"), 6),
    DeskColumn(Text(zh="更换比例", en="share that changed"), 8),
)
_ALL = Text(zh="全层", en="whole layer")
_CHANGES_NOTE = Text(
    zh="更换比例为“出”占“上期”的百分比。“其中岗位变动”：机构一行指同处调整职务，全层一行还包括换到本层另一处的。",
    en="The share that changed is 'go' in percent of 'before'. 'Of these, changed' counts another role in the"
    " same place; in the line of the whole layer also those who go to another place of it.",
)


def changes_table(source: DeskInput) -> DeskTable:
    """Return the summary of changes: for each period, the layer as a whole and each place that changes."""
    rows = [
        row
        for layer in source.layers.values()
        if source.tracks(layer)
        for before, now in source.steps(layer)
        if before >= 0 or layer.past.at(-1)
        for row in _period_rows(source, layer, before, now)
    ]
    kept, cells, notes = without_empty_columns(_CHANGES, rows)
    title = Text(zh="变动汇总", en="Summary of changes")
    return DeskTable("changes", title, kept, cells, notes=(*notes, _CHANGES_NOTE) if rows else notes)


def _period_rows(source: DeskInput, layer: Layer, before: int, now: int) -> Iterator[tuple[Cell, ...]]:
    was = {item: source.held(layer, item, before) for item in range(len(layer.items))}
    will = {item: source.held(layer, item, now) for item in range(len(layer.items))}
    yield _change_row(source, layer, now, _ALL, (was, will), whole=True)
    old, new = _by_slot(was), _by_slot(will)
    for slot, name in enumerate(layer.slots):
        parts = old.get(slot, {}), new.get(slot, {})
        if parts[0] != parts[1]:
            text = source.named(name).name
            yield _change_row(source, layer, now, Text(zh=text, en=text), parts, whole=False)


def _by_slot(held: dict[int, Held]) -> dict[int, dict[int, Held]]:
    """Return the seats of each item in each slot."""
    found: dict[int, dict[int, Held]] = {}
    for item, seats in held.items():
        for seat in seats:
            of_slot = found.setdefault(seat[0], {})
            of_slot[item] = of_slot.get(item, _NOBODY) | {seat}
    return found


def _change_row(
    source: DeskInput,
    layer: Layer,
    now: int,
    place: Text,
    held: tuple[dict[int, Held], dict[int, Held]],
    *,
    whole: bool,
) -> tuple[Cell, ...]:
    was, will = held
    old = {item for item, seats in was.items() if seats}
    new = {item for item, seats in will.items() if seats}
    role = sum(was[item] != will[item] for item in old & new)
    share = round(100 * len(old - new) / len(old)) if old else 0
    tone: Tone = "total" if whole else ""
    counts = (len(old), len(old & new), role, len(new - old), len(old - new), len(new))
    return (
        text_cell(source.title(layer), tone),
        word_cell(layer.period_id(now) or "", tone=tone),
        text_cell(place, tone),
        *(Cell(number=count, tone=tone) for count in counts),
        word_cell(f"{share}%" if old else "", tone=tone),
    )
