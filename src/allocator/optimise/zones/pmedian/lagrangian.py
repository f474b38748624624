"""Lagrangian relaxation of a districting: a lower bound, and the pairs that a better plan may use.

The assignment of each unit to one zone, and the band of each zone, are priced by multipliers. Then each
centre takes all units with negative reduced cost, and the cheapest centres are chosen. Any multipliers prove
a bound, and how much more a plan costs that uses a certain pair (Geoffrion, 1974; for districts Hojati,
1996). The multipliers are found by subgradient steps (Held, Wolfe and Crowder, 1974), and rounded before they
prove a bound.
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
#: Rounded multipliers, and all sums of them, stay below this, so that they are exact.
EXACT = 2.0**61


@dataclass(frozen=True)
class LagrangianParams:
    """How multipliers are searched for.

    Attributes:
        shrinkage: The factor of the step length after ``patience`` steps without a gain.
        patience: The number of steps without a gain after which steps are shortened.
        shortest_step: The relative step length at which the search ends; it starts with 1.
        least_gain: The least share of the gap by which a better bound counts as a gain.
        fixing_steps: After this number of steps, pairs that cannot be in a better plan are removed.
        all_pairs: With no more pairs than this, every pair is evaluated in every step.
        reach: With more pairs, a pair is evaluated only if it costs less than its multiplier by this factor
            above 1 at the start of the steps.
    """

    shrinkage: float = 0.67
    patience: int = 20
    shortest_step: float = 1e-3
    least_gain: float = 1e-4
    fixing_steps: int = 60
    all_pairs: int = 200_000
    reach: float = 0.5


#: The parameters of every search.
PARAMS = LagrangianParams()


class CentreSubproblem:
    """The Lagrangian subproblem: the units that each centre takes at given multipliers.

    Pairs that are not evaluated might be taken once multipliers have moved far. So its value is close to a
    bound, but proves none.

    Args:
        districting: The districting.
        centres: ``[m]`` the units that may be a centre.
        allowed: ``[n, m]`` whether each unit may go to each of them.
        unit_prices: ``[n]`` multipliers near those that will be evaluated.
        load_prices: ``[m]`` multipliers of a unit of load at each centre, likewise.
    """

    def __init__(
        self,
        districting: Districting,
        centres: IntArray,
        allowed: BoolArray,
        unit_prices: FloatArray,
        load_prices: FloatArray,
    ) -> None:
        evaluated, places = allowed, np.arange(len(centres))
        if allowed.sum() > PARAMS.all_pairs:
            costs = districting.distances[:, centres] - (1 + PARAMS.reach) * np.abs(unit_prices)[:, None]
            priced = np.flatnonzero(load_prices)
            costs[:, priced] += districting.band.weights[:, None] * load_prices[priced]
            evaluated = allowed & (costs < 0)
        evaluated = evaluated.copy()
        evaluated[centres, places] = False
        self._place, self._unit = np.nonzero(evaluated.T)
        self._starts = np.searchsorted(self._place, np.arange(len(centres) + 1))
        self._filled = np.flatnonzero(np.diff(self._starts))
        self._distances = districting.distances[self._unit, centres[self._place]].astype(float)
        self._loads = districting.band.weights.astype(float)
        self._centres = centres
        self._own_distances = districting.distances[centres, centres].astype(float)
        self._load = self._loads[self._unit]
        self._reduced = np.zeros(0)

    def centre_values(self, unit_prices: FloatArray, load_prices: FloatArray) -> FloatArray:
        """Return ``[m]`` the reduced cost of each centre with all units that it takes."""
        self._reduced = self._distances - unit_prices[self._unit]
        if load_prices.any():
            self._reduced += self._load * load_prices[self._place]
        own_loads = self._loads[self._centres] * load_prices
        found = self._own_distances - unit_prices[self._centres] + own_loads
        taken = np.minimum(self._reduced, 0.0)
        if len(self._filled):
            found[self._filled] += np.add.reduceat(taken, self._starts[self._filled])
        return np.asarray(found)

    def counts_and_loads(self, chosen: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return ``[n]`` the number of chosen centres that take each unit, and the load of each centre."""
        counts, loads = np.zeros(len(self._loads)), np.zeros(len(chosen))
        for k, place in enumerate(chosen.tolist()):
            own = slice(self._starts[place], self._starts[place + 1])
            members = np.append(self._unit[own][self._reduced[own] < 0], self._centres[place])
            counts[members] += 1.0
            loads[k] = self._loads[members].sum()
        return counts, loads


