"""Small maps of units that go to centres, and all their zones."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from allocator.graph.geography import adjacency_of
from allocator.optimise.zones.pmedian.districting import Districting, SumBand
from allocator.program.program import INFINITE, IntArray


def district(seed: int, units: int, zones: int, *, random_costs: bool = False) -> Districting:
    """Return a map of units in the plane, each next to one before it at least, with a band for weights."""
    rng = random.Random(seed)
    points = np.array([(rng.random(), rng.random()) for _ in range(units)])
    weights = np.array([rng.randint(0 if rng.random() < 0.1 else 1, 9) for _ in range(units)])
    far = np.rint(100 * np.linalg.norm(points[:, None] - points, axis=2)).astype(np.int64) * weights[:, None]
    if random_costs:
        far = np.array([[rng.randint(0, 30) for _ in range(units)] for _ in range(units)])
    links = {(rng.randrange(max(0, k - 3), k), k) for k in range(1, units)}
    links |= {pair for pair in combinations(range(units), 2) if rng.random() < 0.2}
    near = adjacency_of(links)
    mean, room = weights.sum() / zones, rng.uniform(2, 8)
    band = SumBand(weights, max(0, int(mean - room)), int(mean + room))
    towns = SumBand(np.array([rng.randint(0, 1) for _ in range(units)]), -INFINITE, rng.randint(2, units))
    apart = SumBand(np.eye(units, dtype=np.int64)[0] + np.eye(units, dtype=np.int64)[-1], -INFINITE, 1)
    asked = rng.sample([band, towns, apart], k=rng.randint(1, 3))
    return Districting(zones, far, [sorted(near.get(k, ())) for k in range(units)], asked)


@st.composite
def districts(draw: st.DrawFn, most: int = 8) -> Districting:
    """Draw a map that is small enough for all its zones."""
    zones = draw(st.integers(1, 3))
    units = draw(st.integers(zones + 1, most))
    return district(draw(st.integers(0, 9999)), units, zones, random_costs=draw(st.booleans()))


def all_zones(given: Districting) -> Iterator[IntArray]:
    """Yield all plans of a map."""
    for zone in _partitions([], len(given), given.zone_count):
        own = np.array(zone)
        if given.keeps_bands(own) and given.is_connected(own):
            yield own


def least(given: Districting) -> tuple[int, IntArray] | None:
    """Return the least cost and a plan that has it, None if there is no plan."""
    return min(((given.cost(zone), zone) for zone in all_zones(given)), key=lambda one: one[0], default=None)


def _partitions(zone: list[int], units: int, zones: int) -> Iterator[Sequence[int]]:
    if len(zone) == units:
        yield zone
        return
    for own in range(min(zones, max(zone, default=-1) + 2)):
        yield from _partitions([*zone, own], units, zones)
