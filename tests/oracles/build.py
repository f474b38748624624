"""Turns a drawn world, rule and plan into a bound policy and assignments of the program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from allocator.model.plan import Assignment, Plan, ScenarioRef
from allocator.model.scenario import Organisation, Scenario, ScoreTable
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import Absence, Case, Group, Link, Person, Posting, Tie, Unit, Wish
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.rules.rule import Waiver
from allocator.rules.scenario_binding import bind_context
from allocator.verify.judge import judge
from oracles.calendars import Calendar
from oracles.draws import FURTHEST
from oracles.world import Expr, Layer, Seat, World, days_of, held

ROWS: Mapping[str, Any] = {"people": Person, "units": Unit, "groups": Group, "cases": Case}


def plain(part: Any) -> Any:
    """Return a rule as plain data of a rule pack."""
    if isinstance(part, Expr):
        return part.text
    if isinstance(part, Mapping):
        return {key: plain(inner) for key, inner in part.items()}
    return [plain(inner) for inner in part] if isinstance(part, list | tuple) else part


def assignments(world: World, plan: Iterable[Seat]) -> tuple[Assignment, ...]:
    return tuple(
        Assignment(
            layer=seat.layer,
            item=seat.item,
            slot=seat.slot,
            role=seat.role,
            period=None if world.layers[seat.layer].once else world.calendar.id(seat.period),
        )
        for seat in sorted(plan, key=str)
    )


def policy_for(world: World, rule: Mapping[str, Any]) -> Policy:
    """Return the policy that has one rule in a world."""
    baseline = None
    if world.baseline is not None:
        baseline = Plan(
            scenario=ScenarioRef(name="drawn", sha256=""),
            status="optimal",
            assignments=assignments(world, world.baseline),
        )
    bound = all_kinds()[rule["kind"]].model_validate({"id": "drawn", **plain(rule)})
    waivers = tuple(
        Waiver.model_validate(
            {
                "rule": "drawn",
                "items": one.items,
                "slots": one.slots,
                "reason": {"zh": "试", "en": "tried"},
                "until": world.calendar.end(one.until),
            }
        )
        for one in world.waivers
    )
    return Policy(bind_context(_scenario(world), baseline), (bound,), waivers, {})


def found(policy: Policy, world: World, plan: Iterable[Seat], names: tuple[str, ...]) -> Counter[Any]:
    """Return the amounts that the program finds in a plan, summed by the named parts of their subjects."""
    [rule] = policy.rules
    layer = policy.context.layers[rule.on]
    [finding] = judge(policy, assignments(world, plan)).findings
    assert finding.cost == rule.weight * sum(breach.amount for breach in finding.breaches)
    counted: Counter[Any] = Counter()
    for breach in finding.breaches:
        assert breach.amount > 0
        subject = breach.subject
        named = {
            "item": layer.items[subject.item] if subject.item >= 0 else None,
            "other": layer.items[subject.other] if subject.other >= 0 else None,
            "slot": layer.slots[subject.slot] if subject.slot >= 0 else None,
            "role": layer.roles[subject.role] if subject.role >= 0 else None,
            "period": subject.period if subject.period >= 0 else None,
        }
        if "other" in names:
            named["item"], named["other"] = sorted((named["item"], named["other"]))
        counted[tuple(named[name] for name in names)] += breach.amount
    return counted


def _scenario(world: World) -> Scenario:
    tables = {
        table: {name: ROWS[table].model_validate(_cells(row)) for name, row in rows.items()}
        for table, rows in world.tables.items()
    }
    organisation = Organisation(
        **tables,
        links=(*_links(world.links), *_members(world)),
        ties=tuple(_tie(world.calendar, tie) for tie in world.ties),
        postings=tuple(_postings(world)),
        absences=tuple(
            Absence.model_validate({"person": name, "from": since, "to": until})
            for name, row in world.tables["people"].items()
            for since, until in row["away"]
        ),
        wishes=tuple(
            Wish(item=item, slot=slot, role=role, period=period, weight=weight)
            for item, slot, role, period, weight in world.wishes
        ),
        scores={name: _score(table) for name, table in world.scores.items()},
    )
    spec = {
        "scenario": "drawn",
        "today": world.calendar.start(0),
        "periods": tuple(world.calendar.written(t) for t in range(world.years)),
        "history": _history(world),
        "roles": {role: {"zh": role, "en": role} for role in ("lead", "member", "chief", "aide")},
        "layers": {name: _layer(layer) for name, layer in world.layers.items()},
    }
    return Scenario(ScenarioSpec.model_validate(spec), organisation, Path())


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cells of a row without absences, which have a table of their own."""
    return {name: value for name, value in row.items() if name != "away"}


def _layer(layer: Layer) -> Mapping[str, Any]:
    chosen = {"teams": "group.kind == 'team'", "zones": "group.kind == 'zone'"}
    slots = layer.of_slots
    if slots == "groups":
        slots += f" where {chosen['zones' if layer.once else 'teams']}"
    return {
        "items": layer.of_items,
        "slots": slots,
        "roles": tuple(role for role in layer.roles if role),
        "periods": "once" if layer.once else "each",
        "take": layer.take,
    }


def _links(links: Iterable[Any]) -> list[Link]:
    return [Link(source=one.source, target=one.target, kind=one.kind) for one in links]


def _members(world: World) -> list[Link]:
    """Return the earlier groups of units, as links."""
    return [
        Link(source=seat.item, target=seat.slot, kind="member_of")
        for layer in world.layers.values()
        if layer.of_items == "units"
        for seat in sorted(layer.past, key=str)
    ]


def _history(world: World) -> Any:
    """Return the ``history`` of a scenario."""
    if world.history == "list":
        return [world.calendar.written(t) for t in range(-FURTHEST, 0)]
    return world.calendar.unit if world.history == "unit" else None


def _tie(calendar: Calendar, tie: Any) -> Tie:
    since, until = days_of(calendar, tie)
    return Tie(
        source=tie.source, target=tie.target, kind=tie.kind, weight=tie.weight, since=since, until=until
    )


def _postings(world: World) -> Iterable[Posting]:
    """Yield the postings of people before the horizon, one for each stay of whole periods in a role."""
    past = {s for layer in world.layers.values() if layer.of_items == "people" for s in layer.past}
    for role in sorted({seat.role or "" for seat in past}):
        for (person, group), periods in sorted(held(s for s in past if (s.role or "") == role).items()):
            for first in sorted(t for t in periods if t - 1 not in periods):
                last = first
                while last + 1 in periods:
                    last += 1
                yield Posting.model_validate(
                    {
                        "person": person,
                        "group": group,
                        "role": role,
                        "from": world.calendar.within(first, 0.4 if world.late else 0),
                        "to": world.calendar.end(last),
                    }
                )


def _score(table: Mapping[tuple[str, str], int]) -> ScoreTable:
    rows = sorted({row for row, _ in table})
    columns = sorted({column for _, column in table})
    values = np.array([[table.get((row, column), 0) for column in columns] for row in rows], dtype=np.int64)
    return ScoreTable(rows, columns, values)
