"""Location-allocation: units are allocated to centres by a flow within the band, then centres move, in turn.

Method: Hess, Weaver, Siegfeldt, Whelan and Zitlau (Operations Research 1965), the allocation by min-cost
    flow.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from allocator.optimise.zones.pmedian.districting import Districting
from allocator.program.program import IntArray
from allocator.solvers.adapters.flow import cheapest_flow_of_supplies

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class AllocationParams:
    """How units are allocated.

    Attributes:
        rounds: The most moves of the centres.
        nearest: With more centres than this, each unit can first go to this number of nearest ones only:
            hardly any unit goes further.
        cost_parts: The number of parts of the greatest cost of a unit of load to which costs are rounded.
    """

    rounds: int = 30
    nearest: int = 12
    cost_parts: int = 1_000_000


#: The parameters of every allocation.
PARAMS = AllocationParams()


@dataclass(frozen=True, eq=False)
class Allocation:
    """Units allocated to centres.

    Attributes:
        zone: ``[n]`` the number of the zone of each unit.
        centres: ``[zones]`` the centre of each zone.
    """

    zone: IntArray
    centres: IntArray


def location_allocation(districting: Districting, centres: IntArray) -> Allocation | None:
    """Return the allocation in which neither units nor centres move; None if no flow keeps the band.

    Args:
        districting: The districting.
        centres: ``[zones]`` the centres to start from.
    """
    best, least = None, None
    for _ in range(PARAMS.rounds):
        zone = allocate_units(districting, centres)
        if zone is None:
            return best
        members = [np.flatnonzero(zone == k) for k in range(len(centres))]
        centres = np.array(
            [districting.medoid(own) if len(own) else old for own, old in zip(members, centres, strict=True)]
        )
        cost = int(districting.distances[np.arange(len(zone)), centres[zone]].sum())
        if least is not None and cost >= least:
            return best
        best, least = Allocation(zone, centres), cost
    return best


def allocate_units(districting: Districting, centres: IntArray) -> IntArray | None:
    """Return ``[n]`` the zone of each unit at least cost within the band; None if no flow keeps it.

    A unit that the flow splits goes where most of it goes, and a unit without load where it costs least.
    """
    distances = districting.distances[:, centres].astype(float)
    found = None
    if len(centres) > PARAMS.nearest:
        near = np.argpartition(distances, PARAMS.nearest, axis=1)[:, : PARAMS.nearest]
        found = _allocate_by_flow(districting, distances, near)
    if found is None:
        every = np.tile(np.arange(len(centres)), (len(districting), 1))
        found = _allocate_by_flow(districting, distances, every)
    return found


def _allocate_by_flow(districting: Districting, distances: FloatArray, able: IntArray) -> IntArray | None:
    """Return ``[n]`` the zone of each unit, given ``[n, few]`` the centres where each can go."""
    band, (units, zones), few = districting.band, distances.shape, able.shape[1]
    parts = PARAMS.cost_parts
    cost = np.take_along_axis(distances, able, axis=1) / np.maximum(1, band.weights)[:, None]
    price = np.rint(cost * (parts / max(1.0, cost.max(initial=0.0)))).astype(np.int64)
    sink, total = units + zones, int(band.weights.sum())
    own, sinks = units + np.arange(zones), np.full(zones, sink)
    high = min(band.high, total)
    low = min(band.low, high)
    # The need of a zone comes first: it is paid for better than any distance could cost.
    need, nothing = np.full(zones, -parts * (zones + 1)), np.zeros(zones, dtype=np.int64)
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
    return np.asarray(np.where(band.weights > 0, zone, distances.argmin(axis=1)))
