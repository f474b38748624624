"""Writes a map of any size for `zoning.py`: units at random places, adjacent where their Voronoi cells touch.

Run: python benchmarks/zoning_map.py --units 3000 --zones 20 [--tolerance 0.05] [--seed 1] --out map.json

Weights are drawn from 1 to 100; a zone's weight may differ from the mean by the tolerance. A degree is about
100 km.
"""

from __future__ import annotations

import argparse
import json
import math
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial import Delaunay

#: Units per square degree: about 10 km between neighbours.
DENSITY = 100


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--units", type=int, default=3000)
    parser.add_argument("--zones", type=int, default=20)
    parser.add_argument("--tolerance", type=float, default=0.05)
    parser.add_argument("--power", type=int, choices=(1, 2), default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    made = instance(given.units, given.zones, given.tolerance, given.seed, given.power)
    given.out.write_text(json.dumps(made), encoding="utf-8")


def instance(units: int, zones: int, tolerance: float, seed: int, power: int = 1) -> dict[str, Any]:
    """Return a map with a band around the mean weight of its zones."""
    chance = np.random.default_rng(seed)
    points = chance.random((units, 2)) * math.sqrt(units / DENSITY)
    weights = chance.integers(1, 101, size=units)
    cells = Delaunay(points).simplices.tolist()
    edges = {tuple(sorted(pair)) for cell in cells for pair in combinations(cell, 2)}
    mean = float(weights.sum()) / zones
    return {
        "name": f"random {units}",
        "k": zones,
        "L": math.ceil(mean * (1 - tolerance)),
        "U": math.floor(mean * (1 + tolerance)),
        "power": power,
        "nodes": [
            {"id": k, "name": f"unit {k}", "w": int(weight), "lon": 100 + float(lon), "lat": 30 + float(lat)}
            for k, (weight, (lon, lat)) in enumerate(zip(weights, points, strict=True))
        ],
        "edges": sorted(edges),
    }


if __name__ == "__main__":
    main()
