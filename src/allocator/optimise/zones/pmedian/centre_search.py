"""Centre search: a multi-start local search over sets of centres, for plans of a districting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from allocator.optimise.zones.pmedian.border_search import BorderSearch
from allocator.optimise.zones.pmedian.districting import Districting
from allocator.optimise.zones.pmedian.lagrangian import FloatArray, LagrangianBound
from allocator.optimise.zones.pmedian.location_allocation import location_allocation
from allocator.program.program import IntArray

#: Asked before each plan whether the search may continue.
MayContinue = Callable[[], bool]


@dataclass(frozen=True)
class CentreParams:
    """How sets of centres are varied.

    Attributes:
        most_replaced: The most centres of the best plan that promising ones replace at once.
    """

    most_replaced: int = 3


#: The parameters of every search.
PARAMS = CentreParams()


class CentreSearch:
    """A search for the best plan of a districting.

    Args:
        districting: The districting.
        seed: The seed of every random choice.
        accept: Asked of each better plan whether the whole program accepts it, too.

    Attributes:
        zone: ``[n]`` the zone of each unit in the best plan; None before the first plan.
        cost: Its cost, without the constant of the districting.
        centres: ``[zones]`` its centres.
    """

    def __init__(
        self,
        districting: Districting,
        seed: int,
        accept: Callable[[IntArray], bool],
    ) -> None:
        self.zone: IntArray | None = None
        self.cost = 0
        self.centres = np.zeros(0, dtype=np.int64)
        self._districting, self._accept = districting, accept
        self._random = np.random.default_rng(seed)
        self._tried: set[bytes] = set()
        self._turn = 0

    def try_scattered(self, enough: int, tries: int, may_continue: MayContinue) -> None:
        """Make plans from randomly scattered centres, until there are enough or too many were tried."""
        made = 0
        for _ in range(tries):
            if made == enough or not may_continue():
                return
            made += self.try_centres(self._scattered())

    def try_each(self, several: Iterable[IntArray], may_continue: MayContinue) -> None:
        """Make a plan from each of some sets of centres."""
        for centres in several:
            if not may_continue():
                return
            self.try_centres(centres)

    def vary_best(self, bound: LagrangianBound, patience: int, may_continue: MayContinue) -> None:
        """Make plans from centres near those of the best plan, until many in a row are no better.

        Args:
            bound: The centres that are left, and how promising each is.
            patience: The number of plans in a row without a gain that ends the search.
            may_continue: Asked before each plan.
        """
        in_vain = 0
        weights = self._promise(bound)
        ways = self._shifted, lambda: self._with_promising(bound, weights), self._scattered
        while in_vain < patience and self.zone is not None and may_continue():
            before = self.cost
            centres = ways[self._turn % len(ways)]()
            self._turn += 1
            if len(np.unique(centres)) == len(centres):
                self.try_centres(centres)
            in_vain = 0 if self.cost < before else in_vain + 1

    def try_centres(self, centres: IntArray) -> bool:
        """Make a plan from some centres, by allocation and border search; return whether there is one."""
        key = np.sort(centres).tobytes()
        if key in self._tried:
            return False
        self._tried.add(key)
        made = location_allocation(self._districting, centres)
        if made is None:
            return False
        key = b"made" + np.sort(made.centres).tobytes()
        if key in self._tried:
            return False
        self._tried.add(key)
        borders = BorderSearch(self._districting, made)
        if not (borders.is_connected and borders.balance()):
            return False
        borders.improve()
        return self.offer(borders.zone)

    def offer(self, zone: IntArray) -> bool:
        """Take over a plan if it is better than the best; return whether it is a plan at all."""
        districting = self._districting
        cost = districting.cost(zone) - districting.constant
        if self.zone is not None and cost >= self.cost:
            return True
        if not (districting.keeps_bands(zone) and districting.is_connected(zone) and self._accept(zone)):
            return False
        self.zone, self.cost = zone.copy(), cost
        self.centres = np.array([districting.medoid(np.flatnonzero(zone == own)) for own in np.unique(zone)])
        return True

    def _scattered(self) -> IntArray:
        """Return random centres, each drawn by its distance from those before (k-means++).

        Method: Arthur and Vassilvitskii, SODA 2007.
        """
        distances, count = self._districting.distances, len(self._districting)
        centres = [int(self._random.integers(count))]
        while len(centres) < self._districting.zone_count:
            weights = distances[:, centres].min(axis=1).astype(float)
            weights[centres] = 0.0
            if weights.sum() == 0.0:
                weights = np.ones(count)
                weights[centres] = 0.0
            centres.append(int(self._random.choice(count, p=weights / weights.sum())))
        return np.array(centres)

    def _shifted(self) -> IntArray:
        """Return the centres of the best plan, shifted by a few random steps to neighbours."""
        centres = self.centres.copy()
        for _ in range(int(self._random.integers(1, 2 * len(centres) + 1))):
            place = int(self._random.integers(len(centres)))
            around = self._districting.neighbours[int(centres[place])]
            if around:
                centres[place] = around[int(self._random.integers(len(around)))]
        return centres

    def _with_promising(self, bound: LagrangianBound, weights: FloatArray) -> IntArray:
        """Return the centres of the best plan, a few of them replaced by promising ones."""
        centres = self.centres.copy()
        replaced = int(self._random.integers(1, PARAMS.most_replaced + 1))
        for place in self._random.integers(len(centres), size=replaced):
            centres[place] = self._random.choice(bound.centres, p=weights)
        return centres

    def _promise(self, bound: LagrangianBound) -> FloatArray:
        """Return ``[m]`` the probability of each centre: the greater, the less its reduced cost."""
        gap = max(1.0, float(self.cost - bound.bound))
        weight = np.exp(-(bound.centre_values - bound.centre_values.min()) / gap)
        return np.asarray(weight / weight.sum())
