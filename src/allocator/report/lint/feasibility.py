"""Signs that there is no plan: closed slots, too few people or too many, units without neighbours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allocator.errors import Fault, shorten
from allocator.model.text import Text
from allocator.report.rendering.infeasibility_text import imbalance_text
from allocator.rules.kinds.contiguous import Contiguous
from allocator.rules.policy import Policy
from allocator.verify.imbalances import find_imbalances

FILE = "scenario.yaml"
#: Slots and units that are named at most.
_MOST_SLOTS, _MOST_UNITS = 5, 20


def closed_slots(policy: Policy) -> Iterator[Fault]:
    """Yield one doubt for each layer with slots that none of its items can go to.

    Mostly a condition says something else than was meant.
    """
    context = policy.context
    document = context.scenario.document
    for name, layer in context.layers.items():
        closed = [layer.slots[s] for s in np.flatnonzero(~layer.possible.any(axis=0))] if layer.items else []
        if closed:
            message = Text(
                zh=f"层 {name} 有 {len(closed)} 个去处没有任何对象可去",
                en=f"no item of the layer {name} can go to these slots: {len(closed)}",
            )
            row = document.line_of(("layers", name)) if document else 0
            found = ", ".join(closed[:_MOST_SLOTS]) + (", ..." if len(closed) > _MOST_SLOTS else "")
            yield Fault(message, FILE, row, f"layers.{name}", shorten(found))


def supply_imbalances(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each imbalance, at its rule."""
    rules = {rule.id: rule for rule in policy.rules}
    for one in find_imbalances(policy):
        text = imbalance_text(one, policy)
        message = Text(zh=f"无法满足：{text.zh}", en=f"cannot be met: {text.en}")
        yield policy.rule_fault(rules[one.rule], message)


def without_neighbours(policy: Policy) -> Iterator[Fault]:
    """Yield a doubt for each rule of contiguity with items that none of its links joins."""
    for rule in policy.rules:
        if not isinstance(rule, Contiguous):
            continue
        scope = policy.scopes[rule.id]
        near, label = rule.neighbours_of(scope), policy.context.scenario.organisation.label
        alone = [label(scope.layer.items[i]) for i in scope.items.tolist() if not near.get(i)]
        if alone and len(scope.items) > 1:
            named, kinds = alone[:_MOST_UNITS], ", ".join(rule.link)
            more = len(alone) - len(named)
            message = Text(
                zh=f"按关系 {kinds} 没有相邻单位：{'、'.join(named)}"
                + (f" 等 {len(alone)} 个" if more else ""),
                en=f"no neighbour along links of {kinds}: {', '.join(named)}"
                + (f" and {more} more" if more else ""),
            )
            yield policy.rule_fault(rule, message, "link")
