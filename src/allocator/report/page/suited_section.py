"""Where which option of a study is the best, on its page: a map in both languages, and the words below it."""

from __future__ import annotations

from collections.abc import Iterator

from allocator.model.text import Text
from allocator.report.page.markup import Content, Element, el
from allocator.report.page.places import sentence, shapes_in_both
from allocator.report.picture.page import MARGIN, ROOM
from allocator.report.picture.suited_map import country_marks, map_legend
from allocator.report.study_view import StudyView
from allocator.report.suited_view import SuitedView
from allocator.report.suited_words import suited_lines


def suited_content(view: StudyView, suited: SuitedView) -> Iterator[Content]:
    """Yield what is found, and the map if a scenario has a place."""
    yield el("ul", [el("li", sentence(line)) for line in suited_lines(view, suited)], class_="says")
    if any(line.place is not None for line in suited.lines):
        yield _map(view, suited)


def _map(view: StudyView, suited: SuitedView) -> Element:
    drawn = {}
    bottom = 0.0
    for language in ("zh", "en"):
        legend, top = map_legend(view, suited, MARGIN, language)
        marks, bottom = country_marks(view, suited, MARGIN, top, language)
        drawn[language] = (*legend, *marks)
    shapes = list(shapes_in_both(drawn["zh"], drawn["en"]))
    box = f"0 0 {ROOM + 2 * MARGIN:g} {bottom + 2:.0f}"
    picture = el("svg", shapes, viewBox=box, role="img", aria_labelledby="suited-caption", class_="map")
    title = Text(
        zh="地图：各场景宜用的选项；指点可见名称", en="Map: what suits where; point at a mark for its name"
    )
    return el(
        "figure",
        el("div", picture, class_="scroll", tabindex="0", role="region", aria_labelledby="suited-caption"),
        el("figcaption", el("span", sentence(title), id="suited-caption")),
    )
