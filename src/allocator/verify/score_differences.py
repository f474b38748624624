"""The scores of options side by side: by level, and rule by rule so that the differences add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from allocator.model.plan import HARD, Level
from allocator.model.text import Text
from allocator.rules.rule import Rule
from allocator.rules.rule_sentences import rule_sentence
from allocator.verify.plan_option import PlanOption


@dataclass(frozen=True)
class OptionScore:
    """Cost of a level in one option, and its lower bound.

    Attributes:
        cost: The cost; None without a plan.
        bound: The lower bound; None where the plan gives none that can be relied on.
        gap: The gap in percent of the cost; None without a bound.
        has_level: Whether any rule of the option is at this level.
    """

    cost: int | None
    bound: int | None
    gap: float | None
    has_level: bool


@dataclass(frozen=True)
class LevelRow:
    """A level in every option.

    Attributes:
        level: The level.
        scores: Its score in each option.
        differences: The cost less that of the first option, for each other one; None without both.
    """

    level: Level
    scores: tuple[OptionScore, ...]
    differences: tuple[int | None, ...]


@dataclass(frozen=True)
class RuleFinding:
    """What a rule finds in one option.

    Attributes:
        violations: Number of breaches; None without a plan.
        cost: Their weighted cost; None without a plan.
        measured: The measure of a rule that measures.
        why: The reason of the rule, or its sentence.
        sentence: The rule as a sentence.
        weight: Its weight.
    """

    violations: int | None
    cost: int | None
    measured: Text | None
    why: Text
    sentence: Text
    weight: int


@dataclass(frozen=True)
class RuleDifference:
    """A rule at one level in every option.

    Attributes:
        level: The level.
        rule: Its id.
        findings: What it finds in each option; None where the option has no such rule at this level.
        differences: The cost less that of the first option, for each other one; a rule that an option lacks
            costs nothing there. None without both plans.
        is_changed: Whether the options that have the rule say different things by it.
    """

    level: Level
    rule: str
    findings: tuple[RuleFinding | None, ...]
    differences: tuple[int | None, ...]
    is_changed: bool

    @property
    def differs(self) -> bool:
        """Whether the options differ in this rule: in what it says, or in what it finds."""
        kinds = {None if one is None else (one.violations, one.cost, one.measured) for one in self.findings}
        return self.is_changed or len(kinds) > 1


def level_order(level: Level) -> int:
    """Return the place of a level: hard first."""
    return 0 if level == HARD else int(level)


def level_rows(options: Sequence[PlanOption]) -> tuple[LevelRow, ...]:
    """Return the levels of all options, hard first."""
    own = [{rule.plan_level for rule in one.policy.rules} | {HARD} for one in options]
    levels = sorted(set().union(*own), key=level_order)
    return tuple(_level_row(options, level, [level in known for known in own]) for level in levels)


def _level_row(options: Sequence[PlanOption], level: Level, known: Sequence[bool]) -> LevelRow:
    scores = tuple(_score(one, level, has_level=has) for one, has in zip(options, known, strict=True))
    return LevelRow(level, scores, _differences([one.cost for one in scores]))


def _score(option: PlanOption, level: Level, *, has_level: bool) -> OptionScore:
    if not option.has_plan:
        return OptionScore(None, None, None, has_level)
    cost = option.costs.get(level, 0)
    bound = option.bounds.get(level)
    gap = None if bound is None else round(100 * (cost - bound) / cost, 2) if cost else 0.0
    return OptionScore(cost, bound, gap, has_level)


def _differences(costs: Sequence[int | None]) -> tuple[int | None, ...]:
    first = costs[0]
    return tuple(None if one is None or first is None else one - first for one in costs[1:])


def rule_differences(options: Sequence[PlanOption]) -> tuple[RuleDifference, ...]:
    """Return every rule of every option by level, in the order of the first option that has it.

    A rule that stands at another level in another option is listed once for each level.
    """
    found = [_findings(one) for one in options]
    said = [{(rule.plan_level, rule.id): rule_content(rule) for rule in one.policy.rules} for one in options]
    keys = dict.fromkeys(key for one in found for key in one)
    rows = (
        RuleDifference(
            level=level,
            rule=id_,
            findings=(cells := tuple(one.get((level, id_)) for one in found)),
            differences=_differences(
                [_cost(option, cell) for option, cell in zip(options, cells, strict=True)]
            ),
            is_changed=len({one[level, id_] for one in said if (level, id_) in one}) > 1,
        )
        for level, id_ in keys
    )
    return tuple(sorted(rows, key=lambda row: level_order(row.level)))


def _cost(option: PlanOption, found: RuleFinding | None) -> int | None:
    if not option.has_plan:
        return None
    return 0 if found is None else found.cost


def _findings(option: PlanOption) -> Mapping[tuple[Level, str], RuleFinding]:
    judged = {one.rule.id: one for one in option.judgement.findings} if option.judgement else {}
    policy = option.policy
    found: dict[tuple[Level, str], RuleFinding] = {}
    for rule in policy.rules:
        one = judged.get(rule.id)
        found[rule.plan_level, rule.id] = RuleFinding(
            violations=None if one is None else len(one.breaches),
            cost=None if one is None else one.cost,
            measured=None if one is None else one.measured,
            why=policy.reason(rule),
            sentence=rule_sentence(rule, policy.wordbook),
            weight=rule.weight,
        )
    return found


def rule_content(rule: Rule) -> str:
    """Return what a rule asks, without its reason: equal for rules that ask the same."""
    return rule.model_dump_json(exclude={"why"})


def measure_of(rules: Iterable[Rule], level: Level) -> frozenset[str]:
    """Return what the rules of a level ask: costs of a level are comparable where this is the same."""
    return frozenset(rule_content(rule) for rule in rules if rule.plan_level == level)
