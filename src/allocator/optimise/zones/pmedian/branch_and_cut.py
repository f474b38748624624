"""Branch and cut on the Hess model of a districting, in a worker process.

Model: Hess, Weaver, Siegfeldt, Whelan and Zitlau (1965): unit i goes to centre j. A unit that goes to a
centre that is no neighbour goes there with a neighbour (Zoltners and Sinha, 1983). Zones that this leaves
unconnected are cut off as they come up (Oehrlein and Haunert, 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.sparse import coo_array, csr_array

from allocator.optimise.zones.connected_sets import BoolArray
from allocator.optimise.zones.pmedian.districting import Districting, SumBand
from allocator.optimise.zones.pmedian.lagrangian import LagrangianBound
from allocator.program.program import INFINITE, IntArray
from allocator.solvers.worker_process import Message, WorkerProcess, values_in


@dataclass(frozen=True)
class BranchAndCutParams:
    """The tolerances of branch and cut.

    Attributes:
        cost_parts: The number of parts of the greatest reduced cost in which the solver counts costs.
        bound_tolerance: The share by which a bound of the solver may be too high.
        cutoff_margin: How much more than the known plan the plans that are searched for may cost, in units of
            the model.
    """

    cost_parts: float = 1e4
    bound_tolerance: float = 1e-6
    cutoff_margin: float = 0.01


#: The parameters of every search.
PARAMS = BranchAndCutParams()


@dataclass(frozen=True, eq=False)
class HessModel:
    """A model whose variables are pairs of a unit and its centre.

    Attributes:
        units: ``[pairs]`` the unit of each pair.
        centres: ``[pairs]`` its centre, a unit.
        cost: ``[pairs]`` the reduced cost of each, in parts of ``unit``.
        unit: The cost that 1 stands for.
        constant: The sum of the multipliers, in costs of the districting.
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

    def values(self, districting: Districting, zone: IntArray) -> IntArray | None:
        """Return ``[pairs]`` the values of a plan; None if it needs a pair that is not in the model."""
        centre = np.zeros(len(zone), dtype=np.int64)
        for own in np.unique(zone):
            members = np.flatnonzero(zone == own)
            centre[members] = districting.medoid(members)
        values = (centre[self.units] == self.centres).astype(np.int64)
        return values if values.sum() == len(zone) else None

    def zone(self, values: IntArray) -> IntArray:
        """Return ``[n]`` the zone of each unit, with zones in the order of their least units."""
        chosen = values > 0
        centre = np.zeros(int(self.units.max()) + 1, dtype=np.int64)
        centre[self.units[chosen]] = self.centres[chosen]
        _, first, zone = np.unique(centre, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[zone]


def build_hess_model(districting: Districting, bound: LagrangianBound) -> HessModel:
    """Return the model of a districting with the pairs that the Lagrangian bound leaves."""
    allowed, centres = _reachable_pairs(districting, bound), bound.centres
    number = np.full(allowed.shape, -1, dtype=np.int64)
    units, places = np.nonzero(allowed)
    number[units, places] = np.arange(len(units))
    own = number[centres, np.arange(len(centres))]
    rows = _ModelRows(len(units))
    everyone = np.ones(len(districting))
    rows.add(units, np.arange(len(units)), np.ones(len(units)), everyone, everyone)
    fewest = 0 if districting.allows_empty else districting.zone_count
    zones = np.zeros(len(own), dtype=np.int64)
    rows.add(zones, own, np.ones(len(own)), np.array([fewest]), np.array([districting.zone_count]))
    for band in districting.sum_bands:
        _add_band(rows, band, units, places, own)
    other = centres[places] != units
    pairs, several = np.arange(len(units))[other], int(other.sum())
    _add_implications(rows, pairs, np.arange(several), own[places[other]])
    _add_neighbour_rows(rows, districting, number, units[other], places[other], pairs, centres)
    reduced = districting.distances[units, centres[places]] - bound.unit_prices[units]
    unit = max(1.0, float(np.abs(reduced).max(initial=0))) / PARAMS.cost_parts
    constant = int(bound.unit_prices.sum())
    return HessModel(units, centres[places], reduced / unit, unit, constant, *rows.finish())


def _reachable_pairs(districting: Districting, bound: LagrangianBound) -> BoolArray:
    """Return ``[n, m]`` the pairs whose unit reaches the centre through units that may go there, too."""
    allowed = np.zeros_like(bound.allowed)
    for place, centre in enumerate(bound.centres.tolist()):
        for component in districting.components(np.flatnonzero(bound.allowed[:, place])):
            if centre in component:
                allowed[component, place] = True
    return allowed


def _add_band(rows: _ModelRows, band: SumBand, units: IntArray, places: IntArray, own: IntArray) -> None:
    """Every centre that is chosen keeps the band."""
    pairs, scale = np.arange(len(units)), float(np.abs(band.coefs).mean()) or 1.0
    zeros, infinite = np.zeros(len(own)), np.full(len(own), np.inf)
    for side, low, high in ((band.low, zeros, infinite), (band.high, -infinite, zeros)):
        if abs(side) < INFINITE:
            rows.add(
                np.append(places, np.arange(len(own))),
                np.append(pairs, own),
                np.append(band.coefs[units], np.full(len(own), -side)) / scale,
                low,
                high,
            )


def _add_implications(rows: _ModelRows, pairs: IntArray, row: IntArray, upper: IntArray) -> None:
    """Each pair is chosen only if another is."""
    ones, count = np.ones(len(pairs)), len(pairs)
    rows.add(
        np.append(row, row),
        np.append(pairs, upper),
        np.append(ones, -ones),
        np.full(count, -np.inf),
        np.zeros(count),
    )


def _add_neighbour_rows(
    rows: _ModelRows,
    districting: Districting,
    number: IntArray,
    units: IntArray,
    places: IntArray,
    pairs: IntArray,
    centres: IntArray,
) -> None:
    """A unit that goes to a centre that is no neighbour goes there with a neighbour."""
    tails, heads = districting.arcs
    starts = np.searchsorted(tails, np.arange(len(districting) + 1))
    adjacent = np.zeros((len(districting),) * 2, dtype=np.bool_)
    adjacent[tails, heads] = True
    distant = np.flatnonzero(~adjacent[units, centres[places]])
    lengths = np.diff(starts)[units[distant]]
    row = np.repeat(np.arange(len(distant)), lengths)
    at = (
        np.arange(len(row))
        - np.repeat(np.cumsum(lengths) - lengths, lengths)
        + np.repeat(starts[units[distant]], lengths)
    )
    support = number[heads[at], np.repeat(places[distant], lengths)]
    there = support >= 0
    count = len(distant)
    rows.add(
        np.append(np.arange(count), row[there]),
        np.append(pairs[distant], support[there]),
        np.append(np.ones(count), -np.ones(int(there.sum()))),
        np.full(count, -np.inf),
        np.zeros(count),
    )


class _ModelRows:
    """Builds rows block by block."""

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


class BranchAndCut:
    """One branch and cut search in a worker process, which ends early only for lack of time.

    Args:
        districting: The districting.
        model: Its model.
        seed: The seed of every random choice.

    Attributes:
        bound: The least cost of any plan of the model, without the constant of the districting.
        ended: How the search ended; empty if it did not.
        last: ``[n]`` the zones that were found last, optimal once the search has ended so.
    """

    def __init__(self, districting: Districting, model: HessModel, seed: int) -> None:
        self.bound = 0
        self.ended: Literal["", "optimal", "infeasible"] = ""
        self.last: IntArray | None = None
        self._districting, self._model, self._seed = districting, model, seed
        self._tolerance = 0.0
        self._found: list[IntArray] = []

    def run(
        self,
        zone: IntArray,
        may_continue: Callable[[], bool],
        offer: Callable[[IntArray], object],
        on_bound: Callable[[int], None],
        work_meanwhile: Callable[[], object],
    ) -> None:
        """Search for plans that cost no more than a known one.

        Args:
            zone: ``[n]`` the zone of each unit in the known plan.
            may_continue: Asked again and again whether the search may continue.
            offer: Called with zones that are found, which may be unconnected while the search goes on.
            on_bound: Called with each better bound.
            work_meanwhile: Called again and again, in this process.
        """
        worker, reported = WorkerProcess("districting", self._receive), 0
        worker.begin(**self._job(zone))
        try:
            while worker.is_running and may_continue():
                work_meanwhile()
                while self._found:
                    offer(self._found.pop(0))
                if self.bound > reported:
                    reported = self.bound
                    on_bound(reported)
        finally:
            worker.close()
        for found in self._found:
            offer(found)

    def _job(self, zone: IntArray) -> dict[str, object]:
        """Return the arrays that the worker process takes."""
        model, (tails, heads) = self._model, self._districting.arcs
        values, count = model.values(self._districting, zone), len(model.units)
        cutoff = np.inf if values is None else float(model.cost @ values) + PARAMS.cutoff_margin
        return {
            "seed": self._seed,
            "cost": model.cost,
            "cutoff": cutoff,
            "lower": np.zeros(count),
            "upper": np.ones(count),
            "row_lower": model.low,
            "row_upper": model.high,
            "starts": model.matrix.indptr.astype(np.int32),
            "cols": model.matrix.indices.astype(np.int32),
            "coefs": model.matrix.data,
            "units": model.units,
            "centres": model.centres,
            "tails": tails,
            "heads": heads,
        }

    def _receive(self, message: Message) -> None:
        bound = message.get("bound")
        if isinstance(bound, float) and math.isfinite(bound):
            self._tolerance = PARAMS.bound_tolerance * (1 + abs(bound)) * self._model.unit
            own = self._model.constant + math.floor(bound * self._model.unit - self._tolerance)
            self.bound = max(self.bound, own)
        if "values" in message:
            self.last = self._model.zone(values_in(message))
            self._found.append(self.last)
        if message.get("ended") == "infeasible" or ("ended" in message and self._is_cost_confirmed()):
            self.ended = message["ended"]

    def _is_cost_confirmed(self) -> bool:
        """Whether the zones found last cost as much as the bound; if not, nothing is proved."""
        assert self.last is not None, "the worker sends them before the end"
        cost = self._districting.cost(self.last) - self._districting.constant
        return cost <= self.bound + 1 + 2 * self._tolerance
