"""What prices of units and of weight prove: a bound of all zones, and which units can go to which centre.

Every unit is in one zone and every zone in its band at prices only; then each centre draws whoever is
cheaper than his price, and the cheapest centres stand for the zones. Any prices prove a bound, and by how
much more a plan costs that does otherwise in one place (Geoffrion, 1974; for districts Hojati, 1996).
Prices are found by subgradient steps (Held, Wolfe and Crowder, 1974), and rounded before they prove.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.engine.zones.bits import BoolArray
from allocator.engine.zones.centres.districting import Districting
from allocator.program.program import IntArray

FloatArray = npt.NDArray[np.float64]
#: Rounded prices, and all that is added up of them, stay below this.
MOST = 2.0**61
#: A step is shortened to this part of it after so many without a gain; at the least the search ends.
SHORTER, PATIENCE, SHORTEST = 0.67, 20, 1e-3
#: A gain is what closes so much of the gap.
GAIN = 1e-4
#: Of the pairs the search leaves out after so many steps those that cannot be in a better plan.
FIXING = 60


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is left of a map, and what is proved of it.

    Attributes:
        centres: ``[m]`` units that can be a centre, in order.
        able: ``[n, m]`` whether each unit can go to each of them.
        bound: What anything costs at least, the constant of the map not counted.
        prices: ``[n]`` what is paid for each unit's going somewhere.
        promise: ``[m]`` what each centre adds to the bound by its prices: the less the better.
    """

    centres: IntArray
    able: BoolArray
    bound: int
    prices: IntArray
    promise: FloatArray


