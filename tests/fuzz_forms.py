"""Cadre forms with hostile values, or damaged: imported as a folder, or filled by a plan."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import made_forms
import tiny_scenario
from cli_world import write_plan
from fuzz_base import Calls
from fuzz_values import broken, changed, value

_NAMES = ["王建国", "李秀英", "张伟", "刘洋", "陈静", "杨帆", "赵磊", "黄丽"]
_LINE = "2012.05--2015.08  县纪委科员（其间：2013.01--2013.06 学习）"


def forms(draw: Random, folder: Path) -> Calls:
    """A folder of a few forms, imported and checked, or filled."""
    place = folder / "forms"
    for old in (place, folder / "cadres", folder / "filled"):
        shutil.rmtree(old, ignore_errors=True)
    place.mkdir()
    for number in range(draw.randrange(1, 4)):
        is_old = draw.random() < 0.3
        name = f"{number}.{'lrm' if is_old else 'lrmx'}"
        (place / name).write_bytes(_form(draw, is_old))
    options = ["--json"] if draw.random() < 0.3 else []
    if draw.random() < 0.3:
        plan = _plan(folder)
        return [["export", str(plan), "--forms", str(place), "--to", str(folder / "filled"), *options]]
    into = str(folder / "cadres")
    return [["import", str(place), "--into", into, *options], ["check", into, *options]]


def _form(draw: Random, is_old: bool) -> bytes:
    """Return a form with some hostile values, which may be damaged, too."""
    person, style = made_forms.truth(draw, 0), made_forms.style(draw)
    person.name = draw.choice(_NAMES)
    for attribute in ("name", "post", "native", "party"):
        if draw.random() < 0.15:
            setattr(person, attribute, _value(draw))
    if person.kin and draw.random() < 0.3:
        person.kin[0] = replace(person.kin[0], **{draw.choice(("term", "name", "work")): _value(draw)})
    if draw.random() < 0.3:
        spell = draw.randrange(len(person.spells))
        person.spells[spell] = replace(person.spells[spell], text=_value(draw))
    if draw.random() < 0.2:
        person.nonsense = (changed(_LINE, draw).encode("utf-8", "replace").decode("utf-8"),)
    try:
        made = made_forms.lrm(person, style) if is_old else made_forms.lrmx(person, style)
    except UnicodeEncodeError:  # the encoding lacks a character
        made = made_forms.lrmx(person, replace(style, encoding="UTF-8"))
    return broken(made, draw) if draw.random() < 0.4 else made


def _value(draw: Random) -> str:
    return value(draw).encode("utf-8", "replace").decode("utf-8")


def _plan(folder: Path) -> Path:
    plan = folder / "planned" / "plan.json"
    if not plan.exists():
        write_plan(tiny_scenario.write_scenario(folder / "planned"))
    return plan
