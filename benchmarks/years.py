"""Solves several years' postings by rules: heads change every year, others within their terms.

Run: python -m benchmarks.years --instance FILE.json [--time-limit 60] [--out out.json]

FILE.json is made by ``years_instance``. Each year every group has one head, one deputy, cadres between two
and a given maximum, and members with all its skills. It has no native of its zone and no pair of kin. Nobody
stays in a group longer than the term of the grade; years before the first one count. Each year charges 10
for each cadre who is not in the group of the year before, and the range of experience between groups.
The answer has each person's group year by year, the bound, and cost over time.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

from benchmarks.measured import PeakMemory, Trace, elapsed  # isort: skip  # the clock starts first

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from allocator import api
from allocator.model.plan import Plan
from allocator.solvers.observer import CallbackObserver
from benchmarks.rotation import COVER, sheet, tell, write_people

FIRST = 2026
#: The only layer; progress of its stage is progress of all years.
LAYER = "posting"
SCENARIO = """
scenario: years
periods: {periods}

layers:
  posting: {{items: people, slots: groups, take: 1}}
rules: [years]
"""
PACK = """
pack: years
rules:
  - {{id: staffing, kind: composition, on: posting, atleast: 1正+1副+2干部, atmost: 1正+1副+{most}干部}}
  - {{id: native-place, kind: avoid, on: posting, when: person.native_place == group.place}}
  - {{id: kin, kind: apart, on: posting, ties: kin}}
  - {{id: keep-cadres, kind: stability, on: posting, items: person.grade == "cadre", level: 1, weight: 10}}
  - {{id: experience, kind: balance, on: posting, load: person.experience, measure: range, level: 1}}
"""
TERM = """  - id: term-{grade}
    kind: max_term
    on: posting
    items: person.grade == "{grade}"
    periods: {periods}
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instance", type=Path, required=True)
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    instance = json.loads(given.instance.read_text(encoding="utf-8"))
    trace = Trace(LAYER)
    observer = CallbackObserver(progress=trace)
    with tempfile.TemporaryDirectory() as name, PeakMemory() as memory:
        write(Path(name), instance)
        policy = api.bind(api.load(name))
        plan = api.solve(
            policy,
            seconds=given.time_limit - elapsed(),
            observer=observer,
            confirm="off",
        )
    found = seats(instance, plan) if plan.score else None
    tell(given.instance.stem, plan, found, memory, trace, given.out)


def seats(instance: Mapping[str, Any], plan: Plan) -> Sequence[Sequence[int]]:
    """Return the group of each person, ``[years, people]``."""
    seat = {(one.period, one.item): int(one.slot[1:]) for one in plan.assignments}
    people = [f"P{one['id']}" for one in instance["people"]]
    return [[seat[str(year), one] for one in people] for year in _years(instance)]


def _years(instance: Mapping[str, Any]) -> range:
    return range(FIRST, FIRST + instance["years"])


def write(folder: Path, instance: Mapping[str, Any]) -> None:
    """Write the instance as a scenario."""
    write_people(folder, instance)
    sheet(
        folder / "postings.csv",
        ("person", "group", "from", "to"),
        (
            (f"P{one['id']}", f"G{one['prev']}", f"{FIRST - one['served']}-01-01", f"{FIRST - 1}-12-31")
            for one in instance["people"]
        ),
    )
    covers = "".join(COVER.format(skill=f"s{s}") for s in range(6))
    terms = "".join(TERM.format(grade=grade, periods=periods) for grade, periods in instance["terms"].items())
    pack = PACK.format(most=instance["most_cadres"]) + terms + covers
    (folder / "years.yaml").write_text(pack, encoding="utf-8")
    (folder / "scenario.yaml").write_text(SCENARIO.format(periods=[*_years(instance)]), encoding="utf-8")


if __name__ == "__main__":
    main()
