"""Layers to keep as in the baseline, named with a call, made into rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from allocator.errors import Fault, nearest
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.rules.called import resolve_layer
from allocator.rules.context import RuleContext
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.kinds.keep import Keep
from allocator.rules.rule import Rule

OPTION = "--keep"


def keep_rules(
    context: RuleContext, layers: Iterable[str], exclusions: Sequence[Exclude], faults: list[Fault]
) -> tuple[Keep, ...]:
    """Return the rules of layers to keep; the seat of whoever is excluded from it is open, and only that.

    Args:
        context: The bound scenario.
        layers: The names (or titles) of the layers.
        exclusions: Who is kept out of where.
        faults: Gets a fault for each layer that there is not, and if there is no baseline.
    """
    named = list(dict.fromkeys(resolve_layer(context, name) for name in layers))
    for name in (name for name in named if name not in context.layers):
        message = Text(zh="没有此层", en="there is no such layer")
        near = nearest(name, context.layers)
        faults.append(Fault(message, "", 0, OPTION, name, ", ".join(context.layers), near))
    if named and context.baseline is None:
        faults.append(without_baseline(OPTION))
    why = Text(zh="照基准方案不变", en="as in the baseline")
    return tuple(
        kept(context, name, id=f"keep.{name}", why=why, vacated=open_seats(name, exclusions))
        for name in named
        if name in context.layers
    )


def kept(context: RuleContext, layer: str, **fields: Any) -> Keep:
    """Return a rule that keeps a layer: slot by slot, or case by case where the cases are its items."""
    each = "item" if is_by_item(context.layers[layer]) else "slot"
    return Keep.model_validate({"kind": "keep", "on": layer, "each": each, **fields})


def is_by_item(layer: Layer) -> bool:
    """Whether what runs in a layer are its items, not its slots: where cases are given to groups."""
    return layer.spec.items.table == "cases"


def ranks_changes(rules: Iterable[Rule]) -> bool:
    """Whether some soft rule says by itself what a change from the baseline costs, and at which level."""
    return any(rule.penalises_changes for rule in rules)


def without_baseline(option: str) -> Fault:
    """Return the fault of an option that needs a baseline."""
    return Fault(Text(zh="需要基准方案（--baseline）", en="needs a baseline (--baseline)"), column=option)


def open_seats(layer: str, exclusions: Iterable[Exclude]) -> list[dict[str, object]]:
    """Return the seats of a layer that are open since somebody is excluded from them."""
    return [
        {"item": one.item, "slot": one.slot, "role": one.role, "during": one.during}
        for one in exclusions
        if one.on == layer
    ]
