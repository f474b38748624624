"""The zones of a map around centres as a program of 0/1 variables: unit i goes to centre j.

Model: Hess, Weaver, Siegfeldt, Whelan and Zitlau (1965); who goes to a centre that is not next to him
goes there with a neighbour (Zoltners and Sinha, 1983), and what that leaves open is cut off as it comes up
(Oehrlein and Haunert, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from allocator.optimise.zones.connected_sets import BoolArray
from allocator.optimise.zones.pmedian.districting import Districting, SumBand
from allocator.optimise.zones.pmedian.lagrangian import LagrangianBound
from allocator.program.program import INFINITE, IntArray

#: What a pair costs beyond its price is told to the solver in parts of the greatest, so many.
FINE = 1e4


@dataclass(frozen=True, eq=False)
class HessModel:
    """A model, its variables being pairs of unit and centre.

    Attributes:
        units: ``[pairs]`` the unit of each pair.
        centres: ``[pairs]`` the unit that is its centre.
        cost: ``[pairs]`` what each costs, in ``unit``.
        unit: What a cost of 1 stands for.
        constant: What is paid besides, in whole units of the map's costs.
        matrix: ``[rows, pairs]`` coefficients.
        low: ``[rows]`` lower sides, infinite where open.
        high: ``[rows]`` upper sides.
    """

    units: IntArray
    centres: IntArray
    cost: np.ndarray
    unit: float
    constant: int
    matrix: csr_array
    low: np.ndarray
    high: np.ndarray

    def values(self, given: Districting, zone: IntArray) -> IntArray | None:
        """Return ``[pairs]`` the values of a plan, None if it needs a pair that there is not."""
        centre = np.zeros(len(zone), dtype=np.int64)
        for own in np.unique(zone):
            members = np.flatnonzero(zone == own)
            centre[members] = given.medoid(members)
        values = (centre[self.units] == self.centres).astype(np.int64)
        return values if values.sum() == len(zone) else None

    def zone(self, values: IntArray) -> IntArray:
        """Return ``[n]`` the zone of each unit, zones in the order of their least units."""
        chosen = values > 0
        centre = np.zeros(int(self.units.max()) + 1, dtype=np.int64)
        centre[self.units[chosen]] = self.centres[chosen]
        _, first, zone = np.unique(centre, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[zone]


def hess(given: Districting, drawn: LagrangianBound) -> HessModel:
    """Return the model of a map with the pairs that are left of it."""
    able, centres = _reaching(given, drawn), drawn.centres
    number = np.full(able.shape, -1, dtype=np.int64)
    units, places = np.nonzero(able)
    number[units, places] = np.arange(len(units))
    own = number[centres, np.arange(len(centres))]
    rows = _Rows(len(units))
    everyone = np.ones(len(given))
    rows.add(units, np.arange(len(units)), np.ones(len(units)), everyone, everyone)
    fewest = 0 if given.allows_empty else given.zone_count
    rows.add(
        np.zeros(len(own), dtype=np.int64),
        own,
        np.ones(len(own)),
        np.array([fewest]),
        np.array([given.zone_count]),
    )
    for one in given.sum_bands:
        _ask(rows, one, units, places, own)
    other = centres[places] != units
    pairs, several = np.arange(len(units))[other], int(other.sum())
    _at_most(rows, pairs, np.arange(several), own[places[other]])
    _with_neighbours(rows, given, number, units[other], places[other], pairs, centres)
    reduced = given.distances[units, centres[places]] - drawn.unit_prices[units]
    unit = max(1.0, float(np.abs(reduced).max(initial=0))) / FINE
    return HessModel(
        units, centres[places], reduced / unit, unit, int(drawn.unit_prices.sum()), *rows.finish()
    )  # fmt: skip


def _reaching(given: Districting, drawn: LagrangianBound) -> BoolArray:
    """Return the pairs of units that can reach their centre through others that can go there, too."""
    able = np.zeros_like(drawn.allowed)
    for place, centre in enumerate(drawn.centres.tolist()):
        for piece in given.components(np.flatnonzero(drawn.allowed[:, place])):
            if centre in piece:
                able[piece, place] = True
    return able


def _ask(rows: _Rows, one: SumBand, units: IntArray, places: IntArray, own: IntArray) -> None:
    """What is asked of a zone is asked of every centre that is used."""
    pairs, scale = np.arange(len(units)), float(np.abs(one.coefs).mean()) or 1.0
    zeros, infinite = np.zeros(len(own)), np.full(len(own), np.inf)
    for side, low, high in ((one.low, zeros, infinite), (one.high, -infinite, zeros)):
        if abs(side) < INFINITE:
            rows.add(
                np.append(places, np.arange(len(own))),
                np.append(pairs, own),
                np.append(one.coefs[units], np.full(len(own), -side)) / scale,
                low,
                high,
            )


def _at_most(rows: _Rows, pairs: IntArray, row: IntArray, upper: IntArray) -> None:
    """A variable is at most another."""
    ones, count = np.ones(len(pairs)), len(pairs)
    rows.add(
        np.append(row, row),
        np.append(pairs, upper),
        np.append(ones, -ones),
        np.full(count, -np.inf),
        np.zeros(count),
    )


def _with_neighbours(
    rows: _Rows,
    given: Districting,
    number: IntArray,
    units: IntArray,
    places: IntArray,
    pairs: IntArray,
    centres: IntArray,
) -> None:
    """Whoever goes to a centre that is not next to him goes there with a neighbour."""
    tails, heads = given.arcs
    starts = np.searchsorted(tails, np.arange(len(given) + 1))
    beside = np.zeros((len(given),) * 2, dtype=np.bool_)
    beside[tails, heads] = True
    far_off = np.flatnonzero(~beside[units, centres[places]])
    lengths = np.diff(starts)[units[far_off]]
    row = np.repeat(np.arange(len(far_off)), lengths)
    at = (
        np.arange(len(row))
        - np.repeat(np.cumsum(lengths) - lengths, lengths)
        + np.repeat(starts[units[far_off]], lengths)
    )
    support = number[heads[at], np.repeat(places[far_off], lengths)]
    there = support >= 0
    count = len(far_off)
    rows.add(
        np.append(np.arange(count), row[there]),
        np.append(pairs[far_off], support[there]),
        np.append(np.ones(count), -np.ones(int(there.sum()))),
        np.full(count, -np.inf),
        np.zeros(count),
    )


class _Rows:
    """Rows in the making, block by block."""

    def __init__(self, width: int) -> None:
        self._width, self._count = width, 0
        self._terms: list[tuple[IntArray, IntArray, np.ndarray]] = []
        self._sides: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, row: IntArray, col: IntArray, coef: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        """Add rows, numbered from 0 in the block; terms of one variable in one row add up."""
        self._terms.append((row + self._count, col, coef))
        self._sides.append((low, high))
        self._count += len(low)

    def finish(self) -> tuple[csr_array, np.ndarray, np.ndarray]:
        """Return the matrix and the sides."""
        row, col, coef = (np.concatenate([block[k] for block in self._terms]) for k in range(3))
        matrix = csr_array(coo_array((coef, (row, col)), shape=(self._count, self._width)))
        matrix.sum_duplicates()
        low, high = (np.concatenate([side[k] for side in self._sides]) for k in range(2))
        return matrix, low, high
