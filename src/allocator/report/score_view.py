"""Lays out the score that a plan claims, and the findings of the judge: by level, by rule, by breach."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from allocator.model.layer import Layer
from allocator.model.notation import scenario_roles
from allocator.model.plan import Assignment, BoundProof, Level, LevelScore, Plan, RuleScore
from allocator.model.run import is_confirmed
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.report.wording import level_text
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Waiver
from allocator.verify import Disagreement, Finding, Judgement, OtherVersion, measure_rule


@dataclass(frozen=True)
class LevelLine:
    """Cost of a level, its proved lower bound, the gap between them in percent, and who proved the bound."""

    level: Level
    title: Text
    cost: int
    bound: int
    gap: float
    proof: BoundProof

    @property
    def is_proved_twice(self) -> bool:
        """Whether two solvers have proved that no plan costs less."""
        return self.cost == self.bound and is_confirmed(self.proof.by, self.proof.confirmed)


@dataclass(frozen=True)
class RuleLine:
    """Violations and cost of a rule, and its reason; ``measured`` has the measure of a rule that measures."""

    id: str
    level: Level
    violations: int
    cost: int
    why: Text
    measured: Text | None = None


@dataclass(frozen=True)
class WaiverLine:
    """A named exception, and the number of breaches that it excuses in the plan."""

    rule: str
    items: tuple[NamedEntity, ...]
    slots: tuple[NamedEntity, ...]
    reason: Text
    until: date
    excused: int


def level_lines(scores: Iterable[LevelScore], titles: Mapping[int, Text]) -> tuple[LevelLine, ...]:
    """Return a line for each level of a plan's score."""
    return tuple(
        LevelLine(
            one.level,
            level_text(one.level, titles),
            one.cost,
            one.bound,
            gap_percent(one.cost, one.bound),
            one.proof,
        )
        for one in scores
    )


def gap_percent(cost: int, bound: int) -> float:
    """Return the gap between cost and bound, in percent of the cost."""
    return round(100 * (cost - bound) / cost, 2) if cost else 0.0


def rule_lines(
    scores: Iterable[RuleScore], whys: Mapping[str, Text], terms: Mapping[str, Text | None] | None = None
) -> tuple[RuleLine, ...]:
    """Return a line for each rule of a plan's score.

    Args:
        scores: The entries of the plan.
        whys: Reason by rule.
        terms: Measure by rule, for rules that measure.
    """
    known = terms or {}
    return tuple(
        RuleLine(one.id, one.level, one.violations, one.cost, whys.get(one.id, Text()), known.get(one.id))
        for one in scores
    )


def rule_measures(policy: Policy, assignments: Iterable[Assignment]) -> dict[str, Text | None]:
    """Return the measure of each rule in a plan; None for rules that count breaches."""
    roster = Roster(policy.context.layers, assignments)
    return {rule.id: measure_rule(policy, rule, roster) for rule in policy.rules}


def rule_reasons(policy: Policy) -> dict[str, Text]:
    """Return the reason of each rule; without one, its sentence."""
    return {rule.id: policy.reason(rule) for rule in policy.rules}


def waiver_lines(policy: Policy, plan: Plan) -> tuple[WaiverLine, ...]:
    """Return a line for each named exception of the policy."""
    excused = list(_excused(policy, plan.assignments)) if policy.waivers else []
    named = policy.context.scenario.organisation.named
    return tuple(
        WaiverLine(
            rule=waiver.rule,
            items=tuple(map(named, waiver.items)),
            slots=tuple(map(named, waiver.slots)),
            reason=waiver.reason,
            until=waiver.until,
            excused=sum(one is waiver for one in excused),
        )
        for waiver in policy.waivers
    )


def _excused(policy: Policy, assignments: Iterable[Assignment]) -> Iterator[Waiver]:
    """Yield, for each breach, every exception that covers it."""
    roster = Roster(policy.context.layers, assignments)
    waived = {waiver.rule for waiver in policy.waivers}
    for rule in policy.rules:
        if rule.id in waived:
            scope = policy.scopes[rule.id]
            for breach in rule.check(roster, scope):
                yield from scope.waivers_of(breach.subject)


