"""The organisation as a graph, with the queries of rules and explanations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache, partial

import numpy as np
import numpy.typing as npt

from allocator.graph.acquaintance import (
    STRANGERS,
    AcquaintancePath,
    Acquaintances,
    SocialNetwork,
    TieStep,
    find_acquaintances,
    social_network,
)
from allocator.graph.construction import fill_graph, party_node, place_node
from allocator.graph.geography import (
    Position,
    great_circle_km,
    great_circles_km,
    place_positions,
    position_of,
)
from allocator.graph.ties import Lens, Multigraph, tie_word
from allocator.model.scenario import Organisation, Scenario
from allocator.model.text import Language

CACHED_SEARCHES = 256
"""Number of cached searches: each holds at most about half a megabyte per 20,000 people."""

CACHED_NETWORKS = 16
"""Number of cached networks, one for each lens."""

BRACKETS: Mapping[Language, str] = {"zh": "（{}）", "en": " ({})"}
"""How the source of knowledge of a tie is printed behind it."""


@dataclass(frozen=True, eq=False)
class OrganisationGraph:
    """The graph of a scenario.

    Attributes:
        organisation: The tables that it was built from.
        today: The day that ties fade from.
        graph: Nodes and edges; ``graph.nx`` is the networkx graph.
    """

    organisation: Organisation
    today: date
    graph: Multigraph

    def neighbours(self, unit: str, kind: str = "adjacent") -> tuple[str, ...]:
        """Return the units linked to ``unit`` by ``kind`` in either direction, sorted; O(degree)."""
        linked = {*self.graph.targets(unit, kind), *self.graph.sources(unit, kind)}
        return tuple(sorted(linked - {unit}))

    def distance_km(self, a: str, b: str) -> float | None:
        """Return the great-circle distance in kilometres between entities (ids) or places (names); O(1).

        Groups and cases lie where their place lies, people where their home unit does. None where a
        position is unknown.
        """
        start = position_of(self.organisation, self._places, a)
        end = position_of(self.organisation, self._places, b)
        return great_circle_km(start, end) if start and end else None

    def distance_metres(self, a: str, b: str) -> int | None:
        """Return `distance_km` in whole metres."""
        kilometres = self.distance_km(a, b)
        return None if kilometres is None else round(1000 * kilometres)

    def distances_metres(self, names: Sequence[str]) -> tuple[npt.NDArray[np.int64], tuple[int, ...]]:
        """Return ``[n, n]`` `distance_metres` of every two, 0 where unknown, and the located numbers."""
        found = [position_of(self.organisation, self._places, name) for name in names]
        placed = tuple(k for k, position in enumerate(found) if position is not None)
        far = np.zeros((len(names),) * 2, dtype=np.int64)
        between = great_circles_km([position for position in found if position is not None])
        far[np.ix_(placed, placed)] = np.rint(1000 * between).astype(np.int64)
        return far, placed

    def acquaintance(
        self, person: str, target: str, hops: int = 3, lens: Lens | None = None
    ) -> AcquaintancePath:
        """Return how well ``person`` knows ``target`` through at most ``hops`` ties, and the path.

        Args:
            person: Id of a person.
            target: Id of a person, unit, group or case, else the name of a place, else that of a party.
            hops: Maximum number of ties in the path.
            lens: Which ties count, and when; without one all of them, today.

        Returns:
            The strongest path; strength 0 where there is none. Costs one search of everyone who knows
            ``target``, which is cached.
        """
        return self.acquaintance_from(target, hops, lens=lens).get(person, STRANGERS)

    def acquaintance_from(
        self, target: str, hops: int = 3, floor: float = 0.0, lens: Lens | None = None
    ) -> Mapping[str, AcquaintancePath]:
        """Return everyone who knows ``target`` with a strength of at least ``floor``, by person id.

        Acquaintance is symmetric, so one search from the target answers for everyone; its cost is that of
        the ties within ``hops`` of it. Nobody knows a target that the graph does not know.
        """
        node = self.resolve(target)
        return {} if node is None else self._searches(node, hops, floor, lens or self._as_of_today)

    def strengths_from(
        self, target: str, hops: int = 3, floor: float = 0.0, lens: Lens | None = None
    ) -> dict[str, float]:
        """Return the strengths of `acquaintance_from` without their paths, the fastest for many people."""
        node = self.resolve(target)
        return (
            {} if node is None else self._searches(node, hops, floor, lens or self._as_of_today).strengths()
        )

    def resolve(self, target: str) -> str | None:
        """Return the node that ``target`` names: entity by id, place by name, party by name, else None."""
        named = (target, place_node(target), party_node(target))
        return next((node for node in named if node in self.graph), None)

    def label(self, node: str) -> str:
        """Return the name of a node."""
        return self.graph.node(node).name

    def describe(self, path: Sequence[TieStep], language: Language) -> str:
        """Return a path in words: ``Wang — served with — Li — kin of (declared 2025-03) — Zhao``."""
        parts = [self.label(path[0].source)] if path else []
        for step in path:
            backwards = not self.graph.leads(step.source, step.kind, step.target)
            known = BRACKETS[language].format(step.known_from) if step.known_from else ""
            parts += [tie_word(step.kind, reverse=backwards)(language) + known, self.label(step.target)]
        return " — ".join(parts)

    @cached_property
    def social(self) -> SocialNetwork:
        """The social ties as they stand today."""
        return self._networks(self._as_of_today)

    @property
    def _as_of_today(self) -> Lens:
        return Lens(self.today, self.today)

    @cached_property
    def _networks(self) -> Callable[[Lens], SocialNetwork]:
        return lru_cache(maxsize=CACHED_NETWORKS)(partial(social_network, self.graph))

    @cached_property
    def _searches(self) -> Callable[[str, int, float, Lens], Acquaintances]:
        return lru_cache(maxsize=CACHED_SEARCHES)(self._search)

    def _search(self, node: str, hops: int, floor: float, lens: Lens) -> Acquaintances:
        return find_acquaintances(self._networks(lens), node, hops, floor)

    @cached_property
    def _places(self) -> Mapping[str, Position]:
        return place_positions(self.organisation)


def build_graph(scenario: Scenario) -> OrganisationGraph:
    """Return the organisation of ``scenario`` as a graph on its reference day."""
    organisation, today = scenario.organisation, scenario.spec.reference_day
    graph = Multigraph()
    fill_graph(graph, organisation, today)
    return OrganisationGraph(organisation, today, graph)
