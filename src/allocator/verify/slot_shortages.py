"""Slots with too few eligible people, found before any search from the rows of single rules.

A row that demands a number of decisions is the demand of its rule. A row that fixes one decision to 0 bars a
person. So every kind of rule that writes such rows is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np

from allocator.model.layer import Layer
from allocator.model.scenario import NamedEntity
from allocator.model.text import Text
from allocator.program.program import INFINITE, Program
from allocator.rules.kinds.separate import Separate
from allocator.rules.policy import Policy

#: Places of a layer above which it is left out: counting would take as long as the start of a search.
MOST_PLACES = 2_000_000


@dataclass(frozen=True)
class SlotDemand:
    """The number of people that a rule demands in some roles (all if empty), and who is eligible."""

    rule: str
    roles: tuple[str, ...]
    needs: int
    may: tuple[NamedEntity, ...]


@dataclass(frozen=True)
class BarredPerson:
    """Someone who is barred from every demanded role: by which rules, and each rule's reason."""

    who: NamedEntity
    rules: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class SlotShortage:
    """A slot with too few eligible people in a period.

    Attributes:
        layer: The layer.
        slot: The slot, such as a case.
        period: Id of the period, None for a layer that is decided once.
        needs: Number of people that are demanded in all.
        may: The people who are eligible for some role.
        demands: The demands that cannot be met; empty where each can, but not all by different people.
        barred: The people who are barred.
    """

    layer: str
    slot: NamedEntity
    period: str | None
    needs: int
    may: tuple[NamedEntity, ...]
    demands: tuple[SlotDemand, ...]
    barred: tuple[BarredPerson, ...]


def find_slot_shortages(policy: Policy) -> tuple[SlotShortage, ...]:
    """Return every slot for which single hard rules leave too few people.

    Only layers of people with a rule that recuses are examined.
    """
    found: list[SlotShortage] = []
    for name, layer in policy.context.layers.items():
        rows = LayerRows.of(policy, name)
        recuses = layer.spec.items.table == "people" and any(rule.softened() for rule in rows.policy.rules)
        if recuses and prod(layer.shape) <= MOST_PLACES:
            found.extend(_ShortageSearch(rows).shortages())
    return tuple(found)


@dataclass(frozen=True, eq=False)
class _ShortageSearch:
    """Finds the shortages of one layer."""

    rows: LayerRows

    @property
    def policy(self) -> Policy:
        return self.rows.policy

    @property
    def layer(self) -> Layer:
        return self.rows.layer

    def shortages(self) -> Iterator[SlotShortage]:
        asked: dict[tuple[int, int], list[SlotRow]] = {}
        for row in self.rows.slot_rows():
            if row.least:
                asked.setdefault((row.slot, row.period), []).append(row)
        for (s, t), rows in sorted(asked.items()):
            short = [row for row in rows if len(self._may(row.cols)) < row.least]
            in_all = max((self._by_rule(rows, number) for number in {row.rule for row in rows}), key=_needs)
            if short or (self._is_one_place and not self._is_matched(in_all)):
                yield self._shortage(s, t, short, in_all)

    def _shortage(self, s: int, t: int, short: Sequence[SlotRow], in_all: Sequence[SlotRow]) -> SlotShortage:
        rows = [*short, *in_all]
        asked = {self.rows.places[col] for row in rows for col in row.cols}
        may = {item for row in rows for item in self._may(row.cols)}
        out = sorted({item for item, _ in asked} - may)
        return SlotShortage(
            layer=self.layer.name,
            slot=self._named(self.layer.slots[s]),
            period=self.layer.period_id(t),
            needs=max(_needs(in_all), *(row.least for row in rows)),
            may=tuple(self._named(self.layer.items[item]) for item in sorted(may)),
            demands=tuple(self._demand(row) for row in short),
            barred=tuple(self._out(item, s, [row.cols for row in rows]) for item in out),
        )

    def _demand(self, row: SlotRow) -> SlotDemand:
        roles = {self.rows.places[col][1] for col in row.cols}
        named = () if len(roles) == len(self.layer.roles) else tuple(sorted(roles))
        words = tuple(str(self.layer.roles[role]) for role in named)
        may = tuple(self._named(self.layer.items[item]) for item in sorted(self._may(row.cols)))
        return SlotDemand(self.policy.rules[row.rule].id, words, row.least, may)

    def _out(self, item: int, slot: int, asked: Sequence[Sequence[int]]) -> BarredPerson:
        own = {col for cols in asked for col in cols if self.rows.places[col][0] == item}
        numbers = sorted({number for col in own for number in self.rows.barring.get(col, ())})
        rules = [self.policy.rules[number].id for number in numbers]
        details = tuple((rule, self._details.get((rule, item, slot), Text())) for rule in rules)
        return BarredPerson(self._named(self.layer.items[item]), details)

    def _by_rule(self, rows: Sequence[SlotRow], number: int) -> list[SlotRow]:
        """Return the rows of a rule; only the one that demands most, if a decision is in several."""
        own = [row for row in rows if row.rule == number]
        cols = [col for row in own for col in row.cols]
        return own if len(cols) == len(set(cols)) else [max(own, key=lambda row: row.least)]

    def _may(self, cols: Sequence[int]) -> set[int]:
        return {self.rows.places[col][0] for col in cols if col not in self.rows.barring}

    def _is_matched(self, rows: Sequence[SlotRow]) -> bool:
        """Return whether different people can fill all seats: bipartite matching by augmenting paths."""
        seats = [self._may(row.cols) for row in rows for _ in range(row.least)]
        held: dict[int, int] = {}

        def seated(seat: int, seen: set[int]) -> bool:
            for item in seats[seat] - seen:
                seen.add(item)
                if item not in held or seated(held[item], seen):
                    held[item] = seat
                    return True
            return False

        return all(seated(seat, set()) for seat in range(len(seats)))

    @cached_property
    def _is_one_place(self) -> bool:
        """Whether nobody can hold two places in one slot."""
        everywhere = (rule for rule in self.policy.rules if not (rule.items or rule.slots or rule.during))
        kept_apart = [rule.roles for rule in everywhere if isinstance(rule, Separate)]
        return self.layer.spec.take.most == 1 or any({*self.layer.roles} <= {*roles} for roles in kept_apart)

    @cached_property
    def _details(self) -> Mapping[tuple[str, int, int], Text]:
        """The reason of each recusal, by rule, item and slot."""
        return {
            (rule.id, breach.subject.item, breach.subject.slot): breach.detail
            for rule in self.policy.rules
            for breach in rule.recusals(self.policy.scopes[rule.id])
        }

    def _named(self, entity: str) -> NamedEntity:
        return self.policy.context.scenario.organisation.named(entity)


