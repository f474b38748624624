"""The exact cover that is left of a window: by zones of slots that are alike, with the rows that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.optimise.zones.candidates import Candidates
from allocator.optimise.zones.connected_sets import BoolArray
from allocator.optimise.zones.cover_model import CooBuilder
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance

#: Rounds of narrowing at most; sides beyond which a row asks for nothing.
ROUNDS, OPEN = 20, 1 << 60


@dataclass(frozen=True, eq=False)
class Domain:
    """What is left to choose from.

    Attributes:
        able: Of each slot ``[choices]`` which it may still have.
        low: ``[shared]`` the least that each shared number may be.
        high: The greatest.
    """

    able: Sequence[BoolArray]
    low: IntArray
    high: IntArray

    @property
    def widest(self) -> int | None:
        """The shared number with the most values left; None if each has one."""
        room = self.high - self.low
        return int(room.argmax()) if len(room) and room.max() > 0 else None

    def halves(self, number: int) -> list[Domain]:
        """Return this with one shared number in either half of what it may be."""
        middle = (int(self.low[number]) + int(self.high[number])) // 2
        low, high = self.low.copy(), self.high.copy()
        high[number], low[number] = middle, middle + 1
        return [Domain(self.able, self.low, high), Domain(self.able, low, self.high)]


class SumConstraints:
    """Rows ``low <= sum of what each slot's choice counts + shared @ numbers <= high``.

    Args:
        low: ``[rows]`` the lower sides.
        high: ``[rows]`` the upper sides.
        blocks: Of some slots and rows, what each choice counts: slot, row, ``[choices]``.
        shared: ``[rows, numbers]`` what shared numbers count.
    """

    def __init__(
        self, low: IntArray, high: IntArray, blocks: Sequence[tuple[int, int, IntArray]], shared: IntArray
    ) -> None:
        self.low, self.high = low.clip(-OPEN, OPEN), high.clip(-OPEN, OPEN)
        self.blocks, self.shared = blocks, shared
        self._rows = np.array([row for _, row, _ in blocks], dtype=np.int64)

    def ends(self, left: Domain) -> tuple[IntArray, IntArray]:
        """Return ``[rows]`` the least and the greatest that each sum may come to."""
        least, most, _, _ = self._ends(left)
        return least, most

    def implied(self, left: Domain) -> BoolArray:
        """Return ``[rows]`` whether each row holds whatever is chosen."""
        least, most = self.ends(left)
        return np.asarray((least >= self.low) & (most <= self.high))

    def narrowed(self, left: Domain) -> Domain | None:
        """Return what rows leave, None if that is nothing."""
        able, low, high = list(left.able), left.low.copy(), left.high.copy()
        for _ in range(ROUNDS):
            least, most, mins, maxs = self._ends(Domain(able, low, high))
            if (least > self.high).any() or (most < self.low).any():
                return None
            before = _size(able, low, high)
            for (slot, row, counts), least_here, most_here in zip(self.blocks, mins, maxs, strict=True):
                fits = counts <= self.high[row] - least[row] + least_here
                able[slot] = able[slot] & fits & (counts >= self.low[row] - most[row] + most_here)
                if not able[slot].any():
                    return None
            self._narrow_shared(low, high, least, most)
            if (low > high).any():
                return None
            if _size(able, low, high) == before:
                break
        return Domain(able, low, high)

    def _narrow_shared(self, low: IntArray, high: IntArray, least: IntArray, most: IntArray) -> None:
        """Narrow the shared numbers in place, by ends of the sums that hold for them as they are now."""
        ends_of = low.copy(), high.copy()
        for row, number in np.argwhere(self.shared).tolist():
            count = int(self.shared[row, number])
            ends = sorted(count * int(end[number]) for end in ends_of)
            upper = int(self.high[row]) - (int(least[row]) - ends[0])
            lower = int(self.low[row]) - (int(most[row]) - ends[1])
            if count < 0:
                upper, lower = lower, upper
            high[number] = min(int(high[number]), upper // count)
            low[number] = max(int(low[number]), -(-lower // count))

    def _ends(self, left: Domain) -> tuple[IntArray, IntArray, list[int], list[int]]:
        own = [counts[left.able[slot]] for slot, _, counts in self.blocks]
        mins, maxs = [int(one.min()) for one in own], [int(one.max()) for one in own]
        up, down = self.shared.clip(0, None), self.shared.clip(None, 0)
        least = np.asarray(up @ left.low + down @ left.high, dtype=np.int64)
        most = np.asarray(up @ left.high + down @ left.low, dtype=np.int64)
        np.add.at(least, self._rows, np.array(mins, dtype=np.int64))
        np.add.at(most, self._rows, np.array(maxs, dtype=np.int64))
        return least, most, mins, maxs


def _size(able: Sequence[BoolArray], low: IntArray, high: IntArray) -> int:
    return sum(int(own.sum()) for own in able) + int((high - low).sum())


#: So many zones are chosen from at once: where slots are alike, and where rows tell them apart.
ALIKE, APART = 20_000, 3_000


@dataclass(frozen=True, eq=False)
class SlotClass:
    """Slots that may have the same zones, and of which no row that is left asks different things.

    Attributes:
        slots: Their numbers among the groups.
        zones: Which zones these are.
    """

    slots: Sequence[int]
    zones: IntArray


def alike(groups: Sequence[Candidates], sums: SumConstraints, left: Domain) -> list[SlotClass] | None:
    """Return slots by what they may have where few enough zones are left, None where there are more."""
    found: dict[tuple[int, bytes], list[int]] = {}
    for slot, (group, able) in enumerate(zip(groups, left.able, strict=True)):
        found.setdefault((id(group.held), able.tobytes()), []).append(slot)
    classes = [SlotClass(slots, np.flatnonzero(left.able[slots[0]])) for slots in found.values()]
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


def apart(left: Domain) -> list[SlotClass]:
    """Return a class for each slot."""
    return [SlotClass([slot], np.flatnonzero(able)) for slot, able in enumerate(left.able)]


@dataclass(frozen=True, eq=False)
class ResidualCover:
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
    classes: Sequence[SlotClass]

    def problem(self, sums: SumConstraints, left: Domain, constant: int) -> tuple[MilpInstance, BoolArray]:
        """Return the exact cover by the zones that are left, and which of its columns are zones.

        Args:
            sums: The rows that tie slots together, what is paid the last; what holds anyway is left out.
            left: What is left of zones and shared numbers.
            constant: What is paid in any case.
        """
        classes = self.classes
        zones = sum(len(one.zones) for one in classes)
        starts = np.cumsum([0, *(len(one.zones) for one in classes)]).tolist()
        items, rows = self.items, CooBuilder()
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
