"""Makes zones whole: each keeps the piece with its centre, and all else goes to what it touches."""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from allocator.optimise.zones.centres.allocate import Allocation
from allocator.optimise.zones.centres.districting import Districting
from allocator.program.program import IntArray


def made_whole(given: Districting, made: Allocation) -> tuple[IntArray, bool]:
    """Return ``[n]`` the zone of each unit, and whether all zones are connected now.

    Args:
        given: The map.
        made: Zones and their centres, which stay theirs; others go to the nearest centre that they touch.
    """
    zone, queue = made.zone.copy(), list[tuple[int, int, int]]()
    zone[made.centres] = np.arange(len(made.centres))
    for k, centre in enumerate(made.centres.tolist()):
        for piece in given.pieces(np.flatnonzero(zone == k)):
            if centre not in piece:
                zone[piece] = -1

    def wait(unit: int, k: int) -> None:
        heappush(queue, (int(given.far[unit, made.centres[k]]), unit, k))

    for unit in np.flatnonzero(zone < 0).tolist():
        for other in given.near[unit]:
            if zone[other] >= 0:
                wait(unit, int(zone[other]))
    while queue:
        _, unit, k = heappop(queue)
        if zone[unit] < 0:
            zone[unit] = k
            for other in given.near[unit]:
                if zone[other] < 0:
                    wait(other, k)
    is_whole = bool((zone >= 0).all())
    return np.maximum(zone, 0), is_whole
