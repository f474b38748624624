"""Location and allocation in turn: units to centres by a flow within the band, then centres anew.

Method: Hess, Weaver, Siegfeldt, Whelan and Zitlau (1965), the allocation by min-cost flow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.optimise.zones.pmedian.districting import Districting
from allocator.program.program import IntArray
from allocator.solvers.adapters.flow import cheapest_flow_of_supplies

#: Costs of a unit of weight are told apart to so many parts of the greatest.
FINE = 1_000_000
#: Centres move at most so often.
ROUNDS = 30
#: Where there are more centres units look at so many of the nearest first: hardly any goes further.
NEAREST = 12

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Allocation:
    """Units and the centres they go to.

    Attributes:
        zone: ``[n]`` the number of the zone of each unit.
        centres: ``[zones]`` the unit that is each zone's centre.
    """

    zone: IntArray
    centres: IntArray


def location_allocation(given: Districting, centres: IntArray) -> Allocation | None:
    """Return units and centres that follow from each other, from some centres on; None if no flow fits."""
    best, least = None, None
    for _ in range(ROUNDS):
        zone = assigned(given, centres)
        if zone is None:
            return best
        members = [np.flatnonzero(zone == k) for k in range(len(centres))]
        centres = np.array(
            [given.medoid(own) if len(own) else old for own, old in zip(members, centres, strict=True)]
        )
        cost = int(given.distances[np.arange(len(zone)), centres[zone]].sum())
        if least is not None and cost >= least:
            return best
        best, least = Allocation(zone, centres), cost
    return best


def assigned(given: Districting, centres: IntArray) -> IntArray | None:
    """Return ``[n]`` the zone of each unit, as cheap as the band allows; whoever is split goes to the most.

    A unit without weight goes where it costs least.
    """
    far = given.distances[:, centres].astype(float)
    found = None
    if len(centres) > NEAREST:
        found = _sent(given, far, np.argpartition(far, NEAREST, axis=1)[:, :NEAREST])
    if found is None:
        found = _sent(given, far, np.tile(np.arange(len(centres)), (len(given), 1)))
    return found


def _sent(given: Districting, far: FloatArray, able: IntArray) -> IntArray | None:
    """Return ``[n]`` the zone of each unit, where each can go to some centres, ``[n, few]``, only."""
    band, (units, zones), few = given.band, far.shape, able.shape[1]
    cost = np.take_along_axis(far, able, axis=1) / np.maximum(1, band.weights)[:, None]
    price = np.rint(cost * (FINE / max(1.0, cost.max(initial=0.0)))).astype(np.int64)
    sink, total = units + zones, int(band.weights.sum())
    own, sinks = units + np.arange(zones), np.full(zones, sink)
    high = min(band.high, total)
    low = min(band.low, high)
    # The need of a zone comes first: it is paid for better than any distance could cost.
    need, nothing = np.full(zones, -FINE * (zones + 1)), np.zeros(zones, dtype=np.int64)
    tails = np.concatenate([np.repeat(np.arange(units), few), own, own])
    heads = np.concatenate([units + able.ravel(), sinks, sinks])
    capacity = np.concatenate([np.repeat(band.weights, few), np.full(zones, low), np.full(zones, high - low)])
    flow = cheapest_flow_of_supplies(
        (tails, heads),
        capacity,
        np.concatenate([price.ravel(), need, nothing]),
        np.concatenate([band.weights, nothing, [-total]]),
    )
    if flow is None:
        return None
    most = flow[: units * few].reshape(units, few).argmax(axis=1)
    zone = np.take_along_axis(able, most[:, None], axis=1)[:, 0]
    return np.asarray(np.where(band.weights > 0, zone, far.argmin(axis=1)))
