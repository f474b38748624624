"""The recusal register (回避登记): who is recused from each case, by which rule, along which path of ties."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allocator.model.layer import Layer
from allocator.model.plan import Plan
from allocator.model.scenario import NamedEntity, Scenario
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach


@dataclass(frozen=True)
class RecusalEntry:
    """A person who is recused by one rule.

    Attributes:
        who: The person.
        rule: The rule's id.
        why: The reason of the rule.
        detail: The evidence, such as a path of ties; empty where the reason says it all.
        roles: The roles that are barred; empty for all.
    """

    who: NamedEntity
    rule: str
    why: Text
    detail: Text
    roles: tuple[str, ...]


@dataclass(frozen=True)
class RecusalRegister:
    """The recusals of one case in one layer; ``free`` counts the people who remain."""

    layer: str
    case: NamedEntity
    recusals: tuple[RecusalEntry, ...]
    free: int


def recusal_registers(policy: Policy, plan: Plan | None = None) -> tuple[RecusalRegister, ...]:
    """Return the register of every case of every layer that gives people to cases.

    Args:
        policy: The rules.
        plan: A plan; leaders whom it assigns pass their conflicts on to their people. None for no plan.
    """
    roster = Roster(policy.context.layers, plan.assignments) if plan else None
    return tuple(
        one
        for layer in policy.context.layers.values()
        if layer.spec.slots.table == "cases"
        for one in _of_layer(policy, layer, roster)
    )


def _of_layer(policy: Policy, layer: Layer, roster: Roster | None) -> Iterator[RecusalRegister]:
    out: dict[int, list[tuple[int, RecusalEntry]]] = {}
    for s, i, recusal in _recusals(policy, layer, roster):
        out.setdefault(s, []).append((i, recusal))
    scenario = policy.context.scenario
    for s, slot in enumerate(layer.slots):
        found = sorted(out.get(s, ()), key=lambda pair: (pair[0], pair[1].rule))
        barred = {item for item, recusal in found if not recusal.roles}
        free = sum(bool(layer.open[i, s].any()) for i in range(len(layer.items)) if i not in barred)
        yield RecusalRegister(layer.name, _named(scenario, slot), tuple(one for _, one in found), free)


def _recusals(policy: Policy, layer: Layer, roster: Roster | None) -> Iterator[tuple[int, int, RecusalEntry]]:
    """Yield slot, item and recusal for each person that a hard rule bars, unless it is waived."""
    scenario = policy.context.scenario
    for rule in policy.rules:
        if rule.on != layer.name or not rule.is_hard:
            continue
        scope = policy.scopes[rule.id]
        roles = () if len(scope.roles) == len(layer.roles) else rule.role
        for breach in rule.recusals(scope, roster):
            if not scope.waives(breach.subject):
                yield (
                    breach.subject.slot,
                    breach.subject.item,
                    _recusal(scenario, layer, rule.id, rule.why, breach, roles),
                )


def _recusal(
    scenario: Scenario, layer: Layer, rule: str, why: Text, breach: Breach, roles: tuple[str, ...]
) -> RecusalEntry:
    return RecusalEntry(_named(scenario, layer.items[breach.subject.item]), rule, why, breach.detail, roles)


def _named(scenario: Scenario, entity: str) -> NamedEntity:
    return scenario.organisation.named(entity)
