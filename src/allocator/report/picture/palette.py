"""Colours that colour-blind people tell apart (Okabe and Ito, 2008), each with a form for print in grey."""

from __future__ import annotations

from math import cos, pi, sin
from typing import NamedTuple

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


class Look(NamedTuple):
    """A colour and a form."""

    colour: str
    form: str


def look(number: int) -> Look:
    """Return the look of the slot or role of that number; no two of the first 64 are the same."""
    return Look(COLOURS[number % 8], FORMS[(number + number // 8) % 8])


def pale(colour: str, part: float = 0.25) -> str:
    """Return a colour thinned with white, of which so much is left."""
    return "#" + "".join(f"{round(255 - part * (255 - int(colour[k : k + 2], 16))):02x}" for k in (1, 3, 5))


_SIDES = {
    "square": (4, pi / 4),
    "triangle": (3, 0.0),
    "diamond": (4, 0.0),
    "down": (3, pi),
    "pentagon": (5, 0.0),
}
_AREA = {"square": 1.2, "triangle": 1.3, "diamond": 1.25, "down": 1.3, "pentagon": 1.1, "hexagon": 1.08}


def corners(form: str, radius: float) -> tuple[tuple[float, float], ...]:
    """Return the corners of a form around the origin, about as large as the circle, which has none."""
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
