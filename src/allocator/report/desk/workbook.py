"""Writes the desk view of a plan as an Excel workbook that is printed, filtered, edited and read back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from allocator.model.text import Language, Text
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    DeskView,
    SeatLine,
    SeatList,
    TableId,
    Tone,
    word_cell,
)
from allocator.report.desk.export_sheets import SheetWriter
from allocator.report.desk.seat_reading import digest
from allocator.report.rendering.console import pick

#: The format that the technical sheet names.
FORMAT = "allocator-desk/1"
_SHORT: Mapping[TableId, Text] = {
    "appointments": Text(zh="拟任免名单", en="Appointments"),
    "comparison": Text(zh="对照表", en="Comparison"),
    "matrix": Text(zh="轮岗矩阵", en="Matrix"),
    "casework": Text(zh="办案组", en="Case teams"),
    "recusals": Text(zh="回避情况表", en="Recusals"),
    "scores": Text(zh="规则得分", en="Scores"),
    "changes": Text(zh="变动汇总", en="Changes"),
    "waivers": Text(zh="豁免事项", en="Exceptions"),
    "loads": Text(zh="负荷分布", en="Loads"),
    "away": Text(zh="不在岗情况", en="Absences"),
    "options": Text(zh="方案比较", en="Options"),
}
#: Titles of the columns of a seat list; the first four are read back, with those of item and slot.
PERIOD, ROLE = Text(zh="周期", en="period"), Text(zh="角色", en="role")
_PARENT, _HOME, _POST = (
    Text(zh="所属", en="part of"),
    Text(zh="单位", en="unit"),
    Text(zh="职务", en="post"),
)
_CHANGE, _NOTE = Text(zh="变动", en="change"), Text(zh="备注", en="remarks")
_MOVES: Mapping[Tone, Text] = {
    "in": Text(zh="新到", en="new here"),
    "role": Text(zh="调整职务", en="other role"),
}

_SEATS = Text(zh="安排", en="Seats")
#: Rows below a seat list whose cells have drop-downs, too.
_SPARE_ROWS = 200
_SEATS_NOTE = Text(
    zh="标有 ✎ 的各栏可以修改、增行或删行，之后用 allocator verify 复核；其余各栏随之而定，不读回。",
    en="Columns marked ✎ may be changed, and rows added or deleted; `allocator verify` then judges the file."
    " The other columns follow from these and are not read back.",
)
_SCENARIO, _STATUS = Text(zh="场景", en="scenario"), Text(zh="求解状态", en="status")
_FOUND, _HASH = Text(zh="求解经过", en="how it was found"), Text(zh="方案摘要", en="hash of the plan")
_RECORD = Text(zh="方案库", en="store")
_BLIND, _EDITING = Text(zh="代号副本", en="blind copy"), Text(zh="修改与复核", en="to edit and check")
_BLIND_TEXT = Text(
    zh="姓名以代号代替，出生年月、籍贯、学历等不列；代号与姓名的对照表另存。",
    en="Codes stand for names; dates of birth, native places and education are left out. The key is kept"
    " apart.",
)
_EDITING_TEXT = Text(
    zh="在“安排”各表中修改，保存后运行：allocator verify 场景 本文件。"
    "其他各表由安排得出，其中的改动只会指出，不会采用。",
    en="Edit the sheets 'Seats', save, and run: allocator verify SCENARIO THIS-FILE. The other sheets follow"
    " from these: a change there is pointed out, not taken.",
)
_SIGNS_TITLE = Text(zh="标记", en="signs")
_SIGNS_TEXT = Text(
    zh="▲ 拟任（新到），▽ 拟免（离开），◇ 同处调整职务，! 提示，✗ 不符合；颜色与标记含义相同。",
    en="▲ to be appointed (new here), ▽ to be released (leaves), ◇ another role in the same place, ! to be"
    " looked at, ✗ a fault; colours mean what the signs mean.",
)


def workbook_bytes(view: DeskView, language: Language) -> bytes:
    """Return the workbook of a plan: what it is, the appointments, the seat lists, the other tables."""
    made = _Workbook(view, language)
    made.cover()
    first = [one for one in view.tables if one.id == "appointments"]
    for table in first:
        made.table(table)
    for seats in view.seats:
        made.seats(seats)
    for table in (*view.tables, *filter(None, (view.options,))):
        if table not in first:
            made.table(table)
    return made.content()


class _Workbook:
    """The sheets of one workbook, and the technical facts that its reader needs."""

    def __init__(self, view: DeskView, language: Language) -> None:
        self._view, self._language = view, language
        self._writer = SheetWriter(
            view.title(language),
            language,
            cautions=view.cautions,
            synthetic=view.synthetic,
            footer=_footer(view, language),
        )
        asked = json.dumps({key: list(places) for key, places in view.asked.items()}, ensure_ascii=True)
        self._technical: list[tuple[str, ...]] = [
            ("format", FORMAT, language),
            ("scenario", view.scenario, view.scenario_sha256),
            ("asked", asked),
        ]

    def content(self) -> bytes:
        """Return the bytes of the workbook."""
        return self._writer.content(self._technical)

    def cover(self) -> None:
        """Write what the plan is, how it was found, and how to edit and check it."""
        view = self._view
        lines = [(_SCENARIO, Text(zh=view.scenario, en=view.scenario)), (_STATUS, view.status)]
        lines += [(_FOUND, one) for one in view.found[1:]]
        if view.plan_hash:
            lines.append((_HASH, Text(zh=view.plan_hash, en=view.plan_hash)))
        if view.record is not None:
            lines.append((_RECORD, view.record.text))
        if view.is_blind:
            lines.append((_BLIND, _BLIND_TEXT))
        lines += [(_EDITING, _EDITING_TEXT), (_SIGNS_TITLE, _SIGNS_TEXT)]
        self._writer.facts(self._writer.add_sheet(pick(self._language, "说明", "About")), view.title, lines)

    def table(self, table: DeskTable) -> None:
        """Write a table that follows from the assignments, and remember each row of it."""
        name = _SHORT[table.id](self._language)
        layer = next((one.title(self._language) for one in self._view.seats if one.layer == table.layer), "")
        sheet = self._writer.add_sheet(f"{name}·{layer}" if layer else name)
        top = self._writer.write_table(sheet, table.title, table.notes, table.columns, table.rows)
        self._writer.bars(sheet, top, table.rows)
        self._technical.append(("table", sheet.get_name(), table.layer))
        kept = [k for k, column in enumerate(table.columns) if not column.is_open]
        for row in table.rows:
            self._technical.append(("row", "", digest([self._writer.stored(row[k]) for k in kept])))

    def seats(self, seats: SeatList) -> None:
        """Write every assignment of a layer: the sheet that is edited and read back."""
        made = _seat_columns(seats, self._language)
        columns = [*(DeskColumn(one.title, one.width) for one in made), DeskColumn(_NOTE, 14, is_open=True)]
        edited = [k for k, one in enumerate(made) if one.values is not None]
        fixed = [k for k, one in enumerate(made) if one.values is None]
        rows = [[*(one.cell(line) for one in made), Cell()] for line in seats.lines]
        sheet = self._writer.add_sheet(
            f"{_SEATS(self._language)}·{seats.title(self._language) or seats.layer}"
        )
        title = Text(zh=f"安排：{seats.title.zh}", en=f"Assignments: {seats.title('en')}")
        top = self._writer.write_table(sheet, title, (_SEATS_NOTE,), columns, rows, edited)
        self._technical.append(("seats", sheet.get_name(), seats.layer))
        for row in rows:
            parts = ([self._writer.stored(row[k]) for k in part] for part in (edited, fixed))
            self._technical.append(("row", *map(digest, parts)))
        for k in edited:
            area = (top, k, top + len(rows) + _SPARE_ROWS, k)
            self._writer.drop_down(sheet, area, made[k].values or ())


def _footer(view: DeskView, language: Language) -> str:
    """Return the name of the scenario and the hash of the plan."""
    proof = pick(language, "方案 ", "plan ") + view.plan_hash[:16] if view.plan_hash else ""
    if view.record is not None:
        proof = f"{proof} {view.record.chain_head}".strip()
    blind = _BLIND(language) if view.is_blind else ""
    return " · ".join(filter(None, (view.title(language)[:60], proof, blind)))


@dataclass(frozen=True)
class _SeatColumn:
    """A column of a seat list; ``values`` has the names to choose from, None where it is not edited."""

    title: Text
    width: int
    cell: Callable[[SeatLine], Cell]
    values: tuple[str, ...] | None = None


def _seat_columns(seats: SeatList, language: Language) -> list[_SeatColumn]:
    """Return the columns that a layer has anything for."""
    lines, roles = seats.lines, tuple(role(language) for role in seats.roles)
    columns = [
        _SeatColumn(PERIOD, 8, lambda line: word_cell(line.period), seats.periods),
        _SeatColumn(_PARENT, 12, lambda line: word_cell(line.parent)),
        _SeatColumn(seats.slot_title, 18, lambda line: word_cell(line.slot), seats.slots),
        _SeatColumn(ROLE, 8, lambda line: Cell(line.role), roles),
        _SeatColumn(seats.item_title, 12, lambda line: word_cell(line.item), seats.items),
        _SeatColumn(_HOME, 16, lambda line: word_cell(line.home)),
        _SeatColumn(_POST, 12, lambda line: word_cell(line.post)),
        _SeatColumn(_CHANGE, 8, lambda line: Cell(_MOVES.get(line.tone, Text()), tone=line.tone)),
    ]
    return [
        one
        for one in columns
        if (one.values if one.values is not None else any(not one.cell(line).is_empty for line in lines))
    ]
