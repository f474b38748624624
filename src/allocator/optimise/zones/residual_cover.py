"""Residual covers: propagation of sums over one zone per slot, and the exact cover by the remaining zones.

A row over single variables rules out few zones. A row over choices, of which each slot has exactly one, tells
which zones of a slot are out whatever the other slots choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.optimise.zones.candidates import CandidateZones
from allocator.optimise.zones.connected_sets import BoolArray
from allocator.optimise.zones.cover_model import CooBuilder
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance

#: A side of a row beyond this asks for nothing.
OPEN_SIDE = 1 << 60


@dataclass(frozen=True)
class ResidualParams:
    """How far domains are narrowed, and from how many zones a residual cover chooses.

    Attributes:
        rounds: The most rounds of propagation.
        zones_alike: The most zones where the slots that have them are interchangeable.
        zones_apart: The most zones, summed over slots, where rows tell slots apart.
    """

    rounds: int = 20
    zones_alike: int = 20_000
    zones_apart: int = 3_000


#: The parameters of every residual cover.
PARAMS = ResidualParams()


@dataclass(frozen=True, eq=False)
class Domain:
    """The zones that each slot may still have, and the values of the numbers that slots share.

    Attributes:
        able: For each slot ``[zones]`` whether it may still have each.
        low: ``[numbers]`` the least value of each shared number.
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
        """Return the domain with a shared number in the lower, and in the upper half of its values."""
        middle = (int(self.low[number]) + int(self.high[number])) // 2
        low, high = self.low.copy(), self.high.copy()
        high[number], low[number] = middle, middle + 1
        return [Domain(self.able, self.low, high), Domain(self.able, low, self.high)]


class SumConstraints:
    """Rows ``low <= sum of the summand of each slot's zone + shared @ numbers <= high``.

    Args:
        low: ``[rows]`` the lower sides.
        high: ``[rows]`` the upper sides.
        blocks: The summands that are not 0: slot, row, ``[zones]``.
        shared: ``[rows, numbers]`` the coefficients of shared numbers.
    """

    def __init__(
        self, low: IntArray, high: IntArray, blocks: Sequence[tuple[int, int, IntArray]], shared: IntArray
    ) -> None:
        self.low, self.high = low.clip(-OPEN_SIDE, OPEN_SIDE), high.clip(-OPEN_SIDE, OPEN_SIDE)
        self.blocks, self.shared = blocks, shared
        self._rows = np.array([row for _, row, _ in blocks], dtype=np.int64)

    def activity_bounds(self, domain: Domain) -> tuple[IntArray, IntArray]:
        """Return ``[rows]`` the least and the greatest value of each sum."""
        least, most, _, _ = self._activity(domain)
        return least, most

    def implied(self, domain: Domain) -> BoolArray:
        """Return ``[rows]`` whether each row holds whatever is chosen."""
        least, most = self.activity_bounds(domain)
        return np.asarray((least >= self.low) & (most <= self.high))

    def propagate(self, domain: Domain) -> Domain | None:
        """Return the domain that the rows leave; None if they leave none."""
        able, low, high = list(domain.able), domain.low.copy(), domain.high.copy()
        for _ in range(PARAMS.rounds):
            least, most, mins, maxs = self._activity(Domain(able, low, high))
            if (least > self.high).any() or (most < self.low).any():
                return None
            before = _size(able, low, high)
            for (slot, row, counts), least_here, most_here in zip(self.blocks, mins, maxs, strict=True):
                fits = counts <= self.high[row] - least[row] + least_here
                able[slot] = able[slot] & fits & (counts >= self.low[row] - most[row] + most_here)
                if not able[slot].any():
                    return None
            self._propagate_numbers(low, high, least, most)
            if (low > high).any():
                return None
            if _size(able, low, high) == before:
                break
        return Domain(able, low, high)

    def _propagate_numbers(self, low: IntArray, high: IntArray, least: IntArray, most: IntArray) -> None:
        """Narrow the bounds of shared numbers in place, given the bounds of the sums at these."""
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

    def _activity(self, domain: Domain) -> tuple[IntArray, IntArray, list[int], list[int]]:
        """Return the bounds of each sum, and the least and greatest summand of each block."""
        own = [counts[domain.able[slot]] for slot, _, counts in self.blocks]
        mins, maxs = [int(one.min()) for one in own], [int(one.max()) for one in own]
        up, down = self.shared.clip(0, None), self.shared.clip(None, 0)
        least = np.asarray(up @ domain.low + down @ domain.high, dtype=np.int64)
        most = np.asarray(up @ domain.high + down @ domain.low, dtype=np.int64)
        np.add.at(least, self._rows, np.array(mins, dtype=np.int64))
        np.add.at(most, self._rows, np.array(maxs, dtype=np.int64))
        return least, most, mins, maxs


def _size(able: Sequence[BoolArray], low: IntArray, high: IntArray) -> int:
    return sum(int(own.sum()) for own in able) + int((high - low).sum())


@dataclass(frozen=True, eq=False)
class SlotClass:
    """Slots that may have the same zones, and that no row of a residual cover tells apart.

    Attributes:
        slots: Their numbers among the groups.
        zones: The numbers of these zones.
    """

    slots: Sequence[int]
    zones: IntArray


