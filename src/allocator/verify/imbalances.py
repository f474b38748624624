"""Supply against demand: too few people for the places that a rule asks for, or too many for those it allows.

Seen before any search, by counting: in each period the places of one rule and the people who may take them
are a bipartite graph, and a demand that a maximum flow leaves unmet violates Hall's condition (P. Hall,
Journal of the London Mathematical Society 1935). Each finding rules every plan out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from allocator.model.organisation import NamedEntity
from allocator.model.text import Text
from allocator.program.tags import Subject
from allocator.rules.policy import Policy
from allocator.verify.hall_violators import TransportInstance, hall_violators
from allocator.verify.slot_shortages import LayerRows, SlotRow

#: A layer with more places than this is not counted: that would take as long as to begin a search.
MOST_PLACES = 500_000


@dataclass(frozen=True)
class Imbalance:
    """A count that rules every plan out.

    Attributes:
        layer: The layer.
        periods: Ids of the periods with the same count; empty for a layer that is decided once.
        rule: The rule that asks for the places, or allows no more of them; where no place at all is open to
            people who must have one, the rule that says so (``take.LAYER``).
        too_many: Whether people are left over; else places are.
        roles: The roles that are counted, none where it is all of them.
        what: What else is counted, such as a skill or a grade; none where the rule counts roles or everybody.
        needs: Places that must be filled; people who must have one if there are too many.
        supply: How many of these can be filled; places that there are if there are too many people.
        slots: The slots concerned.
        people: Who may fill the places; who must have one if there are too many.
        barred: How many people each rule keeps from these places, or from all places if none is open; empty
            where places are too few.
    """

    layer: str
    periods: tuple[str, ...]
    rule: str
    too_many: bool
    roles: tuple[str, ...]
    needs: int
    supply: int
    slots: tuple[NamedEntity, ...]
    people: tuple[NamedEntity, ...]
    barred: tuple[tuple[str, int], ...] = ()
    what: tuple[Text, ...] = ()

    @property
    def off(self) -> int:
        """How many places or people are left over."""
        return self.needs - self.supply


def find_imbalances(policy: Policy) -> tuple[Imbalance, ...]:
    """Return every count by which no plan can keep the hard rules, like ones of several periods as one."""
    found: dict[Imbalance, list[str]] = {}
    for name, layer in policy.context.layers.items():
        if prod(layer.shape) <= MOST_PLACES:
            for one in _ImbalanceSearch(LayerRows.of(policy, name)).found():
                found.setdefault(replace(one, periods=()), []).extend(one.periods)
    return tuple(replace(one, periods=tuple(periods)) for one, periods in found.items())


@dataclass(frozen=True, eq=False)
class _ImbalanceSearch:
    """The counts of one layer."""

    rows: LayerRows

    def found(self) -> Iterator[Imbalance]:
        by_rule: dict[tuple[int, int], list[SlotRow]] = {}
        for row in self.rows.slot_rows():
            by_rule.setdefault((row.period, row.rule), []).append(row)
        for (period, _), rows in sorted(by_rule.items(), key=lambda one: one[0]):
            yield from self._too_few(period, _disjoint(row for row in rows if row.least))
            yield from self._too_many(period, _disjoint(row for row in rows if row.most is not None))

    def _too_few(self, period: int, rows: Sequence[SlotRow]) -> Iterator[Imbalance]:
        """Yield the places for which too few people are eligible."""
        if not rows:
            return
        items, may = self._eligible(rows)
        most = self.rows.layer.spec.take.most
        each = np.full(len(items), sum(row.least for row in rows) if most is None else most)
        for part in hall_violators(TransportInstance(each, np.array([row.least for row in rows]), may)):
            asked = [rows[k] for k in part.takers]
            yield self._finding(period, asked, [items[k] for k in part.suppliers], part.demand, part.supply)

    def _too_many(self, period: int, rows: Sequence[SlotRow]) -> Iterator[Imbalance]:
        """Yield the people who must each have a place, where there are fewer places that they may take."""
        least = self.rows.layer.spec.take.least
        if not rows or not least:
            return
        items, may = self._eligible(rows)
        free = self._elsewhere(period, rows)
        bound = [k for k, item in enumerate(items) if item not in free]
        wants = np.full(len(bound), least)
        has = np.array([row.most or 0 for row in rows])
        for part in hall_violators(TransportInstance(has, wants, may[bound].T)):
            full = [rows[k] for k in part.suppliers]
            people = [items[bound[k]] for k in part.takers]
            yield self._finding(period, full, people, part.demand, part.supply, too_many=True)

    def _eligible(self, rows: Sequence[SlotRow]) -> tuple[list[int], np.ndarray]:
        """Return the items that any row counts, and ``[I, R]`` in how many decisions of a row each may be."""
        places, barring = self.rows.places, self.rows.barring
        counted = {item for row in rows for item in (places[col][0] for col in row.cols)}
        items = sorted(counted)
        number = {item: k for k, item in enumerate(items)}
        may = np.zeros((len(items), len(rows)), dtype=np.int64)
        for r, row in enumerate(rows):
            for col in row.cols:
                may[number[places[col][0]], r] += col not in barring
        return items, may

    def _elsewhere(self, period: int, rows: Sequence[SlotRow]) -> set[int]:
        """Return the items that may take a place which none of the rows counts."""
        counted = {col for row in rows for col in row.cols}
        grid = self.rows.program.decisions.grids[self.rows.layer.name][..., period]
        places, barring = self.rows.places, self.rows.barring
        open_places = set(grid[grid >= 0].tolist()) - counted
        return {places[col][0] for col in open_places if col not in barring}

    def _finding(
        self,
        period: int,
        rows: Sequence[SlotRow],
        people: Sequence[int],
        needs: int,
        supply: int,
        *,
        too_many: bool = False,
    ) -> Imbalance:
        layer, period_id = self.rows.layer, self.rows.layer.period_id(period)
        roles = {self.rows.places[col][1] for row in rows for col in row.cols}
        named = () if len(roles) == len(layer.roles) else tuple(sorted(roles))
        return Imbalance(
            layer=layer.name,
            periods=() if period_id is None else (period_id,),
            rule=self.rows.policy.rules[rows[0].rule].id if rows else f"take.{layer.name}",
            too_many=too_many,
            roles=tuple(str(layer.roles[role]) for role in named),
            needs=needs,
            supply=supply,
            slots=tuple(self._named(layer.slots[s]) for s in sorted({row.slot for row in rows})),
            people=tuple(self._named(layer.items[item]) for item in people),
            barred=self._barring(period, rows, people, too_many=too_many),
            what=() if named or too_many else self._what(rows),
        )

    def _what(self, rows: Sequence[SlotRow]) -> tuple[Text, ...]:
        """Return the skills, grades or whatever else the rows of a rule count by."""
        policy = self.rows.policy
        rule = policy.rules[rows[0].rule]
        scope = policy.scopes[rule.id]
        parts = (
            rule.part_label(scope, Subject(slot=row.slot, period=row.period, part=row.part))
            for row in rows
            if row.part >= 0
        )
        return tuple(dict.fromkeys(filter(None, parts)))

    def _barring(
        self, period: int, rows: Sequence[SlotRow], people: Sequence[int], *, too_many: bool
    ) -> tuple[tuple[str, int], ...]:
        """Return how many people each rule keeps from the places, or from every place if none is open."""
        if not too_many:
            return self._barred(rows, set(people))
        return () if rows else self._shut_out(period, people)

    def _shut_out(self, period: int, people: Sequence[int]) -> tuple[tuple[str, int], ...]:
        """Return how many people each rule keeps from all places; without such a rule, from any of them."""
        grid = self.rows.program.decisions.grids[self.rows.layer.name][..., period]
        barring = list[set[int]]()
        for item in people:
            places = [set(self.rows.barring.get(col, ())) for col in grid[item][grid[item] >= 0].tolist()]
            everywhere = set.intersection(*places) if places else set[int]()
            barring.append(everywhere or set().union(*places))
        return self._counted(barring)

    def _barred(self, rows: Sequence[SlotRow], people: set[int]) -> tuple[tuple[str, int], ...]:
        """Return how many of the other people each rule keeps from all of these places."""
        places, barring = self.rows.places, self.rows.barring
        by_item: dict[int, set[int]] = {}
        for row in rows:
            for col in row.cols:
                item = places[col][0]
                if item not in people:
                    by_item.setdefault(item, set()).update(barring.get(col, ()))
        return self._counted(list(by_item.values()))

    def _counted(self, barring: Sequence[set[int]]) -> tuple[tuple[str, int], ...]:
        """Return how many of some people each rule bars, by the rules that bar each of them."""
        rules, numbers = self.rows.policy.rules, sorted(set().union(*barring))
        return tuple((rules[n].id, sum(n in barred for barred in barring)) for n in numbers)

    def _named(self, entity: str) -> NamedEntity:
        return NamedEntity(entity, self.rows.policy.context.scenario.organisation.label(entity))


def _disjoint(rows: Iterable[SlotRow]) -> list[SlotRow]:
    """Return rows of which no two count one decision; of those that do, the first."""
    kept, counted = list[SlotRow](), set[int]()
    for row in rows:
        if counted.isdisjoint(row.cols):
            kept.append(row)
            counted.update(row.cols)
    return kept
