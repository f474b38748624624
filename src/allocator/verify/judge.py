"""Judge a plan: every rule looks at it, costs are added up by level. Plain Python, no solver."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allocator.model.plan import HARD, Assignment, Level, RuleScore
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule


@dataclass(frozen=True)
class Finding:
    """The breaches of one rule in a plan; ``measured`` has the measure of a rule that measures."""

    rule: Rule
    breaches: tuple[Breach, ...]
    measured: Text | None = None

    @property
    def cost(self) -> int:
        """The weighted sum of the amounts."""
        return self.rule.weight * sum(breach.amount for breach in self.breaches)

    @property
    def score(self) -> RuleScore:
        """The finding as an entry of ``rules`` in a plan."""
        return RuleScore(
            id=self.rule.id, level=self.rule.plan_level, violations=len(self.breaches), cost=self.cost
        )


@dataclass(frozen=True)
class Judgement:
    """The findings of all rules in a plan, in the order of the rules."""

    findings: tuple[Finding, ...]

    @property
    def broken(self) -> tuple[Finding, ...]:
        """The hard rules that the plan breaks."""
        return tuple(found for found in self.findings if found.rule.is_hard and found.breaches)

    @property
    def costs(self) -> dict[Level, int]:
        """Cost of the plan by level, the hard level first."""
        costs: dict[Level, int] = {HARD: 0}
        for found in sorted(self.findings, key=lambda f: (not f.rule.is_hard, str(f.rule.level).zfill(3))):
            level = found.rule.plan_level
            costs[level] = costs.get(level, 0) + found.cost
        return costs


def judge(policy: Policy, assignments: Iterable[Assignment]) -> Judgement:
    """Return the findings of every rule of the policy in a plan.

    Raises:
        KeyError, ValueError: An assignment has an unknown name (see ``check_references``).
    """
    roster = Roster(policy.context.layers, assignments)
    return Judgement(
        tuple(
            Finding(rule, tuple(policy.breaches(rule, roster)), measure_rule(policy, rule, roster))
            for rule in policy.rules
        )
    )


def measure_rule(policy: Policy, rule: Rule, roster: Roster) -> Text | None:
    """Return the measure of a soft rule in a plan; None where the rule counts breaches."""
    return None if rule.is_hard else rule.measurement(roster, policy.scopes[rule.id])
