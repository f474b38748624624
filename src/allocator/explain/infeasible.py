"""Why there is no plan: a minimal conflict among the hard rules, and the cheapest relaxation of it.

Conflict: QuickXplain (Junker, AAAI 2004) over rules. Relaxation: the rules of the conflict are made soft
one level above all others, so that as little as possible of them is given up; what is then broken is
read off by the rules' own checks.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from allocator.engine.solve import Options, solve
from allocator.model.text import Text
from allocator.rules.kind import Breach, Rule
from allocator.rules.policy import Policy
from allocator.verify.judge import judge

#: Seconds for one question whether some rules can hold together.
ASK = 3.0
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
    end = time.monotonic() + seconds * CONFLICT_PART
    hard = [rule for rule in policy.rules if rule.is_hard]
    conflict = _Conflict(policy, end).minimal(hard)
    return Reasons(tuple(rule.id for rule in conflict), _repairs(policy, conflict, seconds))


class _Conflict:
    """QuickXplain: halves are tried together until only what is needed is left."""

    def __init__(self, policy: Policy, end: float) -> None:
        self._policy, self._end = policy, end

    def minimal(self, rules: Sequence[Rule]) -> list[Rule]:
        """Return a smallest-by-inclusion part of ``rules`` that cannot hold together."""
        return self._search([], False, list(rules))

    def _search(self, kept: list[Rule], grew: bool, rules: list[Rule]) -> list[Rule]:
        if grew and not self._can_hold(kept):
            return []
        if len(rules) <= 1:
            return rules
        half = len(rules) // 2
        first, second = rules[:half], rules[half:]
        needed = self._search([*kept, *first], bool(first), second)
        return self._search([*kept, *needed], bool(needed), first) + needed

    def _can_hold(self, rules: list[Rule]) -> bool:
        """Whether a plan keeps the rules; without an answer in time, they are taken to hold."""
        left = self._end - time.monotonic()
        if left <= 0:
            return True
        chosen = replace(self._policy, rules=tuple(rules))
        return solve(chosen, Options(seconds=min(ASK, left), workers=1)).status != "infeasible"


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
