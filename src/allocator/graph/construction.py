"""Nodes and edges of the organisation graph, read from the tables of a scenario.

Nodes are the entities and the places, parties and schools that they mention. Edges are lines of command and
links, the social ties that the tables state, and ties of people who served together.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush
from itertools import chain, islice
from typing import NamedTuple

from allocator.graph.ties import Edge, GraphNode, Multigraph, default_strength, strength_together
from allocator.model.scenario import Organisation
from allocator.model.tables import Group, Person, Posting, Unit

DAYS_IN_MONTH = 365.25 / 12

LARGE_GROUP = 200
"""People above which a body is too large for all to know each other (Dunbar puts it near 150)."""

COHORT = 20
"""In a large group a newcomer is tied to this number of the latest arrivals who are still there."""


def fill_graph(graph: Multigraph, organisation: Organisation, today: date) -> None:
    """Add the nodes and edges of an organisation on a day.

    A reference to no entity was reported when the tables were read; here it makes no edge. O(rows) apart from
    the overlaps of postings, see `served_together`.
    """
    for node in nodes(organisation):
        graph.add_node(node)
    colleagues = served_together(organisation.postings, today)
    for edge in chain(structure_edges(organisation), stated_ties(organisation), colleagues):
        if edge.source in graph and edge.target in graph:
            graph.add_edge(edge)


def bodies(organisation: Organisation) -> tuple[Unit | Group, ...]:
    """Return the units and the groups: people serve in them, and they have a parent and a place."""
    return (*organisation.units.values(), *organisation.groups.values())


def place_node(name: str) -> str:
    """Return the node id of the place called ``name``."""
    return f"place:{name}"


def party_node(name: str) -> str:
    """Return the node id of the case party called ``name``, a person outside the scenario."""
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


def nodes(organisation: Organisation) -> Iterator[GraphNode]:
    """Yield every node, some of the outsiders more than once."""
    label = organisation.label
    yield from (GraphNode(name, "unit", label(name)) for name in organisation.units)
    yield from (GraphNode(name, "person", label(name)) for name in organisation.people)
    yield from (GraphNode(name, "group", label(name)) for name in organisation.groups)
    yield from (GraphNode(name, "case", label(name)) for name in organisation.cases)
    yield from (GraphNode(place_node(name), "place", name) for name in sorted(organisation.places))
    yield from _parties(organisation)
    yield from _schools(organisation)


def _parties(organisation: Organisation) -> Iterator[GraphNode]:
    named_in_cases = (name for case in organisation.cases.values() for name in case.parties)
    yield from (
        GraphNode(party_node(name), "party", name)
        for name in named_in_cases
        if name not in organisation.entities
    )
    named_in_ties = (name for tie in organisation.ties for name in (tie.source, tie.target))
    yield from (
        GraphNode(party_node(name), "party", name)
        for name in named_in_ties
        if end_of_tie(organisation, name) == party_node(name)
    )


def _schools(organisation: Organisation) -> Iterator[GraphNode]:
    for person in organisation.people.values():
        if school := school_node(person):
            yield GraphNode(school, "school", school.removeprefix("school:").replace("@", " "))


def structure_edges(organisation: Organisation) -> Iterator[Edge]:
    """Yield the edges that are no ties between people, in the order of the tables.

    They are lines of command, links between units, and where cases arose; they have no strength.
    """
    for body in bodies(organisation):
        if body.parent:
            yield Edge(body.id, body.parent, "parent")
    for link in organisation.links:
        yield Edge(link.source, link.target, link.kind, weight=link.weight)
    yield from _case_locations(organisation)


def _case_locations(organisation: Organisation) -> Iterator[Edge]:
    """Yield where cases arose, without strength: a place acquaints nobody there with parties of a case."""
    for case in organisation.cases.values():
        if case.unit:
            yield Edge(case.id, case.unit, "arose_in")
        if case.place:
            yield Edge(case.id, place_node(case.place), "lies_in")


def stated_ties(organisation: Organisation) -> Iterator[Edge]:
    """Yield the social edges that tables state: ties, posts, home units, native places, schools, parties."""
    yield from _tie_rows(organisation)
    yield from _posts(organisation)
    yield from _origins(organisation)
    yield from _locations(organisation)
    for case in organisation.cases.values():
        yield from (_usual(party_of(organisation, name), case.id, "party_to") for name in case.parties)


def _usual(source: str, target: str, kind: str) -> Edge:
    return Edge(source, target, kind, default_strength(kind))


def _tie_rows(organisation: Organisation) -> Iterator[Edge]:
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


def _locations(organisation: Organisation) -> Iterator[Edge]:
    """Yield where units and groups lie: staff come to know the town, and its natives know its offices."""
    for body in bodies(organisation):
        if body.place:
            yield _usual(body.id, place_node(body.place), "lies_in")


class ServiceStretch(NamedTuple):
    """A person's unbroken time in a group, both days included; an open end is the end of the calendar."""

    start: date
    end: date
    person: str


