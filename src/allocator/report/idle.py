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
        key: The key that chooses nothing: ``items``, ``slots`` or ``ties``.
        text: What stands there.
    """

    rule: str
    key: str
    text: str


def idle_rules(policy: Policy) -> Iterator[Idle]:
    """Yield the rules that choose nobody and nothing of their layer, or ties that nobody has."""
    for rule in policy.rules:
        yield from (Idle(rule.id, key, text) for key, text in rule.idle(policy.scopes[rule.id]))
