"""Places on paper: equirectangular, shrunk by the cosine of the latitude; and the scale bar."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, floor, log10, pi, radians, sin

from allocator.graph.distance import EARTH_RADIUS_KM, Position

_DEGREE_KM = EARTH_RADIUS_KM * pi / 180
#: Things closer than this on paper are drawn beside each other, in pixels.
_APART = 9.0
#: The smallest stretch of country that fills the paper, in kilometres.
_LEAST_KM = 1.0


@dataclass(frozen=True)
class Paper:
    """Where things come to lie.

    Attributes:
        width: Of the paper, in pixels.
        height: Of the paper, in pixels.
        points: Place of each thing on the paper, from its top left corner.
        pixels: Per kilometre.
    """

    width: float
    height: float
    points: Mapping[str, tuple[float, float]]
    pixels: float


def on_paper(
    positions: Mapping[str, Position], width: float, least: float, most: float, margin: float
) -> Paper:
    """Return where things lie on paper of a width, as high as their spread asks for between two bounds."""
    middle = radians((min(p.lat for p in positions.values()) + max(p.lat for p in positions.values())) / 2)
    east = {key: p.lon * cos(middle) * _DEGREE_KM for key, p in positions.items()}
    north = {key: p.lat * _DEGREE_KM for key, p in positions.items()}
    left, right, low, high = min(east.values()), max(east.values()), min(north.values()), max(north.values())
    across, up = max(right - left, _LEAST_KM), max(high - low, _LEAST_KM)
    pixels = min((width - 2 * margin) / across, (most - 2 * margin) / up)
    height = max(least, min(most, up * pixels + 2 * margin))
    dx = width / 2 - pixels * (left + right) / 2
    dy = height / 2 + pixels * (low + high) / 2
    points = {key: (east[key] * pixels + dx, dy - north[key] * pixels) for key in positions}
    return Paper(width, height, _spread(points), pixels)


def _spread(points: Mapping[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    """Move what lies on the same spot onto rings around it, so that all of it is seen."""
    seen: Counter[tuple[int, int]] = Counter()
    placed = {}
    for key, (x, y) in points.items():
        spot = (round(x / _APART), round(y / _APART))
        ring, turn = divmod(seen[spot] + 5, 6)
        angle, away = turn * pi / 3 + ring * pi / 6, 1.6 * _APART * ring
        placed[key] = (x + away * cos(angle), y + away * sin(angle))
        seen[spot] += 1
    return placed


def bar(paper: Paper) -> tuple[float, float]:
    """Return a round number of kilometres, a fifth of the paper at most, and their length in pixels."""
    about = paper.width / 5 / paper.pixels
    power = 10.0 ** floor(log10(about))
    kilometres = max(step * power for step in (1, 2, 5) if step * power <= about)
    return kilometres, kilometres * paper.pixels
