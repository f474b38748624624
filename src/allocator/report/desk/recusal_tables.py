"""回避情况表, 豁免事项 and 规则得分: who keeps away from where, what is excused, and how each rule fares."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from allocator.model.layer import Layer
from allocator.model.plan import HARD, Level
from allocator.model.text import Text
from allocator.report.desk.desk_input import DeskInput
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
from allocator.report.desk.reasons import ReasonFinder
from allocator.report.score_view import LevelLine, WaiverLine, gap_percent
from allocator.report.wording import level_text
from allocator.rules.rule import Breach, Rule, Waiver
from allocator.verify import Finding, Judgement, measure_rule

_RECUSALS = (
    DeskColumn(Text(zh="序号", en="no."), 5),
    DeskColumn(Text(zh="姓名", en="name"), 8),
    DeskColumn(Text(zh="岗位/案件", en="post or case"), 18),
    DeskColumn(Text(zh="限于职务", en="roles"), 9),
    DeskColumn(Text(zh="起始周期", en="from period"), 8),
    DeskColumn(Text(zh="回避类型", en="kind"), 9),
    DeskColumn(Text(zh="关系人及关系链", en="relation and path"), 30),
    DeskColumn(Text(zh="依据条款", en="rule"), 26),
    DeskColumn(Text(zh="处理", en="handling"), 8),
    DeskColumn(Text(zh="豁免理由及期限", en="exception, until"), 18),
    DeskColumn(Text(zh="审批", en="approved by"), 8, is_open=True),
)
_BUSINESS = Text(zh="公务回避", en="from business")
_KINDS = {
    "原任职回避": Text(zh="原任职回避", en="from a former post"),
    "任职回避": Text(zh="任职回避", en="from a post"),
    "地域回避": Text(zh="地域回避", en="from one's native place"),
    "公务回避": _BUSINESS,
}
_KEPT_OUT = Text(zh="不安排", en="not placed")
_MOVED = Text(zh="调整", en="moved away")
_EXCUSED = Text(zh="豁免", en="excused")
_BROKEN = Text(zh="未回避", en="not kept away")


def recusal_table(source: DeskInput, finder: ReasonFinder) -> DeskTable:
    """Return who is recused from which post or case (D3), with the relation and how it is handled."""
    broken = {
        (rule, one.subject.item, one.subject.slot)
        for rule, found in source.unexcused.items()
        for one in found
    }
    people = (pair for pair in source.recusals if source.layers[pair[0].on].spec.items.table == "people")
    rows = [
        tuple(_recusal_row(source, finder, number, pair, broken))
        for number, pair in enumerate(people, start=1)
    ]
    kept, cells, notes = without_empty_columns(_RECUSALS, rows)
    title = Text(zh="回避情况表", en="Register of recusals")
    return DeskTable("recusals", title, kept, cells, notes=(*notes, _RECUSALS_NOTE) if rows else notes)


_RECUSALS_NOTE = Text(
    zh="“不安排”指方案未将其安排在该处；“调整”指其上期在该处、方案已调离；“豁免”指按豁免事项不予回避。"
    "回避类型取自规则的缘由；缘由未写明的，案件为公务回避。",
    en="'Not placed': the plan keeps the person out; 'moved away': the person was there before and the plan"
    " moves them; 'excused': an exception covers it. The kind is read off the reason of the rule; where that"
    " names none, a recusal from a case is one from business.",
)


def _recusal_row(
    source: DeskInput,
    finder: ReasonFinder,
    number: int,
    recusal: tuple[Rule, Breach],
    broken: Collection[tuple[str, int, int]],
) -> Iterator[Cell]:
    rule, breach = recusal
    layer, subject, scope = source.layers[rule.on], breach.subject, source.policy.scopes[rule.id]
    person, waivers = layer.items[subject.item], tuple(scope.waivers_of(subject))
    roles = scope.roles if len(scope.roles) < len(layer.roles) else ()
    names = (layer.roles[role] or "" for role in roles)
    yield number_cell(number)
    yield word_cell(source.named(person).name, people=(person,))
    yield word_cell(source.named(layer.slots[subject.slot]).name)
    yield text_cell(joined([source.role_texts.get(role, Text(zh=role, en=role)) for role in names]))
    yield word_cell("" if subject.period <= 0 else layer.period_id(subject.period) or "")
    yield text_cell(_kind(layer, rule))
    yield text_cell(breach.detail)
    yield text_cell(finder.sentence(rule))
    if waivers:
        yield text_cell(_EXCUSED, "warn")
    elif (rule.id, subject.item, subject.slot) in broken:
        yield text_cell(_BROKEN, "bad")
    else:
        yield text_cell(_MOVED if _was_there(source, rule, breach) else _KEPT_OUT)
    yield text_cell(joined([_waiver_text(waiver) for waiver in waivers], between=Text(zh="；", en="; ")))
    yield Cell()


def _kind(layer: Layer, rule: Rule) -> Text:
    """Return the kind of a recusal as the reason of its rule names it; else, for a case, from business."""
    named = (text for kind, text in _KINDS.items() if kind in rule.why.zh)
    return next(named, _BUSINESS if layer.spec.slots.table == "cases" else Text())


def _was_there(source: DeskInput, rule: Rule, breach: Breach) -> bool:
    """Return whether the person is in the slot in any period, the last one before the horizon included."""
    roster, subject, roles = source.roster[rule.on], breach.subject, source.policy.scopes[rule.id].roles
    every = range(-1, len(source.layers[rule.on].periods))
    return any(roster.holds(subject.item, subject.slot, t, roles) for t in every)


def _waiver_text(waiver: Waiver) -> Text:
    return Text(
        zh=f"{waiver.reason.zh or waiver.reason.en}（至 {waiver.until.isoformat()}）",
        en=f"{waiver.reason('en')} (until {waiver.until.isoformat()})",
    )


_WAIVERS = (
    DeskColumn(Text(zh="序号", en="no."), 5),
    DeskColumn(Text(zh="规则", en="rule"), 30),
    DeskColumn(Text(zh="对象", en="who"), 14),
    DeskColumn(Text(zh="岗位/案件", en="post or case"), 16),
    DeskColumn(Text(zh="理由", en="reason"), 24),
    DeskColumn(Text(zh="期限", en="until"), 10),
    DeskColumn(Text(zh="方案中豁免处数", en="excused in the plan"), 8),
    DeskColumn(Text(zh="是否在期", en="in force"), 12),
    DeskColumn(Text(zh="审批", en="approved by"), 8, is_open=True),
)


def waiver_table(source: DeskInput, finder: ReasonFinder, lines: Sequence[WaiverLine]) -> DeskTable:
    """Return the named exceptions with reason and expiry, and how many breaches each excuses."""
    rules = {rule.id: finder.sentence(rule) for rule in source.policy.rules}
    periods = source.policy.context.scenario.spec.periods
    rows = [
        (
            number_cell(number),
            text_cell(rules.get(one.rule, Text(zh=one.rule, en=one.rule))),
            word_cell(
                "、".join(source.named(item.id).name for item in one.items), people=_people(source, one)
            ),
            word_cell("、".join(source.named(slot.id).name for slot in one.slots)),
            text_cell(one.reason),
            word_cell(one.until.isoformat()),
            Cell(number=one.excused),
            _in_force(one.until, periods[0].start, periods[-1].end),
            Cell(),
        )
        for number, one in enumerate(lines, start=1)
    ]
    kept, cells, notes = without_empty_columns(_WAIVERS, rows)
    return DeskTable("waivers", Text(zh="豁免事项", en="Exceptions"), kept, cells, notes=notes)


def _people(source: DeskInput, line: WaiverLine) -> tuple[str, ...]:
    return tuple(item.id for item in line.items if item.id in source.organisation.people)


def _in_force(until: date, first: date, last: date) -> Cell:
    if until < first:
        return word_cell("已过期", "expired", tone="bad")
    if until < last:
        return word_cell("规划期内到期", "ends within the horizon", tone="warn")
    return word_cell("是", "yes")


_SCORES = (
    DeskColumn(Text(zh="级别", en="level"), 16),
    DeskColumn(Text(zh="规则", en="rule"), 18),
    DeskColumn(Text(zh="规则内容", en="what it says"), 40),
    DeskColumn(Text(zh="层", en="layer"), 14),
    DeskColumn(Text(zh="权重", en="weight"), 6),
    DeskColumn(Text(zh="违反处数", en="breaches"), 8),
    DeskColumn(Text(zh="代价", en="cost"), 8),
    DeskColumn(Text(zh="下界", en="lower bound"), 8),
    DeskColumn(Text(zh="差距", en="gap"), 8),
    DeskColumn(Text(zh="实测", en="measured"), 24),
)


def score_table(source: DeskInput, finder: ReasonFinder, levels: Sequence[LevelLine]) -> DeskTable:
    """Return cost and bound of each level, each followed by its rules; counted anew, not as claimed.

    Args:
        source: The plan.
        finder: Gives the sentences of rules.
        levels: The levels as the plan claims them, for the bounds.
    """
    findings = [
        Finding(rule, source.unexcused[rule.id], measure_rule(source.policy, rule, source.roster))
        for rule in source.policy.rules
    ]
    bounds = {one.level: one.bound for one in levels}
    rows: list[tuple[Cell, ...]] = []
    for level in Judgement(tuple(findings)).costs:
        of_level = [one for one in findings if one.rule.plan_level == level]
        rows.append(_level_row(source, level, of_level, bounds.get(level)))
        rows.extend(_rule_row(source, finder, one) for one in of_level)
    kept, cells, notes = without_empty_columns(_SCORES, rows)
    return DeskTable("scores", Text(zh="规则得分", en="Scores of rules"), kept, cells, notes=notes)


def _level_row(
    source: DeskInput, level: Level, findings: Sequence[Finding], bound: int | None
) -> tuple[Cell, ...]:
    cost = sum(one.cost for one in findings)
    titles = source.policy.context.scenario.spec.levels
    return (
        text_cell(level_text(level, titles), "total"),
        *[Cell()] * 4,
        Cell(number=sum(len(one.breaches) for one in findings), tone="total"),
        Cell(number=cost, tone="bad" if level == HARD and cost else "total"),
        Cell(number=bound, tone="total"),
        word_cell("" if bound is None else f"{gap_percent(cost, bound):g}%", tone="total"),
        Cell(),
    )


def _rule_row(source: DeskInput, finder: ReasonFinder, found: Finding) -> tuple[Cell, ...]:
    rule = found.rule
    tone: Tone = "bad" if rule.is_hard else ""
    return (
        Cell(),
        word_cell(rule.id),
        text_cell(finder.sentence(rule)),
        text_cell(source.title(source.layers[rule.on])),
        Cell(number=None if rule.is_hard else rule.weight),
        number_cell(len(found.breaches), tone),
        number_cell(found.cost, tone),
        Cell(),
        Cell(),
        text_cell(found.measured or Text()),
    )
