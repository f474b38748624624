"""The edges that are no ties between people: lines of command, links between units, where cases arose."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.graph.multigraph import Edge
from allocator.graph.nodes import bodies, place_node
from allocator.model.organisation import Organisation


def structure(organisation: Organisation) -> Iterator[Edge]:
    """Yield the edges without strength, in the order of the tables."""
    for body in bodies(organisation):
        if body.parent:
            yield Edge(body.id, body.parent, "parent")
    for link in organisation.links:
        yield Edge(link.source, link.target, link.kind, weight=link.weight)
    yield from _where_cases_arose(organisation)


def _where_cases_arose(organisation: Organisation) -> Iterator[Edge]:
    """A case that arose in a place acquaints nobody there with its parties: no strength."""
    for case in organisation.cases.values():
        if case.unit:
            yield Edge(case.id, case.unit, "arose_in")
        if case.place:
            yield Edge(case.id, place_node(case.place), "lies_in")
