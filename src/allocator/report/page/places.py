"""Where things are: the map of zones, and the organisation as a tree with the signs of its zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest

from allocator.model.scenario import Organisation
from allocator.model.tables import Group, Unit
from allocator.model.text import Language, Text
from allocator.report.exporters.svg import svg_element
from allocator.report.page.markup import Content, Element, el
from allocator.report.picture.map_picture import (
    Zone,
    country_map,
    draw_map,
    located_items,
    map_projection,
    zones_of,
)
from allocator.report.picture.page import APPROXIMATE, PictureInput, dropped_note, picture_input
from allocator.report.picture.picture_for import drawing_method
from allocator.report.picture.shapes import COLOURS, Mark, sign
from allocator.report.plan_view import PlanView
from allocator.report.rendering.console import number
from allocator.report.wording import KINDS
from allocator.rules.context import RuleContext

#: Width of the map, in pixels, and the most signs that differ.
WIDTH, SIGNS = 900.0, len(COLOURS) ** 2
#: Levels of the organisation that are shown below each other; what is deeper is listed.
DEEPEST = 12
_UNIT, _HEAD = Text(zh="单位", en="units"), Text(zh="片区", en="zone")


@dataclass(frozen=True)
class Zoning:
    """The zones of a plan.

    Attributes:
        source: The layer that puts units into zones; None where no layer does.
        signs: Number of the sign of each zone, and of the units and groups in it, by id.
        names: Name of each zone by the number of its sign.
    """

    source: PictureInput | None
    signs: Mapping[str, int]
    names: Mapping[int, str]


def zoning_of(view: PlanView, context: RuleContext | None) -> Zoning:
    """Return the zones of a plan: slots of units, or else the bodies above the slots, or else the slots."""
    sources = [picture_input(view, board, context) for board in view.boards if any(board.rows)]
    maps = [one for one in sources if any(map(len, located_items(one))) and drawing_method(one) is draw_map]
    units = [
        one
        for one in sources
        if one.items == "units" and one.slots == "groups" and one.roster.shape == "once"
    ]
    source = next(iter([*maps, *units]), None)
    if source is not None:
        first = source.roster.rows[0].period
        rows = tuple(row for row in source.roster.rows if row.period == first)
        source = replace(source, roster=replace(source.roster, rows=rows))
        zones = {row.slot.id: row.slot.name for row in rows}
        members = {member.id: row.slot.id for row in rows for cell in row.cells for member in cell}
    else:
        rows = tuple(row for one in sources if one.roster.shape != "cases" for row in one.roster.rows)
        parents = {row.parent.id: row.parent.name for row in rows if row.parent}
        zones = parents if len(parents) > 1 else {row.slot.id: row.slot.name for row in rows}
        members = {}
    if not zones or len(zones) > SIGNS or (source is None and len(zones) == 1):
        return Zoning(source, {}, {})
    order = {zone: k for k, zone in enumerate(zones)}
    signs = order | {member: order[zone] for member, zone in members.items()}
    if context is not None:
        signs = _inherited(context.scenario.organisation, signs)
    return Zoning(source, signs, dict(enumerate(zones.values())))


def _inherited(organisation: Organisation, signs: Mapping[str, int]) -> dict[str, int]:
    """Return the signs, also of the units and groups below one that has a sign."""
    found = dict(signs)
    for id_ in [*organisation.units, *organisation.groups]:
        above = [id_]
        while above[-1] not in found:
            entity = organisation.entities.get(above[-1])
            parent = entity.parent if isinstance(entity, Unit | Group) else ""
            if not parent or parent in above:
                break
            above.append(parent)
        if above[-1] in found:
            found.update(dict.fromkeys(above, found[above[-1]]))
    return found


def sign_definitions(zoning: Zoning) -> Element:
    """Return the signs of the zones, drawn once for the whole page."""
    drawn = []
    for k in zoning.names:
        shape = svg_element(Mark(0, 0, 6, sign(k).form, sign(k).colour))
        shape.set("id", f"z{k}")
        drawn.append(shape)
    return el("svg", el("defs", drawn), class_="defs", aria_hidden="true", width="0", height="0")


def sign_mark(number_: int | None) -> Element | None:
    """Return the sign of a zone; None without a zone."""
    if number_ is None:
        return None
    return el("svg", el("use", href=f"#z{number_}"), class_="m", viewBox="-8 -8 16 16", aria_hidden="true")


def map_content(zoning: Zoning) -> Iterator[Content]:
    """Yield the map of the zones, if units have positions, and the table of the zones."""
    source = zoning.source
    if source is None:
        return
    zones = zones_of(source)
    places = located_items(source)
    if drawing_method(source) is draw_map:
        yield _map(source, zones, frozenset(places))
    heading = el("h3", Text(zh="片区构成", en="Units by zone"), id="zone-units")
    yield el("div", heading, _zone_table(source, zones, zoning.names), class_="part")


def _map(source: PictureInput, zones: tuple[Zone, ...], mapped: frozenset[str]) -> Element:
    places = located_items(source)
    projection = map_projection(places, WIDTH)
    drawn = {language: country_map(source, zones, projection, 0, 0, language) for language in _LANGUAGES}
    shapes = list(shapes_in_both(drawn["zh"][0].shapes, drawn["en"][0].shapes))
    title = Text(
        zh=f"地图：{len(mapped)} 个单位，{len(zones)} 个片区；各片区的单位见下表。",
        en=f"Map: {len(mapped)} units in {len(zones)} zones; the table below lists the units of each.",
    )
    unnamed = drawn["zh"][1]
    notes = [APPROXIMATE]
    if source.dropped:
        notes.append(Text(zh=dropped_note(source, "zh"), en=dropped_note(source, "en")))
    if unnamed:
        notes.append(
            Text(
                zh=f"太密，{number(unnamed)} 处未标名称，可指点查看",
                en=f"{number(unnamed)} dots stand too close for a name; point at them to see it",
            )
        )
    box = f"-1 -1 {WIDTH + 2:g} {projection.height + 2:.0f}"
    picture = el("svg", shapes, viewBox=box, role="img", aria_labelledby="map-caption", class_="map")
    return el(
        "figure",
        el("div", picture, class_="scroll", tabindex="0", role="region", aria_labelledby="map-caption"),
        el("figcaption", el("span", title, id="map-caption"), [sentence(note) for note in notes]),
    )


_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def sentence(text: Text) -> Text:
    """Return a text as a sentence: in English with a capital and a full stop."""
    zh, en = text.zh.rstrip("。"), text("en").rstrip(".")
    return Text(zh=f"{zh}。", en=f" {en[:1].upper()}{en[1:]}.")


def shapes_in_both(zh: Iterable[object], en: Iterable[object]) -> Iterator[Element]:
    """Yield the shapes of both languages, those that are the same only once."""
    for one, other in zip_longest(zh, en):
        if one == other:
            yield svg_element(one)
            continue
        for shape, language in ((one, "zh"), (other, "en")):
            if shape is not None:
                element = svg_element(shape)
                element.set("lang", language)
                yield element


def _zone_table(source: PictureInput, zones: tuple[Zone, ...], signed: Collection[int]) -> Element:
    weighed = any(source.weights.get(member.id) for zone in zones for member in zone.members)
    heads = [_HEAD, Text(zh="单位数", en="units"), *([Text(zh="工作量", en="workload")] if weighed else [])]
    heads += [Text(zh="构成", en="kinds"), _UNIT]
    rows = []
    for k, zone in enumerate(zones):
        kinds = Counter(source.kinds[one.id] for one in zone.members if one.id in source.kinds)
        weight = sum(source.weights.get(member.id, 0) for member in zone.members)
        names = [
            el("span", source.short_name(one.name), class_="chip", data_t=one.name) for one in zone.members
        ]
        rows.append(
            el(
                "tr",
                el("th", sign_mark(k if k in signed else None), zone.name, scope="row", class_="w"),
                el("td", number(len(zone.members)), class_="n"),
                el("td", number(weight), class_="n") if weighed else None,
                el("td", [[kind, f" {count}", el("br")] for kind, count in kinds.items()], class_="w"),
                el("td", names, class_="chips"),
            )
        )
    head = el("tr", [el("th", one, scope="col") for one in heads])
    table = el("table", el("thead", head), el("tbody", rows), class_="list")
    return el("div", table, class_="scroll", tabindex="0", role="region", aria_labelledby="zone-units")


def tree_content(context: RuleContext, zoning: Zoning) -> Iterator[Content]:
    """Yield the key of the signs, and the units and groups as a tree."""
    organisation = context.scenario.organisation
    nodes: dict[str, Unit | Group] = {**organisation.units, **organisation.groups}
    children: dict[str, list[str]] = {}
    for id_, node in nodes.items():
        parent = node.parent if node.parent in nodes and node.parent != id_ else ""
        children.setdefault(parent, []).append(id_)
    people = Counter(person.unit for person in organisation.people.values())
    if zoning.names:
        key = [el("li", sign_mark(k), name) for k, name in zoning.names.items()]
        yield el("ul", key, class_="key", aria_label="图例 / key")
    tree = _Tree(organisation, children, people, zoning.signs)
    yield el("div", tree.level(""), class_="tree")


@dataclass(frozen=True)
class _Tree:
    """The units and groups below each other."""

    organisation: Organisation
    children: Mapping[str, list[str]]
    people: Mapping[str, int]
    signs: Mapping[str, int]

    def level(self, parent: str, depth: int = 0) -> list[Element]:
        """Return the nodes directly below a node: those with several below them, then a list of the rest."""
        below = self.children.get(parent, []) if depth < DEEPEST else list(self._all_below(parent))
        ends = {id_: end for id_ in below if (end := self._end(id_) if depth < DEEPEST else id_)}
        out = [
            el(
                "details",
                el("summary", self._name(id_)),
                el("div", self.level(id_, depth + 1), class_="below"),
                open=True,
            )
            for id_ in below
            if id_ not in ends
        ]
        return out + self._leaves(ends)

    def _leaves(self, ends: Mapping[str, str]) -> list[Element]:
        """Return lists of leaves, one for each kind of unit or group that has a name."""
        by_kind: dict[str, list[Element]] = {}
        for id_, end in ends.items():
            kind = str(getattr(self.organisation.entities[end], "kind", ""))
            above = el("small", self.organisation.label(id_), " › ") if id_ != end else None
            by_kind.setdefault(kind if kind in KINDS else "", []).append(el("li", above, self._name(end)))
        lists = []
        for kind, leaves in by_kind.items():
            title = el("p", KINDS[kind], f" {len(leaves)}", class_="kind") if kind else None
            lists.append(el("div", title, el("ul", leaves, class_="leaves")))
        return lists

    def _all_below(self, parent: str) -> Iterator[str]:
        """Yield every node below a node."""
        waiting = list(self.children.get(parent, []))
        while waiting:
            id_ = waiting.pop(0)
            yield id_
            waiting[:0] = self.children.get(id_, [])

    def _end(self, id_: str) -> str:
        """Return the leaf that a node stands for: itself, or its only child; empty for a node with more."""
        below = self.children.get(id_, [])
        if not below:
            return id_
        return below[0] if len(below) == 1 and below[0] not in self.children else ""

    def _name(self, id_: str) -> list[Content]:
        count = self.people.get(id_, 0)
        amount = el("small", Text(zh=f" {count} 人", en=f" {count}")) if count else None
        return [sign_mark(self.signs.get(id_)), self.organisation.label(id_), amount]