@dataclass(frozen=True)
class Place:
    """A slot and a role in it; None in a layer without roles."""

    slot: NamedEntity
    role: Text | None


@dataclass(frozen=True)
class BreachLine:
    """One breach: its subject (None for parts that it does not name), and its amount.

    If an item left the slot, ``instead`` has its places now; otherwise it is None.
    """

    item: NamedEntity | None
    other: NamedEntity | None
    slot: NamedEntity | None
    role: Text | None
    period: str | None
    amount: int
    detail: Text
    instead: tuple[Place, ...] | None = None


@dataclass(frozen=True)
class FindingView:
    """A rule with its breaches; ``measured`` has the measure of a rule that measures."""

    id: str
    level: Level
    level_title: Text
    kind: str
    layer: str
    why: Text
    cost: int
    breaches: tuple[BreachLine, ...]
    measured: Text | None = None


@dataclass(frozen=True)
class JudgementView:
    """A judgement laid out for people.

    Attributes:
        holds: Whether the plan breaks no hard rule and makes no false claim.
        other_scenario: Whether it was made for another version of the scenario.
        differs: The differences between the two versions, if so.
        rules: The rules with breaches, the hard ones first.
        disagreements: The false claims of the plan.
        costs: Cost by level.
    """

    holds: bool
    other_scenario: bool
    differs: OtherVersion | None
    rules: tuple[FindingView, ...]
    disagreements: tuple[Disagreement, ...]
    costs: Mapping[Level, int]


def judgement_view(
    policy: Policy,
    judgement: Judgement,
    disagreements: tuple[Disagreement, ...],
    *,
    differs: OtherVersion | None,
) -> JudgementView:
    """Return a judgement laid out for people."""
    found = [one for one in judgement.findings if one.breaches]
    found.sort(key=lambda one: (not one.rule.is_hard, 0 if one.rule.is_hard else one.rule.level))
    return JudgementView(
        holds=not judgement.broken and not disagreements,
        other_scenario=differs is not None,
        differs=differs,
        rules=tuple(finding_view(policy, one) for one in found),
        disagreements=disagreements,
        costs=judgement.costs,
    )


def finding_view(policy: Policy, found: Finding) -> FindingView:
    """Return the finding of one rule, laid out for people."""
    rule = found.rule
    return FindingView(
        id=rule.id,
        level=rule.plan_level,
        level_title=level_text(rule.plan_level, policy.context.scenario.spec.levels),
        kind=rule.kind,
        layer=rule.on,
        why=policy.reason(rule),
        cost=found.cost,
        breaches=tuple(_breach(policy, policy.layer_of(rule), breach) for breach in found.breaches),
        measured=found.measured,
    )


def _breach(policy: Policy, layer: Layer, breach: Breach) -> BreachLine:
    subject = breach.subject
    return BreachLine(
        item=_named(policy, layer.items, subject.item),
        other=_named(policy, layer.items, subject.other),
        slot=_named(policy, layer.slots, subject.slot),
        role=_role(policy, layer, subject.role),
        period=None if subject.period < 0 else layer.period_id(subject.period),
        amount=breach.amount,
        detail=breach.detail,
        instead=_instead(policy, layer, breach),
    )


def _instead(policy: Policy, layer: Layer, breach: Breach) -> tuple[Place, ...] | None:
    if breach.instead is None:
        return None
    named = policy.context.scenario.organisation.named
    return tuple(Place(named(layer.slots[slot]), _role(policy, layer, role)) for slot, role in breach.instead)


def _named(policy: Policy, ids: tuple[str, ...], index: int) -> NamedEntity | None:
    if index < 0:
        return None
    return policy.context.scenario.organisation.named(ids[index])


def _role(policy: Policy, layer: Layer, index: int) -> Text | None:
    role = layer.roles[index] if index >= 0 else None
    if role is None:
        return None
    return scenario_roles(policy.context.scenario.spec)[role]
