"""Who is there in which period: people join, leave and are away in between; all else always is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from allocator.model.layer import BoolArray
from allocator.model.organisation import Organisation
from allocator.model.past import merged
from allocator.model.scenario import Scenario
from allocator.model.spec import Period
from allocator.model.steps import ONE_DAY, Stretch
from allocator.model.tables import Absence, Person


def presence(
    ids: Sequence[str], table: str, scenario: Scenario, periods: Sequence[Period], *, once: bool
) -> BoolArray:
    """Return ``[n, T]``: whether each row of a table is there in each period.

    A person is there in a period if still in service on its last day (its first, if the layer is decided
    once) and away for less than half of its days, those before joining counted as well.
    """
    there = np.ones((len(ids), len(periods)), dtype=np.bool_)
    if table != "people":
        return there
    absences = absences_of(scenario.organisation)
    for i, person_id in enumerate(ids):
        person, away = scenario.organisation.people[person_id], absences.get(person_id, ())
        if not (person.joins or person.retires or away):
            continue
        gone = merged([*_before_joining(person), *map(days_of, away)])
        for t, period in enumerate(periods):
            there[i, t] = _serves(person, period.start if once else period.end) and _is_there(gone, period)
    return there


def comes_and_goes(organisation: Organisation, ids: Iterable[str]) -> bool:
    """Return whether any of some people joins, retires or is away at some time."""
    absences = absences_of(organisation)
    people = (organisation.people[one] for one in ids)
    return any(person.joins or person.retires or person.id in absences for person in people)


def absences_of(organisation: Organisation) -> dict[str, list[Absence]]:
    """Return the absences of each person who has any, in the order of the table."""
    found: dict[str, list[Absence]] = {}
    for absence in organisation.absences:
        found.setdefault(absence.person, []).append(absence)
    return found


def days_of(absence: Absence) -> Stretch:
    """Return the days of an absence, an open end as far as the calendar goes."""
    return Stretch(absence.start or date.min, absence.end or date.max)


def days_away(gone: Iterable[Stretch], period: Period) -> int:
    """Return how many days of a period lie in stretches none of which overlaps another."""
    parts = (Stretch(max(one.start, period.start), min(one.end, period.end)).days for one in gone)
    return sum(max(0, days) for days in parts)


def _before_joining(person: Person) -> Iterator[Stretch]:
    if person.joins is not None and person.joins > date.min:
        yield Stretch(date.min, person.joins - ONE_DAY)


def _serves(person: Person, day: date) -> bool:
    return person.retires is None or person.retires > day


def _is_there(gone: Iterable[Stretch], period: Period) -> bool:
    return 2 * days_away(gone, period) < period.days
