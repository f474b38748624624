"""Inputs for each reader: files in a folder, and the calls that read them. A number determines its input."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import click

import draw_world
import tiny_scenario
from allocator.cli.command_group import COMMANDS, CommandGroup
from cli_world import call, write_plan
from fuzz_base import Calls
from fuzz_forms import forms
from fuzz_pages import pages
from fuzz_scenarios import expressions, tables, yamls
from fuzz_schemas import altered
from fuzz_values import changed, encoded, value
from fuzz_workbooks import workbooks


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
        "options": str(plan),
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
    if command == "compare":
        made += [str(plan), "--scenario", str(place)]
    if command in ("solve", "compare"):
        made += ["--time-limit", "0.5", "--workers", "1"]
    if draw.random() < 0.1:
        made[draw.randrange(len(made))] = value(draw).replace("\x00", "")
    return [made]


@cache
def _parameters(command: str) -> Sequence[Any]:
    group = CommandGroup()
    found = group.get_command(click.Context(group), command)
    assert found is not None
    return [one for one in found.params if one.name not in ("help", "lang")]


READERS: Mapping[str, Callable[[Random, Path], Calls]] = {
    "tables": tables,
    "yaml": yamls,
    "expressions": expressions,
    "workbooks": workbooks,
    "plans": plans,
    "audits": audits,
    "options": options,
    "forms": forms,
    "pages": pages,
}
