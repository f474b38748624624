"""Shapes of pictures, in pixels from the top left corner, and their colours and forms.

Colour-blind people can tell the colours apart (Okabe and Ito, 2008); the forms are for print in grey.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Literal, NamedTuple

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
