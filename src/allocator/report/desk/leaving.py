"""The rules that would not let a person stay: what speaks against the seats that a plan takes them out of."""

from __future__ import annotations

from collections.abc import Mapping

from allocator.model.layer import Layer
from allocator.report.desk.desk_input import DeskInput


def rules_against_staying(source: DeskInput, layer: Layer, period: int) -> Mapping[str, tuple[str, ...]]:
    """Return the hard rules that each person who gives up a seat would break by staying.

    Everybody who gives up a seat in the period is supposed to stay at once. So only breaches about one person
    alone count: those that name another person, or a place and nobody, may be the others' doing.

    Args:
        source: The plan.
        layer: The layer.
        period: The period, by index.

    Returns:
        The ids of the rules in their order, by id of the person; people without such a rule are left out.
    """
    items = range(len(layer.items))
    held = {item: source.held(layer, item, period - 1) for item in items}
    moved = {item for item in items if held[item] - source.held(layer, item, period)}
    kept = {one for one in source.roster[layer.name].taken if one[3] != period or one[0] not in moved}
    stays = {(item, slot, role, period) for item in moved for slot, role in held[item]}
    supposed = source.roster.with_layer(layer.name, kept | stays)
    found: dict[str, dict[str, None]] = {}
    for rule in source.policy.rules:
        if rule.on != layer.name or not rule.is_hard:
            continue
        for breach in source.policy.breaches(rule, supposed):
            subject = breach.subject
            if subject.item in moved and subject.other < 0 and subject.period in (-1, period):
                found.setdefault(layer.items[subject.item], {})[rule.id] = None
    return {item: tuple(rules) for item, rules in found.items()}
