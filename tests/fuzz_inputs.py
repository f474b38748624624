"""Inputs for each reader: files in a folder, and the calls that read them. A number always makes the same."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import typer
import yaml

import draw_world
import tiny_scenario
from allocator.cli.main import COMMANDS, program
from allocator.model.reading.yamlfile import parse_yaml
from allocator.report.schema import rules_schema, scenario_schema
from cli_world import call, write_plan
from fuzz_expressions import expression
from fuzz_schemas import altered, instance
from fuzz_values import broken, changed, encoded, value
from test_reading_workbook import workbook

Calls = list[list[str]]
#: One in so many inputs that `check` takes is solved, too.
SOLVED = 8

_SCENARIO = dedent(tiny_scenario.SCENARIO).lstrip()
_RULES = dedent(tiny_scenario.RULES).lstrip()
_TABLES = {name: dedent(text).lstrip() for name, text in tiny_scenario.TABLES.items()} | {
    "indicators.csv": "subject,indicator,period,value\nU1,clues,2025,4.5\nU2,clues,2026,3\n",
    "scores-fit.csv": ",G1,G2\nP1,3,4\nP2,5,\n",
    "absences.csv": "person,from,to,why\nP8,2026-02-01,2026-03-01,培训\n",
    "wishes.csv": "item,slot,role,period,weight\nP1,G1,lead,2026,3\n",
    "identities.csv": "name,person,answer\n张伟,P3,same_as\n",
}

_ALWAYS = frozenset(
    f"{name}.csv" for name in ("units", "people", "groups", "cases", "postings", "ties", "links")
)


def _loaded(text: str) -> Any:
    return parse_yaml(text.encode(), "base.yaml").data


def _write(folder: Path, changes: Mapping[str, bytes | str]) -> Path:
    place = folder / "tiny"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name, text in {"scenario.yaml": _SCENARIO, "tiny-rules.yaml": _RULES, **_TABLES, **changes}.items():
        if name in changes or name not in _TABLES or name in _ALWAYS:
            (place / name).write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "replace"))
    return place


def _checked(place: Path, draw: Random) -> Calls:
    """Return a check, as JSON now and then, and a solve of some that pass it."""
    check = ["check", str(place), *(["--json"] if draw.random() < 0.3 else [])]
    if draw.randrange(SOLVED):
        return [check]
    json_too = ["--json"] if draw.random() < 0.3 else []
    return [check, ["solve", str(place), "--time-limit", "0.5", "--workers", "1", *json_too]]


def tables(draw: Random, folder: Path) -> Calls:
    """CSV tables with cells, lines, separators and bytes changed."""
    changes = {}
    for _ in range(draw.choice((1, 1, 2))):
        name = draw.choice(list(_TABLES))
        lines = _TABLES[name].rstrip("\n").split("\n")
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            at = draw.randrange(len(lines))
            cells = lines[at].split(",")
            cell = value(draw)
            quoted = '"' + cell.replace('"', '""') + '"' if draw.random() < 0.7 else cell
            cells[draw.randrange(len(cells))] = quoted
            lines[at] = ",".join(cells)
        text = "\n".join(lines) + "\n"
        changes[name] = encoded(changed(text, draw) if draw.random() < 0.3 else text, draw)
    return _checked(_write(folder, changes), draw)


def yamls(draw: Random, folder: Path) -> Calls:
    """Scenarios and packs: rules made from the schema, values altered, characters changed."""
    kind = draw.randrange(6)
    name, text = draw.choice((("scenario.yaml", _SCENARIO), ("tiny-rules.yaml", _RULES)))
    if kind < 3:
        name, data = "tiny-rules.yaml", _loaded(_RULES)
        schema = _rules_schema()
        rules = schema["properties"]["rules"]["items"]["oneOf"]
        for number in range(draw.choice((1, 1, 2))):
            rule = instance(draw.choice(rules), schema, draw)
            data["rules"].append({**rule, "id": f"z{number}"} if isinstance(rule, dict) else rule)
        text = json.dumps(data, ensure_ascii=draw.random() < 0.5)
    elif kind == 3:
        text = json.dumps(altered(_loaded(text), draw), ensure_ascii=draw.random() < 0.5)
    elif kind == 4:
        name, data, schema = "scenario.yaml", _loaded(_SCENARIO), _scenario_schema()
        key = draw.choice(list(schema["properties"]))
        data[key] = instance(schema["properties"][key], schema, draw, key)
        text = yaml.safe_dump(data, allow_unicode=True) if draw.random() < 0.5 else json.dumps(data)
    else:
        text = changed(text, draw)
    return _checked(_write(folder, {name: encoded(text, draw)}), draw)


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
        text = _SCENARIO.replace(
            layer, f"{layer.split()[0]} {json.dumps('groups where ' + expression(draw))}"
        )
        return _checked(_write(folder, {"scenario.yaml": text}), draw)
    data = _loaded(_RULES)
    data["rules"].append(rule)
    return _checked(_write(folder, {"tiny-rules.yaml": json.dumps(data)}), draw)


def workbooks(draw: Random, folder: Path) -> Calls:
    """Workbooks with cells, sheets, parts and bytes changed."""
    sheets: dict[str, list[list[str | int | float]]] = {}
    for name, text in _TABLES.items():
        if name in _ALWAYS or draw.random() < 0.2:
            sheets[name[:-4]] = [[*line.split(",")] for line in text.rstrip("\n").split("\n")]
    for _ in range(draw.randrange(4)):
        rows = draw.choice(list(sheets.values()))
        row = draw.choice(rows)
        number = draw.choice((0, -1, 2.5, 45000, 1e300, 2**70, -0.0, 60, 2958466, 1e-300))
        row[draw.randrange(len(row))] = number if draw.random() < 0.5 else _xml_text(value(draw))
    content = workbook(sheets)
    if draw.random() < 0.6:
        content = _other_parts(content, draw)
    if draw.random() < 0.2:
        content = broken(content, draw)
    place = _write(folder, {"tiny.xlsx": content})
    for table in place.glob("*.csv"):
        table.unlink()
    return _checked(place, draw)


def _xml_text(text: str) -> str:
    return "".join(one for one in text if one.isprintable() or one in "\t\n\u202e\u200b\u0085")


def _other_parts(content: bytes, draw: Random) -> bytes:
    """Return a workbook with one part changed, left out or added."""
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = draw.choice(names)
        for name in names:
            part = old.read(name)
            if name == chosen and draw.random() < 0.1:
                continue
            new.writestr(name, _other_part(part, draw) if name == chosen else part)
    return made.getvalue()


#: What of the XML of a workbook is replaced by what.
_ODD_PARTS = (
    ('t="inlineStr"', 't="s"'),
    ('t="inlineStr"', 't="n"'),
    ('t="inlineStr"', 't="d"'),
    ('t="inlineStr"', 't="e"'),
    ('r="A1"', 'r="A1048577"'),
    ('r="A1"', 'r="ZZZZ9"'),
    ('r="1"', 'r="99999999999"'),
    ('r="2"', 'r="-5"'),
    ("<c ", '<c s="99" '),
    ("<sheetData>", '<sheetData><row r="1048576"/>'),
    ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
    ("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A2:B99999999999"/></mergeCells>'),
    ("<worksheet", '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'),
    ("worksheet", "chartsheet"),
    ("xl/", "../"),
    ("people", "people\u202e"),
    ("<t>", "<t>&#27;"),
    ("<t>", "<t>&#x202e;"),
)


def _other_part(part: bytes, draw: Random) -> bytes:
    text = part.decode()
    old, new = draw.choice(_ODD_PARTS)
    if old in text and draw.random() < 0.7:
        return text.replace(old, new, draw.choice((1, -1))).encode()
    return encoded(changed(text, draw), draw)


def plans(draw: Random, folder: Path) -> Calls:
    """Plans edited by hand or damaged, verified, shown or exported."""
    place, plan = _planned(folder)
    data = json.loads(_plan_text(folder))
    content = _json_bytes(data, draw)
    plan.write_bytes(content)
    options = ["--json"] if draw.random() < 0.3 else []
    ending = draw.choice(("csv", "svg", "json"))
    return [
        draw.choice(
            (
                ["verify", str(place), str(plan), *options],
                ["verify", str(place), str(plan), *options],
                ["show", str(plan), *options],
                ["export", str(plan), "--to", str(folder / f"out.{ending}")],
                ["explain", str(place), str(plan), "--slot", "G1", "--role", "lead", *options],
                ["check", str(place), *options],
            )
        )
    ]


def _json_bytes(data: Any, draw: Random) -> bytes:
    for _ in range(draw.randrange(4)):
        data = altered(data, draw)
    text = json.dumps(data, ensure_ascii=draw.random() < 0.5, indent=2)
    return encoded(changed(text, draw) if draw.random() < 0.15 else text, draw)


def _planned(folder: Path) -> tuple[Path, Path]:
    place = folder / "planned" / "scenarios" / "tiny"
    if not place.exists():
        tiny_scenario.write_scenario(folder / "planned")
    return place, folder / "planned" / "plan.json"


@cache
def _plan_text(folder: Path) -> str:
    return write_plan(_planned(folder)[0]).read_text(encoding="utf-8")


def audits(draw: Random, folder: Path) -> Calls:
    """Audit files of all kinds of draws edited by hand or damaged, verified or drawn."""
    texts = _audit_texts(folder)
    file = folder / "audit.json"
    place = str(folder / "hearing")
    file.write_bytes(_json_bytes(json.loads(draw.choice(texts)), draw))
    options = ["--json"] if draw.random() < 0.3 else []
    if draw.random() < 0.2:
        seed = ["--seed", value(draw).replace("\x00", "")]
        return [["draw", place, "--audit", str(file), *seed, *options]]
    return [["verify", place, str(file), *options]]


@cache
def _audit_texts(folder: Path) -> Sequence[str]:
    place = draw_world.write_hearing(folder)
    texts = []
    for name in ("delegates", "inspection", "duty"):
        file = folder / f"{name}.json"
        for arguments in ([name, "-o", file], ["--audit", file, "--seed", "517"]):
            assert call("draw", place, *arguments).status == 0
            texts.append(file.read_text(encoding="utf-8"))
    return texts


def options(draw: Random, folder: Path) -> Calls:
    """Calls with options of each command and hostile values."""
    place, plan = _planned(folder)
    plan.write_text(_plan_text(folder), encoding="utf-8")
    command = draw.choice([name for name in COMMANDS if name != "solve"] * 2 + ["solve"])
    words = {
        "scenario": str(place),
        "plan": str(plan),
        "to": str(folder / "out.csv"),
        "output": str(folder / "o.json"),
    }
    made = [command]
    for parameter in _parameters(command):
        name = parameter.name or ""
        needed = parameter.param_type_name == "argument" or parameter.required
        if not needed and draw.random() < 0.7:
            continue
        flag = [] if parameter.param_type_name == "argument" else [draw.choice(parameter.opts)]
        if getattr(parameter, "is_flag", False):
            made += flag
        else:
            given = words.get(name, draw.choice(("P1=G1", "G1", "P1", "2026", "posting", "5", "zh")))
            made += [*flag, given if draw.random() < 0.5 else value(draw).replace("\x00", "")]
    if command == "solve":
        made += ["--time-limit", "0.5", "--workers", "1"]
    if draw.random() < 0.1:
        made[draw.randrange(len(made))] = value(draw).replace("\x00", "")
    return [made]


@cache
def _parameters(command: str) -> Sequence[Any]:
    group = typer.main.get_command(program([command]))
    return [one for one in group.commands[command].params if one.name not in ("help", "lang")]


@cache
def _rules_schema() -> dict[str, Any]:
    return rules_schema()


@cache
def _scenario_schema() -> dict[str, Any]:
    return scenario_schema()


READERS: Mapping[str, Callable[[Random, Path], Calls]] = {
    "tables": tables,
    "yaml": yamls,
    "expressions": expressions,
    "workbooks": workbooks,
    "plans": plans,
    "audits": audits,
    "options": options,
}
