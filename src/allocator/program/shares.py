"""A share of a whole number of members, as the tightest rows over both numbers.

Of 3 members 67% are 3, not 2.01: the points ``(w, ceil(p w / 100))`` lie above the line of the percentage,
and nothing lower than their convex envelope is between any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from math import gcd
from typing import NamedTuple


class ShareFacet(NamedTuple):
    """``scale * part >= slope * whole + constant``."""

    scale: int
    slope: int
    constant: int


def share_facets(percent: int, low: int, high: int) -> list[ShareFacet]:
    """Return what a part is at least that is ``percent`` of a whole, both whole numbers.

    Every facet holds of each such pair; rounded up, the greatest is the least that the part may be.

    Args:
        percent: From 0 to 100.
        low: The least that the whole can be, never negative.
        high: The most.
    """
    points = [(whole, -(-percent * whole // 100)) for whole in range(low, high + 1)]
    if len(points) == 1:
        return [ShareFacet(1, 0, points[0][1])]
    return list(_lines(_envelope(points)))


def _envelope(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the corners of the lower convex envelope of points in order (Andrew 1979)."""
    corners: list[tuple[int, int]] = []
    for x, y in points:
        while len(corners) > 1:
            (x0, y0), (x1, y1) = corners[-2:]
            if (y1 - y0) * (x - x0) < (y - y0) * (x1 - x0):
                break
            corners.pop()
        corners.append((x, y))
    return corners


def _lines(corners: list[tuple[int, int]]) -> Iterator[ShareFacet]:
    for (x0, y0), (x1, y1) in pairwise(corners):
        divisor = gcd(x1 - x0, y1 - y0)
        scale, slope = (x1 - x0) // divisor, (y1 - y0) // divisor
        yield ShareFacet(scale, slope, scale * y0 - slope * x0)
