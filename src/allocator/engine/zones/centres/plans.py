"""Plans of zones around centres, one after another: from centres by chance, promising ones, and near the best."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from allocator.engine.zones.centres.allocate import allocated
from allocator.engine.zones.centres.districting import Districting
from allocator.engine.zones.centres.lagrange import Drawn
from allocator.engine.zones.centres.shaping import Shaping
from allocator.program.program import IntArray

#: Asked before each plan is made.
GoesOn = Callable[[], bool]
#: So many centres at most change in a plan near the best.
CHANGED = 3


class Plans:
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

    def surround(self, drawn: Drawn, patience: int, goes_on: GoesOn) -> None:
        """Make plans with a few centres of the best one changed, until so many in a row are no better."""
        in_vain = 0
        likely = self._likely(drawn)
        while in_vain < patience and self.zone is not None and goes_on():
            centres, before = self.centres.copy(), self.cost
            for place in self._chance.integers(len(centres), size=self._chance.integers(1, CHANGED + 1)):
                centres[place] = self._chance.choice(drawn.centres, p=likely)
            if len(np.unique(centres)) == len(centres):
                self.try_centres(centres)
            in_vain = 0 if self.cost < before else in_vain + 1

    def try_centres(self, centres: IntArray) -> bool:
        """Make a plan from some centres; return whether there is one."""
        key = np.sort(centres).tobytes()
        if key in self._tried:
            return False
        self._tried.add(key)
        made = allocated(self._given, centres)
        if made is None:
            return False
        key = b"made" + np.sort(made.centres).tobytes()
        if key in self._tried:
            return False
        self._tried.add(key)
        shaping = Shaping(self._given, made)
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

    def _likely(self, drawn: Drawn) -> np.ndarray:
        """Return ``[m]`` how likely each centre is to come in: the more, the less it would add to the bound."""
        gap = max(1.0, float(self.cost - drawn.bound))
        weight = np.exp(-(drawn.promise - drawn.promise.min()) / gap)
        return np.asarray(weight / weight.sum())
