"""The small scenario of every kind's examples; its plans are few enough to enumerate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from allocator.model.plan import Assignment, Plan, ScenarioRef
from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import Case, Group, Link, Person, Posting, Tie, Unit, Wish
from allocator.rules.context import RuleContext
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from allocator.rules.scenario_binding import bind_context

#: In the layer ``turn`` one goes East or West in each of three years; ``posting`` has roles; ``zoning``
#: is decided once; in ``casework`` one may take any number of places.
SPEC: Mapping[str, Any] = {
    "scenario": "small",
    "today": date(2026, 1, 1),
    "periods": (2026, 2027, 2028),
    "roles": {
        "lead": {"zh": "组长", "en": "lead"},
        "member": {"zh": "组员", "en": "member"},
        "investigator": {"zh": "调查人", "en": "investigator"},
        "reviewer": {"zh": "审理人", "en": "reviewer"},
    },
    "layers": {
        "zoning": {
            "items": "units",
            "slots": "groups where group.kind == 'zone'",
            "periods": "once",
            "take": "0-1",
        },
        "turn": {"items": "people", "slots": "groups where group.kind == 'team'", "take": "0-1"},
        "posting": {
            "items": "people where person.id != 'Zhao'",
            "slots": "groups where group.kind == 'team'",
            "roles": ("lead", "member"),
            "take": "0-1",
        },
        "casework": {
            "items": "people where person.id != 'Zhao'",
            "slots": "cases",
            "roles": ("investigator", "reviewer"),
            "take": "any",
        },
    },
}
UNITS = (
    Unit(id="North", kind="township", place="Northton", lon=105.0, lat=29.60),
    Unit(id="South", kind="township", place="Southton", lon=105.0, lat=29.50),
    Unit(id="Far", kind="township", place="Farton", lon=105.0, lat=29.40),
    Unit(id="Mill", kind="agency", place="Northton"),
)
PEOPLE = (
    Person(id="Wang", grade="head", unit="Mill", native_place="Northton", born="1980-05-01", skills="law:4"),
    Person(id="Li", grade="cadre", unit="North", native_place="Southton", born="1984-02-01",
           skills="audit:3"),
    Person(id="Zhao", grade="head", unit="South", native_place="Farton", born="1983-02-01", skills="law:2",
           retires="2028-06-30"),
)  # fmt: skip
GROUPS = (
    Group(id="Z1", kind="zone", place="Northton"),
    Group(id="Z2", kind="zone", place="Southton"),
    Group(id="East", kind="team", parent="Z1", place="Northton", seats="0-1正+≤2干部"),
    Group(id="West", kind="team", parent="Z2", place="Southton", seats="≤1干部"),
)
CASES = (
    Case(id="C1", unit="North", received="2026-02-01", effort=2, skills="law:3", parties="Li;Broker"),
    Case(id="C2", unit="South", received="2027-02-01", effort=3, skills="audit:2"),
    Case(id="C3", unit="Far", received="2026-05-01", effort=1),
)
LINKS = (
    Link(source="North", target="South", kind="adjacent"),
    Link(source="South", target="Far", kind="adjacent"),
    Link(source="Mill", target="North", kind="liaises"),
)
TIES = (Tie(source="Wang", target="Li", kind="kin", weight=0.9),)
POSTINGS = (
    Posting.model_validate({"person": "Zhao", "group": "East", "role": "member", "from": "2025-01-01"}),
    Posting.model_validate(
        {"person": "Li", "group": "West", "role": "lead", "from": "2023-01-01", "to": "2024-12-31"}
    ),
)
WISHES = (
    Wish(item="Wang", slot="East", period="2027", weight=2),
    Wish(item="Wang", slot="East", role="lead", weight=-2),
    Wish(item="Li", slot="West", weight=1),
    Wish(item="Zhao", period="2027", weight=-3),
    Wish(item="Li", slot="C1", weight=1),
    Wish(item="Wang", slot="C2", role="reviewer", period="2027", weight=4),
    Wish(item="Li", slot="C3", weight=-1),
    Wish(item="North", slot="Z1", weight=1),
)
#: A plan of before: Gone has left since, Zhao retires in 2028, C2 and C3 are new cases.
BASELINE = Plan(
    scenario=ScenarioRef(name="small", sha256=""),
    status="optimal",
    assignments=(
        Assignment(layer="zoning", item="North", slot="Z1"),
        Assignment(layer="turn", item="Wang", slot="East", period="2026"),
        Assignment(layer="turn", item="Li", slot="East", period="2026"),
        Assignment(layer="turn", item="Zhao", slot="West", period="2027"),
        Assignment(layer="turn", item="Gone", slot="West", period="2027"),
        Assignment(layer="turn", item="Zhao", slot="West", period="2028"),
        Assignment(layer="turn", item="Wang", slot="Closed", period="2028"),
        Assignment(layer="casework", item="Wang", slot="C1", role="investigator", period="2026"),
        Assignment(layer="casework", item="Li", slot="C1", role="reviewer", period="2026"),
    ),
)


def example_context() -> RuleContext:
    """Return the context of the small scenario, its layers bound, with a baseline."""
    organisation = Organisation(
        units={unit.id: unit for unit in UNITS},
        people={person.id: person for person in PEOPLE},
        groups={group.id: group for group in GROUPS},
        cases={case.id: case for case in CASES},
        links=LINKS,
        ties=TIES,
        postings=POSTINGS,
        wishes=WISHES,
    )
    return bind_context(Scenario(ScenarioSpec.model_validate(SPEC), organisation, Path()), BASELINE)


def example_rule(fields: Mapping[str, Any], **changes: Any) -> Rule:
    """Return the rule of an example; its id is its kind."""
    return all_kinds()[fields["kind"]].model_validate({"id": fields["kind"], **fields, **changes})


def read_plan(text: str, context: RuleContext, rule: Rule) -> tuple[Assignment, ...]:
    """Read a plan as examples write it: ``Wang=East/lead@2026 Li=West@all``.

    ``all`` stands for every item or period. The layer is the rule's if that knows the slot and role,
    else the first that does.
    """
    layers = [context.layers[rule.on], *context.layers.values()]
    return tuple(assignment for part in text.split() for assignment in _read(part, context, layers))


def _read(part: str, context: RuleContext, layers: Iterable[Any]) -> list[Assignment]:
    item, _, rest = part.partition("=")
    place, _, period = rest.partition("@")
    slot, _, role = place.partition("/")
    layer = next(at for at in layers if slot in at.slots and (role or None) in at.roles)
    items = layer.items if item == "all" else (item,)
    periods = [
        layer.period_id(t) for t in range(len(layer.periods)) if period in ("all", layer.period_id(t), "")
    ]
    named = item != "all" and period not in ("all", "")
    chosen = []
    for name in items:
        for t in periods:
            i, k = layer.item_index[name], layer.period_index[t]
            if named or layer.present[i, k]:
                chosen.append(Assignment(layer=layer.name, item=name, slot=slot, role=role or None, period=t))
    return chosen
