"""The input of a picture: a layer of a plan, with the facts of its scenario that pictures show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from allocator.graph.geography import Position
from allocator.model.layer import Layer
from allocator.model.scenario import Organisation
from allocator.model.tables import Case, Group, Person, Unit
from allocator.model.text import Text
from allocator.report.picture.text_metrics import short_names
from allocator.report.plan_view import PlanView
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
