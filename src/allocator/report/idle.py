"""Rules that are about nothing, since what they choose is nowhere: mostly a value written differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from allocator.rules.policy import Policy


@dataclass(frozen=True)
class Idle:
    """A rule about nothing.

    Attributes:
        rule: Its id.
        key: The key that chooses nothing: ``items`` or ``slots``.
        text: What stands there.
    """

    rule: str
    key: str
    text: str


def idle_rules(policy: Policy) -> Iterator[Idle]:
    """Yield the rules whose ``items`` or ``slots`` hold of nobody and nothing of their layer."""
    for rule in policy.rules:
        scope = policy.scopes[rule.id]
        items, slots, *_ = scope.layer.shape
        if rule.items and items and not len(scope.items):
            yield Idle(rule.id, "items", rule.items)
        if rule.slots and slots and not len(scope.slots):
            yield Idle(rule.id, "slots", rule.slots)
