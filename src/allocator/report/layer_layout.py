"""Columns and rows of a layer before its roster is filled in, with names or by ids only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from allocator.model.layer import Layer
from allocator.model.notation import scenario_roles
from allocator.model.plan import Plan
from allocator.model.scenario import NamedEntity, Scenario
from allocator.model.spec import Period
from allocator.model.tables import Absence, Group, Person, Unit
from allocator.model.text import Text
from allocator.report.wording import kind_text
from allocator.rules.context import RuleContext
from allocator.rules.roster import absences_of, days_away, days_of
from allocator.verify.figures import IndicatorTotal, indicator_totals

LayerShape = Literal["once", "roster", "cases"]
HeldSeats = frozenset[tuple[str, str | None]]


@dataclass(frozen=True)
class LayerLayout:
    """The columns and rows of a layer before its roster is filled in.

    Attributes:
        layer: Name of the layer.
        title: Title of the layer.
        shape: Decided ``once``, a ``roster`` for each period, or teams of ``cases``.
        slots: Ids of the slots in their order.
        periods: Ids of the periods; ``(None,)`` if decided once.
        columns: Keys of the columns with their titles: roles, or kinds of items where there are no roles.
        kinds: Column of each item, where columns are kinds of items.
        names: Names of items, slots and parents by id; an id without one stands for itself.
        homes: The home unit, by name, and the post of each person by id.
        parents: The parent of each slot that has one.
        active: Slots that exist, by period.
        tallies: Totals of indicators over the members of a slot.
        away: Absent people, period by period.
        before: The (slot, role) pairs of each item in the period before the horizon; None if unknown.
    """

    layer: str
    title: Text
    shape: LayerShape
    slots: tuple[str, ...]
    periods: tuple[str | None, ...]
    columns: Mapping[str, Text]
    kinds: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    parents: Mapping[str, str] = field(default_factory=dict)
    active: Mapping[str | None, frozenset[str]] | None = None
    tallies: tuple[IndicatorTotal, ...] = ()
    away: tuple[Absentee, ...] = ()
    before: Mapping[str, HeldSeats] | None = None

    def named(self, entity: str) -> NamedEntity:
        """Return an item, slot or parent with its name."""
        return NamedEntity(entity, self.names.get(entity, entity))

    def column(self, item: str, role: str | None) -> str:
        """Return the key of the column that an item in a role stands in."""
        return role if role is not None else self.kinds.get(item, "")

    def exists(self, slot: str, period: str | None) -> bool:
        """Return whether a slot exists in a period."""
        return self.active is None or slot in self.active[period]


def layouts_with_names(context: RuleContext) -> Iterator[LayerLayout]:
    """Yield the layout of each layer of a scenario, with names."""
    for layer in context.layers.values():
        yield _bound(layer, context.scenario)


def layouts_ids_only(plan: Plan) -> Iterator[LayerLayout]:
    """Yield a layout by ids for each layer of a plan, in the order of its assignments."""
    for name in dict.fromkeys(assignment.layer for assignment in plan.assignments):
        taken = [assignment for assignment in plan.assignments if assignment.layer == name]
        periods = tuple(sorted({one.period for one in taken}, key=lambda period: period or ""))
        roles = dict.fromkeys(one.role or "" for one in taken)
        yield LayerLayout(
            layer=name,
            title=Text(zh=name, en=name),
            shape="once" if periods == (None,) else "roster",
            slots=tuple(dict.fromkeys(one.slot for one in taken)),
            periods=periods,
            columns={role: Text(zh=role, en=role) for role in roles},
        )


def _bound(layer: Layer, scenario: Scenario) -> LayerLayout:
    organisation = scenario.organisation
    periods = tuple(layer.period_id(t) for t in range(len(layer.periods)))
    kinds = {} if layer.spec.roles else _kinds(layer, scenario)
    parents = _parents(layer, scenario)
    mentioned = [*layer.items, *layer.slots, *parents.values()]
    return LayerLayout(
        layer=layer.name,
        title=layer.spec.title or Text(zh=layer.name, en=layer.name),
        shape=_shape(layer),
        slots=layer.slots,
        periods=periods,
        columns=_columns(layer, scenario, kinds),
        kinds=kinds,
        names={entity: organisation.label(entity) for entity in mentioned},
        homes=_homes(layer, scenario),
        parents=parents,
        active={periods[t]: _active(layer, t) for t in range(len(periods))},
        tallies=indicator_totals(layer, scenario),
        away=absentees(layer, scenario),
        before=_before(layer),
    )


def _shape(layer: Layer) -> LayerShape:
    if layer.spec.slots.table == "cases":
        return "cases"
    return "once" if layer.once else "roster"


def _kinds(layer: Layer, scenario: Scenario) -> dict[str, str]:
    rows = scenario.organisation.table(layer.spec.items.table)
    return {item: str(getattr(rows[item], "kind", "")) for item in layer.items}


def _homes(layer: Layer, scenario: Scenario) -> dict[str, tuple[str, str]]:
    if layer.spec.items.table != "people":
        return {}
    label, people = scenario.organisation.label, scenario.organisation.people
    return {item: (label(people[item].unit), people[item].title) for item in layer.items}


def _columns(layer: Layer, scenario: Scenario, kinds: Mapping[str, str]) -> dict[str, Text]:
    if layer.spec.roles:
        words = scenario_roles(scenario.spec)
        return {role: words[role] for role in layer.spec.roles}
    return {kind: kind_text(kind) for kind in dict.fromkeys(kinds.values())}


def _parents(layer: Layer, scenario: Scenario) -> dict[str, str]:
    rows = scenario.organisation.table(layer.spec.slots.table)
    placed = ((slot, rows[slot]) for slot in layer.slots)
    return {slot: row.parent for slot, row in placed if isinstance(row, Group | Unit) and row.parent}


def _active(layer: Layer, period: int) -> frozenset[str]:
    return frozenset(slot for s, slot in enumerate(layer.slots) if layer.active[s, period])


def _before(layer: Layer) -> dict[str, HeldSeats] | None:
    """Return the seats of each item in the last period before the horizon; None without any history."""
    held: dict[str, set[tuple[str, str | None]]] = {}
    for stay in layer.past.at(-1):
        held.setdefault(layer.items[stay.item], set()).add((layer.slots[stay.slot], layer.roles[stay.role]))
    return {item: frozenset(seats) for item, seats in held.items()} or None


@dataclass(frozen=True)
class Absentee:
    """Somebody who is absent in a period and can take no place.

    Attributes:
        id: The person.
        name: Name of the person.
        period: The period; None in a layer that is decided once.
        why: The reasons, with their days.
        unit: The home unit, by name.
        post: The post.
    """

    id: str
    name: str
    period: str | None
    why: Text
    unit: str = ""
    post: str = ""


def absentees(layer: Layer, scenario: Scenario) -> tuple[Absentee, ...]:
    """Return the absent people of a layer, period by period: to join, retired or on leave."""
    if layer.spec.items.table != "people":
        return ()
    absences = absences_of(scenario.organisation)
    return tuple(_absentees(layer, scenario, absences))


def _absentees(
    layer: Layer, scenario: Scenario, absences: Mapping[str, Sequence[Absence]]
) -> Iterator[Absentee]:
    people, label = scenario.organisation.people, scenario.organisation.label
    for t, period in enumerate(layer.periods):
        for i, item in enumerate(layer.items):
            if not layer.present[i, t]:
                person = people[item]
                why = _why(person, absences.get(item, ()), period)
                home = label(person.unit) if person.unit else ""
                yield Absentee(item, label(item), layer.period_id(t), why, home, person.title)


def _why(person: Person, absences: Sequence[Absence], period: Period) -> Text:
    """Return all reasons of an absence in a period."""
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
