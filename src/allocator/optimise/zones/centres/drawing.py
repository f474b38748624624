"""Whom centres draw at given prices, looking only at pairs that are worth a look."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from allocator.optimise.zones.bits import BoolArray
from allocator.optimise.zones.centres.districting import Districting
from allocator.program.program import IntArray

FloatArray = npt.NDArray[np.float64]
#: A unit is not looked at for a centre to which it would cost so many times its price more.
BEYOND = 0.5
#: So few pairs are all looked at.
FEW = 200_000


class Drawing:
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