def _needs(rows: Sequence[SlotRow]) -> int:
    return sum(row.least for row in rows)


@dataclass(frozen=True)
class SlotRow:
    """A row that bounds a number of decisions of one slot and period.

    Attributes:
        rule: Number of the rule among the policy's.
        slot: The slot.
        period: The period.
        least: Lower bound of the row, at least 0.
        most: Upper bound; None where there is none.
        cols: The decisions.
        part: Number of the part, such as a skill, that the rule counts; -1 where it counts none.
    """

    rule: int
    slot: int
    period: int
    least: int
    most: int | None
    cols: tuple[int, ...]
    part: int = -1


@dataclass(frozen=True, eq=False)
class LayerRows:
    """The program of the hard rules about one layer alone."""

    policy: Policy
    layer: Layer

    @classmethod
    def of(cls, policy: Policy, name: str) -> LayerRows:
        """Return the rows of a layer; rules that also read other layers are left out."""
        layer = policy.context.layers[name]
        alone = policy.truncate({name: len(layer.periods)})
        rules = tuple(rule for rule in alone.rules if rule.is_hard and not rule.one_slot)
        return cls(replace(alone, rules=rules), layer)

    @cached_property
    def program(self) -> Program:
        """The program of these rules."""
        return self.policy.compile()

    @cached_property
    def places(self) -> Mapping[int, tuple[int, int]]:
        """Item and role of each decision of the layer."""
        grid = self.program.decisions.grids[self.layer.name]
        return {int(grid[i, s, r, t]): (i, r) for i, s, r, t in np.argwhere(grid >= 0).tolist()}

    @cached_property
    def barring(self) -> Mapping[int, tuple[int, ...]]:
        """Numbers of the rules that fix a decision to 0, by decision."""
        rows, found = self.program.rows, dict[int, tuple[int, ...]]()
        alone = (np.diff(rows.starts) == 1) & ~rows.defining
        for row in np.flatnonzero(alone).tolist():
            col, coef = int(rows.cols[rows.starts[row]]), int(rows.coefs[rows.starts[row]])
            if coef > rows.hi[row] or coef < rows.lo[row]:
                found[col] = (*found.get(col, ()), int(rows.tags[row, 0]))
        return found

    def slot_rows(self) -> Iterator[SlotRow]:
        """Yield each row that bounds a number of decisions of one slot and period."""
        rows = self.program.rows
        about_slots = (rows.tags[:, 2] >= 0) & (rows.tags[:, 1] < 0) & (rows.tags[:, 4] >= 0)
        for row in np.flatnonzero(about_slots & ~rows.defining).tolist():
            terms = slice(int(rows.starts[row]), int(rows.starts[row + 1]))
            cols, coefs, lo, hi = rows.cols[terms], rows.coefs[terms], int(rows.lo[row]), int(rows.hi[row])
            if len(coefs) and (coefs == -1).all():
                lo, hi = -hi, -lo
            elif not (coefs == 1).all():
                continue
            if (cols < self.program.decisions.count).all():
                number, _, slot, _, period, _, part = rows.tags[row].tolist()
                most = hi if hi < INFINITE else None
                yield SlotRow(number, slot, period, max(0, lo), most, tuple(cols.tolist()), part)
