"""Estimates the width of texts without a font, and fits names into the room that there is.

Widths are in pixels and rather too large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from unicodedata import category, east_asian_width

from allocator.report.picture.shapes import STYLES, Anchor, Label

_LATIN = 0.6
_MORE = "…"


#: A common ending is dropped if it has this many characters, this many names share it, and this many
#: characters of each name are left.
_SAVES, _NAMES, _LEFT = 3, 4, 3
_KIND = "place"
_HEIGHT = STYLES[_KIND].size
#: Dots above which no names are placed: there is no room, and the search would take seconds.
MOST_DOTS = 600


def text_width(text: str, kind: str) -> float:
    """Return the estimated width: a Chinese character is as wide as high, a Latin one 0.6 of that."""
    return STYLES[kind].size * sum(map(_advance, text))


def _advance(ch: str) -> float:
    if east_asian_width(ch) in "WFA":
        return 1.0
    return 0.0 if category(ch) in ("Mn", "Me") else _LATIN


def fit_text(text: str, room: float, kind: str) -> str:
    """Return a text, cut short with ``…`` if it is wider than ``room``."""
    if text_width(text[:1000], kind) <= room:
        return text[:1000]
    left = room / STYLES[kind].size - _advance(_MORE)
    kept = 0
    for kept, ch in enumerate(text):  # noqa: B007 - where it stops is what we want
        left -= _advance(ch)
        if left < 0:
            break
    return text[:kept].rstrip() + _MORE


def wrap_text(text: str, room: float, kind: str, lines: int = 100) -> list[str]:
    """Return a text in at most ``lines`` lines, broken at spaces and between Chinese characters."""
    done: list[str] = []
    line = ""
    for piece in _pieces(text):
        if line and text_width(line + piece.rstrip(), kind) > room:
            done.append(line.rstrip())
            line = ""
        line += piece
    done.append(line.rstrip())
    kept = [fit_text(one, room, kind) for one in done[:lines]]
    if len(done) > lines:
        kept[-1] = fit_text(kept[-1].removesuffix(_MORE) + _MORE * 2, room, kind).replace(_MORE * 2, _MORE)
    return kept


def _pieces(text: str) -> Iterator[str]:
    """Yield unbreakable pieces: a word with its space, or a Chinese character with closing punctuation."""
    piece = ""
    for ch in text[:5000]:
        opens_new = east_asian_width(ch) in "WF" and category(ch) not in ("Pe", "Pf", "Po")
        after_wide = piece and east_asian_width(piece[-1]) in "WF" and category(piece[-1]) not in ("Ps", "Pi")
        if piece and (
            piece[-1] == " "
            or (opens_new and category(piece[-1]) not in ("Ps", "Pi"))
            or (after_wide and ch.isalnum())
        ):
            yield piece
            piece = ""
        piece += ch
    if piece:
        yield piece


def short_names(names: Sequence[str]) -> tuple[Mapping[str, str], str]:
    """Return the short form of each name, and the ending that was left out (or an empty text).

    Only Chinese endings are dropped: 派驻县财政局纪检监察组 is 派驻县财政局 where all others end alike.
    """
    different = sorted(set(names))
    if len(different) < _NAMES:
        return {}, ""
    ending = _ending(different)
    if len(ending) < _SAVES or min(map(len, different)) - len(ending) < _LEFT:
        return {}, ""
    return {name: name.removesuffix(ending) for name in different}, f"…{ending}"


def _ending(names: Sequence[str]) -> str:
    """Return the longest common ending of Chinese characters."""
    ending = ""
    for letters in zip(*(name[::-1] for name in names), strict=False):
        if len(set(letters)) > 1 or east_asian_width(letters[0]) not in "WF":
            break
        ending = letters[0] + ending
    return ending


class Rectangle(NamedTuple):
    """A rectangle: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle) -> bool:
        """Return whether two rectangles overlap."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Rectangle) -> bool:
        """Return whether this one lies inside another."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


def place_labels(
    points: Mapping[str, tuple[float, float]], names: Mapping[str, str], radius: float, frame: Rectangle
) -> dict[str, Label]:
    """Return a label for each point that has room for one, to its right if possible.

    Args:
        points: Centres of the dots.
        names: The name beside each dot.
        radius: Radius of the dots.
        frame: The rectangle that no label may leave.
    """
    if len(points) > MOST_DOTS:
        return {}
    taken = [Rectangle(x - radius, y - radius, x + radius, y + radius) for x, y in points.values()]
    labels = {}
    # Dots in a crowd have the fewest candidates, so they are placed first.
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


def _candidates(x: float, y: float, name: str, radius: float) -> Iterator[tuple[Label, Rectangle]]:
    wide = text_width(name, _KIND)
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
            patch = Rectangle(left, centre - _HEIGHT / 2, left + wide, centre + _HEIGHT / 2)
            yield Label(x + dx, centre + _HEIGHT * 0.36, name, _KIND, anchor), patch
