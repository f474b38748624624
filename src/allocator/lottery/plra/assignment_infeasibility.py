"""Says why no lottery is within the bound on chances, case by case, and the least that would mend it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from allocator.lottery.findings import CannotDraw
from allocator.lottery.plra.lottery_spec import LotterySpec, NoLottery
from allocator.model.text import Text
from allocator.program.program import INFINITE, BoolArray, Rows
from allocator.program.subproblem import MilpInstance
from allocator.program.tags import Subject

#: So many cases are named at most.
MOST_NAMED = 20
#: Sums of floats are equal up to this.
LOOSE = 1e-6


def explain_no_lottery(spec: LotterySpec, no_lottery: NoLottery) -> CannotDraw:
    """Return the answer that no lottery is as asked for."""
    if no_lottery.beyond:
        return _unsupported_rules(spec, no_lottery)
    if no_lottery.found:
        return _too_few(spec, no_lottery)
    problem = spec.problem()
    if problem is None or (no_lottery.found == 0 and no_lottery.proved):
        text = Text(
            zh="没有方案能守住全部硬规则；见 solve", en="no assignment keeps the hard rules; see `solve`"
        )
        return CannotDraw([text], [])
    reasons = list(_short_cases(spec, problem)) or [_bound_too_tight(spec, no_lottery)]
    mends = []
    if no_lottery.least is not None and no_lottery.least <= 1:
        shown = f"{float(no_lottery.least):g}"
        mends = [Text(zh=f"probability 改为 {shown}", en=f"probability: {shown}")]
    return CannotDraw(reasons, mends)


def _unsupported_rules(spec: LotterySpec, no_lottery: NoLottery) -> CannotDraw:
    rules = ", ".join(no_lottery.beyond[:MOST_NAMED])
    if spec.spread is not None and not spec.policy.has_cuts:
        text = Text(
            zh=f"perturb 只适用于配对、人数与负荷的规则，以下规则不是：{rules}",
            en=f"perturb goes with rules about pairs, team sizes and loads alone; these are others: {rules}",
        )
        return CannotDraw([text], [Text(zh="不用 perturb", en="leave out perturb")])
    text = Text(
        zh=f"逐个方案检查的规则不能用于抽签：{rules}",
        en=f"rules that are looked at plan by plan cannot be drawn under: {rules}",
    )
    return CannotDraw([text], [])


def _too_few(spec: LotterySpec, no_lottery: NoLottery) -> CannotDraw:
    found = no_lottery.found
    zh, en = ("只有", "there are only") if no_lottery.proved else ("时限内只找到", "in the time given only")
    text = Text(
        zh=f"{zh} {found} 个不同方案，要求至少 {spec.different} 个",
        en=f"{en} {found} different assignments, and {spec.different} are asked for",
    )
    return CannotDraw([text], [Text(zh=f"different 改为 {found}", en=f"different: {found}")] if found else [])


def _bound_too_tight(spec: LotterySpec, no_lottery: NoLottery) -> Text:
    zh, en = ("没有", "no lottery") if no_lottery.proved else ("时限内未找到", "in the time given no lottery")
    return Text(
        zh=f"{zh}每一对的概率都不超过 {spec.most} 的抽签",
        en=f"{en} gives every pair a probability of at most {spec.most}",
    )


def _short_cases(spec: LotterySpec, problem: MilpInstance) -> Iterator[Text]:
    """Yield the cases that cannot have their people where none of them may be likelier than the bound."""
    rows = spec.program.rows
    lower, upper = problem.fixed.astype(float), problem.fixed.astype(float)
    lower[problem.columns], upper[problem.columns] = problem.bounds
    chance = upper.copy()
    chance[: len(spec.pairs)][spec.pairs >= 0] *= float(spec.most)
    lower = np.minimum(lower, chance)  # who alone could be there would be in every assignment
    ends = np.sort([rows.coefs * lower[rows.cols], rows.coefs * chance[rows.cols]], axis=0)
    edges = np.concatenate([np.zeros((2, 1)), np.cumsum(ends, axis=1)], axis=1)
    least, most = edges[:, rows.starts[1:]] - edges[:, rows.starts[:-1]]
    wrong = ((most < rows.lo - LOOSE) | (least > rows.hi + LOOSE)) & ~rows.defining
    for row in np.flatnonzero(wrong)[:MOST_NAMED].tolist():
        yield _named(spec, rows, row, upper > 0)


def _named(spec: LotterySpec, rows: Rows, row: int, possible: BoolArray) -> Text:
    rule = spec.policy.rules[int(rows.tags[row, 0])]
    subject = Subject(*(int(k) for k in rows.tags[row, 1:]))
    layer, label = spec.policy.layer_of(rule), spec.policy.context.scenario.organisation.label
    names = [label(layer.slots[subject.slot])] if subject.slot >= 0 else []
    names += [label(layer.items[subject.item])] if subject.item >= 0 else []
    names += [layer.periods[subject.period].id] if subject.period >= 0 and not layer.once else []
    terms = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
    coefs = rows.coefs[terms] * possible[rows.cols[terms]]
    is_least = rows.lo[row] > -INFINITE
    need = int(rows.lo[row] if is_least else -rows.hi[row]) // int(np.abs(coefs).max(initial=1))
    there = int((coefs > 0 if is_least else coefs < 0).sum())
    at_least = f"{Fraction(need, there)}" if there else "—"
    where = " · ".join(names) or rule.id
    return Text(
        zh=f"{where}（{rule.id}）：需 {need}，候选 {there}，概率至少须为 {at_least}",
        en=f"{where} ({rule.id}): needs {need} of {there} candidates: a probability of at least {at_least}",
    )
