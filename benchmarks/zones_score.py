"""The judge of a map divided into zones: breaches of each hard rule, and compactness."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Any

EARTH_RADIUS_KM = 6371.0088


def score(instance: Mapping[str, Any], zone: Sequence[int | None]) -> tuple[float | None, dict[str, int]]:
    """Return the cost (None if a unit has no zone) and the breaches by hard rule.

    A zone costs the sum over its units of weight times great-circle distance in kilometres (to the power of
    the instance) to the best centre among them. If the instance has a matrix, its entry for unit and centre
    replaces that product.
    """
    nodes = instance["nodes"]
    left_out = abs(len(nodes) - len(zone)) + sum(one is None for one in zone)
    if left_out:
        return None, {"unit in a zone": left_out}
    members = defaultdict(set)
    for unit, one in enumerate(zone):
        members[one].add(unit)
    weights = [sum(nodes[unit]["w"] for unit in units) for units in members.values()]
    near = defaultdict(set)
    for a, b, *_ in instance["edges"]:
        near[a].add(b)
        near[b].add(a)
    broken = {
        "number of zones": abs(len(members) - instance["k"]),
        "contiguous": sum(not _connected(units, near) for units in members.values()),
        "band": sum(not instance["L"] <= weight <= instance["U"] for weight in weights),
    }
    cost = sum(
        min(sum(_cost(instance, unit, centre) for unit in units) for centre in units)
        for units in members.values()
    )
    return cost, {rule: times for rule, times in broken.items() if times}


def _connected(units: set[int], near: Mapping[int, set[int]]) -> bool:
    reached: set[int] = set()
    front = {min(units)}
    while front:
        reached |= front
        front = {other for unit in front for other in near[unit] & units} - reached
    return reached == units


def _cost(instance: Mapping[str, Any], unit: int, centre: int) -> float:
    if "cost" in instance:
        return float(instance["cost"][unit][centre])
    nodes = instance["nodes"]
    return float(nodes[unit]["w"] * _kilometres(nodes[unit], nodes[centre]) ** instance["power"])


def _kilometres(a: Mapping[str, float], b: Mapping[str, float]) -> float:
    """Return the great-circle distance by the haversine formula."""
    south, north = radians(a["lat"]), radians(b["lat"])
    half = sin((south - north) / 2) ** 2
    half += cos(south) * cos(north) * sin(radians(a["lon"] - b["lon"]) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, half)))
