"""Sums over one choice for each slot, and over whole numbers that slots share: what rows leave of both.

Of a row over variables by themselves a bound says little of a zone; of a row over choices, of which each slot
has exactly one, it says which zones are out whatever the other slots choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allocator.optimise.zones.bits import BoolArray
from allocator.program.program import IntArray

#: Rounds of narrowing at most; sides beyond which a row asks for nothing.
ROUNDS, OPEN = 20, 1 << 60


@dataclass(frozen=True, eq=False)
class Left:
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

    def halves(self, number: int) -> list[Left]:
        """Return this with one shared number in either half of what it may be."""
        middle = (int(self.low[number]) + int(self.high[number])) // 2
        low, high = self.low.copy(), self.high.copy()
        high[number], low[number] = middle, middle + 1
        return [Left(self.able, self.low, high), Left(self.able, low, self.high)]


class Sums:
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

    def ends(self, left: Left) -> tuple[IntArray, IntArray]:
        """Return ``[rows]`` the least and the greatest that each sum may come to."""
        least, most, _, _ = self._ends(left)
        return least, most

    def implied(self, left: Left) -> BoolArray:
        """Return ``[rows]`` whether each row holds whatever is chosen."""
        least, most = self.ends(left)
        return np.asarray((least >= self.low) & (most <= self.high))

    def narrowed(self, left: Left) -> Left | None:
        """Return what rows leave, None if that is nothing."""
        able, low, high = list(left.able), left.low.copy(), left.high.copy()
        for _ in range(ROUNDS):
            least, most, mins, maxs = self._ends(Left(able, low, high))
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
        return Left(able, low, high)

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

    def _ends(self, left: Left) -> tuple[IntArray, IntArray, list[int], list[int]]:
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
