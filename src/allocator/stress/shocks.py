"""Shocks: single changes of a scenario that a plan may have to stand, and the scenario after each.

Four sorts are tried:

- ``leaves``: somebody who holds a seat is away in all periods;
- ``pair``: the two holders of one seat are away. A seat is a role of a slot; it counts if it has two holders
  at most in each period: of three members any can stand in for another, of two deputies not;
- ``load``: the workload of a unit grows by a share;
- ``tie``: a tie comes to light between somebody and the unit or a party of the case that he is on, or between
  two people in one slot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Literal, get_args

from allocator.model.plan import Assignment
from allocator.model.scenario import Organisation, Scenario
from allocator.model.tables import Absence, Case, Person, Tie
from allocator.rules.context import RuleContext

ShockKind = Literal["leaves", "pair", "load", "tie"]
SHOCK_KINDS: tuple[ShockKind, ...] = get_args(ShockKind)

#: The sorts after which the plan names people who are not there.
LEAVING: tuple[ShockKind, ...] = ("leaves", "pair")
#: The most holders of a seat whose pairs are tried.
_PAIRED = 2


@dataclass(frozen=True)
class Shock:
    """A change of a scenario.

    Attributes:
        kind: Its sort.
        entities: The people who leave; the unit whose load grows; the person and the person, unit, place or
            party to whom a tie comes to light.
    """

    kind: ShockKind
    entities: tuple[str, ...]


@dataclass(frozen=True)
class ShockSettings:
    """The size of shocks.

    Attributes:
        load: The share by which a workload grows; the new workload is rounded up.
        tie: The kind of tie that comes to light, at full strength and without dates.
    """

    load: Fraction = Fraction(1, 5)
    tie: str = "kin"


def find_shocks(
    context: RuleContext, assignments: Sequence[Assignment], kinds: Sequence[ShockKind] = SHOCK_KINDS
) -> list[Shock]:
    """Return the shocks of some sorts that concern a plan, each once, in the order of the tables.

    Args:
        context: The context of the policy.
        assignments: The plan.
        kinds: The sorts.
    """
    found: dict[Shock, None] = {}
    for kind in kinds:
        for shock in _FINDERS[kind](context, assignments):
            found.setdefault(shock)
    return list(found)


def shocked_scenario(scenario: Scenario, shock: Shock, settings: ShockSettings) -> Scenario:
    """Return the scenario after a shock; its digest stays that of the files that were read."""
    changed = _CHANGES[shock.kind](scenario.organisation, shock.entities, settings)
    return replace(scenario, organisation=changed)


def _leaves(context: RuleContext, assignments: Sequence[Assignment]) -> Iterator[Shock]:
    placed = {one.item for one in assignments} | {one.slot for one in assignments}
    for person in context.scenario.organisation.people:
        if person in placed:
            yield Shock("leaves", (person,))


def _pairs(context: RuleContext, assignments: Sequence[Assignment]) -> Iterator[Shock]:
    people = context.scenario.organisation.people
    for seats in _holders(context, assignments):
        by_seat: dict[tuple[str, str | None], dict[str, None]] = {}
        crowded: set[tuple[str, str | None]] = set()
        for (slot, role, _), items in seats.items():
            seat = (slot, role)
            by_seat.setdefault(seat, {}).update(dict.fromkeys(items))
            if len(items) > _PAIRED:
                crowded.add(seat)
        for seat, holders in by_seat.items():
            held = [one for one in holders if one in people]
            for pair in combinations(held, 2) if seat not in crowded else ():
                yield Shock("pair", _in_order(people, pair))


def _loads(context: RuleContext, assignments: Sequence[Assignment]) -> Iterator[Shock]:
    for unit in context.scenario.organisation.units.values():
        if unit.workload:
            yield Shock("load", (unit.id,))


def _ties(context: RuleContext, assignments: Sequence[Assignment]) -> Iterator[Shock]:
    organisation = context.scenario.organisation
    known = {frozenset((tie.source, tie.target)) for tie in organisation.ties}
    for shock in (*_ties_to_cases(organisation, assignments), *_ties_of_colleagues(context, assignments)):
        if frozenset(shock.entities) not in known:
            yield shock


def _ties_to_cases(organisation: Organisation, assignments: Sequence[Assignment]) -> Iterator[Shock]:
    """Yield a tie of each person on a case to the unit of the case, and to each party."""
    for one in assignments:
        for person, other in ((one.item, one.slot), (one.slot, one.item)):
            case = organisation.cases.get(other)
            if person in organisation.people and case is not None:
                for end in _concerned(case):
                    yield Shock("tie", (person, end))


def _concerned(case: Case) -> Iterator[str]:
    yield from (end for end in (case.unit, *case.parties) if end)


def _ties_of_colleagues(context: RuleContext, assignments: Sequence[Assignment]) -> Iterator[Shock]:
    people = context.scenario.organisation.people
    for seats in _holders(context, assignments):
        together: dict[tuple[str, str | None], dict[str, None]] = {}
        for (slot, _, period), items in seats.items():
            together.setdefault((slot, period), {}).update(dict.fromkeys(items))
        for colleagues in together.values():
            for pair in combinations([one for one in colleagues if one in people], 2):
                yield Shock("tie", _in_order(people, pair))


def _holders(
    context: RuleContext, assignments: Sequence[Assignment]
) -> Iterator[Mapping[tuple[str, str | None, str | None], list[str]]]:
    """Yield for each layer the items in each role of each slot in each period."""
    for name in context.layers:
        seats: dict[tuple[str, str | None, str | None], list[str]] = {}
        for one in assignments:
            if one.layer == name:
                seats.setdefault((one.slot, one.role, one.period), []).append(one.item)
        yield seats


def _in_order(people: Mapping[str, Person], pair: tuple[str, str]) -> tuple[str, str]:
    """Return two people in the order of their table."""
    first, second = (one for one in people if one in pair)
    return first, second


def _absent(organisation: Organisation, people: tuple[str, ...], _: ShockSettings) -> Organisation:
    away = tuple(Absence.model_validate({"person": one}) for one in people)
    return replace(organisation, absences=(*organisation.absences, *away))


def _loaded(organisation: Organisation, units: tuple[str, ...], settings: ShockSettings) -> Organisation:
    [unit] = units
    grown = ceil(organisation.units[unit].workload * (1 + settings.load))
    changed = organisation.units[unit].model_copy(update={"workload": grown})
    return replace(organisation, units={**organisation.units, unit: changed})


def _tied(organisation: Organisation, ends: tuple[str, ...], settings: ShockSettings) -> Organisation:
    source, target = ends
    is_outside = target not in organisation.entities and target not in organisation.places
    tie = Tie(source=source, target=target, kind=settings.tie, outside=is_outside)
    return replace(organisation, ties=(*organisation.ties, tie))


_FINDERS: Mapping[ShockKind, Callable[[RuleContext, Sequence[Assignment]], Iterator[Shock]]] = {
    "leaves": _leaves,
    "pair": _pairs,
    "load": _loads,
    "tie": _ties,
}
_CHANGES: Mapping[ShockKind, Callable[[Organisation, tuple[str, ...], ShockSettings], Organisation]] = {
    "leaves": _absent,
    "pair": _absent,
    "load": _loaded,
    "tie": _tied,
}
