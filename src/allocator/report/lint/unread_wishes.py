"""Wishes that no rule reads: there is no rule of kind ``wishes``, or it is about another layer."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Fault, shorten
from allocator.model.text import Text
from allocator.rules.kinds.wishes import Wishes
from allocator.rules.policy import Policy

_SHOWN = 3


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield one doubt about all the wishes that no rule of kind ``wishes`` is about."""
    rules = [rule for rule in policy.rules if isinstance(rule, Wishes)]
    read = {wish for rule in rules for wish, _ in rule.asked(policy.scopes[rule.id])}
    left = [wish for wish in policy.context.scenario.organisation.wishes if wish not in read]
    if left:
        names = ", ".join(dict.fromkeys(shorten(wish.item, 30) for wish in left[:_SHOWN]))
        message = Text(
            zh=f"没有规则读取的意愿 {len(left)} 行（如 {names}）；请用 kind: wishes 的规则",
            en=f"no rule reads {len(left)} of the wishes (such as of {names}): use a rule of kind: wishes",
        )
        yield Fault(message, "wishes.csv")
