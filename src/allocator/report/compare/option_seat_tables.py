"""Tables of who is elsewhere in some option, of staffing and loads, recusals and exceptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from allocator.model.text import Text
from allocator.report.compare.option_columns import NONE, NOTHING, OptionColumns, Row, amount_cell
from allocator.report.compare.option_staffing import PlaceFigures, PlaceRow
from allocator.report.compare.plan_comparison import OptionSummary
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    TableId,
    Tone,
    joined,
    text_cell,
    without_empty_columns,
    word_cell,
)
from allocator.verify.seat_differences import HeldSeat, OptionSeats, SeatComparison, SeatMove

_TONES: dict[SeatMove, Tone] = {"": "", "new": "in", "role": "role", "left": "out"}
_LAYER, _PERIOD = DeskColumn(Text(zh="层", en="layer"), 8), DeskColumn(Text(zh="周期", en="period"), 6)
_FIGURES = (
    (Text(zh="核定", en="authorised"), "authorised"),
    (Text(zh="实配", en="actual"), "actual"),
    (Text(zh="空缺", en="vacant"), "vacant"),
    (Text(zh="超配", en="over"), "over"),
    (Text(zh="项数", en="number"), "number"),
    (Text(zh="工作量", en="workload"), "workload"),
)


class SeatTables(OptionColumns):
    """Builds the tables of seats, staffing, recusals and exceptions."""

    def people(self) -> DeskTable:
        """Return the people who are elsewhere, or in another role, in some option."""
        rows = [row for row in self.found.seats if row.table == "people"]
        title, name = Text(zh="人员调动", en="Who is elsewhere"), Text(zh="姓名", en="name")
        return self._seats("option-people", title, name, rows)

    def units(self) -> DeskTable:
        """Return the units (or cases) that are elsewhere in some option."""
        rows = [row for row in self.found.seats if row.table != "people"]
        title, name = Text(zh="片区变化", en="Units that are elsewhere"), Text(zh="单位", en="unit")
        return self._seats("option-units", title, name, rows)

    def _seats(self, id_: TableId, title: Text, name: Text, found: Sequence[SeatComparison]) -> DeskTable:
        before = (
            Text(zh="基准方案", en="baseline")
            if self.found.has_baseline
            else Text(zh="现状", en="at present")
        )
        columns = (_LAYER, _PERIOD, DeskColumn(name, 8), DeskColumn(before, 14), *self.columns(14))
        shown = [row for row in found if row.differs or self.every]
        kept, rows, _ = without_empty_columns(columns, [self._seat_row(row) for row in shown])
        note = Text(
            zh="▲ 新到该处，◇ 同处调整职务，▽ 不再任职（较上期或基准方案）；"
            "“无此对象”指其场景没有该对象或周期。",
            en="▲ new there, ◇ another role in the same place, ▽ no longer in any, against the period before"
            " or the baseline; 'not known': its scenario has no such item or period.",
        )
        return self.table(id_, title, kept, rows, note)

    def _seat_row(self, row: SeatComparison) -> Row:
        people = (row.item.id,) if row.table == "people" else ()
        cells = [
            self._seat_cell(one, option) for one, option in zip(row.options, self.found.options, strict=True)
        ]
        return (
            text_cell(self._layer_title(row.layer)),
            word_cell(row.period or ""),
            word_cell(row.item.name, people=people),
            Cell() if row.before is None else text_cell(_places(row.before)),
            *cells,
        )

    def _seat_cell(self, one: OptionSeats | None, option: OptionSummary) -> Cell:
        if one is None:
            return text_cell(Text(zh="无此对象", en="not known"), "warn") if option.has_plan else NOTHING
        return text_cell(_places(one.seats), _TONES[one.move])

    def places(self) -> DeskTable:
        """Return staffing and loads: a row for each figure of a layer, place or carrier."""
        found = [row for row in self.found.places if row.differs or self.every]
        weighty = {row.layer for row in self.found.places for one in row.options if one and one.workload}
        rows = [made for row in found for made in self._place_rows(row, row.layer in weighty)]
        columns = (
            _LAYER,
            _PERIOD,
            DeskColumn(Text(zh="单位（机构、承担者）", en="place or carrier"), 14),
            DeskColumn(Text(zh="项目", en="figure"), 6),
            *self.columns(8),
        )
        kept, cells, _ = without_empty_columns(columns, rows)
        title = Text(zh="配备与负荷", en="Staffing and loads")
        return self.table("option-places", title, kept, cells)

    def _place_rows(self, row: PlaceRow, has_workload: bool) -> Iterator[Row]:
        for title, figure in _FIGURES:
            if figure == "workload" and not has_workload:
                continue
            cells = [_figure(one, figure) for one in row.options]
            shown = {cell for cell, one in zip(cells, self.found.options, strict=True) if one.has_plan}
            if all(cell.is_empty for cell in cells) or not (self.every or len(shown) > 1):
                continue
            whole = row.place is None
            place = Text(zh="全层", en="whole layer")
            people = (row.place.id,) if row.place and row.is_person else ()
            named = (
                text_cell(place, "total") if row.place is None else word_cell(row.place.name, people=people)
            )
            tone: Tone = "total" if whole else ""
            yield (
                text_cell(row.title, tone),
                word_cell(row.period or "", tone=tone),
                named,
                text_cell(title, tone),
                *cells,
            )

    def recusals(self) -> DeskTable:
        """Return the recusals by rule: kept, excused and broken."""
        columns = (DeskColumn(Text(zh="回避规则", en="recusals by rule"), 24), *self.columns(12))
        rows = [
            (
                text_cell(one.why),
                *(
                    NOTHING
                    if count is None
                    else text_cell(
                        Text(
                            zh=f"已回避 {count.kept}，豁免 {count.excused}，未回避 {count.broken}",
                            en=f"kept {count.kept}, excused {count.excused}, broken {count.broken}",
                        ),
                        "bad" if count.broken else "warn" if count.excused else "",
                    )
                    for count in one.options
                ),
            )
            for one in self.found.recusals
            if one.differs or self.every
        ]
        return self.table("option-recusals", Text(zh="回避", en="Recusals"), columns, rows)

    def waivers(self) -> DeskTable:
        """Return the named exceptions, all of them, with the breaches that each excuses."""
        columns = (
            DeskColumn(Text(zh="豁免的规则", en="rule with an exception"), 16),
            DeskColumn(Text(zh="对象", en="for"), 10),
            DeskColumn(Text(zh="理由", en="reason"), 14),
            DeskColumn(Text(zh="期限", en="until"), 9),
            *self.columns(6),
        )
        rows = [
            (
                text_cell(one.why),
                word_cell("、".join(named.name for named in one.subjects)),
                text_cell(one.reason),
                word_cell(one.until.isoformat()),
                *(
                    text_cell(NONE, "warn") if used is None and option.has_plan else amount_cell(used, "")
                    for used, option in zip(one.options, self.found.options, strict=True)
                ),
            )
            for one in self.found.waivers
        ]
        return self.table("option-waivers", Text(zh="豁免事项", en="Exceptions"), columns, rows)

    def _layer_title(self, name: str) -> Text:
        return next(one.title for one in self.found.layers if one.layer == name)


def _figure(one: PlaceFigures | None, figure: str) -> Cell:
    if one is None:
        return Cell()
    if figure == "authorised":
        return word_cell(_limits(one.least, one.most))
    if figure == "number" and one.actual is not None:
        return Cell()  # the seats say so already
    value: int | None = getattr(one, figure)
    tone: Tone = "warn" if figure == "vacant" and value else "bad" if figure == "over" and value else ""
    return Cell(number=value, tone=tone)


def _limits(least: int | None, most: int | None) -> str:
    if least is None or most is None:
        return "" if least is most else f"≥{least}" if most is None else f"≤{most}"
    return f"{least}" if least == most else f"{least}–{most}"


def _places(seats: Sequence[HeldSeat]) -> Text:
    if not seats:
        return NONE
    words = [
        Text(
            zh=f"{one.slot.name}{one.role_text.zh}",
            en=", ".join(filter(None, (one.slot.name, one.role_text("en")))),
        )
        for one in seats
    ]
    return joined(words, between=Text(zh="、", en="; "))
