"""Why there is no plan: a minimal conflict among the hard rules, and the cheapest relaxation of it.

The rules of the conflict are made soft one level above all others, so that as little as possible of them
is given up; what is then broken is read off by the rules' own checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocator.explain.conflict import minimal_conflict
from allocator.explain.on_map import Blocked, blocked_on_map
from allocator.model.text import Text
from allocator.optimise.solve import Options, solve
from allocator.rules.policy import Policy
from allocator.rules.rule import Breach, Rule
from allocator.solvers.observer import NULL_OBSERVER, Observer, ObserverGroup, StopRequest
from allocator.verify.judge import judge

#: Of the time given, the part that the conflict may take, and each of the ways out.
CONFLICT_PART, WAY_PART = 0.5, 0.25
#: At most so many single breaches are named of the cheapest way out.
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
        waivers: Whose recusals to waive so that there is a plan though all other rules stay; empty where
            that does not help.
        fewest: Whether no fewer waivers would do.
        blocked: What of a map alone keeps it from being made into zones.
        cut_short: Whether somebody asked to stop before all was looked for: fewer rules may be in conflict
            than are named, and there may be ways out that are not.
    """

    rules: tuple[str, ...]
    repairs: tuple[Repair, ...]
    waivers: tuple[Repair, ...] = ()
    fewest: bool = False
    blocked: tuple[Blocked, ...] = ()
    cut_short: bool = False


def why_infeasible(policy: Policy, seconds: float = 30.0, observer: Observer = NULL_OBSERVER) -> Reasons:
    """Return a minimal conflict among the hard rules of a policy without a plan, and a way out.

    Args:
        policy: The policy.
        seconds: Time limit.
        observer: May stop the search: the reasons found by then are returned.
    """
    observer = ObserverGroup(observer, StopRequest())
    conflict = minimal_conflict(policy, seconds * CONFLICT_PART, observer)
    giving = {rule.id: rule.relaxed() for rule in conflict}
    repairs, _ = _given_up(policy, giving, seconds * WAY_PART, observer)
    recusing = {rule.id: (other,) for rule in policy.rules if rule.is_hard and (other := rule.softened())}
    waivers, fewest = _given_up(policy, recusing, seconds * WAY_PART, observer)
    blocked = () if observer.stop_reason() else blocked_on_map(policy)
    named = tuple(rule.id for rule in conflict)
    return Reasons(named, repairs[:MOST_NAMED], waivers, fewest, blocked, observer.stop_reason() is not None)


def _given_up(
    policy: Policy, giving: Mapping[str, tuple[Rule, ...]], seconds: float, observer: Observer
) -> tuple[tuple[Repair, ...], bool]:
    """Return what must be given up of some rules, as little as can be, and whether that is proved.

    Args:
        policy: A policy without a plan.
        giving: By id, the rules that may give way, as what is soft of them and what stays hard.
        seconds: Time limit.
        observer: May stop the search.
    """
    if observer.stop_reason() or not giving:
        return (), False
    rules = tuple(one for rule in policy.rules if rule.is_hard for one in giving.get(rule.id, (rule,)))
    relaxed = replace(policy, rules=rules)
    solved = solve(relaxed, Options(seconds=seconds), observer=observer)
    if not solved.proofs:
        return (), False
    found = judge(relaxed, solved.assignments)
    named = [(f.rule, breach) for f in found.findings if not f.rule.is_hard for breach in f.breaches]
    repairs = tuple(Repair(rule.id, _named(policy, rule, breach)) for rule, breach in named)
    return repairs, solved.status == "optimal"


def _named(policy: Policy, rule: Rule, breach: Breach) -> Text:
    """Say who and where, and what was found there."""
    layer, label = policy.layer_of(rule), policy.context.scenario.organisation.label
    subject = breach.subject
    parts = [label(layer.items[i]) for i in (subject.item, subject.other) if i >= 0]
    parts += [label(layer.slots[subject.slot])] if subject.slot >= 0 else []
    parts += [layer.periods[subject.period].id] if subject.period >= 0 else []
    where = " · ".join(parts)
    detail = breach.detail or (rule.why if rule.softened() and rule.why else _exception(rule, breach))
    return Text(zh=f"{where}：{detail.zh}", en=f"{where}: {detail.en}")


def _exception(rule: Rule, breach: Breach) -> Text:
    """Say that somebody would have to be let off a rule that tells no more of a breach than its place."""
    why = rule.why or rule.summary
    much = Text(zh=f"（{breach.amount} 处）", en=f" ({breach.amount} times)") if breach.amount > 1 else Text()
    return Text(zh=f"须破例{much.zh}：{why.zh}", en=f"needs an exception{much.en}: {why.en}")
