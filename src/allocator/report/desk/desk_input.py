"""The input of the desk's tables: a plan, its policy, and the names that are unique among their like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import pairwise

from allocator.model.layer import Layer
from allocator.model.notation import scenario_roles
from allocator.model.plan import Assignment, Plan
from allocator.model.scenario import NamedEntity, Organisation
from allocator.model.text import Text
from allocator.report.desk.desk_tables import DeskSeat
from allocator.report.layer_layout import absentees
from allocator.report.wording import TABLES
from allocator.rules.policy import Policy
from allocator.rules.roster import LayerRoster, Roster
from allocator.rules.rule import Breach, Rule

#: Slot and role, by index.
Held = frozenset[tuple[int, int]]


@dataclass(frozen=True, eq=False)
class DeskInput:
    """A plan with the policy that judges it.

    Attributes:
        policy: The bound policy, with the overrides of the plan.
        plan: A plan whose ids the scenario has.
    """

    policy: Policy
    plan: Plan

    @property
    def organisation(self) -> Organisation:
        """The organisation of the scenario."""
        return self.policy.context.scenario.organisation

    @property
    def layers(self) -> Mapping[str, Layer]:
        """The layers by name."""
        return self.policy.context.layers

    @cached_property
    def roster(self) -> Roster:
        """The assignments of the plan."""
        return Roster(self.layers, self.plan.assignments)

    @cached_property
    def breaches(self) -> Mapping[str, tuple[Breach, ...]]:
        """What the judge finds of each rule, by its id; breaches that an exception excuses included."""
        scopes = self.policy.scopes
        return {rule.id: tuple(rule.check(self.roster, scopes[rule.id])) for rule in self.policy.rules}

    @cached_property
    def unexcused(self) -> Mapping[str, tuple[Breach, ...]]:
        """The breaches of each rule that no exception covers."""
        scopes = self.policy.scopes
        return {
            rule: tuple(one for one in found if not scopes[rule].waives(one.subject))
            for rule, found in self.breaches.items()
        }

    @cached_property
    def recusals(self) -> tuple[tuple[Rule, Breach], ...]:
        """Each item that a hard rule keeps from a slot, excused or not, in the order of the rules."""
        hard = [rule for rule in self.policy.rules if rule.is_hard]
        scopes = self.policy.scopes
        return tuple((rule, one) for rule in hard for one in rule.recusals(scopes[rule.id], self.roster))

    @cached_property
    def role_texts(self) -> Mapping[str, Text]:
        """The words of each role."""
        return scenario_roles(self.policy.context.scenario.spec)

    @cached_property
    def grade_texts(self) -> Mapping[str, Text]:
        """The words of each grade."""
        grades = self.policy.context.scenario.spec.grades
        return {grade.id: Text(zh=grade.zh, en=grade.en) for grade in grades}

    @cached_property
    def display_names(self) -> Mapping[str, str]:
        """A name of each entity that no other entity of its table has; namesakes have their id behind it."""
        return unique_names(self.organisation)

    @cached_property
    def absences(self) -> Mapping[tuple[str, str, str | None], Text]:
        """Why somebody is absent, by layer, person and period."""
        scenario = self.policy.context.scenario
        return {
            (name, one.id, one.period): one.why
            for name, layer in self.layers.items()
            for one in absentees(layer, scenario)
        }

    def named(self, entity: str) -> NamedEntity:
        """Return an entity with its unique name."""
        return NamedEntity(entity, self.display_names.get(entity, entity))

    def title(self, layer: Layer) -> Text:
        """Return the title of a layer."""
        return layer.spec.title or Text(zh=layer.name, en=layer.name)

    def seat(self, layer: Layer, slot: int, role: int) -> DeskSeat:
        """Return a seat, by index, with its words."""
        name = layer.roles[role]
        text = Text() if name is None else self.role_texts.get(name, Text(zh=name, en=name))
        return DeskSeat(self.named(layer.slots[slot]), name, text)

    def assignment(self, layer: Layer, taken: tuple[int, int, int, int]) -> Assignment:
        """Return the assignment of an item, slot, role and period, by index."""
        item, slot, role, period = taken
        return Assignment(
            layer=layer.name,
            item=layer.items[item],
            slot=layer.slots[slot],
            role=layer.roles[role],
            period=layer.period_id(period),
        )

    def held(self, layer: Layer, item: int, period: int) -> Held:
        """Return the (slot, role) pairs that an item holds in a period; -1 is the last one before."""
        return frozenset(self.roster[layer.name].seats(item, period))

    def tracks(self, layer: Layer) -> bool:
        """Whether the layer has a past or several periods, so that it can be said who moves."""
        return layer.spec.slots.table != "cases" and (bool(layer.past.at(-1)) or len(layer.periods) > 1)

    def steps(self, layer: Layer) -> Iterator[tuple[int, int]]:
        """Yield each period with the one before it; the first pair is (-1, 0)."""
        yield from pairwise(range(-1, len(layer.periods)))

    def since(self, layer: Layer, item: int, slot: int, period: int) -> date | None:
        """Return the first day of the unbroken stay of an item in a slot that covers a period."""
        roster: LayerRoster = self.roster[layer.name]
        every = range(len(layer.roles))
        while period >= 0 and roster.holds(item, slot, period, every):
            period -= 1
        if period >= 0 or not roster.holds(item, slot, -1, every):
            return layer.periods[period + 1].start
        return self._posted.get((layer.items[item], layer.slots[slot]))

    @cached_property
    def _posted(self) -> Mapping[tuple[str, str], date]:
        """The first day of the last posting of each person to each group, where it is known."""
        found: dict[tuple[str, str], date] = {}
        for one in self.organisation.postings:
            if one.start:
                where = one.person, one.group
                found[where] = max(found.get(where, one.start), one.start)
        return found


def unique_names(organisation: Organisation) -> dict[str, str]:
    """Return the name of each entity; where several of a table share one, each has its id behind it."""
    names: dict[str, str] = {}
    for table in ("units", "people", "groups", "cases"):
        labels = {entity: organisation.label(entity) for entity in organisation.table(table)}
        counts = Counter(labels.values())
        names |= {
            entity: label if counts[label] == 1 else f"{label}（{entity}）"
            for entity, label in labels.items()
        }
    return names


def seat_titles(layer: Layer) -> tuple[Text, Text]:
    """Return the words for the items and for the slots of a layer, as titles of columns that differ."""
    items, slots = layer.spec.items.table, layer.spec.slots.table
    item = Text(zh="姓名", en="name") if items == "people" else TABLES[items]
    slot = TABLES[slots]
    return item, slot if slots != items else Text(zh=f"去处（{slot.zh}）", en=f"slot ({slot.en})")


def month_text(day: date | None) -> str:
    """Return a month as cadre forms write it, ``2023.01``; empty for None."""
    return f"{day.year}.{day.month:02}" if day else ""
