"""Why there is no plan: a minimal conflict among the hard rules, and the cheapest relaxation of it.

The rules of the conflict are made soft one level above all others, so that as little as possible of them
is given up; what is then broken is read off by the rules' own checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from allocator.engine.solve import Options, solve
from allocator.explain.conflict import minimal_conflict
from allocator.model.text import Text
from allocator.rules.kind import Breach, Rule
from allocator.rules.policy import Policy
from allocator.verify.judge import judge

#: Of the time given, the part that the conflict may take; the rest is for the way out.
CONFLICT_PART = 0.6
#: At most so many single breaches are named.
MOST_NAMED = 20


@dataclass(frozen=True)
class Repair:
    """One thing to give up: a rule, and by how much and where."""

    rule: str
    text: Text


@dataclass(frozen=True)
class Reasons:
    """Why there is no plan.

    Attributes:
        rules: Ids of rules that cannot hold together; none of them can be left out (within the time).
        repairs: What to give up so that there is a plan, the least in all.
    """

    rules: tuple[str, ...]
    repairs: tuple[Repair, ...]


def why_infeasible(policy: Policy, seconds: float = 30.0) -> Reasons:
    """Return a minimal conflict among the hard rules of a policy without a plan, and a way out."""
    conflict = minimal_conflict(policy, seconds * CONFLICT_PART)
    return Reasons(tuple(rule.id for rule in conflict), _repairs(policy, conflict, seconds))


def _repairs(policy: Policy, conflict: Sequence[Rule], seconds: float) -> tuple[Repair, ...]:
    """Return what must be given up of the conflict's rules, as little as can be."""
    giving = {rule.id for rule in conflict if rule.can_be_soft}
    hard = [rule for rule in policy.rules if rule.is_hard]
    rules = tuple(rule.model_copy(update={"level": 1}) if rule.id in giving else rule for rule in hard)
    relaxed = replace(policy, rules=rules)
    solved = solve(relaxed, Options(seconds=seconds * (1 - CONFLICT_PART)))
    if not solved.proofs:
        return ()
    found = judge(relaxed, solved.assignments)
    named = [(f.rule, breach) for f in found.findings if f.rule.id in giving for breach in f.breaches]
    return tuple(Repair(rule.id, _named(policy, rule, breach)) for rule, breach in named[:MOST_NAMED])


def _named(policy: Policy, rule: Rule, breach: Breach) -> Text:
    """Say who and where, and what was found there."""
    layer, label = policy.layer_of(rule), policy.world.scenario.organisation.label
    subject = breach.subject
    parts = [label(layer.items[i]) for i in (subject.item, subject.other) if i >= 0]
    parts += [label(layer.slots[subject.slot])] if subject.slot >= 0 else []
    parts += [layer.periods[subject.period].id] if subject.period >= 0 else []
    where = " · ".join(parts)
    detail = breach.detail or Text(zh=f"放宽 {breach.amount}", en=f"give way by {breach.amount}")
    return Text(zh=f"{where}：{detail.zh}", en=f"{where}: {detail.en}")
