"""What pictures are made of: a few shapes with their places in pixels, from the top left corner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Anchor = Literal["start", "middle", "end"]


class Style(NamedTuple):
    """How a kind of text looks.

    Attributes:
        size: Height of the letters in pixels.
        ink: Colour.
        weight: ``400`` or ``700``.
        halo: Whether it is set off from what lies under it.
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
    """A symbol around a point; ``hint`` is read out and shown under the pointer."""

    x: float
    y: float
    radius: float
    form: str
    fill: str
    hint: str = ""


Shape = Label | Box | Line | Mark
Shapes = tuple[Shape, ...]


class Laid(NamedTuple):
    """Shapes and the ordinate below them."""

    shapes: Shapes
    bottom: float


@dataclass(frozen=True)
class Drawing:
    """A whole picture.

    Attributes:
        width: Its width in pixels.
        height: Its height in pixels.
        title: What it is a picture of.
        about: The same in a sentence or two, for who cannot see it.
        shapes: What is drawn, from the bottom up.
    """

    width: float
    height: float
    title: str
    about: str
    shapes: Shapes
