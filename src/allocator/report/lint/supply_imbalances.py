"""Imbalances that rule out every plan: too few people of a role or skill, or too many for the seats."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Fault
from allocator.model.text import Text
from allocator.report.rendering.infeasibility_text import imbalance_text
from allocator.rules.policy import Policy
from allocator.verify.imbalances import find_imbalances


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each imbalance, at its rule."""
    rules = {rule.id: rule for rule in policy.rules}
    for one in find_imbalances(policy):
        text = imbalance_text(one, policy)
        message = Text(zh=f"无法满足：{text.zh}", en=f"cannot be met: {text.en}")
        yield policy.rule_fault(rules[one.rule], message)
