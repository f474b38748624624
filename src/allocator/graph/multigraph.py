"""A typed multigraph: the only module that calls networkx."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, NamedTuple

NodeType = Literal["unit", "person", "group", "case", "place", "party", "school"]


class GraphNode(NamedTuple):
    """A node: its id in the graph, its type and its name."""

    id: str
    type: NodeType
    name: str


class Edge(NamedTuple):
    """An edge from ``source`` to ``target``.

    Attributes:
        source: Node that the edge starts from.
        target: Node that it leads to.
        kind: Kind of the edge, such as ``parent``, ``adjacent``, ``kin``, ``served_together``.
        strength: Closeness from 0 to 1 on the day the tie was at its closest; None where the edge is
            no social tie (lines of command, links between units).
        since: First day of the tie; None where unknown.
        until: Last day of the tie; None where it goes on or is undated.
        weight: Weight of a link between units, in the unit of its table; None for ties.
        known_from: Source of knowledge of the tie, such as a declaration; None if unknown.
    """

    source: str
    target: str
    kind: str
    strength: float | None = None
    since: date | None = None
    until: date | None = None
    weight: float | None = None
    known_from: str | None = None


class Multigraph:
    """A directed graph with parallel edges; social ties are read in both directions.

    Attributes:
        nx: The ``networkx.MultiDiGraph`` itself, for further analyses. Nodes
            have ``type`` and ``name``; edges ``kind`` and, where known, the other fields of `Edge`.
    """

    def __init__(self) -> None:
        import networkx as nx  # a fifth of all that a check would load, and most checks need no graph

        self.nx: Any = nx.MultiDiGraph()

    def add_node(self, node: GraphNode) -> None:
        """Add a node; one that is there already stays as it is."""
        if node.id not in self:
            self.nx.add_node(node.id, type=node.type, name=node.name)

    def add_edge(self, edge: Edge) -> None:
        """Add an edge parallel to any others between its nodes; attributes of None are left out."""
        known = zip(Edge._fields[2:], edge[2:], strict=True)
        attributes = {name: value for name, value in known if value is not None}
        self.nx.add_edge(edge.source, edge.target, **attributes)

    def __contains__(self, node: str) -> bool:
        return node in self.nx

    def nodes(self) -> Iterator[GraphNode]:
        """Yield every node in the order of its adding."""
        for node, data in self.nx.nodes(data=True):
            yield GraphNode(node, data["type"], data["name"])

    def node(self, node: str) -> GraphNode:
        """Return the node with id ``node``; KeyError where there is none."""
        data = self.nx.nodes[node]
        return GraphNode(node, data["type"], data["name"])

    def edges(self) -> Iterator[Edge]:
        """Yield every edge in the order of the nodes and of its adding."""
        for source, target, data in self.nx.edges(data=True):
            yield Edge(source, target, **data)

    def leads(self, source: str, kind: str, target: str) -> bool:
        """Return whether an edge of ``kind`` leads from ``source`` to ``target``, in that direction."""
        parallel = self.nx.get_edge_data(source, target, default={})
        return any(data["kind"] == kind for data in parallel.values())

    def targets(self, node: str, kind: str) -> tuple[str, ...]:
        """Return the targets of edges of ``kind`` from ``node``, sorted; empty for an unknown node."""
        edges = self.nx.out_edges(node, data="kind") if node in self else ()
        return tuple(sorted({target for _, target, found in edges if found == kind}))

    def sources(self, node: str, kind: str) -> tuple[str, ...]:
        """Return the sources of edges of ``kind`` into ``node``, sorted; empty for an unknown node."""
        edges = self.nx.in_edges(node, data="kind") if node in self else ()
        return tuple(sorted({source for source, _, found in edges if found == kind}))
