"""What every picture has: a heading, and notes at the foot."""

from __future__ import annotations

from collections.abc import Iterable

from allocator.model.text import Language
from allocator.report.picture.lettering import fit, width, wrap
from allocator.report.picture.palette import look
from allocator.report.picture.shapes import Drawing, Label, Laid, Mark, Shape
from allocator.report.picture.sheet import Sheet
from allocator.report.picture.words import listed
from allocator.report.rendering.console import pick

WIDTH, MARGIN = 1000.0, 20.0
ROOM = WIDTH - 2 * MARGIN


def heading(sheet: Sheet, language: Language) -> Laid:
    """Return the title of the scenario, and under it the layer, the period and how good the plan is."""
    shapes: list[Shape] = []
    y = MARGIN + 16
    for line in wrap(sheet.title(language), ROOM, "title", lines=2):
        shapes.append(Label(MARGIN, y, line, "title"))
        y += 24
    periods = list(dict.fromkeys(row.period or "" for row in sheet.board.rows))
    span = periods[0] if len(periods) == 1 else f"{periods[0]} – {periods[-1]}" if periods else ""
    invented = pick(language, "人员与案件为合成数据", "people and cases are synthetic")
    about = listed(
        [sheet.board.title(language), span, sheet.status(language), invented if sheet.synthetic else ""]
    )
    for line in wrap(about, ROOM, "sub", lines=2):
        shapes.append(Label(MARGIN, y - 2, line, "sub"))
        y += 18
    return Laid(tuple(shapes), y)


def role_signs(sheet: Sheet, top: float, language: Language) -> Laid:
    """Return which sign is which role, side by side."""
    shapes: list[Shape] = []
    x, y = MARGIN, top
    named = [(k, column(language)) for k, column in enumerate(sheet.board.columns) if column(language)]
    for k, name in named:
        text = fit(name, 200, "note")
        if x + 18 + width(text, "note") > MARGIN + ROOM:
            x, y = MARGIN, y + 18
        shapes += [Mark(x + 6, y + 7, 5.5, look(k).form, look(k).colour), Label(x + 16, y + 11, text, "note")]
        x += 34 + width(text, "note")
    return Laid(tuple(shapes), y + (20 if named else 0))


def notes(lines: Iterable[str], top: float) -> Laid:
    """Return lines at the foot of the page."""
    shapes: list[Shape] = []
    y = top
    for text in filter(None, lines):
        for line in wrap(text, ROOM, "note"):
            shapes.append(Label(MARGIN, y + 12, line, "note"))
            y += 17
    return Laid(tuple(shapes), y)


def dropped(sheet: Sheet, language: Language) -> str:
    """Return what the names in the picture leave out."""
    if not sheet.dropped:
        return ""
    return pick(language, f"名称省去“{sheet.dropped}”", f"names are shown without “{sheet.dropped}”")


def page(sheet: Sheet, language: Language, about: str, parts: Iterable[Laid]) -> Drawing:
    """Put the parts of a picture on a page just high enough for them."""
    laid = list(parts)
    title = listed([sheet.title(language), sheet.board.title(language)])
    bottom = max(part.bottom for part in laid) + MARGIN - 6
    return Drawing(WIDTH, bottom, title, about, tuple(shape for part in laid for shape in part.shapes))
