"""Who leads whom (分管、领导): ties of the kind `leads`, to a person or to a body that he serves in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from allocator.model.organisation import Organisation

#: The kind of tie from whoever leads to the person, unit or group that he leads.
LEADS = "leads"


def leaders_of(organisation: Organisation, first: date, last: date) -> Mapping[str, list[str]]:
    """Return for each person who leads him on any of some days, the nearest first.

    Whoever leads a body leads those of the bodies below it. A person serves in his unit, and in the groups
    and units of his postings of those days.
    """
    led: dict[str, list[str]] = {}
    for tie in organisation.ties:
        if tie.kind == LEADS and tie.source in organisation.people and tie.holds(first, last):
            led.setdefault(tie.target, []).append(tie.source)
    serves: dict[str, list[str]] = {}
    for post in organisation.postings:
        if (post.start or date.min) <= last and (post.end or date.max) >= first:
            serves.setdefault(post.person, []).append(post.group)
    found = {}
    for person in organisation.people.values():
        places = [person.unit, *serves.get(person.id, ())]
        bodies = [body for place in places for body in _upwards(organisation, place)]
        leads = [leader for one in (person.id, *bodies) for leader in led.get(one, ())]
        found[person.id] = [one for one in dict.fromkeys(leads) if one != person.id]
    return found


def _upwards(organisation: Organisation, body: str) -> Iterator[str]:
    """Yield a unit or group and those above it; a circle has been told of when the tables were read."""
    seen: set[str] = set()
    while body and body not in seen:
        seen.add(body)
        yield body
        row = organisation.units.get(body) or organisation.groups.get(body)
        body = row.parent if row else ""
