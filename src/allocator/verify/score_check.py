"""What a plan says of itself against what the rules find: a difference is a fault of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allocator.model.plan import LevelScore, Plan, RuleScore
from allocator.model.text import Text
from allocator.verify.judge import Judgement


@dataclass(frozen=True)
class Disagreement:
    """Something that the plan claims and that is not so; ``rule`` is empty where it is about a level."""

    rule: str
    message: Text


def score_disagreements(plan: Plan, judgement: Judgement) -> tuple[Disagreement, ...]:
    """Return where the plan's own score differs from what the rules find; no score claims nothing."""
    return (*_rules(plan, judgement), *_levels(plan, judgement))


def _rules(plan: Plan, judgement: Judgement) -> Iterator[Disagreement]:
    claimed = {score.id: score for score in plan.rules}
    for finding in judgement.findings:
        claim, found = claimed.get(finding.rule.id), finding.score
        if claim is not None and (claim.violations, claim.cost) != (found.violations, found.cost):
            yield Disagreement(found.id, _differs(claim, found))


def _differs(claim: RuleScore, found: RuleScore) -> Text:
    return Text(
        zh=f"方案自称 {claim.violations} 处、代价 {claim.cost}，"
        f"实为 {found.violations} 处、代价 {found.cost}",
        en=f"the plan claims {claim.violations} at cost {claim.cost}, "
        f"but there are {found.violations} at cost {found.cost}",
    )


def _levels(plan: Plan, judgement: Judgement) -> Iterator[Disagreement]:
    costs = judgement.costs
    for score in plan.score:
        cost = costs.get(score.level, 0)
        if score.cost != cost or score.bound > cost:
            yield Disagreement("", _level_differs(score, cost))


def _level_differs(score: LevelScore, cost: int) -> Text:
    return Text(
        zh=f"级别 {score.level}：方案自称代价 {score.cost}（下界 {score.bound}），实为 {cost}",
        en=f"level {score.level}: the plan claims cost {score.cost} (bound {score.bound}), but it is {cost}",
    )
