"""Inputs of tables, YAML and expressions: a scenario in a folder, and a check of it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from allocator.report.json_schemas import rules_schema, scenario_schema
from fuzz_base import BASE_RULES, BASE_SCENARIO, BASE_TABLES, Calls, checked, loaded, write
from fuzz_expressions import expression
from fuzz_schemas import altered, instance
from fuzz_values import changed, encoded, value


def tables(draw: Random, folder: Path) -> Calls:
    """CSV tables with cells, lines, separators and bytes changed."""
    changes = {}
    for _ in range(draw.choice((1, 1, 2))):
        name = draw.choice(list(BASE_TABLES))
        lines = BASE_TABLES[name].rstrip("\n").split("\n")
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            at = draw.randrange(len(lines))
            cells = lines[at].split(",")
            cell = value(draw)
            quoted = '"' + cell.replace('"', '""') + '"' if draw.random() < 0.7 else cell
            cells[draw.randrange(len(cells))] = quoted
            lines[at] = ",".join(cells)
        text = "\n".join(lines) + "\n"
        changes[name] = encoded(changed(text, draw) if draw.random() < 0.3 else text, draw)
    return checked(write(folder, changes), draw)


def yamls(draw: Random, folder: Path) -> Calls:
    """Scenarios and packs: rules made from the schema, values altered, characters changed."""
    kind = draw.randrange(6)
    name, text = draw.choice((("scenario.yaml", BASE_SCENARIO), ("tiny-rules.yaml", BASE_RULES)))
    if kind < 3:
        name, data = "tiny-rules.yaml", loaded(BASE_RULES)
        schema = _rules_schema()
        rules = schema["properties"]["rules"]["items"]["oneOf"]
        for number in range(draw.choice((1, 1, 2))):
            rule = instance(draw.choice(rules), schema, draw)
            data["rules"].append({**rule, "id": f"z{number}"} if isinstance(rule, dict) else rule)
        text = json.dumps(data, ensure_ascii=draw.random() < 0.5)
    elif kind == 3:
        text = json.dumps(altered(loaded(text), draw), ensure_ascii=draw.random() < 0.5)
    elif kind == 4:
        name, data, schema = "scenario.yaml", loaded(BASE_SCENARIO), _scenario_schema()
        key = draw.choice(list(schema["properties"]))
        data[key] = instance(schema["properties"][key], schema, draw, key)
        text = yaml.safe_dump(data, allow_unicode=True) if draw.random() < 0.5 else json.dumps(data)
    else:
        text = changed(text, draw)
    return checked(write(folder, {name: encoded(text, draw)}), draw)


#: Rules in which an expression of any type stands where one is asked for.
_PLACES = (
    {"kind": "eligible", "on": "posting", "field": "when"},
    {"kind": "avoid", "on": "posting", "field": "when"},
    {"kind": "avoid", "on": "casework", "field": "when"},
    {"kind": "prefer", "on": "posting", "level": 3, "field": "cost"},
    {"kind": "prefer", "on": "zoning", "level": 3, "when": "true", "field": "cost"},
    {"kind": "capacity", "on": "posting", "each": "item", "atmost": 3, "field": "load"},
    {"kind": "capacity", "on": "posting", "each": "slot", "field": "atmost"},
    {"kind": "capacity", "on": "posting", "atmost": 9, "field": "each"},
    {"kind": "balance", "on": "zoning", "level": 3, "field": "load"},
    {"kind": "balance", "on": "posting", "each": "item", "level": 3, "field": "carried"},
    {"kind": "fairness", "on": "posting", "each": "item", "level": 3, "field": "load"},
    {"kind": "apart", "on": "posting", "field": "when"},
    {"kind": "together", "on": "posting", "level": 3, "field": "when"},
    {"kind": "stability", "on": "posting", "level": 3, "field": "items"},
    {"kind": "strength", "on": "posting", "atleast": 1, "field": "unit"},
    {"kind": "frequency", "on": "posting", "atmost": 2, "field": "items"},
    {"kind": "frequency", "on": "posting", "field": "atmost"},
    {"kind": "cover", "on": "posting", "skills": "law", "field": "atleast"},
)


def expressions(draw: Random, folder: Path) -> Calls:
    """CEL expressions in every place that takes one."""
    rule = {"id": "z", **draw.choice(_PLACES)}
    field = str(rule.pop("field"))
    rule[field] = expression(draw)
    if draw.random() < 0.1:
        layer = draw.choice(("items: people", 'slots: groups where group.kind == "team"'))
        text = BASE_SCENARIO.replace(
            layer, f"{layer.split()[0]} {json.dumps('groups where ' + expression(draw))}"
        )
        return checked(write(folder, {"scenario.yaml": text}), draw)
    data = loaded(BASE_RULES)
    data["rules"].append(rule)
    return checked(write(folder, {"tiny-rules.yaml": json.dumps(data)}), draw)


@cache
def _rules_schema() -> dict[str, Any]:
    return rules_schema()


@cache
def _scenario_schema() -> dict[str, Any]:
    return scenario_schema()
