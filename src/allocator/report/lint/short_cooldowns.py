"""Cooldowns of one period: two stays are always a period apart, so that the rule has no effect."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Fault
from allocator.model.text import Text
from allocator.rules.kinds.cooldown import Cooldown
from allocator.rules.policy import Policy


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each rule of kind ``cooldown`` with ``periods: 1``."""
    for rule in policy.rules:
        if isinstance(rule, Cooldown) and rule.periods == 1:
            message = Text(
                zh="两段任职之间本来就至少相隔 1 个周期，此规则不起作用；次期不得回任请写 2",
                en="two stays are always a period apart, so that this asks for nothing; to bar a return "
                "after one period away write 2",
            )
            yield policy.rule_fault(rule, message, "periods", found="1")
