"""The organisation: the tables of a scenario as one frozen value with look-ups by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from allocator.model.scores import ScoreTable
from allocator.model.tables import (
    Absence,
    Case,
    Group,
    Identity,
    Indicator,
    Link,
    Person,
    Posting,
    Tie,
    Unit,
    Wish,
)

Entity = Unit | Person | Group | Case


@dataclass(frozen=True)
class NamedEntity:
    """The id and the name of an entity."""

    id: str
    name: str

    @property
    def name_and_id(self) -> str:
        """``name (id)``, or the id alone if the entity has no name."""
        return self.id if self.name == self.id else f"{self.name} ({self.id})"


@dataclass(frozen=True)
class Organisation:
    """Units, people, groups and cases by id, in the order of their tables, with the rows of other tables.

    Attributes:
        identities: The rows of ``identities.csv``; parties and ties follow these answers already.
        assumed: Names of parties and ends of ties that stand for a person of the scenario until
            ``identities.csv`` answers, by the id of the person.
    """

    units: Mapping[str, Unit] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    cases: Mapping[str, Case] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    ties: tuple[Tie, ...] = ()
    postings: tuple[Posting, ...] = ()
    absences: tuple[Absence, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    wishes: tuple[Wish, ...] = ()
    identities: tuple[Identity, ...] = ()
    scores: Mapping[str, ScoreTable] = field(default_factory=dict)
    assumed: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def entities(self) -> Mapping[str, Entity]:
        """Every unit, person, group and case by id; ids are unique across the scenario."""
        return {**self.units, **self.people, **self.groups, **self.cases}

    @cached_property
    def places(self) -> frozenset[str]:
        """Every place that a unit, group or case lies in or a person comes from."""
        located: tuple[Unit | Group | Case, ...] = (
            *self.units.values(),
            *self.groups.values(),
            *self.cases.values(),
        )
        named = {entity.place for entity in located}
        return frozenset((named | {p.native_place for p in self.people.values()}) - {""})

    def table(self, name: str) -> Mapping[str, Entity]:
        """Return the entities of table ``name``: units, people, groups or cases."""
        tables: dict[str, Mapping[str, Entity]] = {
            "units": self.units,
            "people": self.people,
            "groups": self.groups,
            "cases": self.cases,
        }
        return tables[name]

    def label(self, entity_id: str) -> str:
        """Return the name or title of an entity, or its id if it has none."""
        entity = self.entities.get(entity_id)
        if entity is None:
            return entity_id
        name = entity.title if isinstance(entity, Case) else entity.name
        return name or entity_id

    def named(self, entity_id: str) -> NamedEntity:
        """Return the id of an entity with its name."""
        return NamedEntity(entity_id, self.label(entity_id))
