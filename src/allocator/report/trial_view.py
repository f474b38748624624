"""A what-if chain laid out: its steps, and what its plan costs more or less than another, rule by rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allocator.model.plan import Level, Plan, Status
from allocator.model.text import Text
from allocator.model.trial_chain import TrialChain
from allocator.report.score_view import rule_reasons
from allocator.report.wording import level_text
from allocator.rules.policy import Policy
from allocator.verify import judge, missing_references
from allocator.verify.diff import plan_diff


@dataclass(frozen=True)
class StepLine:
    """A step of a chain: its number, its name, its options, and whether it is dropped."""

    number: int
    name: str
    options: tuple[str, ...]
    is_dropped: bool


@dataclass(frozen=True)
class RuleCosts:
    """What a rule costs in two plans; a hard rule that is broken costs too."""

    rule: str
    why: Text
    before: int
    after: int


@dataclass(frozen=True)
class LevelChange:
    """What a level costs in two plans, with the rules that cost something else; their differences add up."""

    level: Level
    title: Text
    before: int
    after: int
    rules: tuple[RuleCosts, ...]


@dataclass(frozen=True)
class Against:
    """A plan set against an earlier one.

    Attributes:
        seats: Number of seats that change hands.
        levels: The levels that cost something else; None if the scenario no longer has what a plan names.
    """

    seats: int
    levels: tuple[LevelChange, ...] | None


@dataclass(frozen=True)
class TrialView:
    """A what-if chain.

    Attributes:
        plan: The file of the plan that it starts from.
        steps: The steps.
        status: The status of the answer.
        undo: Number of actions that can be undone.
        base: The answer against that plan; None without a plan found.
        before: The answer against the one before the last action; None if that has no plan at hand.
    """

    plan: str
    steps: tuple[StepLine, ...]
    status: Status
    undo: int
    base: Against | None
    before: Against | None


def trial_view(
    policy: Policy, file: str, chain: TrialChain, base: Plan, answer: Plan, before: Plan | None
) -> TrialView:
    """Return a chain laid out.

    Args:
        policy: The rules of the scenario, with nothing asked for.
        file: The name of the plan's file.
        chain: The chain.
        base: The plan that it starts from.
        answer: The answer to its steps.
        before: The answer before the last action, if it is at hand.
    """
    steps = (
        StepLine(number, one.name, tuple(one.options), one.is_dropped)
        for number, one in enumerate(chain.steps, 1)
    )
    is_other = before is not None and before is not base and (before.is_found or bool(before.assignments))
    return TrialView(
        plan=file,
        steps=tuple(steps),
        status=answer.status,
        undo=len(chain.past),
        base=against(policy, base, answer) if answer.is_found else None,
        before=against(policy, before, answer) if before and is_other and answer.is_found else None,
    )


def against(policy: Policy, before: Plan, after: Plan) -> Against:
    """Return a plan set against an earlier one, each judged by the rules of the scenario alone."""
    seats = plan_diff(policy, before, after.assignments).count
    if missing_references(policy, before).assignments or missing_references(policy, after).assignments:
        return Against(seats, None)
    return Against(seats, tuple(_level_changes(policy, before, after)))


def _level_changes(policy: Policy, before: Plan, after: Plan) -> Iterator[LevelChange]:
    then, now = (judge(policy, one.assignments) for one in (before, after))
    titles, why = policy.context.scenario.spec.levels, rule_reasons(policy)
    for level in dict.fromkeys((*then.costs, *now.costs)):
        rules = tuple(
            RuleCosts(one.rule.id, why.get(one.rule.id, Text()), one.cost, other.cost)
            for one, other in zip(then.findings, now.findings, strict=True)
            if one.rule.plan_level == level and one.cost != other.cost
        )
        if rules:
            costs = (then.costs.get(level, 0), now.costs.get(level, 0))
            yield LevelChange(level, level_text(level, titles), *costs, rules)