@dataclass(frozen=True, eq=False)
class LagrangianBound:
    """A lower bound of a districting, and the pairs that a better plan may use.

    Attributes:
        centres: ``[m]`` the units that may be a centre, in order.
        allowed: ``[n, m]`` whether each unit may go to each of them.
        bound: The least cost of any plan, without the constant of the districting.
        unit_prices: ``[n]`` the multiplier of each unit.
        centre_values: ``[m]`` the reduced cost of each centre; the less, the more promising it is.
    """

    centres: IntArray
    allowed: BoolArray
    bound: int
    unit_prices: IntArray
    centre_values: FloatArray


class LagrangianDual:
    """A search for multipliers that removes pairs which only plans above a cutoff can use.

    Args:
        districting: The districting.
        cutoff: The cost of a known plan, without the constant of the districting.

    Attributes:
        cutoff: The same.
        bound: The least cost of any plan, without the constant of the districting.
        centres: ``[m]`` the units that may be a centre, in order.
        allowed: ``[n, m]`` whether each unit may go to each of them.
    """

    def __init__(self, districting: Districting, cutoff: int) -> None:
        self.cutoff, self.bound = cutoff, 0
        count = len(districting)
        nearest = min(count - 1, max(1, count // (2 * districting.zone_count)))
        self.centres = np.arange(count)
        self.allowed = np.ones((count, count), dtype=np.bool_)
        self._districting, self._band = districting, districting.band
        self._weights = districting.band.weights
        # At first the price of a unit is its distance to the border of a zone of usual size.
        first = np.partition(districting.distances, nearest, axis=1)[:, nearest].astype(float)
        self._best = first, np.zeros(count)
        self._centre_values = np.zeros(count)
        self._chosen_sets: dict[bytes, IntArray] = {}
        self._subproblem = CentreSubproblem(districting, self.centres, self.allowed, *self._best)

    def lower_cutoff(self, cost: int) -> None:
        """Lower the cutoff to the cost of a plan, if that is less."""
        self.cutoff = min(self.cutoff, cost)

    def centre_sets(self) -> list[IntArray]:
        """Return the sets of centres that were chosen in some step, the last first."""
        count = self._districting.zone_count
        return [own for own in reversed(self._chosen_sets.values()) if len(own) == count]

    def result(self) -> LagrangianBound:
        """Return the bound, and the pairs that are left."""
        prices = np.rint(self._best[0]).astype(np.int64)
        return LagrangianBound(self.centres, self.allowed, self.bound, prices, self._centre_values)

    def maximise(self, may_continue: Callable[[], bool], on_bound: Callable[[int], None], steps: int) -> None:
        """Take subgradient steps until they are of no use, or no longer allowed.

        Args:
            may_continue: Asked before each step.
            on_bound: Called with the proven bound now and then.
            steps: The most steps.
        """
        step_length, stall, best = 1.0, 0, -np.inf
        units, loads = self._best
        usual = float(self._weights.mean()) or 1.0
        for step in range(1, steps + 1):
            if not may_continue() or (len(self.centres) <= self._districting.zone_count and step > 1):
                break
            value, by_units, by_loads = self._evaluate(units, loads)
            gap = max(self.cutoff - value, 1e-9 * abs(self.cutoff), 1e-9)
            stall = 0 if value > best + PARAMS.least_gain * gap else stall + 1
            if value > best:
                best, self._best = value, (units, loads)
            if stall >= PARAMS.patience:
                step_length, stall = step_length * PARAMS.shrinkage, 0
                units, loads = self._best
                continue
            norm = float(by_units @ by_units) + float(by_loads @ by_loads) / usual**2
            if step_length < PARAMS.shortest_step or norm == 0.0:
                break
            stride = step_length * gap / norm
            moved = loads + stride * by_loads / usual**2
            units, loads = units + stride * by_units, np.where(moved * loads < 0, 0.0, moved)
            if step % PARAMS.fixing_steps == 0:
                loads = loads[self.remove_pairs()]
                on_bound(self.bound)
        self.remove_pairs()
        on_bound(self.bound)

    def _evaluate(self, units: FloatArray, loads: FloatArray) -> tuple[float, FloatArray, FloatArray]:
        """Return the value of the relaxation at multipliers, without rounding, and a subgradient of both."""
        band, subproblem = self._band, self._subproblem
        values = subproblem.centre_values(units, loads) - loads * np.where(loads > 0, band.high, band.low)
        chosen = self._cheapest(values)
        centres = np.sort(self.centres[chosen])
        self._chosen_sets[centres.tobytes()] = centres
        counts, sums = subproblem.counts_and_loads(chosen)
        over, under, at = sums - band.high, sums - band.low, loads[chosen]
        by_loads = np.zeros(len(self.centres))
        leaning_over = (at > 0) | ((at == 0) & (over > 0))
        leaning_under = (at < 0) | (under < 0)
        by_loads[chosen] = np.where(leaning_over, over, np.where(leaning_under, under, 0))
        return float(units.sum() + values[chosen].sum()), 1.0 - counts, by_loads

    def _cheapest(self, values: FloatArray | IntArray) -> IntArray:
        """Return the positions of the centres that are chosen at given reduced costs."""
        chosen = np.argsort(values, kind="stable")[: self._districting.zone_count]
        return chosen[values[chosen] < 0] if self._districting.allows_empty else chosen

    def remove_pairs(self) -> BoolArray:
        """Prove the bound of the best multipliers, and remove the pairs that cost more than the cutoff.

        Returns:
            ``[m]`` whether each of the centres is left.
        """
        districting, band = self._districting, self._band
        units, loads = self._best
        scale = self._scale(units)
        a, q = np.rint(units * scale).astype(np.int64), np.rint(loads * scale).astype(np.int64)
        places = np.arange(len(self.centres))
        reduced = districting.distances[:, self.centres] * scale
        reduced -= a[:, None]
        priced = np.flatnonzero(q)
        reduced[:, priced] += self._weights[:, None] * q[priced]
        own = reduced[self.centres, places]
        reduced[self.centres, places] = 0
        values = own + np.minimum(reduced, 0).sum(axis=0, where=self.allowed)
        values -= q * np.where(q > 0, band.high, band.low)
        chosen = self._cheapest(values)
        bound = int(a.sum() + values[chosen].sum())
        # Plans with removed pairs cost more than the cutoff, and so do all where too few centres are left.
        nothing_left = len(chosen) < districting.zone_count and not districting.allows_empty
        self.bound = max(self.bound, self.cutoff if nothing_left else min(self.cutoff, -(-bound // scale)))
        # With this centre instead of the dearest of those chosen, and with this unit going there.
        dearest = int(values[chosen].max()) if len(chosen) == districting.zone_count else 0
        with_centre = bound + np.maximum(0, values - dearest)
        with_centre[chosen] = bound
        room = self.cutoff * scale - with_centre
        kept = room >= 0
        self.allowed &= reduced <= room
        self.allowed, self.centres = self.allowed[:, kept], self.centres[kept]
        self._centre_values = values[kept] / scale
        self._best = units, loads[kept]
        self._subproblem = CentreSubproblem(districting, self.centres, self.allowed, *self._best)
        return np.asarray(kept)

    def _scale(self, units: FloatArray) -> int:
        """Return the number of parts of 1 to which multipliers are rounded."""
        distances = self._districting.distances
        largest = float(distances.sum(axis=0).max()) + float(np.abs(units).sum()) + 1.0
        largest = max(largest * (2 + self._districting.zone_count), float(self.cutoff) * 2)
        return int(2 ** max(0, min(20, int(np.log2(EXACT / largest)))))
