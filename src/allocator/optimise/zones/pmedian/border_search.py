"""Border search: moves and swaps at the borders of zones make them connected, balanced and cheaper."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import numpy.typing as npt

from allocator.optimise.zones.pmedian.districting import Districting
from allocator.optimise.zones.pmedian.location_allocation import Allocation
from allocator.program.program import INFINITE, IntArray

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class BorderParams:
    """How far borders are searched.

    Attributes:
        moves_tried: The number of best moves that are tried before the search for one is given up.
        balancing_moves: The most moves that balance the zones, for each unit.
        least_gain: The least lowering of the imbalance by which a move counts as balancing.
        inner_weight: The weight of the deviation of sums within their bands, against 1 outside.
    """

    moves_tried: int = 60
    balancing_moves: int = 3
    least_gain: float = 1e-12
    inner_weight: float = 0.2


#: The parameters of every search.
PARAMS = BorderParams()


def repair_contiguity(districting: Districting, allocation: Allocation) -> tuple[IntArray, bool]:
    """Return ``[n]`` the zone of each unit, and whether all zones are connected.

    Each zone keeps the component of its centre. Other units go to the nearest centre whose zone they touch.

    Args:
        districting: The districting.
        allocation: Zones and their centres.
    """
    zone, queue = allocation.zone.copy(), list[tuple[int, int, int]]()
    centres = allocation.centres
    zone[centres] = np.arange(len(centres))
    for k, centre in enumerate(centres.tolist()):
        for component in districting.components(np.flatnonzero(zone == k)):
            if centre not in component:
                zone[component] = -1

    def enqueue(unit: int, k: int) -> None:
        heappush(queue, (int(districting.distances[unit, centres[k]]), unit, k))

    for unit in np.flatnonzero(zone < 0).tolist():
        for other in districting.neighbours[unit]:
            if zone[other] >= 0:
                enqueue(unit, int(zone[other]))
    while queue:
        _, unit, k = heappop(queue)
        if zone[unit] < 0:
            zone[unit] = k
            for other in districting.neighbours[unit]:
                if zone[other] < 0:
                    enqueue(other, k)
    is_connected = bool((zone >= 0).all())
    return np.maximum(zone, 0), is_connected


class BorderSearch:
    """A search over the borders of zones.

    Args:
        districting: The districting.
        allocation: The zones to start from, which are made connected first.

    Attributes:
        zone: ``[n]`` the zone of each unit.
        centres: ``[zones]`` the centre of each zone.
        is_connected: Whether every zone is connected, which they then stay.
    """

    def __init__(self, districting: Districting, allocation: Allocation) -> None:
        self.centres = allocation.centres.copy()
        self._districting = districting
        bands, count = districting.sum_bands, districting.zone_count
        self._coefs = np.array([one.coefs for one in bands], dtype=np.int64).reshape(-1, len(districting))
        self._low = np.array([one.low for one in bands], dtype=np.int64)
        self._high = np.array([one.high for one in bands], dtype=np.int64)
        self._targets = self._band_targets()
        self.zone, self.is_connected = repair_contiguity(districting, allocation)
        sums = [np.bincount(self.zone, row, count) for row in self._coefs]
        self._sums = np.array(sums, dtype=np.int64).reshape(-1, count)

    @property
    def cost(self) -> int:
        """The cost of the zones with their present centres."""
        own = self.centres[self.zone]
        return int(self._districting.distances[np.arange(len(self.zone)), own].sum())

    @property
    def is_balanced(self) -> bool:
        """Whether all sums are within their bands."""
        low, high = self._low[:, None], self._high[:, None]
        return bool(((self._sums >= low) & (self._sums <= high)).all())

    def balance(self) -> bool:
        """Move or swap units until all sums are within their bands; return whether they are."""
        for _ in range(PARAMS.balancing_moves * len(self.zone)):
            if self.is_balanced:
                return True
            if not (self._try_moves(self._balancing_moves()) or self._try_swaps(balancing=True)):
                return False
        return self.is_balanced

    def improve(self) -> None:
        """Move and swap units as long as the cost falls, and move the centres along."""
        while True:
            for k in np.unique(self.zone).tolist():
                self.centres[k] = self._districting.medoid(np.flatnonzero(self.zone == k))
            before = self.cost
            while self._try_moves(self._improving_moves()) or self._try_swaps(balancing=False):
                pass
            if self.cost >= before:
                return

    def _band_targets(self) -> FloatArray:
        """Return ``[bands]`` the sum that zones are balanced to: the mean of all zones, within the band."""
        low = np.where(self._low <= -INFINITE, self._high, self._low).astype(float)
        high = np.where(self._high >= INFINITE, self._low, self._high).astype(float)
        mean = self._coefs.sum(axis=1) / self._districting.zone_count
        return np.asarray(np.clip(mean, low, high))

    def _border_moves(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return ``[moves]`` each: units that may leave their zone, their zone, and the zone they touch."""
        tails, heads = self._districting.arcs
        count = self._districting.zone_count
        crossing = (self.zone[tails] != self.zone[heads]) & (self.centres[self.zone[tails]] != tails)
        pairs = np.unique(tails[crossing] * count + self.zone[heads[crossing]])
        units, there = np.divmod(pairs, count)
        return units, self.zone[units], there

    def _added_costs(self, units: IntArray, here: IntArray, there: IntArray) -> IntArray:
        """Return ``[moves]`` the cost that each move adds."""
        distances, centres = self._districting.distances, self.centres
        return np.asarray(distances[units, centres[there]] - distances[units, centres[here]])

    def _imbalance(self, sums: IntArray) -> FloatArray:
        """Return ``[...]`` the squared relative deviation of sums ``[bands, ...]`` from their targets."""
        shape = (-1, *(1,) * (sums.ndim - 1))
        targets = self._targets.reshape(shape)
        off = (sums - targets) / np.maximum(1.0, np.abs(self._targets)).reshape(shape)
        outside = (sums < self._low.reshape(shape)) | (sums > self._high.reshape(shape))
        return np.asarray((off**2 * np.where(outside, 1.0, PARAMS.inner_weight)).sum(axis=0))

    def _balancing_moves(self) -> tuple[IntArray, IntArray]:
        """Return units and target zones of moves that lower the imbalance, least added cost for it first."""
        units, here, there = self._border_moves()
        moved = self._coefs[:, units]
        sums = self._sums
        gain = (
            self._imbalance(sums[:, here]) + self._imbalance(sums[:, there])
            - self._imbalance(sums[:, here] - moved) - self._imbalance(sums[:, there] + moved)
        )  # fmt: skip
        able = np.flatnonzero(gain > PARAMS.least_gain)
        price = self._added_costs(units[able], here[able], there[able]) / gain[able]
        order = able[np.argsort(price, kind="stable")]
        return units[order], there[order]

    def _improving_moves(self) -> tuple[IntArray, IntArray]:
        """Return units and target zones of moves that lower the cost and keep all bands, the best first."""
        units, here, there = self._border_moves()
        added = self._added_costs(units, here, there)
        able = np.flatnonzero(added < 0)
        units, here, there, added = units[able], here[able], there[able], added[able]
        moved = self._coefs[:, units]
        fits = self._fits(self._sums[:, here] - moved) & self._fits(self._sums[:, there] + moved)
        order = np.flatnonzero(fits)[np.argsort(added[fits], kind="stable")]
        return units[order], there[order]

    def _fits(self, sums: IntArray) -> npt.NDArray[np.bool_]:
        """Return ``[...]`` whether sums ``[bands, ...]`` are within all bands."""
        shape = (-1, *(1,) * (sums.ndim - 1))
        fits = (sums >= self._low.reshape(shape)) & (sums <= self._high.reshape(shape))
        return np.asarray(fits.all(axis=0))

    def _try_moves(self, moves: tuple[IntArray, IntArray]) -> bool:
        """Make the first of some moves that leaves zones connected; return whether any did."""
        units, zones = (one[: PARAMS.moves_tried].tolist() for one in moves)
        for unit, there in zip(units, zones, strict=True):
            if self._can_leave(unit):
                self._put(unit, there)
                return True
        return False

    def _try_swaps(self, *, balancing: bool) -> bool:
        """Make the best swap of two units between zones that touch; return whether any could be made."""
        units, here, there = self._border_moves()
        added, count = self._added_costs(units, here, there), self._districting.zone_count
        found: list[tuple[float, int, int]] = []
        pairs = here * count + there
        for pair in np.unique(pairs).tolist():
            q, p = divmod(pair, count)
            go, come = np.flatnonzero(pairs == pair), np.flatnonzero(pairs == p * count + q)
            if q > p or not (len(go) and len(come)):
                continue
            more = added[go][:, None] + added[come][None, :]
            worth = self._swap_values((q, p), units[go], units[come], more, balancing=balancing)
            least = np.argsort(worth, axis=None, kind="stable")[: PARAMS.moves_tried]
            a, b = np.unravel_index(least, worth.shape)
            good = np.isfinite(worth[a, b])
            one, other = units[go][a][good].tolist(), units[come][b][good].tolist()
            found += zip(worth[a, b][good].tolist(), one, other, strict=True)
        return any(self._try_swap(one, other) for _, one, other in sorted(found)[: PARAMS.moves_tried])

    def _swap_values(
        self, zones: tuple[int, int], go: IntArray, come: IntArray, added: IntArray, *, balancing: bool
    ) -> FloatArray:
        """Return ``[go, come]`` the value of each swap, the less the better; infinite where it is of no use.

        Args:
            zones: The zone that ``go`` leave, and the zone that ``come`` leave.
            go: Units of the one zone.
            come: Units of the other.
            added: ``[go, come]`` the cost that each swap adds.
            balancing: Whether swaps are to lower the imbalance, not the cost.
        """
        q, p = zones
        moved = self._coefs[:, go][:, :, None] - self._coefs[:, come][:, None, :]
        q_sums, p_sums = self._sums[:, q][:, None, None] - moved, self._sums[:, p][:, None, None] + moved
        if not balancing:
            fits = self._fits(q_sums) & self._fits(p_sums) & (added < 0)
            return np.where(fits, added.astype(float), np.inf)
        now = self._imbalance(self._sums[:, [q]])[0] + self._imbalance(self._sums[:, [p]])[0]
        gain = now - self._imbalance(q_sums) - self._imbalance(p_sums)
        return np.where(gain > PARAMS.least_gain, added / np.maximum(gain, PARAMS.least_gain), np.inf)

    def _try_swap(self, one: int, other: int) -> bool:
        """Swap two units if their zones stay connected; return whether they do."""
        q, p = int(self.zone[one]), int(self.zone[other])
        self._put(one, p)
        self._put(other, q)
        if self._is_zone_connected(q) and self._is_zone_connected(p):
            return True
        self._put(one, q)
        self._put(other, p)
        return False

    def _is_zone_connected(self, k: int) -> bool:
        return len(self._districting.components(np.flatnonzero(self.zone == k))) == 1

    def _put(self, unit: int, there: int) -> None:
        self._sums[:, self.zone[unit]] -= self._coefs[:, unit]
        self._sums[:, there] += self._coefs[:, unit]
        self.zone[unit] = there

    def _can_leave(self, unit: int) -> bool:
        """Whether the zone of a unit is connected without it: its neighbours there still reach each other."""
        zone, near = self.zone, self._districting.neighbours
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
