"""The context of rules: the scenario, its layers, its graph and the variables of its entities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from allocator.graph import OrganisationGraph, build_graph
from allocator.model.layer import Layer
from allocator.model.notation import Vocabulary
from allocator.model.plan import Plan
from allocator.model.reading.words import Words, scenario_words
from allocator.model.scenario import Scenario
from allocator.rules.axis import Axis
from allocator.rules.compiler import Compiler
from allocator.rules.facts import EntityVariables, period_axis
from allocator.rules.pairs import Pairs, pairs_of


@dataclass(frozen=True, eq=False)
class RuleContext:
    """Everything that a rule may look at while it is posted or checked.

    Attributes:
        scenario: The scenario.
        layers: The layers in the order in which a first plan decides them.
        variables: The variables of entities.
        compiler: Compiles selectors and remembers them.
        baseline: A plan to stay close to, where one is given.
    """

    scenario: Scenario
    layers: Mapping[str, Layer]
    variables: EntityVariables
    compiler: Compiler = field(default_factory=Compiler)
    baseline: Plan | None = None
    _pairs: dict[str, Pairs] = field(default_factory=dict)

    @cached_property
    def graph(self) -> OrganisationGraph:
        """The organisation as a graph, built when first asked for."""
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
        """Return the variables of a layer's items as one axis; with a prefix, only the items' own."""
        if prefix:
            return (self.variables.axis(layer.spec.items.table, layer.items, prefix),)
        return (self.variables.side(layer.spec.items, layer.items, layer.spec.slots),)

    def slot_axes(self, layer: Layer) -> tuple[Axis, ...]:
        """Return the variables of a layer's slots as one axis (cases bring the unit they concern)."""
        return (self.variables.side(layer.spec.slots, layer.slots, layer.spec.items),)

    def period_axes(self, layer: Layer) -> tuple[Axis, ...]:
        """Return the variables of a layer's periods as one axis."""
        return (period_axis(layer.periods),)

    def pairs(self, layer: Layer) -> Pairs:
        """Return what may be read of an item and a slot of a layer together."""
        if layer.name not in self._pairs:
            self._pairs[layer.name] = pairs_of(self.scenario, layer)
        return self._pairs[layer.name]

    def truncate(self, layers: Mapping[str, int]) -> RuleContext:
        """Return the context with the named layers only, each cut to its first periods."""
        kept = {name: layer.until(layers[name]) for name, layer in self.layers.items() if name in layers}
        return self._sharing(replace(self, layers=kept))

    def with_layer(self, layer: Layer) -> RuleContext:
        """Return the context with another layer in the place of the one of that name."""
        return self._sharing(replace(self, layers={**self.layers, layer.name: layer}, _pairs={}))

    def _sharing(self, other: RuleContext) -> RuleContext:
        """Give another context of the same scenario what was computed for this one."""
        for name in {"graph", "vocabulary"} & self.__dict__.keys():
            other.__dict__[name] = self.__dict__[name]
        return other
