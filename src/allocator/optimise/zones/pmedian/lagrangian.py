"""What prices of units and of weight prove: a bound of all zones, and which units can go to which centre.

Every unit is in one zone and every zone in its band at prices only; then each centre draws whoever is
cheaper than his price, and the cheapest centres stand for the zones. Any prices prove a bound, and by how
much more a plan costs that does otherwise in one place (Geoffrion, 1974; for districts Hojati, 1996).
Prices are found by subgradient steps (Held, Wolfe and Crowder, 1974), and rounded before they prove.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.optimise.zones.connected_sets import BoolArray
from allocator.optimise.zones.pmedian.districting import Districting
from allocator.program.program import IntArray

FloatArray = npt.NDArray[np.float64]
#: A unit is not looked at for a centre to which it would cost so many times its price more.
BEYOND = 0.5
#: So few pairs are all looked at.
FEW = 200_000


class CentreSubproblem:
    """Pairs of units and centres, centre by centre.

    What is left out may be drawn once prices have moved far. So what is found is not proved, but close.

    Args:
        given: The map.
        centres: ``[m]`` units that can be a centre.
        able: ``[n, m]`` whether each unit can go to each of them.
        units: ``[n]`` prices of units that others will be near to.
        weight: ``[m]`` prices of a unit of weight at each centre, too.
    """

    def __init__(
        self, given: Districting, centres: IntArray, able: BoolArray, units: FloatArray, weight: FloatArray
    ) -> None:
        looked_at, places = able, np.arange(len(centres))
        if able.sum() > FEW:
            far = given.far[:, centres] - (1 + BEYOND) * np.abs(units)[:, None]
            priced = np.flatnonzero(weight)
            far[:, priced] += given.band.weights[:, None] * weight[priced]
            looked_at = able & (far < 0)
        looked_at = looked_at.copy()
        looked_at[centres, places] = False
        self._place, self._unit = np.nonzero(looked_at.T)
        self._starts = np.searchsorted(self._place, np.arange(len(centres) + 1))
        self._filled = np.flatnonzero(np.diff(self._starts))
        self._far = given.far[self._unit, centres[self._place]].astype(float)
        self._loads = given.band.weights.astype(float)
        self._own = centres
        self._own_far = given.far[centres, centres].astype(float)
        self._load = self._loads[self._unit]
        self._reduced = np.zeros(0)

    def worth(self, units: FloatArray, weight: FloatArray) -> FloatArray:
        """Return ``[m]`` what each centre and all that it draws cost beyond their prices."""
        self._reduced = self._far - units[self._unit]
        if weight.any():
            self._reduced += self._load * weight[self._place]
        found = self._own_far - units[self._own] + self._loads[self._own] * weight
        drawn = np.minimum(self._reduced, 0.0)
        if len(self._filled):
            found[self._filled] += np.add.reduceat(drawn, self._starts[self._filled])
        return np.asarray(found)

    def taken(self, chosen: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return ``[n]`` by how many of some centres each unit is drawn, and the weight that each draws."""
        times, sums = np.zeros(len(self._loads)), np.zeros(len(chosen))
        for k, place in enumerate(chosen.tolist()):
            own = slice(self._starts[place], self._starts[place + 1])
            members = np.append(self._unit[own][self._reduced[own] < 0], self._own[place])
            times[members] += 1.0
            sums[k] = self._loads[members].sum()
        return times, sums


#: Rounded prices, and all that is added up of them, stay below this.
MOST = 2.0**61
#: A step is shortened to this part of it after so many without a gain; at the least the search ends.
SHORTER, PATIENCE, SHORTEST = 0.67, 20, 1e-3
#: A gain is what closes so much of the gap.
GAIN = 1e-4
#: After so many steps what cannot be in a better plan is left out.
FIXING = 60


@dataclass(frozen=True, eq=False)
class LagrangianBound:
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


