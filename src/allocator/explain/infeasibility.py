"""Finds reasons for infeasibility: the minimal conflicts, and their cheapest relaxation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from allocator.explain.diagnosis import find_diagnosis
from allocator.explain.infeasibility_reasons import Reasons, Repair
from allocator.model.text import Text
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.rules.policy import Policy
from allocator.rules.rule import Breach, Rule
from allocator.solvers.observer import NULL_OBSERVER, Observer, ObserverGroup, StopRequest
from allocator.verify.judge import judge


@dataclass(frozen=True)
class InfeasibilityParams:
    """Shares of the time limit, and the size of the report.

    Attributes:
        conflict_share: Share of the time for the minimal conflicts.
        relaxation_share: Share of the time for each of the two relaxations.
        max_repairs: Breaches of the cheapest relaxation that are reported at most.
    """

    conflict_share: float = 0.5
    relaxation_share: float = 0.25
    max_repairs: int = 20


DEFAULT_PARAMS = InfeasibilityParams()


def find_reasons(
    policy: Policy,
    seconds: float,
    observer: Observer = NULL_OBSERVER,
    params: InfeasibilityParams = DEFAULT_PARAMS,
) -> Reasons:
    """Return the conflicts among the hard rules of an infeasible policy, and their cheapest relaxation.

    Args:
        policy: The policy.
        seconds: Time limit.
        observer: May stop the search; the reasons found by then are returned.
        params: Shares of the time limit, and the size of the report.
    """
    observer = ObserverGroup(observer, StopRequest())
    diagnosis = find_diagnosis(policy, seconds * params.conflict_share, observer, is_infeasible=True)
    ids = {rule for one in diagnosis.found.conflicts for rule in one.rules}
    conflict = [rule for rule in policy.rules if rule.id in ids]
    part = seconds * params.relaxation_share
    elastic = {rule.id: rule.relaxed() for rule in conflict}
    repairs, _ = _cheapest_relaxation(policy, elastic, part, observer)
    waivable = {rule.id: (other,) for rule in policy.rules if rule.is_hard and (other := rule.softened())}
    waivers, fewest = _cheapest_relaxation(policy, waivable, part, observer)
    return Reasons(
        rules=tuple(rule.id for rule in conflict),
        repairs=repairs[: params.max_repairs],
        waivers=waivers,
        fewest=fewest,
        blocked=diagnosis.obstacles,
        diagnosis=diagnosis,
        cut_short=observer.stop_reason() is not None,
    )


def _cheapest_relaxation(
    policy: Policy, alternatives: Mapping[str, tuple[Rule, ...]], seconds: float, observer: Observer
) -> tuple[tuple[Repair, ...], bool]:
    """Return the fewest breaches of some rules that allow a plan, and whether their number is proved minimal.

    The rules are made soft, one level above all other soft rules: the plan of the relaxed policy breaks as
    little of them as possible. The rules' own checks then name each of its breaches.

    Args:
        policy: A policy without a plan.
        alternatives: By id of a rule that may give way, the rules in its place: a soft one and the hard rest.
        seconds: Time limit.
        observer: May stop the search.
    """
    if observer.stop_reason() or not alternatives:
        return (), False
    rules = tuple(one for rule in policy.rules if rule.is_hard for one in alternatives.get(rule.id, (rule,)))
    relaxed = replace(policy, rules=rules)
    solved = solve(relaxed, Options(seconds=seconds), observer=observer)
    if not solved.proofs:
        return (), False
    judgement = judge(relaxed, solved.assignments)
    named = [(f.rule, breach) for f in judgement.findings if not f.rule.is_hard for breach in f.breaches]
    repairs = tuple(Repair(rule.id, _breach_text(policy, rule, breach)) for rule, breach in named)
    return repairs, solved.status == "optimal"


def _breach_text(policy: Policy, rule: Rule, breach: Breach) -> Text:
    """Return a breach as text: the place, the subjects, and the detail of the rule's check."""
    layer, label = policy.layer_of(rule), policy.context.scenario.organisation.label
    subject = breach.subject
    parts = [label(layer.items[i]) for i in (subject.item, subject.other) if i >= 0]
    parts += [label(layer.slots[subject.slot])] if subject.slot >= 0 else []
    parts += [layer.periods[subject.period].id] if subject.period >= 0 else []
    where = " · ".join(parts)
    detail = breach.detail or (
        rule.why if rule.softened() and rule.why else _exception_text(policy, rule, breach)
    )
    return Text(zh=f"{where}：{detail.zh}", en=f"{where}: {detail.en}")


def _exception_text(policy: Policy, rule: Rule, breach: Breach) -> Text:
    """Return the text of a breach without detail: the rule needs an exception."""
    why = policy.reason(rule)
    much = Text(zh=f"（{breach.amount} 处）", en=f" ({breach.amount} times)") if breach.amount > 1 else Text()
    return Text(zh=f"须破例{much.zh}：{why.zh}", en=f"needs an exception{much.en}: {why.en}")
