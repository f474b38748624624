"""Parts that all pictures share: the page, its heading, notes at the foot, and phrases with numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from allocator.model.text import Language, Text
from allocator.report.picture.picture_input import PictureInput
from allocator.report.picture.shapes import Block, Drawing, Label, Mark, Shape, sign
from allocator.report.picture.text_metrics import fit_text, text_width, wrap_text
from allocator.report.rendering.console import number, pick

WIDTH, MARGIN = 1000.0, 20.0
ROOM = WIDTH - 2 * MARGIN


_COUNTED: Mapping[str, tuple[str, str, str]] = {
    "people": ("人", "person", "people"),
    "units": ("个单位", "unit", "units"),
    "groups": ("个组", "group", "groups"),
    "cases": ("件", "case", "cases"),
    "": ("项", "item", "items"),
}
WORKLOAD: Mapping[str, Text] = {
    "units": Text(zh="工作量", en="workload"),
    "cases": Text(zh="工作量", en="effort"),
}
APPROXIMATE = Text(
    zh="各点为近似位置，仅供示意，不是行政区划边界",
    en="positions are approximate and show no boundaries",
)


def heading(source: PictureInput, language: Language) -> Block:
    """Return the title of the scenario, and under it the layer, the periods and the status of the plan."""
    shapes: list[Shape] = []
    y = MARGIN + 16
    for line in wrap_text(source.title(language), ROOM, "title", lines=2):
        shapes.append(Label(MARGIN, y, line, "title"))
        y += 24
    periods = list(dict.fromkeys(row.period or "" for row in source.roster.rows))
    span = periods[0] if len(periods) == 1 else f"{periods[0]} – {periods[-1]}" if periods else ""
    invented = pick(language, "人员与案件为合成数据", "people and cases are synthetic")
    about = join_parts(
        [source.roster.title(language), span, source.status(language), invented if source.synthetic else ""]
    )
    for line in wrap_text(about, ROOM, "sub", lines=2):
        shapes.append(Label(MARGIN, y - 2, line, "sub"))
        y += 18
    return Block(tuple(shapes), y)


def role_signs(source: PictureInput, top: float, language: Language) -> Block:
    """Return the key of signs and roles, side by side."""
    shapes: list[Shape] = []
    x, y = MARGIN, top
    named = [(k, column(language)) for k, column in enumerate(source.roster.columns) if column(language)]
    for k, name in named:
        text = fit_text(name, 200, "note")
        if x + 18 + text_width(text, "note") > MARGIN + ROOM:
            x, y = MARGIN, y + 18
        shapes += [Mark(x + 6, y + 7, 5.5, sign(k).form, sign(k).colour), Label(x + 16, y + 11, text, "note")]
        x += 34 + text_width(text, "note")
    return Block(tuple(shapes), y + (20 if named else 0))


def notes(lines: Iterable[str], top: float) -> Block:
    """Return lines at the foot of the page."""
    shapes: list[Shape] = []
    y = top
    for text in filter(None, lines):
        for line in wrap_text(text, ROOM, "note"):
            shapes.append(Label(MARGIN, y + 12, line, "note"))
            y += 17
    return Block(tuple(shapes), y)


def dropped_note(source: PictureInput, language: Language) -> str:
    """Return a note about the ending that all names leave out; empty if there is none."""
    if not source.dropped:
        return ""
    return pick(language, f"名称省去“{source.dropped}”", f"names are shown without “{source.dropped}”")


def page_drawing(source: PictureInput, language: Language, about: str, parts: Iterable[Block]) -> Drawing:
    """Put the parts of a picture on a page just high enough for them."""
    block = list(parts)
    title = join_parts([source.title(language), source.roster.title(language)])
    bottom = max(part.bottom for part in block) + MARGIN - 6
    return Drawing(WIDTH, bottom, title, about, tuple(shape for part in block for shape in part.shapes))


def count_text(count: int, table: str, language: Language) -> str:
    """Return a number of rows of a table, such as ``12 people``."""
    zh, one, many = _COUNTED.get(table, _COUNTED[""])
    return pick(language, f"{number(count)} {zh}", f"{number(count)} {one if count == 1 else many}")


def more_text(count: int, table: str, language: Language) -> str:
    """Return that ``count`` more rows are left out."""
    zh = _COUNTED.get(table, _COUNTED[""])[0]
    return pick(language, f"… 还有 {number(count)} {zh}", f"… and {number(count)} more")


def weight_text(total: int, table: str, language: Language) -> str:
    """Return the total weight of rows of a table; empty for 0 or a table without weights."""
    word = WORKLOAD.get(table)
    return f"{word(language)} {number(total)}" if word and total else ""


def join_parts(parts: list[str]) -> str:
    """Return the parts that are not empty as one line."""
    return " · ".join(filter(None, parts))
