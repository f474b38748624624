"""Helpers for tests of scenarios: remake tables, compare figures with the document, cut out a part."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from allocator import api
from allocator.model.plan import Assignment, Plan
from allocator.rules.policy import Policy
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import measure_figures
from making import made_tables

ROOT = Path(__file__).resolve().parents[1]
Figures = dict[str, tuple[str, str]]


def folder(name: str) -> Path:
    """Return the folder of a scenario of the project."""
    return ROOT / "scenarios" / name


def tables(place: Path) -> dict[str, bytes]:
    """Return the tables of a scenario folder, byte for byte."""
    return {path.name: path.read_bytes() for path in sorted(place.glob("*.csv"))}


def made_anew(name: str, place: Path) -> dict[str, bytes]:
    """Run the maker of a scenario and return the tables that it makes."""
    for table in made_tables(name):
        table.write(place)
    return tables(place)


def unlike_the_document(policy: Policy, plan: Plan) -> Figures:
    """Return each figure of the document that the plan does not show: as expected, and as found."""
    expected = read_expected(policy.context.scenario.folder)
    assert expected is not None
    figures = measure_figures(expected, policy, plan)
    return {figure.id: (figure.expected, figure.found) for figure in figures if not figure.holds}


def part_of(name: str, starts: tuple[str, ...], place: Path) -> Path:
    """Copy a scenario with those rows alone whose first cell starts with one of ``starts``."""
    part = place / "scenarios" / name
    shutil.copytree(folder(name), part)
    shutil.copytree(ROOT / "rules", place / "rules")
    for table in part.glob("*.csv"):
        header, *rows = csv.reader(table.read_text(encoding="utf-8").splitlines())
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *(row for row in rows if row[0].startswith(starts))])
    return part


def of_layer(plan: Plan, layer: str) -> list[Assignment]:
    return [one for one in plan.assignments if one.layer == layer]


def changed(plan: Plan, one: Assignment, **update: str) -> Plan:
    edited = tuple(it.model_copy(update=update) if it is one else it for it in plan.assignments)
    return plan.model_copy(update={"assignments": edited})


def broken(policy: Policy, plan: Plan) -> set[str]:
    return {one.rule.id for one in api.verify(policy, plan).judgement.broken}
