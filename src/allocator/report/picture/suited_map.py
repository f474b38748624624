"""Where which option of a study is the best, as a map: a mark for each scenario, a legend with counts."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.graph.geography import Position
from allocator.model.text import Language
from allocator.report.picture.map_picture import map_projection, north_and_scale
from allocator.report.picture.page import MARGIN, ROOM, WIDTH, notes
from allocator.report.picture.shapes import (
    CARD,
    EDGE,
    PAPER,
    Box,
    Drawing,
    Label,
    Mark,
    Rectangle,
    Shape,
    fit_text,
    place_labels,
    sign,
    text_width,
    wrap_text,
)
from allocator.report.rendering.console import number, pick
from allocator.report.study_view import StudyView
from allocator.report.study_words import study_title
from allocator.report.suited_view import SuitedLine, SuitedView
from allocator.report.suited_words import SUITED_TITLE, option_text, proved_text, suited_lines

_LARGE, _SMALL, _MANY = 7.0, 5.0, 60
#: Form and colour of a scenario of which nothing is proved.
_OPEN = ("circle", PAPER)


def suited_map(view: StudyView, suited: SuitedView, language: Language) -> Drawing:
    """Return the map of the scenarios that have a place; there is one at least."""
    title = study_title(view)(language)
    shapes: list[Shape] = []
    y = MARGIN + 16
    for text in wrap_text(title, ROOM, "title", lines=2):
        shapes.append(Label(MARGIN, y, text, "title"))
        y += 24
    shapes.append(Label(MARGIN, y - 2, SUITED_TITLE(language), "sub"))
    legend, y = map_legend(view, suited, y + 14, language)
    country, bottom = country_marks(view, suited, MARGIN, y, language)
    foot = notes(_notes(view, suited, language), bottom + 8)
    about = " ".join(line(language) for line in suited_lines(view, suited))
    parts = (*shapes, *legend, *country, *foot.shapes)
    return Drawing(WIDTH, foot.bottom + MARGIN - 6, title, about, parts)


def map_legend(
    view: StudyView, suited: SuitedView, y: float, language: Language
) -> tuple[list[Shape], float]:
    """Return the signs of the options with the number of scenarios that each suits, and where they end."""
    shapes: list[Shape] = []
    x = MARGIN
    for name, count in suited.suits.items():
        text = fit_text(f"{option_text(view, name)(language)} {number(count)}", 300, "note")
        wide = 34 + text_width(text, "note")
        if x + wide > MARGIN + ROOM:
            x, y = MARGIN, y + 18
        shapes += [Mark(x + 6, y + 2, 5.5, *_sign(view, name)), Label(x + 16, y + 6, text, "note")]
        x += wide
    return shapes, y + 20


def country_marks(
    view: StudyView, suited: SuitedView, x: float, y: float, language: Language
) -> tuple[tuple[Shape, ...], float]:
    """Return the map without legend, and its lower edge."""
    lines = {line.scenario: line for line in suited.lines if line.place is not None}
    places = {name: Position(*line.place) for name, line in lines.items() if line.place}
    projection = map_projection(places, ROOM)
    points = {name: (x + px, y + py) for name, (px, py) in projection.points.items()}
    radius = _LARGE if len(points) <= _MANY else _SMALL
    frame = Rectangle(x + 2, y + 2, x + projection.width - 2, y + projection.height - 34)
    names = {name: fit_text(view.scenarios[name](language), 160, "place") for name in points}
    labels = place_labels(points, names, radius, frame)
    marks = (
        Mark(*at, radius, *_sign(view, lines[name].standing.winner), _hint(view, lines[name], language))
        for name, at in points.items()
    )
    shapes = (
        Box(x, y, projection.width, projection.height, CARD, EDGE, 6),
        *marks,
        *(labels[name] for name in points if name in labels),
        *north_and_scale(projection, x, y, language),
    )
    return shapes, y + projection.height


def _sign(view: StudyView, name: str) -> tuple[str, str]:
    if not name:
        return _OPEN
    found = sign(list(view.options).index(name))
    return found.form, found.colour


def _hint(view: StudyView, line: SuitedLine, language: Language) -> str:
    winner = option_text(view, line.standing.winner)(language)
    return f"{view.scenarios[line.scenario](language)} · {winner} · {proved_text(line)}"


def _notes(view: StudyView, suited: SuitedView, language: Language) -> Iterator[str]:
    for line in suited_lines(view, suited):
        yield line(language)
    if away := sum(line.place is None for line in suited.lines):
        yield pick(language, f"{number(away)} 个场景没有位置", f"{number(away)} scenarios have no place")
