"""What the judge finds in a plan, by rule, with the people and places concerned by name and id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.layer import Layer
from allocator.model.notation import scenario_roles
from allocator.model.organisation import NamedEntity
from allocator.model.plan import Level
from allocator.model.text import Text
from allocator.report.words import level_text
from allocator.rules.policy import Policy
from allocator.rules.rule import Breach
from allocator.verify import Disagreement, Finding, Judgement, OtherVersion


@dataclass(frozen=True)
class Place:
    """A slot and a role in it, None where slots know no roles."""

    slot: NamedEntity
    role: Text | None


@dataclass(frozen=True)
class BreachLine:
    """One breach: whom and what it concerns (None where it names no such thing), and by how much.

    Where an item left the slot, ``instead`` has the places that it has instead; elsewhere that is None.
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
class RuleFinding:
    """A rule with what the plan does against it, or at a cost; ``measured`` in the rule's own terms."""

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
class Findings:
    """A verdict laid out.

    Attributes:
        holds: Whether the plan breaks no hard rule and claims nothing that is not so.
        other_scenario: Whether it was made for another version of the scenario.
        differs: What differs between the two, if so.
        rules: The rules that find something, the hard ones first.
        disagreements: What the plan claims and is not so.
        costs: Cost by level.
    """

    holds: bool
    other_scenario: bool
    differs: OtherVersion | None
    rules: tuple[RuleFinding, ...]
    disagreements: tuple[Disagreement, ...]
    costs: Mapping[Level, int]


def findings(
    policy: Policy,
    judgement: Judgement,
    disagreements: tuple[Disagreement, ...],
    *,
    differs: OtherVersion | None,
) -> Findings:
    """Return a judgement laid out for people."""
    found = [one for one in judgement.findings if one.breaches]
    found.sort(key=lambda one: (not one.rule.is_hard, 0 if one.rule.is_hard else one.rule.level))
    return Findings(
        holds=not judgement.broken and not disagreements,
        other_scenario=differs is not None,
        differs=differs,
        rules=tuple(rule_finding(policy, one) for one in found),
        disagreements=disagreements,
        costs=judgement.costs,
    )


def rule_finding(policy: Policy, found: Finding) -> RuleFinding:
    """Return what one rule finds, laid out for people."""
    rule = found.rule
    return RuleFinding(
        id=rule.id,
        level=rule.plan_level,
        level_title=level_text(rule.plan_level, policy.context.scenario.spec.levels),
        kind=rule.kind,
        layer=rule.on,
        why=rule.why or rule.summary,
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
    label = policy.context.scenario.organisation.label
    named = (
        (NamedEntity(layer.slots[slot], label(layer.slots[slot])), role) for slot, role in breach.instead
    )
    return tuple(Place(slot, _role(policy, layer, role)) for slot, role in named)


def _named(policy: Policy, ids: tuple[str, ...], index: int) -> NamedEntity | None:
    if index < 0:
        return None
    return NamedEntity(ids[index], policy.context.scenario.organisation.label(ids[index]))


def _role(policy: Policy, layer: Layer, index: int) -> Text | None:
    role = layer.roles[index] if index >= 0 else None
    if role is None:
        return None
    return scenario_roles(policy.context.scenario.spec)[role]
