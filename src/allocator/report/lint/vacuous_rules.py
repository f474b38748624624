"""Rules that select nothing: mostly because a value is written differently in the table."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Fault, shorten
from allocator.model.text import Text
from allocator.rules.policy import Policy


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each rule whose ``items``, ``slots`` or ``ties`` select nothing."""
    for rule in policy.rules:
        for key, text in rule.vacuous_selectors(policy.scopes[rule.id]):
            message = Text(
                zh=f"规则 {rule.id} 不涉及任何对象（{key}）",
                en=f"the rule {rule.id} is about nothing ({key})",
            )
            yield policy.rule_fault(rule, message, key, found=shorten(text))
