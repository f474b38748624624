"""Shapes of pictures with their colours and forms, and the widths of texts, estimated without a font.

All lengths are in pixels from the top left corner; the widths of texts are rather too large.
Colour-blind people can tell the colours apart (Okabe and Ito, 2008); the forms are for print in grey.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Literal, NamedTuple
from unicodedata import category, east_asian_width

Anchor = Literal["start", "middle", "end"]

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#F0E442", "#666666")
FORMS = ("circle", "square", "triangle", "diamond", "down", "pentagon", "cross", "hexagon")
PAPER, CARD, EDGE, FAINT, INK, TINT, BAND = (
    "#ffffff",
    "#fafafa",
    "#d0d0d0",
    "#e6e6e6",
    "#222222",
    "#fdeee3",
    "#f4f4f4",
)
_SIDES = {
    "square": (4, pi / 4),
    "triangle": (3, 0.0),
    "diamond": (4, 0.0),
    "down": (3, pi),
    "pentagon": (5, 0.0),
}
_AREA = {"square": 1.2, "triangle": 1.3, "diamond": 1.25, "down": 1.3, "pentagon": 1.1, "hexagon": 1.08}


class Style(NamedTuple):
    """The look of a kind of text.

    Attributes:
        size: Height of the letters in pixels.
        ink: Colour.
        weight: ``400`` or ``700``.
        halo: Whether a white edge sets it off from shapes below it.
    """

    size: float
    ink: str = "#222222"
    weight: int = 400
    halo: bool = False


STYLES: Mapping[str, Style] = {
    "title": Style(19, weight=700),
    "sub": Style(12.5, "#555555"),
    "part": Style(15, "#333333", 700),
    "head": Style(13.5, weight=700),
    "name": Style(12.5),
    "moved": Style(12.5, "#9a3412", 700),
    "role": Style(11, "#666666"),
    "cell": Style(11),
    "tail": Style(11, "#777777"),
    "note": Style(11.5, "#555555"),
    "tick": Style(10, "#444444"),
    "place": Style(12.5, halo=True),
}


@dataclass(frozen=True)
class Label:
    """A line of text; ``y`` is its base line."""

    x: float
    y: float
    text: str
    kind: str
    anchor: Anchor = "start"


@dataclass(frozen=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    edge: str = ""
    round: float = 0


@dataclass(frozen=True)
class Line:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    ink: str
    width: float = 1
    opacity: float = 1


@dataclass(frozen=True)
class Mark:
    """A symbol around a point; ``hint`` is its tooltip and its text for screen readers."""

    x: float
    y: float
    radius: float
    form: str
    fill: str
    hint: str = ""


Shape = Label | Box | Line | Mark
Shapes = tuple[Shape, ...]


class Block(NamedTuple):
    """Shapes, and the y coordinate of their lower edge."""

    shapes: Shapes
    bottom: float


@dataclass(frozen=True)
class Drawing:
    """A whole picture.

    Attributes:
        width: Its width in pixels.
        height: Its height in pixels.
        title: Title of the picture.
        about: Description for screen readers.
        shapes: The shapes, from the bottom up.
    """

    width: float
    height: float
    title: str
    about: str
    shapes: Shapes


class Sign(NamedTuple):
    """A colour and a form."""

    colour: str
    form: str


def sign(number: int) -> Sign:
    """Return the sign of a slot or role by its number; the first 64 are all different."""
    return Sign(COLOURS[number % 8], FORMS[(number + number // 8) % 8])


def pale(colour: str, part: float = 0.25) -> str:
    """Return a colour mixed with white; ``part`` of the colour is left."""
    return "#" + "".join(f"{round(255 - part * (255 - int(colour[k : k + 2], 16))):02x}" for k in (1, 3, 5))


def corners(form: str, radius: float) -> tuple[tuple[float, float], ...]:
    """Return the corners of a form around the origin, of about the area of a circle; a circle has none."""
    if form == "circle":
        return ()
    if form == "cross":
        a, b = radius * 0.4, radius * 1.15
        return (
            (-a, -b),
            (a, -b),
            (a, -a),
            (b, -a),
            (b, a),
            (a, a),
            (a, b),
            (-a, b),
            (-a, a),
            (-b, a),
            (-b, -a),
            (-a, -a),
        )
    sides, turn = _SIDES.get(form, (6, 0.0))
    r = radius * _AREA.get(form, 1.0)
    angles = (turn + 2 * pi * k / sides for k in range(sides))
    return tuple((r * sin(angle), -r * cos(angle)) for angle in angles)


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
