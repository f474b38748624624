"""The past of a layer: the holders of slots in the periods before the horizon, of which ``-1`` is the last.

The past is stored as stays: its size depends on the number of postings, not on the number of periods.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import groupby, takewhile
from operator import itemgetter
from typing import NamedTuple

from allocator.model.steps import Step, Stretch, next_day

#: Number of past periods that a posting without a start date covers; no rule reads more periods.
LONGEST = 1001

Held = tuple[int, int]


class Stay(NamedTuple):
    """An item in a slot and a role, from one past period to another (negative, both included)."""

    item: int
    slot: int
    role: int
    first: int
    last: int


class Past(Mapping[tuple[int, int], tuple[Held, ...]]):
    """The (slot, role) pairs of each (item, period) before the horizon; periods are negative."""

    def __init__(self, stays: Iterable[Stay] = ()) -> None:
        self.stays = tuple(sorted(set(stays)))
        self._at: dict[int, tuple[Stay, ...]] = {}
        self._members: dict[int, dict[int, tuple[Held, ...]]] = {}

    @cached_property
    def _of_item(self) -> Mapping[int, tuple[Stay, ...]]:
        return {item: tuple(stays) for item, stays in groupby(self.stays, itemgetter(0))}

    def __getitem__(self, key: tuple[int, int]) -> tuple[Held, ...]:
        held = self.held(*key)
        if not held:
            raise KeyError(key)
        return held

    def held(self, item: int, period: int) -> tuple[Held, ...]:
        """Return the (slot, role) pairs that an item held in a period, in order."""
        stays = self._of_item.get(item, ())
        return tuple(sorted({(one.slot, one.role) for one in stays if one.first <= period <= one.last}))

    def __iter__(self) -> Iterator[tuple[int, int]]:
        for item, stays in self._of_item.items():
            periods = {period for one in stays for period in range(one.first, one.last + 1)}
            yield from ((item, period) for period in sorted(periods, reverse=True))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return bool(self.stays)

    def at(self, period: int) -> tuple[Stay, ...]:
        """Return the stays that go through a period."""
        if period not in self._at:
            self._at[period] = tuple(one for one in self.stays if one.first <= period <= one.last)
        return self._at[period]

    def members(self, slot: int, period: int) -> tuple[Held, ...]:
        """Return the (item, role) pairs that were in a slot in a period, in order."""
        if period not in self._members:
            there = sorted({(one.slot, one.item, one.role) for one in self.at(period)})
            groups = groupby(there, itemgetter(0))
            self._members[period] = {at: tuple((item, role) for _, item, role in g) for at, g in groups}
        return self._members[period].get(slot, ())

    def began(self, item: int, slot: int, roles: Collection[int]) -> int:
        """Return the first period of the item's unbroken stay up to the horizon; 0 without such a stay.

        Args:
            item: The item.
            slot: The slot of the stay.
            roles: The roles that count; the stay may change between them.
        """
        stays = [one for one in self._of_item.get(item, ()) if one.slot == slot and one.role in roles]
        began = 0
        for one in sorted(stays, key=lambda stay: -stay.last):
            if one.last >= began - 1:
                began = min(began, one.first)
        return began


class Timeline:
    """The periods before a horizon as stretches of the calendar, back to a given day."""

    def __init__(self, step: Step, first: Stretch, earliest: date) -> None:
        """List the periods back to ``earliest``, and at least ``LONGEST`` periods."""
        back = enumerate(step.back(first))
        wanted = takewhile(lambda one: one[0] < LONGEST or one[1].end >= earliest, back)
        self._stretches = [stretch for _, stretch in wanted][::-1]
        self._starts = [stretch.start for stretch in self._stretches]
        self._ends = [stretch.end for stretch in self._stretches]

    def held(self, days: Iterable[Stretch]) -> Iterator[tuple[int, int]]:
        """Yield the runs of periods (first, last; negative) that ``days`` cover to at least half each.

        Args:
            days: Stretches of the calendar in order, with a gap between any two.
        """
        size = len(self._stretches)
        partly: dict[int, int] = {}
        whole: set[tuple[int, int]] = set()
        for start, end in days:
            low, high = bisect_left(self._ends, start), bisect_right(self._starts, end) - 1
            for k in {low, high} if low <= high else ():
                over = Stretch(max(start, self._starts[k]), min(end, self._ends[k])).days
                partly[k] = partly.get(k, 0) + over
            if low + 1 < high:
                whole.add((low + 1, high - 1))
        edges = {(k, k) for k, over in partly.items() if 2 * over >= self._stretches[k].days}
        yield from ((first - size, last - size) for first, last in _joined(whole | edges))


def _joined(runs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield runs of numbers in order; runs that overlap or meet become one."""
    joined: list[tuple[int, int]] = []
    for run in sorted(runs):
        if joined and run[0] <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(run[1], joined[-1][1])
        else:
            joined.append(run)
    yield from joined


def merged(days: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Return stretches of days in order; stretches that overlap or meet become one."""
    joined: list[Stretch] = []
    for one in sorted(days):
        if joined and one.start <= next_day(joined[-1].end):
            joined[-1] = Stretch(joined[-1].start, max(one.end, joined[-1].end))
        else:
            joined.append(one)
    return tuple(joined)
