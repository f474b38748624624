"""People who might be recruited: of each grade with each set of skills, from outside the county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import replace
from itertools import count

from allocator.model.scenario import Scenario
from allocator.model.tables import Person
from allocator.rules.policy import Policy

#: The native place of somebody who comes from none of the places of a scenario.
ELSEWHERE = "外地"
#: Profiles that are looked at most.
MOST_PROFILES = 12
#: Columns that no recruit has.
_OWN = frozenset({"id", "name", "born", "joins", "retires"})


def possible_recruits(policy: Policy, copies: int) -> tuple[Person, ...]:
    """Return so many people of each profile, the most frequent profiles first.

    A profile is a grade with skills. The other columns are those of the first person who has the profile; a
    native place is elsewhere.
    """
    organisation = policy.context.scenario.organisation
    ids = {item for layer in policy.context.layers.values() for item in layer.items}
    people = [one for one in organisation.people.values() if one.id in ids]
    profiles = Counter((one.grade, _skills(one)) for one in people)
    numbers = _free_numbers(organisation.entities)
    return tuple(
        _recruit(next(one for one in people if (one.grade, _skills(one)) == profile), next(numbers))
        for profile, _ in profiles.most_common(MOST_PROFILES)
        for _ in range(copies)
    )


def with_people(scenario: Scenario, people: tuple[Person, ...]) -> Scenario:
    """Return a scenario with further people, after all others."""
    organisation = scenario.organisation
    known = {**organisation.people, **{one.id: one for one in people}}
    return replace(scenario, organisation=replace(organisation, people=known))


def row_of(person: Person) -> tuple[tuple[str, str], ...]:
    """Return the columns of a person as the cells of a table, without empty ones."""
    cells = {**person.model_dump(), **person.extra}
    return tuple((column, text) for column, value in cells.items() if (text := _cell(value)))


def _free_numbers(taken: Container[str]) -> Iterator[int]:
    return (number for number in count(1) if f"R{number}" not in taken)


def _recruit(model: Person, number: int) -> Person:
    kept = {name: value for name, value in model.model_dump().items() if name not in _OWN}
    place = ELSEWHERE if model.native_place else ""
    return Person.model_validate({**kept, "id": f"R{number}", "name": f"新人{number}", "native_place": place})


def _skills(person: Person) -> str:
    return _cell(person.skills)


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ";".join(f"{name}:{level}" for name, level in sorted(value.items()))
    if isinstance(value, list | tuple):
        return ";".join(str(one) for one in value)
    return "" if value is None else str(value)
