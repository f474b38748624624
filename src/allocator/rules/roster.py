"""The roster of a plan by item and by slot, and attendance: who is present, and who held which seats before.

The history of people comes from the records of postings, the last slot of a unit from a ``member_of`` link.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from allocator.model.layer import BoolArray, Layer, Past, Stay, Timeline, merged
from allocator.model.plan import Assignment
from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import Period
from allocator.model.steps import ONE_DAY, CalendarStep, Stretch, likely_steps, stated_steps
from allocator.model.tables import Absence, Person

#: Slot and role that an item holds, or item and role in a slot, by index.
Held = tuple[int, int]


class LayerRoster:
    """The assignments of one layer, by index; periods below 0 are the history."""

    def __init__(self, layer: Layer, taken: Iterable[tuple[int, int, int, int]]) -> None:
        self.layer = layer
        self.taken = tuple(sorted(set(taken)))

    @cached_property
    def _by_item(self) -> Mapping[tuple[int, int], tuple[Held, ...]]:
        held: dict[tuple[int, int], list[Held]] = {}
        for item, slot, role, period in self.taken:
            held.setdefault((item, period), []).append((slot, role))
        return {where: tuple(seats) for where, seats in held.items()}

    @cached_property
    def _by_slot(self) -> Mapping[tuple[int, int], tuple[Held, ...]]:
        members: dict[tuple[int, int], list[Held]] = {}
        for (item, period), seats in self._by_item.items():
            for slot, role in seats:
                members.setdefault((slot, period), []).append((item, role))
        return {where: tuple(sorted(held)) for where, held in members.items()}

    def seats(self, item: int, period: int) -> tuple[Held, ...]:
        """Return the (slot, role) pairs that an item holds in a period."""
        return self._by_item.get((item, period), ()) if period >= 0 else self.layer.past.held(item, period)

    def slots_of(self, item: int, period: int, roles: Collection[int]) -> tuple[int, ...]:
        """Return the slots that an item holds in a period in any of ``roles``, in order."""
        return tuple(sorted({slot for slot, role in self.seats(item, period) if role in roles}))

    def members(self, slot: int, period: int) -> tuple[Held, ...]:
        """Return the (item, role) pairs in a slot in a period."""
        return self._by_slot.get((slot, period), ()) if period >= 0 else self.layer.past.members(slot, period)

    def items_in(self, slot: int, period: int, roles: Collection[int]) -> tuple[int, ...]:
        """Return the items in a slot in a period in any of ``roles``, in order."""
        return tuple(sorted({item for item, role in self.members(slot, period) if role in roles}))

    def holds(self, item: int, slot: int, period: int, roles: Collection[int]) -> bool:
        """Return whether an item is in a slot in a period in any of ``roles``."""
        return any(at == slot and role in roles for at, role in self.seats(item, period))

    def served(self, item: int, slot: int, last: int, roles: Collection[int]) -> int:
        """Return for how many periods on end, up to ``last``, an item is in a slot in any of ``roles``."""
        period = last
        while period >= 0 and self.holds(item, slot, period, roles):
            period -= 1
        first = self.layer.past.began(item, slot, roles) if period < 0 else period + 1
        return last - first + 1

    def spells(self, roles: Collection[int]) -> Iterator[tuple[int, int, int, int]]:
        """Yield ``(item, slot, first, last)`` of every unbroken stay that reaches into the horizon.

        ``first`` is negative where the stay began before the horizon.
        """
        stays = sorted({(i, s, t) for i, s, r, t in self.taken if r in roles})
        present = set(stays)
        for item, slot, period in stays:
            if (item, slot, period - 1) in present:
                continue
            first, last = period, period
            if period == 0:
                first = self.layer.past.began(item, slot, roles)
            while (item, slot, last + 1) in present:
                last += 1
            yield item, slot, first, last


class Roster(Mapping[str, LayerRoster]):
    """The rosters of all layers by name, read from a plan's assignments."""

    def __init__(self, layers: Mapping[str, Layer], assignments: Iterable[Assignment]) -> None:
        taken: dict[str, list[tuple[int, int, int, int]]] = {name: [] for name in layers}
        for assignment in assignments:
            if (layer := layers.get(assignment.layer)) is not None:
                taken[layer.name].append(_indices(layer, assignment))
        self._layers = {name: LayerRoster(layer, taken[name]) for name, layer in layers.items()}

    def with_layer(self, name: str, taken: Iterable[tuple[int, int, int, int]]) -> Roster:
        """Return the rosters with the assignments of one layer replaced by ``taken``."""
        other = Roster({}, ())
        other._layers = {**self._layers, name: LayerRoster(self._layers[name].layer, taken)}
        return other

    def __getitem__(self, name: str) -> LayerRoster:
        return self._layers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)


def _indices(layer: Layer, assignment: Assignment) -> tuple[int, int, int, int]:
    """Return item, slot, role and period of an assignment by index.

    Raises:
        KeyError: The layer does not have the item, slot or period.
        ValueError: The layer does not have the role.
    """
    return (
        layer.item_index[assignment.item],
        layer.slot_index[assignment.slot],
        layer.roles.index(assignment.role),
        layer.period_index[assignment.period],
    )


