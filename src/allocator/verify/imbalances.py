"""Imbalances of supply and demand: too few people for the places of a rule, or too many.

They are found by counting, before any search. In each period the places of one rule and the people who may
take them are a bipartite graph. A demand that a maximum flow leaves unmet violates Hall's condition (P. Hall,
Journal of the London Mathematical Society 1935). Each imbalance proves that there is no plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod

import numpy as np
import numpy.typing as npt

from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.program.program import Subject
from allocator.rules.policy import Policy
from allocator.verify.slot_shortages import LayerRows, SlotRow

Counts = npt.NDArray[np.int64]

#: Places of a layer above which it is left out: counting would take as long as the start of a search.
MOST_PLACES = 500_000


@dataclass(frozen=True)
class Imbalance:
    """A count that proves that there is no plan.

    Attributes:
        layer: The layer.
        periods: Ids of the periods with the same count; empty for a layer that is decided once.
        rule: The rule that demands the places, or limits them; ``take.LAYER`` where no place at all is open
            to people who must have one.
        too_many: Whether people are left over; otherwise places are.
        roles: The roles that are counted; empty for all.
        what: Other parts that are counted, such as skills; empty if the rule counts roles or everybody.
        needs: Places that must be filled; people who must have one if there are too many.
        supply: Places that can be filled; places that exist if there are too many people.
        slots: The slots concerned.
        people: People who are eligible for the places; people who must have one if there are too many.
        barred: Number of people that each rule bars from these places, or from all places if none is open;
            empty if there are too many people for the places.
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
        """Number of places or people that are left over."""
        return self.needs - self.supply


def find_imbalances(policy: Policy) -> tuple[Imbalance, ...]:
    """Return every imbalance that the hard rules imply, equal ones of several periods as one."""
    found: dict[Imbalance, list[str]] = {}
    for name, layer in policy.context.layers.items():
        if prod(layer.shape) <= MOST_PLACES:
            for one in _ImbalanceSearch(LayerRows.of(policy, name)).imbalances():
                found.setdefault(replace(one, periods=()), []).extend(one.periods)
    return tuple(replace(one, periods=tuple(periods)) for one, periods in found.items())


@dataclass(frozen=True, eq=False)
class _ImbalanceSearch:
    """Finds the imbalances of one layer."""

    rows: LayerRows

    def imbalances(self) -> Iterator[Imbalance]:
        by_rule: dict[tuple[int, int], list[SlotRow]] = {}
        for row in self.rows.slot_rows():
            by_rule.setdefault((row.period, row.rule), []).append(row)
        for (period, _), rows in sorted(by_rule.items(), key=lambda one: one[0]):
            yield from self._too_few(period, _disjoint(row for row in rows if row.least))
            yield from self._too_many(period, _disjoint(row for row in rows if row.most is not None))

    def _too_few(self, period: int, rows: Sequence[SlotRow]) -> Iterator[Imbalance]:
        """Yield the places of a rule with too few eligible people."""
        if not rows:
            return
        items, may = self._eligible(rows)
        most = self.rows.layer.spec.take.most
        each = np.full(len(items), sum(row.least for row in rows) if most is None else most)
        for part in hall_violators(TransportInstance(each, np.array([row.least for row in rows]), may)):
            asked = [rows[k] for k in part.takers]
            yield self._finding(period, asked, [items[k] for k in part.suppliers], part.demand, part.supply)

    def _too_many(self, period: int, rows: Sequence[SlotRow]) -> Iterator[Imbalance]:
        """Yield the people who must have a place, where a rule allows them fewer places."""
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
        """Return the items of the rows, and ``[I, R]`` the number of open decisions of each in a row."""
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
        """Return the items that may take a place which no row counts."""
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
            what=() if named or too_many else self._parts_counted(rows),
        )

    def _parts_counted(self, rows: Sequence[SlotRow]) -> tuple[Text, ...]:
        """Return the parts, such as skills or grades, that the rows of a rule count by."""
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
        """Return the number of people that each rule bars from the places, or from all if none is open."""
        if not too_many:
            return self._barred(rows, set(people))
        return () if rows else self._shut_out(period, people)

    def _shut_out(self, period: int, people: Sequence[int]) -> tuple[tuple[str, int], ...]:
        """Return the number of people that each rule bars from all places, or else from any of them."""
        grid = self.rows.program.decisions.grids[self.rows.layer.name][..., period]
        barring = list[set[int]]()
        for item in people:
            places = [set(self.rows.barring.get(col, ())) for col in grid[item][grid[item] >= 0].tolist()]
            everywhere = set.intersection(*places) if places else set[int]()
            barring.append(everywhere or set().union(*places))
        return self._counted(barring)

    def _barred(self, rows: Sequence[SlotRow], people: set[int]) -> tuple[tuple[str, int], ...]:
        """Return the number of other people that each rule bars from all of these, or else from any."""
        places, barring = self.rows.places, self.rows.barring
        by_item: dict[int, list[set[int]]] = {}
        for row in rows:
            for col in row.cols:
                item = places[col][0]
                if item not in people:
                    by_item.setdefault(item, []).append(set(barring.get(col, ())))
        return self._counted([set.intersection(*some) or set().union(*some) for some in by_item.values()])

    def _counted(self, barring: Sequence[set[int]]) -> tuple[tuple[str, int], ...]:
        """Return the number of people that each rule bars, from the rules that bar each person."""
        rules, numbers = self.rows.policy.rules, sorted(set().union(*barring))
        return tuple((rules[n].id, sum(n in barred for barred in barring)) for n in numbers)

    def _named(self, entity: str) -> NamedEntity:
        return self.rows.policy.context.scenario.organisation.named(entity)