class Prices:
    """A search for prices, thinning out what can be in a plan that costs no more than one that is known.

    Args:
        given: The map.
        most: What that plan costs, the constant of the map not counted.
    """

    def __init__(self, given: Districting, most: int) -> None:
        self._given, self.most = given, most
        self._weights, self._band = given.band.weights, given.band
        count, share = len(given), max(1, len(given) // (2 * given.count))
        self.centres = np.arange(count)
        self.able = np.ones((count, count), dtype=np.bool_)
        self._far = given.far.astype(float)
        self.units = np.partition(self._far, min(share, count - 1), axis=1)[:, min(share, count - 1)].copy()
        self.weight = np.zeros(count)
        self.bound = 0
        self._met: dict[bytes, IntArray] = {}
        self._best = self.units.copy(), self.weight.copy()

    def seek(self, goes_on: Callable[[], bool], heard: Callable[[int], None], steps: int = 10**6) -> None:
        """Take steps until they are of no use, or for as long as they may go on.

        Args:
            goes_on: Asked before each step.
            heard: Told each better bound that is proved.
            steps: How many steps at most.
        """
        theta, stall, best = 1.0, 0, -np.inf
        self.units, self.weight = (own.copy() for own in self._best)
        unit = float(self._weights.mean()) or 1.0
        for step in range(1, steps + 1):
            if not goes_on():
                break
            found, by_units, by_weight = self._priced()
            gap = max(self.most - found, 1e-9 * abs(self.most), 1e-9)
            stall = 0 if found > best + GAIN * gap else stall + 1
            if found > best:
                best, self._best = found, (self.units.copy(), self.weight.copy())
            if stall >= PATIENCE:
                theta, stall = theta * SHORTER, 0
                self.units, self.weight = (own.copy() for own in self._best)
            length = float(by_units @ by_units) + float(by_weight @ by_weight) / unit**2
            if theta < SHORTEST or length == 0.0:
                break
            stride = theta * gap / length
            self.units = self.units + stride * by_units
            moved = self.weight + stride * by_weight / unit**2
            self.weight = np.where(moved * self.weight < 0, 0.0, moved)
            if step % FIXING == 0:
                heard(self.fix())
                if len(self.centres) <= self._given.count:
                    break
        heard(self.fix())

    def met(self) -> list[IntArray]:
        """Return the sets of centres that stood for the zones in some step, the last first."""
        return [own for own in reversed(self._met.values()) if len(own) == self._given.count]

    def lower(self, most: int) -> None:
        """Know of a plan that costs ``most``."""
        self.most = min(self.most, most)

    def _priced(self) -> tuple[float, FloatArray, FloatArray]:
        """Return what the prices prove, but for rounding, and which way they would have to move."""
        given, band = self._given, self._band
        reduced = self._far - self.units[:, None] + self._weights[:, None] * self.weight[None, :]
        own = reduced[self.centres, np.arange(len(self.centres))]
        drawn = np.minimum(reduced, 0.0)
        drawn[self.centres, np.arange(len(self.centres))] = 0.0
        worth = own + drawn.sum(axis=0)
        worth -= self.weight * np.where(self.weight > 0, band.high, band.low)
        chosen = self._cheapest(worth)
        stand_for = np.sort(self.centres[chosen])
        self._met[stand_for.tobytes()] = stand_for
        goes = reduced[:, chosen] < 0
        goes[self.centres[chosen], np.arange(len(chosen))] = True
        sums = self._weights @ goes
        by_weight = np.zeros(len(self.centres))
        over, under = sums - band.high, sums - band.low
        at = self.weight[chosen]
        by_weight[chosen] = np.where((at > 0) | ((at == 0) & (over > 0)), over, np.where((at < 0) | (under < 0), under, 0))
        return float(self.units.sum() + worth[chosen].sum()), 1.0 - goes.sum(axis=1), by_weight

    def _cheapest(self, worth: FloatArray | IntArray) -> IntArray:
        """Return the centres that stand for the zones, by their places."""
        count = min(self._given.count, len(worth))
        chosen = np.argsort(worth, kind="stable")[:count]
        return chosen[worth[chosen] < 0] if self._given.may_be_empty else chosen

    def fix(self) -> int:
        """Leave out what cannot be in a plan that costs no more than the known one; return the bound."""
        given, band, most = self._given, self._band, self.most
        units, weight = self._best
        scale = self._scale(units)
        a, q = np.rint(units * scale).astype(np.int64), np.rint(weight * scale).astype(np.int64)
        far = given.far[:, self.centres] * scale
        reduced = far - a[:, None] + self._weights[:, None] * q[None, :]
        places = np.arange(len(self.centres))
        drawn = np.where(self.able, np.minimum(reduced, 0), 0)
        drawn[self.centres, places] = reduced[self.centres, places]
        worth = drawn.sum(axis=0) - q * np.where(q > 0, band.high, band.low)
        if not given.may_be_empty and len(worth) < given.count:
            self.bound = most + 1
            return self.bound
        chosen = self._cheapest(worth)
        bound = int(a.sum() + worth[chosen].sum())
        self.bound = max(self.bound, -(-bound // scale))
        # With this centre instead of the dearest of those chosen, and with this unit going there.
        dearest = int(worth[chosen].max()) if len(chosen) == given.count else 0
        with_centre = np.where(np.isin(places, chosen), bound, bound + np.maximum(0, worth - dearest))
        room = most * scale
        kept = with_centre <= room
        extra = np.maximum(reduced, 0)
        extra[self.centres, places] = 0
        able = self.able & (with_centre[None, :] + extra <= room)
        self._keep(kept, able)
        return self.bound

    def _keep(self, kept: BoolArray, able: BoolArray) -> None:
        self.centres, self.able = self.centres[kept], able[:, kept]
        self.units, self.weight = self.units, self.weight[kept]
        self._best = self._best[0], self._best[1][kept]
        self._far = np.where(self.able, self._given.far[:, self.centres], np.inf)

    def _scale(self, units: FloatArray) -> int:
        """Return into how many parts of 1 prices are rounded."""
        largest = float(np.abs(self._given.far).sum(axis=0).max()) + float(np.abs(units).sum()) + 1.0
        largest = max(largest * (2 + self._given.count), float(self.most) * 2)
        return int(2 ** max(0, min(20, int(np.log2(MOST / largest)))))

    def drawn(self) -> Drawn:
        """Return what is left, and what is proved."""
        prices = np.rint(self._best[0]).astype(np.int64)
        found = self._priced_best()
        return Drawn(self.centres, self.able, self.bound, prices, found)

    def _priced_best(self) -> FloatArray:
        units, weight = self._best
        reduced = self._far - units[:, None] + self._weights[:, None] * weight[None, :]
        places = np.arange(len(self.centres))
        drawn = np.minimum(reduced, 0.0)
        drawn[self.centres, places] = reduced[self.centres, places]
        return np.asarray(drawn.sum(axis=0) - weight * np.where(weight > 0, self._band.high, self._band.low))