def classify_slots(
    groups: Sequence[CandidateZones], sums: SumConstraints, domain: Domain
) -> list[SlotClass] | None:
    """Return classes of slots, if few enough zones are left in the domain to choose from; None else."""
    found: dict[tuple[int, bytes], list[int]] = {}
    for slot, (group, able) in enumerate(zip(groups, domain.able, strict=True)):
        found.setdefault((id(group.held), able.tobytes()), []).append(slot)
    classes = [SlotClass(slots, np.flatnonzero(domain.able[slots[0]])) for slots in found.values()]
    rows = {*np.flatnonzero(~sums.implied(domain)).tolist(), len(sums.low) - 1}
    counts_of = {(slot, row): counts for slot, row, counts in sums.blocks if row in rows}
    if sum(len(one.zones) for one in classes) <= PARAMS.zones_alike and all(
        _is_same(counts_of.get((one.slots[0], row)), counts_of.get((other, row)))
        for one in classes
        for other in one.slots[1:]
        for row in rows
    ):
        return classes
    few = sum(int(own.sum()) for own in domain.able) <= PARAMS.zones_apart
    return single_slot_classes(domain) if few else None


def single_slot_classes(domain: Domain) -> list[SlotClass]:
    """Return a class for each slot."""
    return [SlotClass([slot], np.flatnonzero(able)) for slot, able in enumerate(domain.able)]


@dataclass(frozen=True, eq=False)
class ResidualCover:
    """The exact cover by the zones of a domain.

    Attributes:
        program: The program.
        items: The items that take a slot.
        groups: The candidate zones of each slot by itself.
        classes: The classes of slots.
    """

    program: Program
    items: IntArray
    groups: Sequence[CandidateZones]
    classes: Sequence[SlotClass]

    def problem(self, sums: SumConstraints, domain: Domain, constant: int) -> tuple[MilpInstance, BoolArray]:
        """Return the exact cover as a problem, and ``[columns]`` whether each column is a zone.

        Args:
            sums: The rows that link slots, the cost last. Rows that the domain implies are left out.
            domain: The zones and shared numbers.
            constant: The cost of every cover.
        """
        zones = sum(len(one.zones) for one in self.classes)
        kept = np.flatnonzero(~sums.implied(domain))
        rows = self._rows(sums, kept, zones)
        total = zones + len(domain.low)
        nothing = np.zeros(total, dtype=np.int64)
        lower, upper = nothing.copy(), np.concatenate([self._most_of_each(), domain.high])
        lower[zones:] = domain.low
        columns = np.arange(total)
        price = np.concatenate([self._summands(sums, len(sums.low) - 1), sums.shared[-1]])
        instance = MilpInstance(
            columns, (lower, upper), rows.matrix(total), rows.sides(), price, constant, nothing
        )
        return instance, columns < zones

    def _rows(self, sums: SumConstraints, kept: IntArray, zones: int) -> CooBuilder:
        """Return the rows: items, slots of each class, then the kept sums."""
        items, rows = self.items, CooBuilder()
        item_rows = rows.add_rows(np.ones_like(items), np.ones_like(items))
        sizes = np.array([len(one.slots) for one in self.classes], dtype=np.int64)
        class_rows = rows.add_rows(sizes, sizes)
        sum_rows = rows.add_rows(sums.low[kept], sums.high[kept])
        row, number = np.nonzero(sums.shared[kept])
        rows.add_terms(sum_rows + row, zones + number, sums.shared[kept][row, number])
        start = 0
        counts_of = {(slot, row): counts for slot, row, counts in sums.blocks}
        for k, one in enumerate(self.classes):
            group, own = self.groups[one.slots[0]], start + np.arange(len(one.zones))
            zone, item = np.nonzero(group.held[one.zones])
            covered = item_rows + np.searchsorted(items, group.block.items[item])
            rows.add_terms(covered, start + zone, np.ones_like(zone))
            rows.add_terms(np.full_like(own, class_rows + k), own, np.ones_like(own))
            for nth, kept_row in enumerate(kept.tolist()):
                counts = counts_of.get((one.slots[0], kept_row))
                if counts is not None:
                    rows.add_terms(np.full_like(own, sum_rows + nth), own, counts[one.zones])
            start += len(one.zones)
        return rows

    def _summands(self, sums: SumConstraints, row: int) -> IntArray:
        """Return ``[zones]`` the summand of each zone in a row."""
        counts_of = {slot: counts for slot, own, counts in sums.blocks if own == row}
        return np.concatenate([counts_of[one.slots[0]][one.zones] for one in self.classes])

    def _most_of_each(self) -> IntArray:
        """Return ``[zones]`` how often each zone may be chosen: more than once only if it is empty."""
        held = [self.groups[one.slots[0]].held[one.zones].any(axis=1) for one in self.classes]
        return np.concatenate(
            [np.where(own, 1, len(one.slots)) for own, one in zip(held, self.classes, strict=True)]
        )

    def decisions(self, values: IntArray) -> IntArray:
        """Return ``[decisions]`` the plan of a cover."""
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
                found[grid[group.block.items[items], slot, 0, 0]] = 1
        return found


def _is_same(one: IntArray | None, other: IntArray | None) -> bool:
    """Whether two slots have the same summands in a row."""
    if one is None or other is None:
        return one is other
    return one is other or np.array_equal(one, other)
