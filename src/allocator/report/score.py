"""The score of a plan: cost and bound by level, what each rule finds, and the named exceptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from allocator.model.organisation import NamedEntity
from allocator.model.plan import Assignment, BoundProof, Level, LevelScore, Plan, RuleScore
from allocator.model.text import Text
from allocator.model.witnesses import is_confirmed
from allocator.report.words import level_text
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Waiver
from allocator.verify import measure_rule


@dataclass(frozen=True)
class LevelLine:
    """Cost of a level, its proven lower bound, the relative gap between the two in percent, who proved it."""

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
    """What a rule finds in the plan, and why there is such a rule; ``measured`` says it in its own terms."""

    id: str
    level: Level
    violations: int
    cost: int
    why: Text
    measured: Text | None = None


@dataclass(frozen=True)
class WaiverLine:
    """A named exception, and how many breaches of its rule it excuses in the plan."""

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
            gap(one.cost, one.bound),
            one.proof,
        )
        for one in scores
    )


def gap(cost: int, bound: int) -> float:
    """Return how far a cost may be above the best possible, in percent of the cost."""
    return round(100 * (cost - bound) / cost, 2) if cost else 0.0


def rule_lines(
    scores: Iterable[RuleScore], whys: Mapping[str, Text], terms: Mapping[str, Text | None] | None = None
) -> tuple[RuleLine, ...]:
    """Return a line for each rule of a plan's score; ``terms`` has those that measure what they find."""
    known = terms or {}
    return tuple(
        RuleLine(one.id, one.level, one.violations, one.cost, whys.get(one.id, Text()), known.get(one.id))
        for one in scores
    )


def rule_terms(policy: Policy, assignments: Iterable[Assignment]) -> dict[str, Text | None]:
    """Return by rule what a plan has of what it measures, None where breaches are counted."""
    roster = Roster(policy.context.layers, assignments)
    return {rule.id: measure_rule(policy, rule, roster) for rule in policy.rules}


def rule_whys(policy: Policy) -> dict[str, Text]:
    """Return the reason of each rule, in lieu of one what its kind is for."""
    return {rule.id: rule.why or rule.summary for rule in policy.rules}


def waiver_lines(policy: Policy, plan: Plan) -> tuple[WaiverLine, ...]:
    """Return a line for each named exception of the policy."""
    excused = list(_excused(policy, plan.assignments)) if policy.waivers else []
    label = policy.context.scenario.organisation.label
    return tuple(
        WaiverLine(
            rule=waiver.rule,
            items=tuple(NamedEntity(item, label(item)) for item in waiver.items),
            slots=tuple(NamedEntity(slot, label(slot)) for slot in waiver.slots),
            reason=waiver.reason,
            until=waiver.until,
            excused=sum(one is waiver for one in excused),
        )
        for waiver in policy.waivers
    )


def _excused(policy: Policy, assignments: Iterable[Assignment]) -> Iterator[Waiver]:
    """Yield, for each breach that would count, every exception that covers it."""
    roster = Roster(policy.context.layers, assignments)
    waived = {waiver.rule for waiver in policy.waivers}
    for rule in policy.rules:
        if rule.id in waived:
            scope = policy.scopes[rule.id]
            for breach in rule.check(roster, scope):
                yield from scope.waivers_of(breach.subject)
