"""Layers and seats that stay as in the baseline: the rule that keeps or counts them, and which are open."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from allocator.errors import Fault
from allocator.model.layer import Layer
from allocator.model.text import Text
from allocator.rules.context import RuleContext
from allocator.rules.kinds.exclude import Exclude
from allocator.rules.kinds.keep import Keep, Vacated
from allocator.rules.rule import Rule


def keep_rule(context: RuleContext, layer: str, **fields: Any) -> Keep:
    """Return a rule that keeps a layer: slot by slot, or case by case where the cases are its items."""
    each = "item" if is_by_item(context.layers[layer]) else "slot"
    return Keep.model_validate({"kind": "keep", "on": layer, "each": each, **fields})


def is_by_item(layer: Layer) -> bool:
    """Whether the items of a layer are cases, so that the layer is kept item by item, not slot by slot."""
    return layer.spec.items.table == "cases"


def any_penalises_changes(rules: Iterable[Rule]) -> bool:
    """Whether any soft rule penalises changes from the baseline, with its own weight and level."""
    return any(rule.penalises_changes for rule in rules)


def missing_baseline(option: str) -> Fault:
    """Return the fault of an option that needs a baseline."""
    return Fault(Text(zh="需要基准方案（--baseline）", en="needs a baseline (--baseline)"), column=option)


def open_seats(layer: str, exclusions: Iterable[Exclude]) -> list[Vacated]:
    """Return the seats of a layer that exclusions leave open."""
    return [
        Vacated(item=one.item, slot=one.slot, role=one.role, during=one.during)
        for one in exclusions
        if one.on == layer
    ]
