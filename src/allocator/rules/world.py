"""The world that rules are bound to: the scenario, its layers, its graph, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from allocator.graph import OrganisationGraph, build_graph
from allocator.model.layer import Layer
from allocator.model.notation import Vocabulary, scenario_vocabulary
from allocator.model.plan import Plan
from allocator.model.scenario import Scenario
from allocator.rules.axis import Axis
from allocator.rules.columns import joined
from allocator.rules.facts import Facts, period_axis
from allocator.rules.selectors import Compiler


@dataclass(frozen=True, eq=False)
class World:
    """Everything that a rule may look at while it is posted or checked.

    Attributes:
        scenario: The scenario.
        layers: The layers in the order in which a first plan decides them.
        facts: The variables of entities.
        compiler: Compiles selectors and remembers them.
        baseline: A plan to stay close to, where one is given.
    """

    scenario: Scenario
    layers: Mapping[str, Layer]
    facts: Facts
    compiler: Compiler = field(default_factory=Compiler)
    baseline: Plan | None = None

    @cached_property
    def graph(self) -> OrganisationGraph:
        """The organisation as a graph, built when first asked for."""
        return build_graph(self.scenario)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of grades and roles for the seat notation."""
        return scenario_vocabulary(self.scenario.spec)

    def item_axes(self, layer: Layer, prefix: str = "") -> tuple[Axis, ...]:
        """Return the variables of a layer's items as one axis (people bring their home unit along)."""
        return (self._with_unit(layer.spec.items.table, layer.items, "home", prefix),)

    def slot_axes(self, layer: Layer) -> tuple[Axis, ...]:
        """Return the variables of a layer's slots as one axis (cases bring the unit they concern)."""
        # Where units go to cases, `unit` is the one that goes: a name stands for one thing.
        concerned = "concerned" if layer.spec.items.table == "units" else "unit"
        return (self._with_unit(layer.spec.slots.table, layer.slots, concerned, ""),)

    def period_axes(self, layer: Layer) -> tuple[Axis, ...]:
        """Return the variables of a layer's periods as one axis."""
        return (period_axis(layer.periods),)

    def _with_unit(self, table: str, ids: tuple[str, ...], unit_prefix: str, prefix: str) -> Axis:
        own = self.facts.axis(table, ids, prefix)
        if table not in ("people", "cases") or prefix:
            return own
        rows = self.scenario.organisation.table(table)
        units = self.facts.axis("units", [getattr(rows[entity], "unit", "") for entity in ids], unit_prefix)
        return Axis(ids, joined(own.columns, units.columns), {**own.types, **units.types})

    def until(self, layers: Mapping[str, int]) -> World:
        """Return the world with only the named layers, each with its first so many periods."""
        kept = {name: layer.until(layers[name]) for name, layer in self.layers.items() if name in layers}
        return replace(self, layers=kept)
