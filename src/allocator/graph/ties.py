"""The social edges that the tables state: ties, posts held, home units, native places, parties."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.graph.multigraph import Edge
from allocator.graph.nodes import bodies, end_of_tie, party_of, place_node, school_node
from allocator.graph.strengths import default_strength
from allocator.model.organisation import Organisation


def ties(organisation: Organisation) -> Iterator[Edge]:
    """Yield the edges with a strength that a table states, in the order of the tables."""
    yield from _stated(organisation)
    yield from _posts(organisation)
    yield from _origins(organisation)
    yield from _seats(organisation)
    for case in organisation.cases.values():
        yield from (_usual(party_of(organisation, name), case.id, "party_to") for name in case.parties)


def _usual(source: str, target: str, kind: str) -> Edge:
    return Edge(source, target, kind, default_strength(kind))


def _stated(organisation: Organisation) -> Iterator[Edge]:
    for tie in organisation.ties:
        source, target = end_of_tie(organisation, tie.source), end_of_tie(organisation, tie.target)
        strength = default_strength(tie.kind) if tie.weight is None else tie.weight
        known_from = tie.known_from or None
        yield Edge(source, target, tie.kind, strength, tie.since, tie.until, known_from=known_from)


def _posts(organisation: Organisation) -> Iterator[Edge]:
    strength = default_strength("served_at")
    for post in organisation.postings:
        known_from = post.known_from or None
        yield Edge(
            post.person, post.group, "served_at", strength, post.start, post.end, known_from=known_from
        )


def _origins(organisation: Organisation) -> Iterator[Edge]:
    """Yield where people work and come from; fellow natives and schoolmates meet in the shared node."""
    for person in organisation.people.values():
        if person.unit:
            yield _usual(person.id, person.unit, "works_in")
        if person.native_place:
            yield _usual(person.id, place_node(person.native_place), "native_of")
        if school := school_node(person):
            yield _usual(person.id, school, "graduated_from")


def _seats(organisation: Organisation) -> Iterator[Edge]:
    """Yield where bodies lie: who serves in a town comes to know it, and its natives know its offices."""
    for body in bodies(organisation):
        if body.place:
            yield _usual(body.id, place_node(body.place), "lies_in")