class LagrangianDual:
    """A search for prices, leaving out what can only be in plans that cost more than one that is known.

    Args:
        given: The map.
        most: What that plan costs, the constant of the map not counted.

    Attributes:
        most: The same.
        bound: What anything costs at least, the constant of the map not counted.
        centres: ``[m]`` units that can be a centre, in order.
        able: ``[n, m]`` whether each unit can go to each of them.
    """

    def __init__(self, given: Districting, most: int) -> None:
        self.most, self.bound = most, 0
        count, share = len(given), min(len(given) - 1, max(1, len(given) // (2 * given.count)))
        self.centres = np.arange(count)
        self.able = np.ones((count, count), dtype=np.bool_)
        self._given, self._weights, self._band = given, given.band.weights, given.band
        # At first a unit is worth what it costs to go as far as a zone of usual size reaches.
        self._best = np.partition(given.far, share, axis=1)[:, share].astype(float), np.zeros(count)
        self._promise = np.zeros(count)
        self._met: dict[bytes, IntArray] = {}
        self._drawing = CentreSubproblem(given, self.centres, self.able, *self._best)

    def lower(self, most: int) -> None:
        """Know of a plan that costs ``most``."""
        self.most = min(self.most, most)

    def met(self) -> list[IntArray]:
        """Return the sets of centres that stood for the zones in some step, the last first."""
        return [own for own in reversed(self._met.values()) if len(own) == self._given.count]

    def drawn(self) -> LagrangianBound:
        """Return what is left, and what is proved."""
        prices = np.rint(self._best[0]).astype(np.int64)
        return LagrangianBound(self.centres, self.able, self.bound, prices, self._promise)

    def seek(self, goes_on: Callable[[], bool], heard: Callable[[int], None], steps: int) -> None:
        """Take steps until they are of no use, or for as long as they may go on.

        Args:
            goes_on: Asked before each step.
            heard: Told what is proved, now and then.
            steps: How many steps at most.
        """
        theta, stall, best = 1.0, 0, -np.inf
        units, weight = self._best
        usual = float(self._weights.mean()) or 1.0
        for step in range(1, steps + 1):
            if not goes_on() or (len(self.centres) <= self._given.count and step > 1):
                break
            found, by_units, by_weight = self._stepped(units, weight)
            gap = max(self.most - found, 1e-9 * abs(self.most), 1e-9)
            stall = 0 if found > best + GAIN * gap else stall + 1
            if found > best:
                best, self._best = found, (units, weight)
            if stall >= PATIENCE:
                theta, stall = theta * SHORTER, 0
                units, weight = self._best
                continue
            length = float(by_units @ by_units) + float(by_weight @ by_weight) / usual**2
            if theta < SHORTEST or length == 0.0:
                break
            stride = theta * gap / length
            moved = weight + stride * by_weight / usual**2
            units, weight = units + stride * by_units, np.where(moved * weight < 0, 0.0, moved)
            if step % FIXING == 0:
                kept = self.fix()
                weight = weight[kept]
                heard(self.bound)
        self.fix()
        heard(self.bound)

    def _stepped(self, units: FloatArray, weight: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Return what prices prove, but for rounding, and which way they would have to move."""
        band, drawing = self._band, self._drawing
        worth = drawing.worth(units, weight) - weight * np.where(weight > 0, band.high, band.low)
        chosen = self._cheapest(worth)
        stand_for = np.sort(self.centres[chosen])
        self._met[stand_for.tobytes()] = stand_for
        times, sums = drawing.taken(chosen)
        over, under, at = sums - band.high, sums - band.low, weight[chosen]
        by_weight = np.zeros(len(self.centres))
        leaning_over = (at > 0) | ((at == 0) & (over > 0))
        leaning_under = (at < 0) | (under < 0)
        by_weight[chosen] = np.where(leaning_over, over, np.where(leaning_under, under, 0))
        return float(units.sum() + worth[chosen].sum()), 1.0 - times, by_weight

    def _cheapest(self, worth: FloatArray | IntArray) -> IntArray:
        """Return the centres that stand for the zones, by their places."""
        chosen = np.argsort(worth, kind="stable")[: self._given.count]
        return chosen[worth[chosen] < 0] if self._given.may_be_empty else chosen

    def fix(self) -> BoolArray:
        """Prove what the best prices prove, and leave out what costs more than the known plan.

        Returns:
            ``[m]`` which of the centres are left.
        """
        given, band = self._given, self._band
        units, weight = self._best
        scale = self._scale(units)
        a, q = np.rint(units * scale).astype(np.int64), np.rint(weight * scale).astype(np.int64)
        places = np.arange(len(self.centres))
        reduced = given.far[:, self.centres] * scale
        reduced -= a[:, None]
        priced = np.flatnonzero(q)
        reduced[:, priced] += self._weights[:, None] * q[priced]
        own = reduced[self.centres, places]
        reduced[self.centres, places] = 0
        worth = own + np.minimum(reduced, 0).sum(axis=0, where=self.able)
        worth -= q * np.where(q > 0, band.high, band.low)
        chosen = self._cheapest(worth)
        bound = int(a.sum() + worth[chosen].sum())
        # What is left out costs more than the known plan, and so does everything where centres are too few.
        nothing_left = len(chosen) < given.count and not given.may_be_empty
        self.bound = max(self.bound, self.most if nothing_left else min(self.most, -(-bound // scale)))
        # With this centre instead of the dearest of those chosen, and with this unit going there.
        dearest = int(worth[chosen].max()) if len(chosen) == given.count else 0
        with_centre = bound + np.maximum(0, worth - dearest)
        with_centre[chosen] = bound
        room = self.most * scale - with_centre
        kept = room >= 0
        self.able &= reduced <= room
        self.able, self.centres = self.able[:, kept], self.centres[kept]
        self._promise = worth[kept] / scale
        self._best = units, weight[kept]
        self._drawing = CentreSubproblem(given, self.centres, self.able, *self._best)
        return np.asarray(kept)

    def _scale(self, units: FloatArray) -> int:
        """Return into how many parts of 1 prices are rounded."""
        largest = float(self._given.far.sum(axis=0).max()) + float(np.abs(units).sum()) + 1.0
        largest = max(largest * (2 + self._given.count), float(self.most) * 2)
        return int(2 ** max(0, min(20, int(np.log2(MOST / largest)))))
