"""The sections of a proposal but the reasons: 现状, 方案比选, 推荐方案 and 豁免事项, as blocks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.model.plan import HARD
from allocator.model.text import Text
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    DeskView,
    Staffing,
    joined,
    text_cell,
    word_cell,
)
from allocator.report.plan_view import PlanView
from allocator.report.score_view import LevelLine
from allocator.report.word.standard import StyleId


@dataclass(frozen=True)
class WordBlock:
    """A paragraph or a table.

    Attributes:
        style: Its style.
        text: The words of a paragraph.
        table: The table; None for a paragraph.
        indent: Twips from the right margin.
    """

    style: StyleId
    text: Text | None = None
    table: DeskTable | None = None
    indent: int = 0


_HEADINGS: Mapping[int, StyleId] = {1: "Heading1", 2: "Heading2"}


def heading(level: int, title: Text) -> WordBlock:
    """Return a numbered heading of the first or second level."""
    return WordBlock(_HEADINGS[level], title)


def paragraph(style: StyleId, text: Text) -> WordBlock:
    """Return a paragraph."""
    return WordBlock(style, text)


def numbers(table: DeskTable, title: str) -> list[int]:
    """Return the numbers in a column, by its Chinese title; none where the table lacks it."""
    found = (cell.number for cell in column(table, title))
    return [int(one) for one in found if one is not None]


def column(table: DeskTable, title: str) -> list[Cell]:
    """Return the cells of a column, by its Chinese title; empty ones where the table lacks it."""
    places = [k for k, one in enumerate(table.columns) if one.title.zh == title]
    return [row[places[0]] if places else Cell() for row in table.rows]


def present_blocks(view: DeskView) -> Iterator[WordBlock]:
    """Yield the figures of the organisation before the plan: a numbered line for each layer."""
    for one in view.seats:
        standings = [each for each in view.standings if each.layer == one.layer]
        tables = [each for each in view.tables if each.id == "casework" and each.layer == one.layer]
        if standings:
            yield paragraph("Item", _present_text(standings))
        for table in tables:
            yield paragraph("Item", _cases_text(one.title, table))
    away = view.table("away")
    if away:
        count = len({person for row in away.rows for cell in row for person in cell.people})
        yield paragraph(
            "Body",
            Text(
                zh=f"规划期内有{count}人因退休、离岗等不在岗，共{len(away.rows)}人次（按层、按周期计）。",
                en=f"Over the horizon {count} people are absent at some time, in {len(away.rows)} layers and"
                " periods together.",
            ),
        )


def _present_text(standings: Sequence[Staffing]) -> Text:
    first = standings[0]
    places = Text(
        zh=f"{first.title.zh}：设{first.places}个单位（机构），{authorised_text(first).zh}",
        en=f"{first.title('en')}: {first.places} places, {authorised_text(first)('en')}",
    )
    if not first.is_present:
        return Text(
            zh=f"{places.zh}；规划期前没有在任记录。",
            en=f"{places.en}; nothing is on record before the horizon.",
        )
    return Text(
        zh=f"{places.zh}，现有在任席位{first.actual}个，{_off_text(first).zh}。",
        en=f"{places.en}; seats held at present: {first.actual}; {_off_text(first)('en')}.",
    )


def authorised_text(one: Staffing) -> Text:
    """Return the authorised number in words."""
    least, most = one.least, one.most
    if least is None and most is None:
        return Text(zh="规则未规定总核定数", en="no total authorised by the rules")
    if least is None or most is None:
        word = Text(zh="不超过", en="at most") if least is None else Text(zh="不少于", en="at least")
        bound = most if least is None else least
        return Text(zh=f"核定{word.zh}{bound}", en=f"authorised: {word.en} {bound}")
    if least == most:
        return Text(zh=f"核定{least}", en=f"authorised: {least}")
    return Text(zh=f"核定{least}至{most}", en=f"authorised: {least} to {most}")


def _off_text(one: Staffing) -> Text:
    if one.vacant is None or one.over is None:
        return Text(zh="空缺、超配无从计算", en="vacancies cannot be told")
    return Text(zh=f"空缺{one.vacant}，超配{one.over}", en=f"vacant: {one.vacant}; over: {one.over}")


def _cases_text(title: Text, table: DeskTable) -> Text:
    effort, recused = sum(numbers(table, "工作量")), sum(numbers(table, "回避人数"))
    work = Text(zh=f"，工作量合计{effort}", en=f"; effort in all: {effort}") if effort else Text(zh="", en="")
    keep = Text(zh=f"，应回避{recused}人次", en=f"; recusals: {recused}") if recused else Text(zh="", en="")
    return Text(
        zh=f"{title.zh}：待分办案件（任务）{len(table.rows)}件{work.zh}{keep.zh}。",
        en=f"{title('en')}: {len(table.rows)} cases or tasks{work.en}{keep.en}.",
    )


def options_blocks(view: DeskView) -> Iterator[WordBlock]:
    """Yield the plan beside other plans, if the call named any, and beside the present state."""
    if view.compared_tables:
        for text in view.compared:
            yield paragraph("Body", text)
        for number, table in enumerate(view.compared_tables):
            if number:
                yield paragraph("Body", Text(zh=f"{table.title.zh}：", en=f"{table.title('en')}:"))
            yield WordBlock("TableText", table=table)
            yield from _option_notes(table)
        if view.options is not None:
            yield paragraph("Body", _BESIDE_PRESENT)
            yield WordBlock("TableText", table=view.options)
            yield from _option_notes(view.options)
        return
    if view.options is None:
        yield paragraph(
            "Body",
            Text(
                zh="规划期前没有在任记录，无从与维持现状比较；方案文件只载本方案，未附其他备选方案。",
                en="Nothing is on record before the horizon: there is no present state to compare with; the"
                " plan file holds this plan and no alternative.",
            ),
        )
        return
    yield paragraph(
        "Body",
        Text(
            zh="方案文件只载本方案，未附其他备选方案；现与维持现状比较如下。",
            en="The plan file holds this plan and no alternative; here it stands beside the present state.",
        ),
    )
    yield WordBlock("TableText", table=view.options)
    yield from _option_notes(view.options)


_BESIDE_PRESENT = Text(zh="推荐方案与维持现状比较如下。", en="The plan beside the present state:")


def _option_notes(table: DeskTable) -> Iterator[WordBlock]:
    for note in table.notes:
        yield paragraph("TableNote", Text(zh=f"注：{note.zh}", en=f"Note: {note('en')}"))


def plan_blocks(view: DeskView, plan: PlanView) -> Iterator[WordBlock]:
    """Yield the plan in short: how seats are filled, what changes, loads, and the score with its proofs."""
    planned = [one for one in view.standings if not one.is_present]
    parts = (
        (Text(zh="配备情况", en="Seats filled"), _filled_blocks(view, planned)),
        (Text(zh="变动情况", en="Changes"), _change_blocks(view)),
        (Text(zh="负荷分布", en="Loads"), _load_blocks(view)),
        (Text(zh="规则符合情况", en="How the rules fare"), _score_blocks(view, plan)),
    )
    for title, blocks in parts:
        found = list(blocks)
        if found:
            yield heading(2, title)
            yield from found


_FILLED = (
    DeskColumn(Text(zh="层", en="layer")),
    DeskColumn(Text(zh="周期", en="period")),
    DeskColumn(Text(zh="单位（机构）数", en="places")),
    DeskColumn(Text(zh="核定", en="authorised")),
    DeskColumn(Text(zh="实配", en="actual")),
    DeskColumn(Text(zh="空缺", en="vacant")),
    DeskColumn(Text(zh="超配", en="over")),
)


def _filled_blocks(view: DeskView, planned: Sequence[Staffing]) -> Iterator[WordBlock]:
    for seats in view.seats:
        yield paragraph(
            "Item",
            Text(
                zh=f"{seats.title.zh}：共作出安排{len(seats.lines)}项。",
                en=f"{seats.title('en')}: {len(seats.lines)} assignments.",
            ),
        )
    if planned:
        title = Text(zh="配备情况表", en="Seats filled")
        yield WordBlock(
            "TableText", table=DeskTable("comparison", title, _FILLED, tuple(map(_filled_row, planned)))
        )


def _filled_row(one: Staffing) -> tuple[Cell, ...]:
    bounds = authorised_text(one)
    has_bounds = (one.least, one.most) != (None, None)
    authorised = Text(zh=bounds.zh.removeprefix("核定"), en=bounds("en").removeprefix("authorised: "))
    return (
        text_cell(one.title),
        word_cell(one.period),
        Cell(number=one.places),
        text_cell(authorised) if has_bounds else word_cell("—"),
        Cell(number=one.actual),
        word_cell("—") if one.vacant is None else Cell(number=one.vacant),
        word_cell("—") if one.over is None else Cell(number=one.over),
    )


def _change_blocks(view: DeskView) -> Iterator[WordBlock]:
    if view.appointments:
        kinds = Counter(one.kind for one in view.appointments)
        parts = joined([Text(zh=f"{kind.zh}{n}人次", en=f"{kind('en')}: {n}") for kind, n in kinds.items()])
        total = len(view.appointments)
        yield paragraph(
            "Body",
            Text(
                zh=f"拟任免共{total}人次，其中：{parts.zh}。",
                en=f"Appointments and releases in all: {total} ({parts('en')}).",
            ),
        )
    table = view.table("changes")
    if table is None:
        return
    for layer, period, place, row in zip(
        column(table, "层"), column(table, "周期"), column(table, "单位（机构）"), table.rows, strict=True
    ):
        if place.tone == "total":
            yield paragraph("Item", _change_text(table, row, layer.text, period.text))


def _change_text(table: DeskTable, row: tuple[Cell, ...], layer: Text, period: Text) -> Text:
    at = {one.title.zh: cell for one, cell in zip(table.columns, row, strict=True)}
    was, stay, other, come, go, now = (
        at[name].number for name in ("上期", "留任", "其中岗位变动", "进", "出", "本期")
    )
    zh = (
        f"{layer.zh}{period.zh and f'（{period.zh}）'}：上期{was}，留任{stay}（其中岗位变动{other}），"
        f"进{come}，出{go}，本期{now}"
    )
    en = (
        f"{layer('en')}{period.zh and f' ({period.en})'}: before {was}, stay {stay} (changed: {other}),"
        f" come {come}, go {go}, now {now}"
    )
    return Text(zh=f"{zh}。", en=f"{en}.")


def _load_blocks(view: DeskView) -> Iterator[WordBlock]:
    """Yield the greatest and the least load of each layer, over all periods."""
    table = view.table("loads")
    if table is None:
        return
    layers = column(table, "层")
    loads, counts = column(table, "工作量"), column(table, "项数")
    carriers, periods = column(table, "承担者"), column(table, "周期")
    for layer in dict.fromkeys(cell.text for cell in layers):
        rows = [k for k, cell in enumerate(layers) if cell.text == layer]
        weighty = any(loads[k].number for k in rows)
        amount = {k: int((loads if weighty else counts)[k].number or 0) for k in rows}
        most, least = max(rows, key=lambda k: amount[k]), min(rows, key=lambda k: amount[k])
        named = [_carrier(carriers[k].text, periods[k].text) for k in (most, least)]
        what = Text(zh="工作量", en="workload") if weighty else Text(zh="项数", en="number")
        total = sum(amount.values())
        yield paragraph(
            "Item",
            Text(
                zh=f"{layer.zh}：{what.zh}合计{total}，最高{amount[most]}（{named[0].zh}），"
                f"最低{amount[least]}（{named[1].zh}）。",
                en=f"{layer('en')}: {what.en} in all {total}, greatest {amount[most]} ({named[0]('en')}),"
                f" least {amount[least]} ({named[1]('en')}).",
            ),
        )


def _carrier(name: Text, period: Text) -> Text:
    return Text(
        zh=f"{name.zh}，{period.zh}" if period else name.zh,
        en=f"{name('en')}, {period('en')}" if period else name("en"),
    )


_SCORES = (
    DeskColumn(Text(zh="级别和规则", en="level and rule")),
    DeskColumn(Text(zh="违反处数", en="breaches")),
    DeskColumn(Text(zh="代价", en="cost")),
    DeskColumn(Text(zh="下界", en="lower bound")),
    DeskColumn(Text(zh="差距", en="gap")),
)


def _score_blocks(view: DeskView, plan: PlanView) -> Iterator[WordBlock]:
    table = view.table("scores")
    if table is None:
        return
    parts = [column(table, one) for one in ("级别", "规则内容", "违反处数", "代价", "下界", "差距")]
    rows = list(zip(*parts, strict=True))
    hard = sum(int(row[2].number or 0) for row in rows[:1])
    rules = sum(not row[0].text for row in rows)
    zh = "全部满足" if not hard else f"有{hard}处违反，方案不能照此实施"
    en = "all kept" if not hard else f"{hard} breaches; the plan must not be carried out as it stands"
    yield paragraph("Body", Text(zh=f"共{rules}条规则；硬规则{zh}。", en=f"{rules} rules; hard rules: {en}."))
    costs = {row[0].text: int(row[3].number or 0) for row in rows if row[0].text}
    for line in plan.score:
        if line.level != HARD and costs.get(line.title) == line.cost:
            yield paragraph("Item", _proof_text(line))
    shown = tuple(
        (Cell(row[0].text or row[1].text, tone=row[0].tone), *row[2:])
        for row in rows
        if row[0].text or row[3].number
    )
    title = Text(zh="规则得分表", en="Scores of rules")
    yield WordBlock("TableText", table=DeskTable("scores", title, _SCORES, shown))
    note = Text(
        zh="注：只列出各级合计和有代价的规则；全部规则见电子表格。",
        en="Note: levels, and rules that cost something; the workbook has all rules.",
    )
    yield paragraph("TableNote", note)


def _proof_text(line: LevelLine) -> Text:
    if line.is_proved_twice:
        proof = Text(zh="经两个求解器证明为最低", en="proved the least by two solvers")
    elif line.cost == line.bound:
        proof = Text(zh="已证明为最低（未经第二个求解器复核）", en="proved the least, not by a second solver")
    else:
        proof = Text(zh=f"未证明为最低，差距{line.gap:g}%", en=f"not proved the least, gap {line.gap:g}%")
    return Text(
        zh=f"级别{line.title.zh}：代价{line.cost}，下界{line.bound}，{proof.zh}。",
        en=f"Level {line.title('en')}: cost {line.cost}, lower bound {line.bound}, {proof.en}.",
    )


def waiver_blocks(view: DeskView) -> Iterator[WordBlock]:
    """Yield each exception with its reason and expiry, every cell named by its title."""
    table = view.table("waivers")
    if table is None:
        yield paragraph("Body", Text(zh="本方案没有豁免事项。", en="The plan has no exceptions."))
        return
    yield paragraph(
        "Body",
        Text(zh=f"本方案共有豁免事项{len(table.rows)}项。", en=f"The plan has {len(table.rows)} exceptions."),
    )
    for row in table.rows:
        cells = [
            (one.title, cell)
            for one, cell in zip(table.columns, row, strict=True)
            if one.title.zh != "序号" and not one.is_open and not cell.is_empty
        ]
        zh = "；".join(f"{title.zh}：{cell.shown('zh')}" for title, cell in cells)
        en = "; ".join(f"{title('en')}: {cell.shown('en')}" for title, cell in cells)
        yield paragraph("Item", Text(zh=f"{zh}。", en=f"{en}."))
