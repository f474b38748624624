"""Slots of a layer that no item can go to: mostly a condition that says something else than was meant."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from allocator.errors import Fault, shorten
from allocator.model.text import Text
from allocator.rules.policy import Policy

FILE = "scenario.yaml"
_MOST_SHOWN = 5


def doubts(policy: Policy) -> Iterator[Fault]:
    """Yield one doubt for each layer with slots that none of its items can go to."""
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
            found = ", ".join(closed[:_MOST_SHOWN]) + (", ..." if len(closed) > _MOST_SHOWN else "")
            yield Fault(message, FILE, row, f"layers.{name}", shorten(found))