class Overlap(NamedTuple):
    """Days, both included, on which two people, in the order of their ids, served side by side."""

    pair: tuple[str, str]
    start: date
    end: date


@dataclass(slots=True)
class _SharedService:
    days: int
    since: date
    until: date


def served_together(postings: Iterable[Posting], today: date) -> Iterator[Edge]:
    """Yield a ``served_together`` tie for every two people whose postings in one group overlapped.

    All their days together in that group up to ``today`` count, by `strength_together`. A posting without
    a start counts as one from time immemorial, which errs towards recusal. Postings of the future do not
    count. Pairs who met in two groups have a tie for each.

    Complexity: O(p log p + overlaps) for the p postings of a group; in a group of more than `LARGE_GROUP`
    people each newcomer has at most `COHORT` overlaps.
    """
    by_group: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in postings:
        by_group[posting.group].append(posting)
    for group in by_group.values():
        yield from _shared_ties(overlaps(stretches(group, today)), today)


def stretches(postings: Iterable[Posting], today: date) -> list[ServiceStretch]:
    """Return the postings begun by ``today``, by start, with overlapping ones of a person merged."""
    held = sorted(
        ServiceStretch(post.start or date.min, post.end or date.max, post.person)
        for post in postings
        if post.start is None or post.start <= today
    )
    last: dict[str, int] = {}
    merged: list[ServiceStretch] = []
    for stretch in held:
        index = last.get(stretch.person)
        if index is not None and stretch.start <= merged[index].end:
            merged[index] = merged[index]._replace(end=max(merged[index].end, stretch.end))
        else:
            last[stretch.person] = len(merged)
            merged.append(stretch)
    return merged


def overlaps(by_start: Sequence[ServiceStretch]) -> Iterator[Overlap]:
    """Yield the overlaps among the stretches of one group, given in the order of their starts."""
    people = len({stretch.person for stretch in by_start})
    limit = COHORT if people > LARGE_GROUP else people
    present: dict[int, ServiceStretch] = {}
    leaving: list[tuple[date, int]] = []
    for index, newcomer in enumerate(by_start):
        while leaving and leaving[0][0] < newcomer.start:
            del present[heappop(leaving)[1]]
        for colleague in islice(reversed(present.values()), limit):
            a, b = newcomer.person, colleague.person
            yield Overlap((a, b) if a < b else (b, a), newcomer.start, min(newcomer.end, colleague.end))
        present[index] = newcomer
        heappush(leaving, (newcomer.end, index))


def _shared_ties(found: Iterable[Overlap], today: date) -> Iterator[Edge]:
    together: dict[tuple[str, str], _SharedService] = {}
    for pair, start, end in found:
        days = (min(end, today) - start).days + 1
        known = together.setdefault(pair, _SharedService(0, start, end))
        known.days += days
        known.until = max(known.until, end)
    for (source, target), known in together.items():
        since = None if known.since == date.min else known.since
        until = None if known.until == date.max else known.until
        strength = strength_together(known.days / DAYS_IN_MONTH)
        yield Edge(source, target, "served_together", strength, since, until)
