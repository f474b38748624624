"""Tables of the scores of options: at a glance, rule by rule, and each under the rules of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from allocator.model.plan import HARD
from allocator.model.text import Text
from allocator.report.compare.comparison_sentences import cell_text, level_title
from allocator.report.compare.option_columns import NONE, NOTHING, OptionColumns, Row, amount_cell
from allocator.report.compare.option_recusals import RecusalCount
from allocator.report.compare.option_staffing import PlaceFigures
from allocator.report.desk.desk_tables import (
    Cell,
    DeskColumn,
    DeskTable,
    Tone,
    number_cell,
    text_cell,
    word_cell,
)
from allocator.verify.score_differences import LevelRow, OptionScore, RuleDifference

ValueT = TypeVar("ValueT")
_WHAT = DeskColumn(Text(zh="比较项目", en="what is compared"), 18)
_NO_PLAN = Text(zh="没有方案", en="no plan")
_STAFFING_SUMS: tuple[tuple[Text, Callable[[PlaceFigures], int | None]], ...] = (
    (
        Text(zh="实配（人员各层各期合计）", en="seats held (people, all layers, periods)"),
        lambda one: one.actual,
    ),
    (Text(zh="空缺（人员各层各期合计）", en="vacant (people, all layers, periods)"), lambda one: one.vacant),
    (Text(zh="超配（人员各层各期合计）", en="over (people, all layers, periods)"), lambda one: one.over),
)
_RECUSAL_SUMS: tuple[tuple[Text, Callable[[RecusalCount], int]], ...] = (
    (Text(zh="已回避", en="recusals kept"), lambda one: one.kept),
    (Text(zh="豁免不予回避", en="recusals excused"), lambda one: one.excused),
    (Text(zh="未回避", en="recusals broken"), lambda one: one.broken),
)


class ScoreTables(OptionColumns):
    """Builds the tables of the scores."""

    def overview(self) -> DeskTable:
        """Return the options at a glance: status, place, cost by level with proof, changes, staffing."""
        rows = [*self._status_rows(), *self._level_rows(), *self._count_rows()]
        title = Text(zh="方案比较", en="Options compared")
        return self.table("option-overview", title, (_WHAT, *self.columns(14)), rows)

    def _row(self, title: Text, cells: Sequence[Cell], tone: Tone = "") -> Row:
        return (text_cell(title, tone), *cells)

    def _status_rows(self) -> Iterator[Row]:
        options = self.found.options
        if len({one.scenario for one in options}) > 1:
            yield self._row(Text(zh="场景", en="scenario"), [text_cell(one.title) for one in options])
        yield self._row(Text(zh="求解状态", en="status"), [text_cell(one.status_text) for one in options])
        if len({one.seed for one in options}) > 1:
            cells = [amount_cell(one.seed) for one in options]
            yield self._row(Text(zh="随机种子", en="seed"), cells)
        if ranking := self.found.ranking():
            places = dict(zip(ranking.order, ranking.places, strict=True))
            yield self._row(
                Text(zh="名次", en="place"),
                [number_cell(places[one.label]) if one.has_plan else NOTHING for one in options],
            )

    def _level_rows(self) -> Iterator[Row]:
        for row, titled in zip(self.found.levels, self.found.level_titles, strict=True):
            if row.level == HARD:
                costs = [
                    Cell(number=one.cost, tone="bad" if one.cost else "")
                    if one.cost is not None
                    else text_cell(_NO_PLAN, "bad")
                    for one in row.scores
                ]
                yield self._row(Text(zh="违反硬规则（代价）", en="hard rules broken (cost)"), costs)
                continue
            title = Text(zh=f"级别 {titled.title.zh}：代价", en=f"level {titled.title('en')}: cost")
            yield self._row(title, [_cost_cell(one) for one in row.scores], "total")
            proofs = zip(row.scores, titled.proved_twice, strict=True)
            yield self._row(
                Text(zh="其中：证明", en="proof"), [text_cell(_proof(one, twice)) for one, twice in proofs]
            )

    def _count_rows(self) -> Iterator[Row]:
        found = self.found
        since = Text(zh="较基准方案", en="against the baseline") if found.has_baseline else Text()
        for one in found.moves:
            zh, en = f"{since.zh}变动人次：{one.title.zh}", f"changes: {one.title('en')}"
            en = f"{en} {since('en')}".strip()
            cells = [Cell(number=count.total) if count else NOTHING for count in one.options]
            yield self._row(Text(zh=zh, en=en), cells)
        manned = {row.layer for row in found.seats if row.table == "people"}
        whole = [row for row in found.places if row.place is None and row.layer in manned]
        for title, amount in _STAFFING_SUMS:
            yield from self._sum_row(title, [[row.options[k] for row in whole] for k in self._each], amount)
        kept = [[row.options[k] for row in found.recusals] for k in self._each]
        if found.recusals:
            for title, count in _RECUSAL_SUMS:
                yield from self._sum_row(title, kept, count)
        if found.waivers:
            used = [[row.options[k] for row in found.waivers] for k in self._each]
            yield from self._sum_row(Text(zh="豁免用到处数", en="breaches excused"), used, lambda one: one)

    @property
    def _each(self) -> range:
        return range(len(self.found.options))

    def _sum_row(
        self, title: Text, values: Sequence[Sequence[ValueT | None]], amount: Callable[[ValueT], int | None]
    ) -> Iterator[Row]:
        """Yield a row of sums over the rows that an option has; none if no option has an amount."""
        found = [[amount(one) for one in of_option if one is not None] for of_option in values]
        known = [[one for one in of_option if one is not None] for of_option in found]
        if any(known):
            yield self._row(title, [Cell(number=sum(one)) if one else NOTHING for one in known])

    def rules(self) -> DeskTable:
        """Return cost by level and rule; the differences of a level's rules add up to that of the level."""
        columns = (
            DeskColumn(Text(zh="级别", en="level"), 12),
            DeskColumn(Text(zh="规则", en="rule"), 12),
            DeskColumn(Text(zh="规则内容", en="what it says"), 24),
            *self.columns(8),
            *self.gains(),
        )
        rows: list[Row] = []
        for level in self.found.levels:
            shown = [
                one
                for one in self.found.rules
                if one.level == level.level and (self.every or self._costs_differ(one))
            ]
            if shown or self.every or any(level.differences):
                rows.append(self._level_row(level))
                rows.extend(row for one in shown for row in self._rule_rows(one))
        note = Text(
            zh="“无”指该方案没有这条规则；每级各规则之差相加即为该级之差。",
            en="'None': the option has no such rule. The differences of the rules of a level add up to that"
            " of the level.",
        )
        title = Text(zh="规则差异", en="Rule by rule")
        return self.table("option-rules", title, columns, rows, note)

    def _costs_differ(self, one: RuleDifference) -> bool:
        return any(one.differences) or one.differs

    def _level_row(self, level: LevelRow) -> Row:
        title = level_title(self.found, level.level)
        costs = [amount_cell(one.cost, "total") for one in level.scores]
        return (
            text_cell(title, "total"),
            *[Cell()] * 2,
            *costs,
            *(amount_cell(one, "total") for one in level.differences),
        )

    def _rule_rows(self, one: RuleDifference) -> Iterator[Row]:
        why = next(found.why for found in one.findings if found is not None)
        costs = [text_cell(NONE) if found is None else amount_cell(found.cost, "") for found in one.findings]
        yield (Cell(), word_cell(one.rule), text_cell(why), *costs, *map(amount_cell, one.differences))
        measured = [None if found is None else found.measured for found in one.findings]
        if any(measured):
            cells = [text_cell(said) if said else Cell() for said in measured]
            blanks = [Cell()] * len(one.differences)
            yield (Cell(), Cell(), word_cell("　实测", "  measured"), *cells, *blanks)

    def rule_texts(self) -> DeskTable:
        """Return the rules that only some options have, or that say different things."""
        rows = [
            (
                word_cell(one.rule),
                text_cell(level_title(self.found, one.level)),
                *(
                    text_cell(NONE, "warn")
                    if found is None
                    else text_cell(_weighted(found.sentence, found.weight, one.level == HARD))
                    for found in one.findings
                ),
            )
            for one in self.found.rules
            if one.is_changed or None in one.findings
        ]
        columns = (
            DeskColumn(Text(zh="规则", en="rule"), 12),
            DeskColumn(Text(zh="级别", en="level"), 12),
            *self.columns(24),
        )
        return self.table("option-rule-texts", Text(zh="规则异同", en="Rules that differ"), columns, rows)

    def judgements(self) -> DeskTable:
        """Return each option under the rules of each option; empty where all have the same rules."""
        found = self.found
        kept = [one for one in found.options if one.same_rules_as == one.label]
        if len(kept) == 1 and not self.every:
            kept = []
        by_place = {(one.plan, one.rules): one for one in found.judgements}
        columns = [DeskColumn(Text(zh="方案", en="plan"), 12)]
        columns += [
            DeskColumn(Text(zh=f"按 {one.label} 的规则", en=f"under the rules of {one.label}"), 22)
            for one in kept
        ]
        rows: list[Row] = []
        for one in found.options if kept else ():
            cells = [by_place[one.label, other.label] for other in kept]
            tones: list[Tone] = [
                "warn" if not cell.is_judged else "bad" if cell.breaches else "" for cell in cells
            ]
            texts = [text_cell(cell_text(found, cell), tone) for cell, tone in zip(cells, tones, strict=True)]
            rows.append((text_cell(self.heading(one)), *texts))
        title = Text(zh="交叉复核", en="Each option under the rules of each")
        note = Text(
            zh="每个方案按每套规则逐条重新复核；一套规则无从判断的方案，写明其场景所缺的名称。",
            en="Every plan is judged anew by every set of rules; where that cannot be done, the names that"
            " its scenario lacks are given.",
        )
        return self.table("option-judgements", title, columns, rows, note)


def _cost_cell(one: OptionScore) -> Cell:
    if not one.has_level:
        return word_cell("无此级", "no such level", tone="warn")
    return amount_cell(one.cost, "total")


def _proof(one: OptionScore, proved_twice: bool) -> Text:
    if one.cost is None or not one.has_level:
        return Text(zh="—", en="-")
    if one.bound is None:
        return Text(zh="没有可用的下界", en="no bound to rely on")
    if one.cost == one.bound:
        twice = Text(zh="双重证明不能更低", en="proved twice: none costs less")
        return twice if proved_twice else Text(zh="已证明不能更低", en="proved: none costs less")
    return Text(
        zh=f"下界 {one.bound:,}，差距 {one.gap:g}%", en=f"lower bound {one.bound:,}, gap {one.gap:g}%"
    )


def _weighted(sentence: Text, weight: int, is_hard: bool) -> Text:
    if is_hard or weight == 1:
        return sentence
    return Text(zh=f"{sentence.zh}（权重 {weight}）", en=f"{sentence('en')} (weight {weight})")
