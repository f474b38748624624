"""What the expressions of a rule range over, and the variables that they may read there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.model.layer import Layer
from allocator.rules.axis import Axis, Types
from allocator.rules.pairs import pair_types
from allocator.rules.selectors import SelectorError

if TYPE_CHECKING:
    from allocator.rules.context import RuleContext
    from allocator.rules.rule import Rule

#: What a field ``each`` may say that is no expression.
WORDS = frozenset({"slot", "item", "layer", "pair"})


def side_of(rule: Rule, context: RuleContext) -> str:
    """Return what the field ``each`` of a rule is about: ``item``, ``slot`` or another word that it knows.

    An expression is about the slots if it can be of slots, else about the items.
    """
    each = str(dict(rule)["each"])
    if each in WORDS:
        return each
    layer = context.layers[rule.on]
    for side in ("slot", "item"):
        try:
            context.compiler.compile(each, layer_types(context, layer, side), "STRING")
        except SelectorError:
            continue
        return side
    return "slot"


def ranges_over(over: str, rule: Rule, context: RuleContext) -> str:
    """Return what an expression of a rule ranges over where the fields of the rule decide that."""
    if over in ("each", "side"):
        return side_of(rule, context)
    if over == "each-period":
        side, horizon = side_of(rule, context), dict(rule).get("over") == "horizon"
        return side if horizon else f"{side}-period" if side in ("item", "slot") else "period"
    return over


def layer_types(context: RuleContext, layer: Layer, over: str) -> Types:
    """Return the variables that an expression may use: of items, slots, periods, pairs or two items."""
    item, slot, period = context.item_axes(layer), context.slot_axes(layer), context.period_axes(layer)
    axes = {
        "item": item,
        "slot": slot,
        "period": period,
        "pair": (*item, *slot, *period),
        "item-period": (*item, *period),
        "slot-period": (*slot, *period),
        "items": (*item, *context.item_axes(layer, "other")),
    }
    own = types_of(axes[over])
    return {**own, **pair_types(context.scenario)} if over == "pair" or over.endswith("-period") else own


def types_of(axes: tuple[Axis, ...]) -> Types:
    """Return the variables of several axes."""
    return {name: kind for axis in axes for name, kind in axis.types.items()}
