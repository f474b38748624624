"""Small maps to divide into zones."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

from allocator.model.plan import Assignment, Plan, ScenarioRef
from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import Group, Link, Unit
from allocator.rules.context import RuleContext
from allocator.rules.policy import Policy
from allocator.rules.scenario_binding import bind_context
from example_scenario import example_rule

SPEC = {
    "scenario": "map",
    "periods": (2026,),
    "layers": {"zoning": {"items": "units", "slots": "groups", "periods": "once", "take": 1}},
}
Fields = dict[str, Any]


def map_world(seed: int, units: int, zones: int, *, baseline: bool = False) -> RuleContext:
    """Return a map of units, each next to one before it at least, with positions, kinds and workloads."""
    rng = random.Random(seed)
    links = {(rng.randrange(k), k) for k in range(1, units)}
    links |= set(rng.sample(list(combinations(range(units), 2)), k=rng.randint(0, 2)))
    organisation = Organisation(
        units={
            f"U{k}": Unit(
                id=f"U{k}",
                kind=rng.choice(("town", "street")),
                place=f"P{k}",
                workload=rng.randint(1, 4),
                lon=105 + rng.random(),
                lat=29 + rng.random(),
            )
            for k in range(units)
        },
        groups={f"Z{k}": Group(id=f"Z{k}", place=f"P{k}") for k in range(zones)},
        links=tuple(Link(source=f"U{a}", target=f"U{b}", kind="adjacent") for a, b in sorted(links)),
    )
    before = Plan(
        scenario=ScenarioRef(name="map", sha256=""),
        status="optimal",
        assignments=tuple(
            Assignment(layer="zoning", item=f"U{k}", slot=f"Z{rng.randrange(zones)}") for k in range(units)
        ),
    )
    scenario = Scenario(ScenarioSpec.model_validate(SPEC), organisation, Path())
    return bind_context(scenario, before if baseline else None)


def zoning(context: RuleContext, rules: Iterable[Fields]) -> Policy:
    made = [{"kind": "take", "places": 1}, {"kind": "contiguous"}, *rules]
    chosen = (
        example_rule({"on": "zoning", **fields}, id=f"{fields['kind']}.{k}") for k, fields in enumerate(made)
    )
    return Policy(context, tuple(chosen), (), {})


def grid_world(seed: int, rows: int, columns: int, zones: int) -> RuleContext:
    """Return a map of units on a grid, not quite in line, each next to those beside, above and below it."""
    rng = random.Random(seed)
    at = {(r, c): f"U{r * columns + c}" for r in range(rows) for c in range(columns)}
    links = [(at[r, c], at[r + a, c + b]) for r, c in at for a, b in ((0, 1), (1, 0)) if (r + a, c + b) in at]
    organisation = Organisation(
        units={
            name: Unit(
                id=name,
                kind="town",
                place=name,
                workload=rng.randint(1, 4),
                lon=105 + 0.1 * c + 0.08 * rng.random(),
                lat=29 + 0.1 * r + 0.08 * rng.random(),
            )
            for (r, c), name in at.items()
        },
        groups={f"Z{k}": Group(id=f"Z{k}", place=f"P{k}") for k in range(zones)},
        links=tuple(Link(source=a, target=b, kind="adjacent") for a, b in links),
    )
    return bind_context(Scenario(ScenarioSpec.model_validate(SPEC), organisation, Path()), None)
