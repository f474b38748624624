"""Generated worlds of any size: people to groups over years, and units on a grid map to zones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from allocator.model.scenario import Organisation, Scenario
from allocator.model.spec import ScenarioSpec
from allocator.model.tables import Group, Link, Person, Unit
from allocator.rules.policy import Policy
from allocator.rules.scenario_binding import bind_context
from example_scenario import example_rule


def _policy(layers: dict[str, Any], organisation: Organisation, rules: list[dict[str, Any]]) -> Policy:
    fields = {"scenario": "made", "periods": (2026, 2027, 2028), "layers": layers}
    context = bind_context(Scenario(ScenarioSpec.model_validate(fields), organisation, Path()))
    takes = [
        {"kind": "take", "on": name, "places": layer.spec.take} for name, layer in context.layers.items()
    ]
    made = [
        example_rule({k: v for k, v in rule.items() if k != "id"}, id=rule.get("id", f"r{n}"))
        for n, rule in enumerate([*takes, *rules])
    ]
    return Policy(context, tuple(made), (), {})


def postings(people: int, groups: int, seed: int = 1) -> Policy:
    """Return a policy under which people move between groups: hard to prove, easy to find a plan for."""
    rng = random.Random(seed)
    organisation = Organisation(
        people={
            f"P{k:03}": Person(
                id=f"P{k:03}", grade=rng.choice(("head", "cadre")), title=str(rng.randint(0, 9))
            )
            for k in range(people)
        },
        groups={f"G{k:02}": Group(id=f"G{k:02}", place=str(rng.randint(0, 9))) for k in range(groups)},
    )
    layers = {"posting": {"items": "people", "slots": "groups"}}
    size = people // groups
    rules = [
        {"kind": "capacity", "on": "posting", "atleast": size - 1, "atmost": size + 1},
        {"kind": "max_term", "on": "posting", "periods": 2},
        {"kind": "turnover", "on": "posting", "atleast": 20, "atmost": 60, "level": 1},
        {"kind": "balance", "on": "posting", "load": "int(person.title) + 1", "level": 2},
        {"kind": "prefer", "on": "posting", "when": "person.title <= group.place", "level": 3},
    ]
    return _policy(layers, organisation, rules)


def chequers(rows: int, columns: int, zones: int, rules: list[dict[str, Any]]) -> Policy:
    """Return a policy that groups the units of a map into zones that hang together."""
    units = {
        f"U{r}{c}": Unit(id=f"U{r}{c}", workload=1 + (r * 5 + c * 3) % 4)
        for r in range(rows)
        for c in range(columns)
    }
    beside = [((r, c), (r + 1, c)) for r in range(rows - 1) for c in range(columns)]
    beside += [((r, c), (r, c + 1)) for r in range(rows) for c in range(columns - 1)]
    links = tuple(Link(source=f"U{a}{b}", target=f"U{c}{d}", kind="adjacent") for (a, b), (c, d) in beside)
    groups = {f"Z{k}": Group(id=f"Z{k}") for k in range(zones)}
    organisation = Organisation(units=units, groups=groups, links=links)
    layers = {"zoning": {"items": "units", "slots": "groups", "periods": "once"}}
    return _policy(layers, organisation, [{"kind": "contiguous", "on": "zoning"}, *rules])
