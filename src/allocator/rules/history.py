"""The history of a layer: who was where in the periods before the horizon.

People's history is in the records of postings, a unit's last slot in a ``member_of`` link.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from allocator.model.layer import Layer
from allocator.model.past import Past, Stay, Timeline, merged
from allocator.model.scenario import Scenario
from allocator.model.stepping import likely_steps, said_steps
from allocator.model.steps import ONE_DAY, Step, Stretch

#: The kind of link that says in which slot a unit has been.
MEMBER_OF = "member_of"


@dataclass(frozen=True)
class History:
    """How the past goes back.

    Attributes:
        steps: Each way that may be meant, the one taken first; one only where it can be told.
        is_said: Whether the scenario says so.
    """

    steps: tuple[Step, ...]
    is_said: bool = False

    @property
    def step(self) -> Step:
        """The way that is taken."""
        return self.steps[0]


def history_of(scenario: Scenario) -> History:
    """Return how the past of a scenario goes back: as it says, else as its periods and records show."""
    if scenario.spec.history is not None:
        return History((said_steps(scenario.spec.history),), is_said=True)
    periods = [Stretch(period.start, period.end) for period in scenario.spec.periods]
    postings = scenario.organisation.postings
    recorded = [Stretch(one.start, one.end) for one in postings if one.start and one.end]
    return History(likely_steps(periods, recorded))


def past_of(layer: Layer, scenario: Scenario, step: Step | None = None) -> Past:
    """Return the past of a layer, by the scenario's own step if none is given.

    A seat counts for a period if it was held for half of the period or more; records of one seat add up.
    """
    if layer.spec.items.table == "people":
        return _past_of_people(layer, scenario, step)
    return _past_of_units(layer, scenario) if layer.spec.items.table == "units" else Past()


def _past_of_people(layer: Layer, scenario: Scenario, step: Step | None) -> Past:
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


def _timeline(scenario: Scenario, step: Step, held: Iterable[Iterable[Stretch]]) -> Timeline:
    opening = scenario.spec.periods[0]
    known = [one.start for days in held for one in days if one.start > date.min]
    return Timeline(step, Stretch(opening.start, opening.end), min(known, default=opening.start))


def _past_of_units(layer: Layer, scenario: Scenario) -> Past:
    """A unit's last slot is where a ``member_of`` link says that it has been."""
    role = len(layer.roles) - 1
    return Past(
        Stay(layer.item_index[link.source], layer.slot_index[link.target], role, -1, -1)
        for link in scenario.organisation.links
        if link.kind == MEMBER_OF and link.source in layer.item_index and link.target in layer.slot_index
    )
