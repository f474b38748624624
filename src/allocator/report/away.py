"""Who is not there in which period, and why: to join, retired, or away as ``absences.csv`` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from allocator.model.layer import Layer
from allocator.model.scenario import Scenario
from allocator.model.spec import Period
from allocator.model.tables import Absence, Person
from allocator.model.text import Text
from allocator.rules.attendance import absences_of, days_away, days_of


@dataclass(frozen=True)
class Away:
    """Somebody who can take no place in a period.

    Attributes:
        id: The person.
        name: What people call the person.
        period: The period; None in a layer that is decided once.
        why: Why, with the days.
        unit: The home unit, by name.
        post: The post.
    """

    id: str
    name: str
    period: str | None
    why: Text
    unit: str = ""
    post: str = ""


def away(layer: Layer, scenario: Scenario) -> tuple[Away, ...]:
    """Return who of a layer of people is not there, period by period."""
    if layer.spec.items.table != "people":
        return ()
    absences = absences_of(scenario.organisation)
    return tuple(_away(layer, scenario, absences))


def _away(layer: Layer, scenario: Scenario, absences: Mapping[str, Sequence[Absence]]) -> Iterator[Away]:
    people, label = scenario.organisation.people, scenario.organisation.label
    for t, period in enumerate(layer.periods):
        for i, item in enumerate(layer.items):
            if not layer.present[i, t]:
                person = people[item]
                why = _why(person, absences.get(item, ()), period)
                home = label(person.unit) if person.unit else ""
                yield Away(item, label(item), layer.period_id(t), why, home, person.title)


def _why(person: Person, absences: Sequence[Absence], period: Period) -> Text:
    """Return all that keeps a person away in a period."""
    reasons = []
    if person.joins and person.joins > period.start:
        reasons.append(Text(zh=f"{person.joins} 到岗", en=f"joins {person.joins}"))
    reasons += [_absence(one) for one in absences if days_away([days_of(one)], period)]
    if person.retires and person.retires <= period.end:
        reasons.append(Text(zh=f"{person.retires} 退休", en=f"retires {person.retires}"))
    return Text(zh="；".join(one.zh for one in reasons), en="; ".join(one.en for one in reasons))


def _absence(absence: Absence) -> Text:
    """Return ``on leave, 2026-03-01 – 2026-08-31``, an open end as a blank."""
    begin, end = (str(day) if day else "" for day in (absence.start, absence.end))
    days = f"{begin} – {end}".strip()
    return Text(
        zh=f"{absence.why or '离岗'}，{days}",
        en=f"{absence.why or 'away'}, {days}",
    )
