"""Plans of zones around centres, one after another: from chance, from what promises much, near the best."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from allocator.optimise.zones.pmedian.allocate import location_allocation
from allocator.optimise.zones.pmedian.border_search import BorderSearch
from allocator.optimise.zones.pmedian.districting import Districting
from allocator.optimise.zones.pmedian.lagrangian import LagrangianBound
from allocator.program.program import IntArray

#: Asked before each plan is made.
GoesOn = Callable[[], bool]
#: So many centres at most change in a plan near the best.
CHANGED = 3


class CentreSearch:
    """The best plan of a map so far.

    Args:
        given: The map.
        seed: Seed of every random choice.
        judge: Asked of each plan that costs less whether it is one.

    Attributes:
        zone: ``[n]`` the zone of each unit in the best plan, None before there is one.
        cost: What it costs, the constant of the map not counted.
        centres: ``[zones]`` the centres that it has.
    """

    def __init__(
        self,
        given: Districting,
        seed: int,
        judge: Callable[[IntArray], bool],
    ) -> None:
        self.zone: IntArray | None = None
        self.cost = 0
        self.centres = np.zeros(0, dtype=np.int64)
        self._given, self._judge = given, judge
        self._chance = np.random.default_rng(seed)
        self._tried: set[bytes] = set()
        self._turn = 0

    def begin(self, enough: int, tries: int, goes_on: GoesOn) -> None:
        """Make plans from centres that chance scatters, until there are enough or too many tries."""
        made = 0
        for _ in range(tries):
            if made == enough or not goes_on():
                return
            made += self.try_centres(self._scattered())

    def follow(self, several: Iterable[IntArray], goes_on: GoesOn) -> None:
        """Make plans from each of some sets of centres."""
        for centres in several:
            if not goes_on():
                return
            self.try_centres(centres)

    def surround(self, drawn: LagrangianBound, patience: int, goes_on: GoesOn) -> None:
        """Make plans from centres that differ a little from those of the best, until many are no better.

        Args:
            drawn: Which centres are likely.
            patience: So many plans in a row that are no better are enough.
            goes_on: Asked before each plan is made.
        """
        in_vain = 0
        likely = self._likely(drawn)
        ways = self._beside, lambda: self._with_likely(drawn, likely), self._scattered
        while in_vain < patience and self.zone is not None and goes_on():
            before = self.cost
            centres = ways[self._turn % len(ways)]()
            self._turn += 1
            if len(np.unique(centres)) == len(centres):
                self.try_centres(centres)
            in_vain = 0 if self.cost < before else in_vain + 1

    def try_centres(self, centres: IntArray) -> bool:
        """Make a plan from some centres; return whether there is one."""
        key = np.sort(centres).tobytes()
        if key in self._tried:
            return False
        self._tried.add(key)
        made = location_allocation(self._given, centres)
        if made is None:
            return False
        key = b"made" + np.sort(made.centres).tobytes()
        if key in self._tried:
            return False
        self._tried.add(key)
        shaping = BorderSearch(self._given, made)
        if not (shaping.is_whole and shaping.balance()):
            return False
        shaping.improve()
        return self.take(shaping.zone)

    def take(self, zone: IntArray) -> bool:
        """Take a plan over if it is better; return whether it is a plan at all."""
        given = self._given
        cost = given.cost(zone) - given.constant
        if self.zone is not None and cost >= self.cost:
            return True
        if not (given.keeps(zone) and given.is_connected(zone) and self._judge(zone)):
            return False
        self.zone, self.cost = zone.copy(), cost
        self.centres = np.array([given.centre(np.flatnonzero(zone == own)) for own in np.unique(zone)])
        return True

    def _scattered(self) -> IntArray:
        """Return centres each drawn by how far it is from those before (Arthur and Vassilvitskii, 2007)."""
        given = self._given
        centres = [int(self._chance.integers(len(given)))]
        while len(centres) < given.count:
            ways = given.far[:, centres].min(axis=1).astype(float)
            ways[centres] = 0.0
            if ways.sum() == 0.0:
                ways = np.ones(len(given))
                ways[centres] = 0.0
            centres.append(int(self._chance.choice(len(given), p=ways / ways.sum())))
        return np.array(centres)

    def _beside(self) -> IntArray:
        """Return the centres of the best plan, each moved by a few steps at most."""
        centres = self.centres.copy()
        for _ in range(int(self._chance.integers(1, 2 * len(centres) + 1))):
            place = int(self._chance.integers(len(centres)))
            around = self._given.near[int(centres[place])]
            if around:
                centres[place] = around[int(self._chance.integers(len(around)))]
        return centres

    def _with_likely(self, drawn: LagrangianBound, likely: np.ndarray) -> IntArray:
        """Return the centres of the best plan, a few of them replaced by likely ones."""
        centres = self.centres.copy()
        for place in self._chance.integers(len(centres), size=int(self._chance.integers(1, CHANGED + 1))):
            centres[place] = self._chance.choice(drawn.centres, p=likely)
        return centres

    def _likely(self, drawn: LagrangianBound) -> np.ndarray:
        """Return ``[m]`` how likely each centre is to come in: more so if it adds less to the bound."""
        gap = max(1.0, float(self.cost - drawn.bound))
        weight = np.exp(-(drawn.promise - drawn.promise.min()) / gap)
        return np.asarray(weight / weight.sum())
