"""Zones that are changed unit by unit along their borders: made whole, brought into balance, made better."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from allocator.optimise.zones.pmedian.allocate import Allocation
from allocator.optimise.zones.pmedian.districting import Districting
from allocator.program.program import INFINITE, IntArray


def repair_contiguity(given: Districting, made: Allocation) -> tuple[IntArray, bool]:
    """Return ``[n]`` the zone of each unit, and whether all zones are connected now.

    Args:
        given: The map.
        made: Zones and their centres, which stay theirs; others go to the nearest centre that they touch.
    """
    zone, queue = made.zone.copy(), list[tuple[int, int, int]]()
    zone[made.centres] = np.arange(len(made.centres))
    for k, centre in enumerate(made.centres.tolist()):
        for piece in given.pieces(np.flatnonzero(zone == k)):
            if centre not in piece:
                zone[piece] = -1

    def wait(unit: int, k: int) -> None:
        heappush(queue, (int(given.far[unit, made.centres[k]]), unit, k))

    for unit in np.flatnonzero(zone < 0).tolist():
        for other in given.near[unit]:
            if zone[other] >= 0:
                wait(unit, int(zone[other]))
    while queue:
        _, unit, k = heappop(queue)
        if zone[unit] < 0:
            zone[unit] = k
            for other in given.near[unit]:
                if zone[other] < 0:
                    wait(other, k)
    is_whole = bool((zone >= 0).all())
    return np.maximum(zone, 0), is_whole


FloatArray = npt.NDArray[np.float64]
#: Of the moves that look best so many are tried before a search for one is given up.
TRIED = 60
#: Moves that bring sums into balance: so many for each unit at most.
MENDING = 3


class BorderSearch:
    """Zones with their centres and sums.

    Args:
        given: The map.
        made: Zones to begin from; pieces without the centre are given to zones that they touch.

    Attributes:
        zone: ``[n]`` the zone of each unit.
        centres: ``[zones]`` the unit that is each zone's centre.
        is_whole: Whether every zone is connected, which they then stay.
    """

    def __init__(self, given: Districting, made: Allocation) -> None:
        self.centres = made.centres.copy()
        self._given = given
        self._coefs = np.array([one.coefs for one in given.asked], dtype=np.int64).reshape(-1, len(given))
        self._low = np.array([one.low for one in given.asked], dtype=np.int64)
        self._high = np.array([one.high for one in given.asked], dtype=np.int64)
        self._middle = self._middles()
        self.zone, self.is_whole = repair_contiguity(given, made)
        self._sums = np.array(
            [np.bincount(self.zone, row, given.count) for row in self._coefs], dtype=np.int64
        ).reshape(-1, given.count)

    @property
    def cost(self) -> int:
        """What the zones cost with their centres as they are."""
        return int(self._given.far[np.arange(len(self.zone)), self.centres[self.zone]].sum())

    @property
    def is_in_balance(self) -> bool:
        """Whether all sums are within their sides."""
        low, high = self._low[:, None], self._high[:, None]
        return bool(((self._sums >= low) & (self._sums <= high)).all())

    def balance(self) -> bool:
        """Move units, and swap some, until all sums are within their sides; return whether they are."""
        for _ in range(MENDING * len(self.zone)):
            if self.is_in_balance:
                return True
            if not (self._move(self._towards_balance()) or self._swap(balancing=True)):
                return False
        return self.is_in_balance

    def improve(self) -> None:
        """Move and swap units as long as zones get better, centres moving along."""
        while True:
            for k in np.unique(self.zone).tolist():
                self.centres[k] = self._given.centre(np.flatnonzero(self.zone == k))
            before = self.cost
            while self._move(self._gains()) or self._swap(balancing=False):
                pass
            if self.cost >= before:
                return

    def _middles(self) -> FloatArray:
        """Return ``[asked]`` what sums are drawn to: the middle of their sides, or the side that there is."""
        low = np.where(self._low <= -INFINITE, self._high, self._low).astype(float)
        high = np.where(self._high >= INFINITE, self._low, self._high).astype(float)
        mean = self._coefs.sum(axis=1) / self._given.count
        return np.asarray(np.clip(mean, low, high))

    def _border(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return ``[m]`` each: units that may leave their zone, the zone they leave, the one they touch."""
        tails, heads = self._given.arcs
        crossing = (self.zone[tails] != self.zone[heads]) & (self.centres[self.zone[tails]] != tails)
        able = np.unique(tails[crossing] * self._given.count + self.zone[heads[crossing]])
        units, there = np.divmod(able, self._given.count)
        return units, self.zone[units], there

    def _ways(self, units: IntArray, here: IntArray, there: IntArray) -> IntArray:
        """Return ``[m]`` what moves cost more."""
        far, centres = self._given.far, self.centres
        return np.asarray(far[units, centres[there]] - far[units, centres[here]])

    def _strain(self, sums: IntArray) -> FloatArray:
        """Return ``[...]`` by how much sums ``[asked, ...]`` are off their middles, squared and added up."""
        shape = (-1, *(1,) * (sums.ndim - 1))
        off = (sums - self._middle.reshape(shape)) / np.maximum(1.0, np.abs(self._middle)).reshape(shape)
        beyond = (sums < self._low.reshape(shape)) | (sums > self._high.reshape(shape))
        return np.asarray((off**2 * np.where(beyond, 1.0, 0.2)).sum(axis=0))

    def _towards_balance(self) -> tuple[IntArray, IntArray]:
        """Return moves that lessen the strain, those first that cost least for it."""
        units, here, there = self._border()
        moved = self._coefs[:, units]
        sums = self._sums
        gain = (
            self._strain(sums[:, here]) + self._strain(sums[:, there])
            - self._strain(sums[:, here] - moved) - self._strain(sums[:, there] + moved)
        )  # fmt: skip
        able = np.flatnonzero(gain > 1e-12)
        dear = self._ways(units[able], here[able], there[able]) / gain[able]
        order = able[np.argsort(dear, kind="stable")]
        return units[order], there[order]

    def _gains(self) -> tuple[IntArray, IntArray]:
        """Return moves that cost less and keep all sums within their sides, the best first."""
        units, here, there = self._border()
        more = self._ways(units, here, there)
        able = np.flatnonzero(more < 0)
        units, here, there, more = units[able], here[able], there[able], more[able]
        moved = self._coefs[:, units]
        fits = self._fits(self._sums[:, here] - moved) & self._fits(self._sums[:, there] + moved)
        order = np.flatnonzero(fits)[np.argsort(more[fits], kind="stable")]
        return units[order], there[order]

    def _fits(self, sums: IntArray) -> npt.NDArray[np.bool_]:
        shape = (-1, *(1,) * (sums.ndim - 1))
        fits = (sums >= self._low.reshape(shape)) & (sums <= self._high.reshape(shape))
        return np.asarray(fits.all(axis=0))

    def _move(self, moves: tuple[IntArray, IntArray]) -> bool:
        """Make the first of some moves that leaves zones whole; return whether any did."""
        for unit, there in zip(moves[0][:TRIED].tolist(), moves[1][:TRIED].tolist(), strict=True):
            if self._stays_whole(unit):
                self._put(unit, there)
                return True
        return False

    def _swap(self, *, balancing: bool) -> bool:
        """Make the best move there and back between two zones that both can bear; return whether any did."""
        units, here, there = self._border()
        more = self._ways(units, here, there)
        found: list[tuple[float, int, int]] = []
        pairs = here * self._given.count + there
        for pair in np.unique(pairs).tolist():
            q, p = divmod(pair, self._given.count)
            if q > p:
                continue
            go, come = units[pairs == pair], units[pairs == p * self._given.count + q]
            if not (len(go) and len(come)):
                continue
            dear = more[pairs == pair][:, None] + more[pairs == p * self._given.count + q][None, :]
            moved = self._coefs[:, go][:, :, None] - self._coefs[:, come][:, None, :]
            q_sums, p_sums = self._sums[:, q][:, None, None] - moved, self._sums[:, p][:, None, None] + moved
            if balancing:
                now = self._strain(self._sums[:, [q]])[0] + self._strain(self._sums[:, [p]])[0]
                gain = now - self._strain(q_sums) - self._strain(p_sums)
                worth = np.where(gain > 1e-12, dear / np.maximum(gain, 1e-12), np.inf)
            else:
                fits = self._fits(q_sums) & self._fits(p_sums) & (dear < 0)
                worth = np.where(fits, dear.astype(float), np.inf)
            least = np.argsort(worth, axis=None, kind="stable")[:TRIED]
            a, b = np.unravel_index(least, worth.shape)
            good = np.isfinite(worth[a, b])
            found += zip(
                worth[a, b][good].tolist(), go[a][good].tolist(), come[b][good].tolist(), strict=True
            )
        return any(self._swapped(one, other) for _, one, other in sorted(found)[:TRIED])

    def _swapped(self, one: int, other: int) -> bool:
        """Let two units change places if their zones stay whole; return whether they did."""
        q, p = int(self.zone[one]), int(self.zone[other])
        self._put(one, p)
        self._put(other, q)
        if self._is_one(q) and self._is_one(p):
            return True
        self._put(one, q)
        self._put(other, p)
        return False

    def _is_one(self, k: int) -> bool:
        return len(self._given.pieces(np.flatnonzero(self.zone == k))) == 1

    def _put(self, unit: int, there: int) -> None:
        self._sums[:, self.zone[unit]] -= self._coefs[:, unit]
        self._sums[:, there] += self._coefs[:, unit]
        self.zone[unit] = there

    def _stays_whole(self, unit: int) -> bool:
        """Whether the zone of a unit hangs together without it: its neighbours still reach each other."""
        zone, near = self.zone, self._given.near
        own = zone[unit]
        around = [other for other in near[unit] if zone[other] == own]
        if len(around) < 2:
            return len(around) == 1
        left, seen, edge = set(around[1:]), {unit, around[0]}, [around[0]]
        for one in edge:
            for other in near[one]:
                if other not in seen and zone[other] == own:
                    seen.add(other)
                    edge.append(other)
                    left.discard(other)
            if not left:
                return True
        return False
