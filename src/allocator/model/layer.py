"""A layer bound to a scenario: which items may go to which slots, in which roles and periods, and its past.

Arrays are indexed by item ``i``, slot ``s``, role ``r`` and period ``t``. Periods before the horizon have
negative indices: ``-1`` is the last of them, ``-2`` the period before.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from itertools import groupby, takewhile
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from allocator.model.spec import LayerSpec, Period
from allocator.model.steps import CalendarStep, Stretch, next_day

BoolArray = npt.NDArray[np.bool_]
IntArray = npt.NDArray[np.int64]
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
    """The (slot, role) pairs of each (item, period) before the horizon; periods are negative.

    The past is stored as stays: its size depends on the number of postings, not on the number of periods.
    """

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

    def __init__(self, step: CalendarStep, first: Stretch, earliest: date) -> None:
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


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer of decisions.

    Attributes:
        name: Name of the layer in ``scenario.yaml``.
        spec: The layer's declaration in ``scenario.yaml``.
        items: Ids of the ``I`` items, the entities that are assigned.
        slots: Ids of the ``S`` slots, the entities that items are assigned to.
        roles: Names of the ``R`` roles; ``(None,)`` if the slots have no roles.
        periods: The ``T`` decided periods; a single period for the whole horizon if ``once``.
        present: ``[I, T]``, whether the item can be assigned in the period (in service, not away).
        active: ``[S, T]``, whether the slot exists in the period.
        possible: ``[I, S]``, whether the item can go to the slot at all.
        past: ``(item, period) -> ((slot, role), ...)`` for periods before the horizon (negative).
    """

    name: str
    spec: LayerSpec
    items: tuple[str, ...]
    slots: tuple[str, ...]
    roles: tuple[str | None, ...]
    periods: tuple[Period, ...]
    present: BoolArray
    active: BoolArray
    possible: BoolArray
    past: Past = field(default_factory=Past)

    @property
    def once(self) -> bool:
        """Whether the layer is decided once for the whole horizon."""
        return self.spec.periods == "once"

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Numbers of items, slots, roles and periods."""
        return len(self.items), len(self.slots), len(self.roles), len(self.periods)

    @cached_property
    def item_index(self) -> Mapping[str, int]:
        """Position of each item by id."""
        return {item: i for i, item in enumerate(self.items)}

    @cached_property
    def slot_index(self) -> Mapping[str, int]:
        """Position of each slot by id."""
        return {slot: s for s, slot in enumerate(self.slots)}

    @cached_property
    def period_index(self) -> Mapping[str | None, int]:
        """Position of each period by its id in plans (None if the layer is decided once)."""
        return {self.period_id(t): t for t in range(len(self.periods))}

    def period_id(self, t: int) -> str | None:
        """Return the id of period ``t`` in plans; None if the layer is decided once."""
        return None if self.once else self.periods[t].id

    @cached_property
    def open(self) -> BoolArray:
        """``[I, S, T]``: whether the item can be in the slot in the period."""
        return self.present[:, None, :] & self.active[None, :, :] & self.possible[:, :, None]

    def can_be(self, item: int, slot: int, period: int) -> bool:
        """Return whether the item can be in the slot in the period."""
        return bool(self.present[item, period] and self.active[slot, period] and self.possible[item, slot])

    def period_at(self, t: int) -> int:
        """Return the index of this layer's period that covers period ``t`` of the horizon."""
        return 0 if self.once else t

    def truncate(self, periods: int) -> Layer:
        """Return the layer with its first ``periods`` periods; a layer decided once stays whole."""
        if self.once or periods >= len(self.periods):
            return self
        return replace(
            self,
            periods=self.periods[:periods],
            present=self.present[:, :periods],
            active=self.active[:, :periods],
        )
