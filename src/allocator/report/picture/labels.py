"""Names beside dots, none over another; one that finds no room is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from allocator.report.picture.lettering import width
from allocator.report.picture.shapes import STYLES, Anchor, Label

_KIND = "place"
_HEIGHT = STYLES[_KIND].size
#: With more dots than this there is no room for names, and to look for it would take seconds.
MOST_DOTS = 600


class Patch(NamedTuple):
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Patch) -> bool:
        """Return whether two rectangles have a point in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Patch) -> bool:
        """Return whether this one lies inside another."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


def place_labels(
    points: Mapping[str, tuple[float, float]], names: Mapping[str, str], radius: float, frame: Patch
) -> dict[str, Label]:
    """Return a label for each point that has room for one, right of it if it can be; none in a crowd.

    Args:
        points: Where the dots are.
        names: What to write beside each.
        radius: Of the dots.
        frame: What no label may leave.
    """
    if len(points) > MOST_DOTS:
        return {}
    taken = [Patch(x - radius, y - radius, x + radius, y + radius) for x, y in points.values()]
    labels = {}
    # Those in a crowd have the least choice, so they choose first.
    crowd = {
        key: sum(abs(x - a) < 60 and abs(y - b) < 30 for a, b in points.values())
        for key, (x, y) in points.items()
    }
    for key in sorted(points, key=lambda key: (-crowd[key], points[key][1], points[key][0], key)):
        for label, patch in _candidates(*points[key], names[key], radius):
            if patch.within(frame) and not any(patch.meets(other) for other in taken):
                labels[key] = label
                taken.append(patch)
                break
    return labels


def _candidates(x: float, y: float, name: str, radius: float) -> Iterator[tuple[Label, Patch]]:
    wide = width(name, _KIND)
    for away in (radius + 3, radius + 10):
        near = away * 0.75
        for dx, dy in (
            (away, 0),
            (-away, 0),
            (0, -away),
            (0, away),
            (near, -near),
            (near, near),
            (-near, -near),
            (-near, near),
        ):
            anchor: Anchor = "middle" if dx == 0 else "start" if dx > 0 else "end"
            left = x + dx - (wide / 2 if dx == 0 else 0 if dx > 0 else wide)
            centre = y + dy + (_HEIGHT / 2 * (dy > 0) - _HEIGHT / 2 * (dy < 0))
            patch = Patch(left, centre - _HEIGHT / 2, left + wide, centre + _HEIGHT / 2)
            yield Label(x + dx, centre + _HEIGHT * 0.36, name, _KIND, anchor), patch
