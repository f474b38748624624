"""What all pictures share: their input, and the page with its heading, its notes and phrases with numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from allocator.graph.geography import Position
from allocator.model.layer import Layer
from allocator.model.scenario import Organisation
from allocator.model.tables import Case, Group, Person, Unit
from allocator.model.text import Language, Text
from allocator.report.picture.shapes import (
    Block,
    Drawing,
    Label,
    Mark,
    Shape,
    fit_text,
    short_names,
    sign,
    text_width,
    wrap_text,
)
from allocator.report.plan_view import PlanView
from allocator.report.rendering.console import number, pick
from allocator.report.roster_view import RosterView
from allocator.report.wording import kind_text
from allocator.rules.context import RuleContext


@dataclass(frozen=True)
class PictureInput:
    """A layer to draw.

    Attributes:
        title: Title of the scenario.
        status: The plan's status in words.
        synthetic: Whether people and cases are invented.
        roster: The layer laid out, with the periods to draw.
        items: The table that the items are from; empty if unknown.
        slots: The table that the slots are from; empty if unknown.
        positions: Where units lie, by id, in degrees.
        weights: Workload of units and effort of cases, by id.
        tails: Text beside a name, by id: the grade of a person.
        kinds: Kind of an item in words, by id.
        links: Pairs of units that a link joins, each pair once.
        short: A shorter form of some names, by name.
        dropped: The ending that these leave out.
    """

    title: Text
    status: Text
    synthetic: bool
    roster: RosterView
    items: str = ""
    slots: str = ""
    positions: Mapping[str, Position] = field(default_factory=dict)
    weights: Mapping[str, int] = field(default_factory=dict)
    tails: Mapping[str, Text] = field(default_factory=dict)
    kinds: Mapping[str, Text] = field(default_factory=dict)
    links: tuple[tuple[str, str], ...] = ()
    short: Mapping[str, str] = field(default_factory=dict)
    dropped: str = ""

    def short_name(self, name: str) -> str:
        """Return the name of an item in the picture."""
        return self.short.get(name, name)


def picture_input(view: PlanView, roster: RosterView, context: RuleContext | None) -> PictureInput:
    """Return the input of a layer; without a scenario it has ids only."""
    title = view.title or Text(zh=view.scenario, en=view.scenario)
    status = _with_cautions(view)
    if context is None:
        return PictureInput(title, status, view.synthetic, roster)
    layer, organisation = context.layers[roster.layer], context.scenario.organisation
    kinds = _kinds(layer, organisation)
    short, dropped = _short(layer, organisation, kinds)
    grades = {grade.id: Text(zh=grade.zh, en=grade.en) for grade in context.scenario.spec.grades}
    return PictureInput(
        title,
        status,
        view.synthetic,
        roster,
        items=layer.spec.items.table,
        slots=layer.spec.slots.table,
        positions=_positions(organisation),
        weights=_weights(organisation),
        tails={id_: grades[one.grade] for id_, one in organisation.people.items() if one.grade in grades},
        kinds=kinds,
        links=_links(organisation),
        short=short,
        dropped=dropped,
    )


def _with_cautions(view: PlanView) -> Text:
    """Return the status, after the cautions that must be read first."""
    parts = (*view.cautions, view.status_text)
    return Text(
        zh="⚠ " * (len(parts) > 1) + "；".join(one.zh for one in parts),
        en="⚠ " * (len(parts) > 1) + "; ".join(one.en for one in parts),
    )


def _positions(organisation: Organisation) -> dict[str, Position]:
    return {
        id_: Position(unit.lon, unit.lat)
        for id_, unit in organisation.units.items()
        if unit.lon is not None and unit.lat is not None
    }


def _weights(organisation: Organisation) -> dict[str, int]:
    units = {id_: unit.workload for id_, unit in organisation.units.items()}
    return units | {id_: case.effort for id_, case in organisation.cases.items()}


def _kinds(layer: Layer, organisation: Organisation) -> dict[str, Text]:
    found: dict[str, Text] = {}
    for item in layer.items:
        entity: Unit | Person | Group | Case = organisation.entities[item]
        if isinstance(entity, Unit | Group) and entity.kind:
            found[item] = kind_text(entity.kind)
    return found


def _links(organisation: Organisation) -> tuple[tuple[str, str], ...]:
    pairs = (tuple(sorted((link.source, link.target))) for link in organisation.links)
    return tuple(dict.fromkeys((a, b) for a, b in pairs if a != b))


def _short(layer: Layer, organisation: Organisation, kinds: Mapping[str, Text]) -> tuple[dict[str, str], str]:
    """Return short names of units; where there are several kinds, each by itself."""
    short: dict[str, str] = {}
    dropped: list[str] = []
    for kind in dict.fromkeys(kinds.values()):
        named = [organisation.label(item) for item in layer.items if kinds.get(item) == kind]
        forms, left_out = short_names(named)
        short.update(forms)
        dropped += [left_out] if left_out else []
    return short, "、".join(dropped)


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