#: The kind of link from a unit to the slot that it was last in.
MEMBER_OF = "member_of"


@dataclass(frozen=True)
class History:
    """The periods before the horizon.

    Attributes:
        steps: The possible lengths of a past period, the chosen one first; a single one if unambiguous.
        is_said: Whether the scenario states the length.
    """

    steps: tuple[CalendarStep, ...]
    is_said: bool = False

    @property
    def step(self) -> CalendarStep:
        """The chosen length of a past period."""
        return self.steps[0]


def history_of(scenario: Scenario) -> History:
    """Return the history that a scenario states, or else one inferred from its periods and its postings."""
    if scenario.spec.history is not None:
        return History((stated_steps(scenario.spec.history),), is_said=True)
    periods = [Stretch(period.start, period.end) for period in scenario.spec.periods]
    postings = scenario.organisation.postings
    recorded = [Stretch(one.start, one.end) for one in postings if one.start and one.end]
    return History(likely_steps(periods, recorded))


def past_of(layer: Layer, scenario: Scenario, step: CalendarStep | None = None) -> Past:
    """Return the past of a layer, in periods of length ``step`` or else of the scenario's own step.

    A seat counts for a period if it was held for half of the period or more; the days of all postings to one
    seat add up.
    """
    if layer.spec.items.table == "people":
        return _past_of_people(layer, scenario, step)
    return _past_of_units(layer, scenario) if layer.spec.items.table == "units" else Past()


def _past_of_people(layer: Layer, scenario: Scenario, step: CalendarStep | None) -> Past:
    opening = scenario.spec.periods[0]
    if opening.start == date.min:
        return Past()
    seats: dict[tuple[int, int, int], list[Stretch]] = {}
    for posting in scenario.organisation.postings:
        item, slot = layer.item_index.get(posting.person), layer.slot_index.get(posting.group)
        start, end = posting.start or date.min, min(posting.end or date.max, opening.start - ONE_DAY)
        if item is not None and slot is not None and start <= end:
            role = layer.roles.index(posting.role) if posting.role in layer.roles else len(layer.roles) - 1
            seats.setdefault((item, slot, role), []).append(Stretch(start, end))
    if not seats:
        return Past()
    timeline = _timeline(scenario, step or history_of(scenario).step, seats.values())
    return Past(Stay(*seat, *run) for seat, days in seats.items() for run in timeline.held(merged(days)))


def _timeline(scenario: Scenario, step: CalendarStep, held: Iterable[Iterable[Stretch]]) -> Timeline:
    opening = scenario.spec.periods[0]
    known = [one.start for days in held for one in days if one.start > date.min]
    return Timeline(step, Stretch(opening.start, opening.end), min(known, default=opening.start))


def _past_of_units(layer: Layer, scenario: Scenario) -> Past:
    """Return the past of units: the last slot of each, from its ``member_of`` links."""
    role = len(layer.roles) - 1
    return Past(
        Stay(layer.item_index[link.source], layer.slot_index[link.target], role, -1, -1)
        for link in scenario.organisation.links
        if link.kind == MEMBER_OF and link.source in layer.item_index and link.target in layer.slot_index
    )


def presence(
    ids: Sequence[str], table: str, scenario: Scenario, periods: Sequence[Period], *, once: bool
) -> BoolArray:
    """Return ``[n, T]``: whether each row of a table is present in each period.

    A person is present in a period if in service on its last day (on its first day, if the layer is decided
    once) and absent for less than half of its days. Days before joining count as absent. Rows of tables other
    than ``people`` are always present.
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
    """Return whether any of the people ``ids`` joins, retires or is absent at some time."""
    absences = absences_of(organisation)
    people = (organisation.people[one] for one in ids)
    return any(person.joins or person.retires or person.id in absences for person in people)


def absences_of(organisation: Organisation) -> dict[str, list[Absence]]:
    """Return the absences by person, in the order of the table; people without absences are left out."""
    found: dict[str, list[Absence]] = {}
    for absence in organisation.absences:
        found.setdefault(absence.person, []).append(absence)
    return found


def days_of(absence: Absence) -> Stretch:
    """Return the days of an absence; an open end reaches to the first or the last day of the calendar."""
    return Stretch(absence.start or date.min, absence.end or date.max)


def days_away(gone: Iterable[Stretch], period: Period) -> int:
    """Return the number of days of a period in the stretches ``gone``, which must not overlap."""
    parts = (Stretch(max(one.start, period.start), min(one.end, period.end)).days for one in gone)
    return sum(max(0, days) for days in parts)


def _before_joining(person: Person) -> Iterator[Stretch]:
    if person.joins is not None and person.joins > date.min:
        yield Stretch(date.min, person.joins - ONE_DAY)


def _serves(person: Person, day: date) -> bool:
    return person.retires is None or person.retires > day


def _is_there(gone: Iterable[Stretch], period: Period) -> bool:
    return 2 * days_away(gone, period) < period.days
