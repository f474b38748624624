"""Units without a link to any other, though a rule demands contiguous zones."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.errors import Fault
from allocator.model.text import Text
from allocator.rules.kinds.contiguous import Contiguous
from allocator.rules.policy import Policy

#: Units that are named at most.
MOST_NAMED = 20


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each rule of contiguity with items that none of its links joins."""
    for rule in policy.rules:
        if not isinstance(rule, Contiguous):
            continue
        scope = policy.scopes[rule.id]
        near, label = rule.neighbours_of(scope), policy.context.scenario.organisation.label
        alone = [label(scope.layer.items[i]) for i in scope.items.tolist() if not near.get(i)]
        if alone and len(scope.items) > 1:
            named, kinds = alone[:MOST_NAMED], ", ".join(rule.link)
            more = len(alone) - len(named)
            message = Text(
                zh=f"按关系 {kinds} 没有相邻单位：{'、'.join(named)}"
                + (f" 等 {len(alone)} 个" if more else ""),
                en=f"no neighbour along links of {kinds}: {', '.join(named)}"
                + (f" and {more} more" if more else ""),
            )
            yield policy.rule_fault(rule, message, "link")
