"""The parts of a plan laid out: the roster of a layer with its moves, and the recusal register (回避登记)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from allocator.model.layer import Layer
from allocator.model.plan import Assignment, Plan
from allocator.model.scenario import NamedEntity, Scenario
from allocator.model.text import Text
from allocator.report.layer_layout import Absentee, HeldSeats, LayerLayout, LayerShape
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach
from allocator.verify.figures import Number

#: ``+`` for a member who is new in the slot, ``*`` for one in another role than in the period before.
Mark = Literal["", "+", "*"]
Seats = Mapping[str, HeldSeats]


@dataclass(frozen=True)
class Member:
    """An item in a slot; a person also has a home unit and a post."""

    id: str
    name: str
    mark: Mark = ""
    unit: str = ""
    post: str = ""


@dataclass(frozen=True)
class RosterRow:
    """A slot in a period: its parent, its members by column, and its totals of indicators."""

    slot: NamedEntity
    parent: NamedEntity | None
    period: str | None
    cells: tuple[tuple[Member, ...], ...]
    tallies: tuple[Number | None, ...] = ()


@dataclass(frozen=True)
class Moves:
    """Numbers of items that moved in a period, against the period before.

    Attributes:
        period: The period.
        moved: Items in other slots than before.
        joined: Items that were in no slot before.
        left: Items that are in no slot any more.
    """

    period: str
    moved: int
    joined: int
    left: int


@dataclass(frozen=True)
class RosterView:
    """The roster of a layer.

    Attributes:
        layer: Name of the layer.
        title: Title of the layer.
        shape: Decided ``once``, a ``roster`` for each period, or teams of ``cases``.
        columns: Titles of the columns of members.
        tallies: Titles of the columns with totals of indicators.
        rows: One for each slot and period in which it exists, period by period, slots by parent.
        moves: Numbers of moves by period, where the period before is known.
        away: Absent people by period.
    """

    layer: str
    title: Text
    shape: LayerShape
    columns: tuple[Text, ...]
    rows: tuple[RosterRow, ...]
    moves: tuple[Moves, ...]
    tallies: tuple[Text, ...] = ()
    away: tuple[Absentee, ...] = ()


def roster_view(layout: LayerLayout, assignments: Iterable[Assignment]) -> RosterView:
    """Return the layout of a layer filled in with the assignments of a plan."""
    taken = [one for one in assignments if one.layer == layout.layer]
    seats = {period: _seats(taken, period) for period in layout.periods}
    rows: list[RosterRow] = []
    moves: list[Moves] = []
    before = layout.before if layout.shape == "roster" else None
    for period in layout.periods:
        rows.extend(_rows(layout, taken, period, before))
        if layout.shape == "roster":
            if before is not None and period is not None:
                moves.append(_moves(period, before, seats[period]))
            before = seats[period]
    columns = tuple(layout.columns.values())
    tallies = tuple(tally.title for tally in layout.tallies)
    return RosterView(
        layout.layer, layout.title, layout.shape, columns, tuple(rows), tuple(moves), tallies, layout.away
    )


def _seats(taken: Iterable[Assignment], period: str | None) -> Seats:
    seats: dict[str, set[tuple[str, str | None]]] = {}
    for one in taken:
        if one.period == period:
            seats.setdefault(one.item, set()).add((one.slot, one.role))
    return {item: frozenset(held) for item, held in seats.items()}


def _rows(
    layout: LayerLayout, taken: Iterable[Assignment], period: str | None, before: Seats | None
) -> Iterator[RosterRow]:
    cells: dict[tuple[str, str], list[Member]] = {}
    for one in taken:
        if one.period == period:
            home = layout.homes.get(one.item, ("", ""))
            member = Member(one.item, layout.names.get(one.item, one.item), _mark(one, before), *home)
            cells.setdefault((one.slot, layout.column(one.item, one.role)), []).append(member)
    for slot in _slots_by_parent(layout):
        if layout.exists(slot, period):
            members = tuple(tuple(cells.get((slot, column), ())) for column in layout.columns)
            parent = layout.parents.get(slot)
            within = [slot, *(member.id for cell in members for member in cell)]
            tallies = tuple(tally.over(within) for tally in layout.tallies)
            yield RosterRow(
                layout.named(slot), layout.named(parent) if parent else None, period, members, tallies
            )


def _slots_by_parent(layout: LayerLayout) -> list[str]:
    """Return the slots grouped by parent, parents in the order of their first slot."""
    parents = list(dict.fromkeys(layout.parents.get(slot, "") for slot in layout.slots))
    return sorted(layout.slots, key=lambda slot: parents.index(layout.parents.get(slot, "")))


def _mark(one: Assignment, before: Seats | None) -> Mark:
    if before is None:
        return ""
    roles = {role for slot, role in before.get(one.item, ()) if slot == one.slot}
    if not roles:
        return "+"
    return "" if one.role in roles else "*"


def _moves(period: str, before: Seats, now: Seats) -> Moves:
    places_before, places_now = _places(before), _places(now)
    stayed = places_before.keys() & places_now.keys()
    return Moves(
        period=period,
        moved=sum(places_before[item] != places_now[item] for item in stayed),
        joined=len(places_now.keys() - places_before.keys()),
        left=len(places_before.keys() - places_now.keys()),
    )


def _places(seats: Seats) -> dict[str, frozenset[str]]:
    return {item: frozenset(slot for slot, _ in held) for item, held in seats.items()}


@dataclass(frozen=True)
class RecusalEntry:
    """A person who is recused by one rule.

    Attributes:
        who: The person.
        rule: The rule's id.
        why: The reason of the rule.
        detail: The evidence, such as a path of ties; empty where the reason says it all.
        roles: The roles that are barred; empty for all.
    """

    who: NamedEntity
    rule: str
    why: Text
    detail: Text
    roles: tuple[str, ...]


@dataclass(frozen=True)
class RecusalRegister:
    """The recusals of one case in one layer; ``free`` counts the people who remain."""

    layer: str
    case: NamedEntity
    recusals: tuple[RecusalEntry, ...]
    free: int


def recusal_registers(policy: Policy, plan: Plan | None = None) -> tuple[RecusalRegister, ...]:
    """Return the register of every case of every layer that gives people to cases.

    Args:
        policy: The rules.
        plan: A plan; leaders whom it assigns pass their conflicts on to their people. None for no plan.
    """
    roster = Roster(policy.context.layers, plan.assignments) if plan else None
    return tuple(
        one
        for layer in policy.context.layers.values()
        if layer.spec.slots.table == "cases"
        for one in _of_layer(policy, layer, roster)
    )


def _of_layer(policy: Policy, layer: Layer, roster: Roster | None) -> Iterator[RecusalRegister]:
    out: dict[int, list[tuple[int, RecusalEntry]]] = {}
    for s, i, recusal in _recusals(policy, layer, roster):
        out.setdefault(s, []).append((i, recusal))
    scenario = policy.context.scenario
    for s, slot in enumerate(layer.slots):
        found = sorted(out.get(s, ()), key=lambda pair: (pair[0], pair[1].rule))
        barred = {item for item, recusal in found if not recusal.roles}
        free = sum(bool(layer.open[i, s].any()) for i in range(len(layer.items)) if i not in barred)
        yield RecusalRegister(layer.name, _named(scenario, slot), tuple(one for _, one in found), free)


def _recusals(policy: Policy, layer: Layer, roster: Roster | None) -> Iterator[tuple[int, int, RecusalEntry]]:
    """Yield slot, item and recusal for each person that a hard rule bars, unless it is waived."""
    scenario = policy.context.scenario
    for rule in policy.rules:
        if rule.on != layer.name or not rule.is_hard:
            continue
        scope = policy.scopes[rule.id]
        roles = () if len(scope.roles) == len(layer.roles) else rule.role
        for breach in rule.recusals(scope, roster):
            if not scope.waives(breach.subject):
                yield (
                    breach.subject.slot,
                    breach.subject.item,
                    _recusal(scenario, layer, rule.id, rule.why, breach, roles),
                )


def _recusal(
    scenario: Scenario, layer: Layer, rule: str, why: Text, breach: Breach, roles: tuple[str, ...]
) -> RecusalEntry:
    return RecusalEntry(_named(scenario, layer.items[breach.subject.item]), rule, why, breach.detail, roles)


def _named(scenario: Scenario, entity: str) -> NamedEntity:
    return scenario.organisation.named(entity)
