"""What a comparison says in sentences: which options are the same, which is better, and what is proved."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.plan import HARD, Level
from allocator.model.text import Text
from allocator.report.compare.plan_comparison import OptionSummary, PlanComparison
from allocator.verify.cross_judgement import CrossCell
from allocator.verify.option_ranking import OptionRanking, PairVerdict

#: Names that one sentence lists.
LISTED = 8


def comparison_sentences(found: PlanComparison) -> Iterator[Text]:
    """Yield what there is to say before any table."""
    if any(one.synthetic for one in found.options):
        yield Text(zh="人员与案件为合成数据。", en="People and cases are synthetic.")
    for labels in found.identical:
        yield Text(
            zh=f"{'、'.join(labels)} 的安排完全相同。", en=f"{', '.join(labels)}: the plans are identical."
        )
    for one in found.options:
        if not one.has_plan:
            yield _no_plan(one)
    if sum(one.has_plan for one in found.options) > 1:
        yield _basis(found)
        for ranking in found.rankings:
            yield from _ranking(found, ranking)


def _no_plan(one: OptionSummary) -> Text:
    return Text(
        zh=f"{one.label} 没有方案：{one.status_text.zh}。",
        en=f"{one.label} has no plan: {one.status_text('en')}.",
    )


def _basis(found: PlanComparison) -> Text:
    """Return by which rules the costs are counted, and whether they can be compared."""
    if found.shares_rules:
        return Text(
            zh="各方案依据同一场景、同一套规则，代价可以直接比较。",
            en="All options follow the same rules of the same scenario: their costs can be compared.",
        )
    if found.ranking() is not None:
        return Text(
            zh="各方案的场景或规则不尽相同，代价各按自己的规则计算；决定先后的各级规则相同，可以比较。",
            en="The options differ in scenario or rules, and each is judged by its own; the rules of the"
            " levels that decide are the same, so that costs can be compared.",
        )
    return Text(
        zh="各方案计算代价的规则不同，代价不能直接比较；以下按每一套规则分别排序。",
        en="The options count their costs by different rules, which cannot be compared; below all are ranked"
        " under each set of rules.",
    )


def _ranking(found: PlanComparison, ranking: OptionRanking) -> Iterator[Text]:
    having = {one.label for one in found.options if one.has_plan}
    places = [
        (label, place) for label, place in zip(ranking.order, ranking.places, strict=True) if label in having
    ]
    zh = "；".join(f"第{place} {label}" for label, place in places)
    en = ", ".join(f"{place} {label}" for label, place in places)
    if ranking.rules is None and places:
        yield Text(zh=f"排序：{zh}。", en=f"Ranking: {en}.")
    elif len(places) > 1:
        yield Text(
            zh=f"按 {ranking.rules} 的规则排序：{zh}。",
            en=f"Ranking under the rules of {ranking.rules}: {en}.",
        )
    for label in ranking.unjudged:
        yield Text(
            zh=f"按 {ranking.rules} 的规则无从判断 {label}。",
            en=f"{label} cannot be judged by the rules of {ranking.rules}.",
        )
    for one in ranking.verdicts:
        if one.better == ranking.order[0] and one.other in having:
            yield verdict_text(found, one, ranking.rules)


def verdict_text(found: PlanComparison, one: PairVerdict, rules: str | None = None) -> Text:
    """Return how two options compare, in a sentence.

    Args:
        found: The comparison, for the titles of levels.
        one: The verdict.
        rules: Label of the option whose rules judge both; None where each is judged by its own.
    """
    a, b = one.better, one.other
    if one.relation == "no_plan":
        return _no_plan(next(option for option in found.options if option.label == b))
    if one.relation == "identical":
        return Text(zh=f"{a} 与 {b} 相同。", en=f"{a} and {b} are the same.")
    if one.relation == "equal":
        return _equal(one)
    level = level_title(found, one.level)
    better, other = one.costs or (0, 0)
    if one.relation == "inadmissible" and better:
        return Text(
            zh=f"{a}、{b} 都违反硬规则（{better:,} 对 {other:,}），均不能照此实施。",
            en=f"{a} and {b} both break hard rules ({better:,} against {other:,}): neither can be carried out"
            " as it stands.",
        )
    if one.relation == "inadmissible":
        return Text(
            zh=f"{a} 优于 {b}：{b} 违反硬规则（{other:,} 对 {better:,}），不能照此实施。",
            en=f"{a} is better than {b}, which breaks hard rules ({other:,} against {better:,}) and cannot be"
            " carried out as it stands.",
        )
    costs = Text(
        zh=f"{a} 优于 {b}：级别“{level.zh}”的代价为 {better:,} 对 {other:,}",
        en=f"{a} is better than {b}: cost {better:,} against {other:,} at level '{level('en')}'",
    )
    return _with_proof(found, one, costs, rules or b)


def _with_proof(found: PlanComparison, one: PairVerdict, costs: Text, rules: str) -> Text:
    whose = Text(zh="", en="")
    if not found.shares_rules:
        whose = Text(zh=f"按 {rules} 的规则，", en=f" under the rules of {rules}")
    if one.is_proved:
        return Text(
            zh=f"{costs.zh}；已证明：{whose.zh}没有代价低于 {one.better} 的方案。",
            en=f"{costs.en}; proved: no plan{whose.en} costs less than {one.better}.",
        )
    bound = "" if one.bound is None else f"{one.bound:,}"
    known = Text(
        zh=f"（下界 {bound}）" if bound else "（没有可用的下界）",
        en=f" (lower bound {bound})" if bound else " (no bound to rely on)",
    )
    return Text(
        zh=f"{costs.zh}；未证明为最优：{whose.zh}可能还有代价更低的方案{known.zh}。",
        en=f"{costs.en}; not shown to be the best: there may be a plan{whose.en} that costs less{known.en}.",
    )


def _equal(one: PairVerdict) -> Text:
    zh, en = f"{one.better} 与 {one.other} 代价相同", f"{one.better} and {one.other} cost the same"
    if one.is_proved:
        return Text(zh=f"{zh}，已证明不能更低。", en=f"{en}, and it is proved that no plan costs less.")
    return Text(zh=f"{zh}，未证明为最优。", en=f"{en}; they are not shown to be the best.")


def level_title(found: PlanComparison, level: Level | None) -> Text:
    """Return the title of a level."""
    return next((one.title for one in found.level_titles if one.level == level), Text())


def cell_text(found: PlanComparison, cell: CrossCell) -> Text:
    """Return an option under the rules of an option: its costs, or why it cannot be judged."""
    if cell.is_judged:
        costs = [one for one in cell.costs if one.level != HARD]
        zh = [f"违反硬规则 {cell.breaches} 处", *(f"级别 {one.level}：{one.cost:,}" for one in costs)]
        en = [f"hard breaches {cell.breaches}", *(f"level {one.level}: {one.cost:,}" for one in costs)]
        if cell.unplaced:
            names = [one.name for one in cell.unplaced[:LISTED]]
            more = len(cell.unplaced) - LISTED
            zh.append("未安排 " + "、".join(names) + (f" 等 {len(cell.unplaced)} 个" if more > 0 else ""))
            en.append("without a place: " + ", ".join(names) + (f" and {more} more" if more > 0 else ""))
        return Text(zh="；".join(zh), en="; ".join(en))
    if cell.fault is not None:
        return Text(zh=f"无从判断：{cell.fault.zh}", en=f"not judged: {cell.fault('en')}")
    if not cell.missing:
        return Text(zh="没有方案", en="no plan")
    return _missing_text(cell)


_FIELDS = {
    "layer": Text(zh="层", en="layer"),
    "item": Text(zh="对象", en="item"),
    "slot": Text(zh="去处", en="slot"),
    "role": Text(zh="角色", en="role"),
    "period": Text(zh="周期", en="period"),
}


def _missing_text(cell: CrossCell) -> Text:
    parts_zh, parts_en = [], []
    for field, word in _FIELDS.items():
        names = [one.entity for one in cell.missing if one.field == field]
        more = len(names) - LISTED
        if names:
            said = [one.name if one.name == one.id else f"{one.name}（{one.id}）" for one in names[:LISTED]]
            end = f" 等 {len(names)} 个" if more > 0 else ""
            parts_zh.append(f"{word.zh} {'、'.join(said)}{end}")
            end = f" and {more} more" if more > 0 else ""
            parts_en.append(f"{word.en} {', '.join(one.name_and_id for one in names[:LISTED])}{end}")
    return Text(
        zh=f"无从判断，{cell.rules} 的场景没有：{'；'.join(parts_zh)}",
        en=f"not judged, the scenario of {cell.rules} has no {'; '.join(parts_en)}",
    )
