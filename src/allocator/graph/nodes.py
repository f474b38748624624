"""The nodes of the graph: the scenario's entities, and the places, parties and schools they mention."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allocator.graph.multigraph import Node
from allocator.model.organisation import Organisation
from allocator.model.tables import Group, Person, Unit


def bodies(organisation: Organisation) -> tuple[Unit | Group, ...]:
    """Return the units and the groups: what people serve in, and what lies under a parent and in a place."""
    return (*organisation.units.values(), *organisation.groups.values())


def place_node(name: str) -> str:
    """Return the node id of the place called ``name``."""
    return f"place:{name}"


def party_node(name: str) -> str:
    """Return the node id of the case party called ``name`` who is nobody of the scenario."""
    return f"party:{name}"


def school_node(person: Person) -> str | None:
    """Return the node id of the school and year that ``person`` left, None where either is unknown.

    Reads the extra columns ``school`` and ``graduated`` of the people table (a year or a date). One year of
    one school is a node of its own, since only those who left together are taken to know each other.
    """
    school = str(person.extra.get("school") or "").strip()
    year = re.match(r"\s*(\d{4})", str(person.extra.get("graduated") or ""))
    return f"school:{school}@{year[1]}" if school and year else None


def party_of(organisation: Organisation, name: str) -> str:
    """Return the node id of a case party: an entity by its id, anyone else by name."""
    return name if name in organisation.entities else party_node(name)


def end_of_tie(organisation: Organisation, name: str) -> str:
    """Return the node id of an end of a tie: an entity, else a place, else somebody outside."""
    if name in organisation.entities:
        return name
    return place_node(name) if name in organisation.places else party_node(name)


def nodes(organisation: Organisation) -> Iterator[Node]:
    """Yield every node, some of the outsiders more than once."""
    label = organisation.label
    yield from (Node(name, "unit", label(name)) for name in organisation.units)
    yield from (Node(name, "person", label(name)) for name in organisation.people)
    yield from (Node(name, "group", label(name)) for name in organisation.groups)
    yield from (Node(name, "case", label(name)) for name in organisation.cases)
    yield from (Node(place_node(name), "place", name) for name in sorted(organisation.places))
    yield from _parties(organisation)
    yield from _schools(organisation)


def _parties(organisation: Organisation) -> Iterator[Node]:
    named_in_cases = (name for case in organisation.cases.values() for name in case.parties)
    yield from (
        Node(party_node(name), "party", name) for name in named_in_cases if name not in organisation.entities
    )
    named_in_ties = (name for tie in organisation.ties for name in (tie.source, tie.target))
    yield from (
        Node(party_node(name), "party", name)
        for name in named_in_ties
        if end_of_tie(organisation, name) == party_node(name)
    )


def _schools(organisation: Organisation) -> Iterator[Node]:
    for person in organisation.people.values():
        if school := school_node(person):
            yield Node(school, "school", school.removeprefix("school:").replace("@", " "))
