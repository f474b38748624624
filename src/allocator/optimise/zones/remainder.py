"""The exact cover that is left of a window: by zones of slots that are alike, with the rows that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.optimise.zones.bits import BoolArray
from allocator.optimise.zones.candidates import Candidates
from allocator.optimise.zones.rows import RowsInTheMaking
from allocator.optimise.zones.sums import Left, Sums
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance

#: So many zones are chosen from at once: where slots are alike, and where rows tell them apart.
ALIKE, APART = 20_000, 3_000


@dataclass(frozen=True, eq=False)
class Class:
    """Slots that may have the same zones, and of which no row that is left asks different things.

    Attributes:
        slots: Their numbers among the groups.
        zones: Which zones these are.
    """

    slots: Sequence[int]
    zones: IntArray


def alike(groups: Sequence[Candidates], sums: Sums, left: Left) -> list[Class] | None:
    """Return slots by what they may have where few enough zones are left, None where there are more."""
    found: dict[tuple[int, bytes], list[int]] = {}
    for slot, (group, able) in enumerate(zip(groups, left.able, strict=True)):
        found.setdefault((id(group.held), able.tobytes()), []).append(slot)
    classes = [Class(slots, np.flatnonzero(left.able[slots[0]])) for slots in found.values()]
    rows = {*np.flatnonzero(~sums.implied(left)).tolist(), len(sums.low) - 1}
    asked = {(slot, row): counts for slot, row, counts in sums.blocks if row in rows}
    if sum(len(one.zones) for one in classes) <= ALIKE and all(
        _is_same(asked.get((one.slots[0], row)), asked.get((other, row)))
        for one in classes
        for other in one.slots[1:]
        for row in rows
    ):
        return classes
    return apart(left) if sum(int(own.sum()) for own in left.able) <= APART else None


def apart(left: Left) -> list[Class]:
    """Return a class for each slot."""
    return [Class([slot], np.flatnonzero(able)) for slot, able in enumerate(left.able)]


@dataclass(frozen=True, eq=False)
class Remainder:
    """What is left of a cover.

    Attributes:
        program: The program.
        items: Items that take a slot.
        groups: The zones of each slot by itself.
        classes: The slots, by what they may have.
    """

    program: Program
    items: IntArray
    groups: Sequence[Candidates]
    classes: Sequence[Class]

    def problem(self, sums: Sums, left: Left, constant: int) -> tuple[MilpInstance, BoolArray]:
        """Return the exact cover by the zones that are left, and which of its columns are zones.

        Args:
            sums: The rows that tie slots together, what is paid the last; what holds anyway is left out.
            left: What is left of zones and shared numbers.
            constant: What is paid in any case.
        """
        classes = self.classes
        zones = sum(len(one.zones) for one in classes)
        starts = np.cumsum([0, *(len(one.zones) for one in classes)]).tolist()
        items, rows = self.items, RowsInTheMaking()
        covered = rows.add(np.ones_like(items), np.ones_like(items))
        sizes = np.array([len(one.slots) for one in classes], dtype=np.int64)
        filled = rows.add(sizes, sizes)
        left_over = np.flatnonzero(~sums.implied(left))
        first = rows.add(sums.low[left_over], sums.high[left_over])
        number, name = np.nonzero(sums.shared[left_over])
        rows.terms(first + number, zones + name, sums.shared[left_over][number, name])
        price = np.concatenate([np.zeros(zones, dtype=np.int64), sums.shared[-1]])
        most = np.ones(zones, dtype=np.int64)
        asked = {(slot, row): counts for slot, row, counts in sums.blocks}
        for k, (one, start) in enumerate(zip(classes, starts, strict=False)):
            group, own = self.groups[one.slots[0]], start + np.arange(len(one.zones))
            zone, item = np.nonzero(group.held[one.zones])
            rows.terms(
                covered + np.searchsorted(items, group.part.items[item]), start + zone, np.ones_like(zone)
            )
            rows.terms(np.full_like(own, filled + k), own, np.ones_like(own))
            most[own[~group.held[one.zones].any(axis=1)]] = len(one.slots)
            price[own] = asked[one.slots[0], len(sums.low) - 1][one.zones]
            for nth, row in enumerate(left_over.tolist()):
                counts = asked.get((one.slots[0], row))
                if counts is not None:
                    rows.terms(np.full_like(own, first + nth), own, counts[one.zones])
        total = zones + len(left.low)
        nothing = np.zeros(total, dtype=np.int64)
        lower, upper = nothing.copy(), np.concatenate([most, left.high])
        lower[zones:] = left.low
        columns = np.arange(total)
        made = MilpInstance(
            columns, (lower, upper), rows.matrix(total), rows.sides(), price, constant, nothing
        )
        return made, columns < zones

    def decisions(self, values: IntArray) -> IntArray:
        """Return the decisions of a cover."""
        found = np.zeros(self.program.decisions.count, dtype=np.int64)
        [grid] = self.program.decisions.grids.values()
        start = 0
        for one in self.classes:
            chosen = one.zones[np.flatnonzero(values[start : start + len(one.zones)])]
            start += len(one.zones)
            group = self.groups[one.slots[0]]
            zones = [np.flatnonzero(own) for own in group.held[chosen] if own.any()]
            for k, items in enumerate(sorted(zones, key=lambda own: int(own[0]))):
                [slot] = self.groups[one.slots[k]].slots
                found[grid[group.part.items[items], slot, 0, 0]] = 1
        return found


def _is_same(one: IntArray | None, other: IntArray | None) -> bool:
    """Whether two slots count the same in a row."""
    if one is None or other is None:
        return one is other
    return one is other or np.array_equal(one, other)
