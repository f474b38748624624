"""The context of rules: the scenario, its layers, its graph and the variables that expressions may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from allocator.graph import OrganisationGraph, build_graph
from allocator.model.layer import Layer
from allocator.model.notation import Vocabulary, Words, scenario_words
from allocator.model.plan import Plan
from allocator.model.scenario import Scenario
from allocator.rules.expressions.axes import Axis, Pairs, Types, pair_types, pairs_of
from allocator.rules.expressions.compiler import Compiler
from allocator.rules.expressions.selectors import SelectorError
from allocator.rules.expressions.variables import EntityVariables, period_axis

if TYPE_CHECKING:
    from allocator.rules.rule import Rule


@dataclass(frozen=True, eq=False)
class RuleContext:
    """A scenario with its layers bound: everything that a rule may read while it is posted or checked.

    Attributes:
        scenario: The scenario.
        layers: The layers, in the order in which an initial plan decides them.
        variables: The variables of entities.
        compiler: The compiler of expressions, with its cache.
        baseline: The plan to stay close to, if there is one.
    """

    scenario: Scenario
    layers: Mapping[str, Layer]
    variables: EntityVariables
    compiler: Compiler = field(default_factory=Compiler)
    baseline: Plan | None = None
    _pairs: dict[str, Pairs] = field(default_factory=dict)

    @cached_property
    def graph(self) -> OrganisationGraph:
        """The organisation as a graph, built on first use."""
        return build_graph(self.scenario)

    @cached_property
    def items(self) -> Mapping[str, None]:
        """The ids of the items of all layers, each once."""
        return dict.fromkeys(name for layer in self.layers.values() for name in layer.items)

    @cached_property
    def slots(self) -> Mapping[str, None]:
        """The ids of the slots of all layers, each once."""
        return dict.fromkeys(name for layer in self.layers.values() for name in layer.slots)

    @cached_property
    def words(self) -> Words:
        """The words of grades and of roles."""
        return scenario_words(self.scenario.spec)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of grades and roles for the seat notation."""
        return self.words.seats

    def item_axes(self, layer: Layer, prefix: str = "") -> tuple[Axis, ...]:
        """Return the variables of a layer's items as one axis; with a prefix, only their own columns."""
        if prefix:
            return (self.variables.axis(layer.spec.items.table, layer.items, prefix),)
        return (self.variables.side(layer.spec.items, layer.items, layer.spec.slots),)

    def slot_axes(self, layer: Layer) -> tuple[Axis, ...]:
        """Return the variables of a layer's slots as one axis; a case includes the unit that it concerns."""
        return (self.variables.side(layer.spec.slots, layer.slots, layer.spec.items),)

    def period_axes(self, layer: Layer) -> tuple[Axis, ...]:
        """Return the variables of a layer's periods as one axis."""
        return (period_axis(layer.periods),)

    def pairs(self, layer: Layer) -> Pairs:
        """Return the variables of the pairs of item and slot of a layer: the values of the score tables."""
        if layer.name not in self._pairs:
            self._pairs[layer.name] = pairs_of(self.scenario, layer)
        return self._pairs[layer.name]

    def truncate(self, layers: Mapping[str, int]) -> RuleContext:
        """Return the context with the named layers only, each cut to a number of first periods."""
        kept = {name: layer.truncate(layers[name]) for name, layer in self.layers.items() if name in layers}
        return self._sharing(replace(self, layers=kept))

    def with_layer(self, layer: Layer) -> RuleContext:
        """Return the context with a layer in place of the present layer of the same name."""
        return self._sharing(replace(self, layers={**self.layers, layer.name: layer}, _pairs={}))

    def _sharing(self, other: RuleContext) -> RuleContext:
        """Give another context of the same scenario the values computed for this one."""
        for name in {"graph", "vocabulary"} & self.__dict__.keys():
            other.__dict__[name] = self.__dict__[name]
        return other


#: The words that a field ``each`` may hold in place of an expression.
WORDS = frozenset({"slot", "item", "layer", "pair"})


def side_of(rule: Rule, context: RuleContext) -> str:
    """Return the side that the field ``each`` of a rule names: ``item``, ``slot`` or another of ``WORDS``.

    An expression names the slots if it compiles over slots, else the items.
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
    """Return the range of an expression; the fields of the rule decide the ranges ``each`` and ``side``."""
    if over in ("each", "side"):
        return side_of(rule, context)
    if over == "each-period":
        side, horizon = side_of(rule, context), dict(rule).get("over") == "horizon"
        return side if horizon else f"{side}-period" if side in ("item", "slot") else "period"
    return over


def layer_types(context: RuleContext, layer: Layer, over: str) -> Types:
    """Return the types of the variables of an expression, by its range ``over`` in a layer."""
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
    """Return the types of the variables of several axes, by name."""
    return {name: kind for axis in axes for name, kind in axis.types.items()}