def _disjoint(rows: Iterable[SlotRow]) -> list[SlotRow]:
    """Return rows that share no decision; of rows that do, the first."""
    kept, counted = list[SlotRow](), set[int]()
    for row in rows:
        if counted.isdisjoint(row.cols):
            kept.append(row)
            counted.update(row.cols)
    return kept


@dataclass(frozen=True, eq=False)
class TransportInstance:
    """A transportation problem: suppliers, takers, and capacities between them.

    Attributes:
        supply: ``[H]`` supply of each supplier.
        demand: ``[W]`` demand of each taker.
        capacity: ``[H, W]`` the most that each supplier may give each taker.
    """

    supply: Counts
    demand: Counts
    capacity: Counts


@dataclass(frozen=True)
class HallViolator:
    """Takers whose joint demand exceeds the supply that can reach them.

    Attributes:
        takers: Numbers of the takers.
        suppliers: Numbers of the suppliers with a capacity to any of them.
        demand: Their joint demand.
        supply: The supply that can reach them.
    """

    takers: tuple[int, ...]
    suppliers: tuple[int, ...]
    demand: int
    supply: int


def hall_violators(instance: TransportInstance) -> Iterator[HallViolator]:
    """Yield the takers whose demand cannot be met, each connected component by itself.

    If a maximum flow from suppliers to takers is below the whole demand, the takers with a path to an unmet
    demand in the residual network form a violator.
    """
    total = int(instance.demand.sum())
    given, flow = _flow(instance)
    if flow >= total:
        return
    short = _unmet_takers(instance, given)
    for takers in _components(instance.capacity > 0, short):
        suppliers = np.flatnonzero((instance.capacity[:, takers] > 0).any(axis=1))
        needs = int(instance.demand[takers].sum())
        supply = int(given[:, takers].sum())
        if supply < needs:
            yield HallViolator(tuple(takers), tuple(suppliers.tolist()), needs, supply)


def _flow(instance: TransportInstance) -> tuple[Counts, int]:
    """Return a maximum flow ``[H, W]`` from suppliers to takers, and its value."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow

    suppliers, takers = instance.capacity.shape
    source, sink = suppliers + takers, suppliers + takers + 1
    gives, takes = np.nonzero(instance.capacity)
    tails = np.concatenate([np.full(suppliers, source), gives, suppliers + np.arange(takers)])
    heads = np.concatenate([np.arange(suppliers), suppliers + takes, np.full(takers, sink)])
    most = np.concatenate([instance.supply, instance.capacity[gives, takes], instance.demand])
    network = csr_array((most.astype(np.int32), (tails, heads)), shape=(sink + 1, sink + 1))
    found = maximum_flow(network, source, sink)
    given = found.flow[:suppliers, suppliers:source].toarray()
    return np.asarray(given, dtype=np.int64), int(found.flow_value)


def _unmet_takers(instance: TransportInstance, given: Counts) -> npt.NDArray[np.bool_]:
    """Return ``[W]``: takers with an unmet demand, and takers whose supply could be given to them."""
    short: npt.NDArray[np.bool_] = np.asarray(given.sum(axis=0) < instance.demand)
    while True:
        could = np.logical_and(instance.capacity > given, short).any(axis=1, keepdims=True)
        grown: npt.NDArray[np.bool_] = short | np.logical_and(given > 0, could).any(axis=0)
        if np.array_equal(grown, short):
            return short
        short = grown


def _components(linked: npt.NDArray[np.bool_], among: npt.NDArray[np.bool_]) -> Iterator[list[int]]:
    """Yield the connected components of the takers ``among`` all; a common supplier connects two."""
    left = np.flatnonzero(among).tolist()
    alone = [taker for taker in left if not linked[:, taker].any()]
    if alone:
        yield alone
    left = [taker for taker in left if taker not in set(alone)]
    while left:
        part = np.zeros(linked.shape[1], dtype=np.bool_)
        part[left[0]] = True
        while True:
            grown = among & linked[linked[:, part].any(axis=1)].any(axis=0)
            if (grown == part).all():
                break
            part = grown | part
        yield np.flatnonzero(part).tolist()
        left = [taker for taker in left if not part[taker]]
