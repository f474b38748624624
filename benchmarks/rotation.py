"""Solves one year's posting by rules: the reference problem on which solvers are timed.

Run: python -m benchmarks.rotation --instance FILE.json [--objective sq|mm] [--time-limit 60]
         [--out out.json]

FILE.json has P people (grade, skills, native zone, last year's group, experience), G groups (zone, four
skills each) and pairs of kin. Every group has one head, one deputy, at least two cadres, and members with all
its skills. It has no native of its zone, no pair of kin, and no head of last year. ``sq`` charges 50 for each
person moved, and the square of the distance of each group's experience from the target. ``mm`` charges 10 for
each person moved, and 100 times the range of experience between groups.
The answer has each person's group, the bound, and cost over time.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

from benchmarks.measured import PeakMemory, Trace, elapsed  # isort: skip  # the clock starts first

import argparse
import csv
import json
import tempfile
from collections.abc import Iterable, Mapping
from typing import Any

from allocator import api
from allocator.model.plan import Plan
from allocator.solvers.observer import CallbackObserver

GRADES = {"head": "正", "deputy": "副", "cadre": "干部"}
SCENARIO = """
scenario: rotation
periods: [2026]

layers:
  posting: {items: people, slots: groups, take: 1}
rules: [rotation]
"""
PACK = """
pack: rotation
rules:
  - {id: staffing, kind: composition, on: posting, atleast: 1正+1副+2干部, atmost: 1正+1副}
  - {id: native-place, kind: avoid, on: posting, when: person.native_place == group.place}
  - {id: kin, kind: apart, on: posting, ties: kin}
  - {id: heads-change, kind: max_term, on: posting, items: person.grade == "head", periods: 1}
"""
COVER = """  - id: skill-{skill}
    kind: cover
    on: posting
    slots: group.needs.contains("{skill}")
    skills: {{{skill}: 1}}
"""
SOFT = """  - {{id: keep-people, kind: stability, on: posting, level: 1, weight: {move}}}
  - {{id: experience, kind: balance, on: posting, load: person.experience, level: 1, {balance}}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instance", type=Path, required=True)
    parser.add_argument("--objective", choices=("sq", "mm"), default="sq")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    instance = json.loads(given.instance.read_text(encoding="utf-8"))
    trace = Trace()
    observer = CallbackObserver(progress=trace)
    with tempfile.TemporaryDirectory() as name, PeakMemory() as memory:
        write(Path(name), instance, given.objective)
        policy = api.bind(api.load(name))
        plan = api.solve(
            policy,
            seconds=given.time_limit - elapsed(),
            observer=observer,
            confirm="off",
        )
    name = f"{given.instance.stem} {given.objective}"
    tell(name, plan, seats(instance, plan), memory, trace, given.out)


def tell(name: str, plan: Plan, seats: object, memory: PeakMemory, trace: Trace, out: Path | None) -> None:
    """Print a summary of the answer, and write the answer to ``out`` if a file is given.

    Args:
        name: Name of the problem.
        plan: Plan found.
        seats: Group of each person, in the form that answers of the problem have.
        memory: Peak memory of the solve.
        trace: Trace of better plans.
        out: File of the answer; None for no file.
    """
    answer = {
        "assign": seats,
        "cost": plan.score[1].cost if plan.score else None,
        "bound": plan.score[1].bound if plan.score else None,
        "status": plan.status,
        "route": plan.run["route"],
        "seconds": round(elapsed(), 2),
        "memory": memory.gib,
        "trace": trace.steps,
    }
    if out:
        out.write_text(json.dumps(answer), encoding="utf-8")
    shown = {key: value for key, value in answer.items() if key not in ("assign", "trace")}
    print(f"{name}: {shown}, first {trace.steps[:1]}")


def seats(instance: Mapping[str, Any], plan: Plan) -> list[int | None]:
    """Return the group of each person, ``[people]``; None for all if there is no plan."""
    seat = {one.item: int(one.slot[1:]) for one in plan.assignments}
    return [seat.get(f"P{one['id']}") for one in instance["people"]]


def write(folder: Path, instance: Mapping[str, Any], objective: str) -> None:
    """Write the instance as a scenario, with the objective as its soft rules."""
    write_people(folder, instance)
    sheet(
        folder / "postings.csv",
        ("person", "group", "from", "to"),
        ((f"P{one['id']}", f"G{one['prev']}", "2025-01-01", "2025-12-31") for one in instance["people"]),
    )
    covers = "".join(COVER.format(skill=f"s{s}") for s in range(6))
    if objective == "sq":
        soft = SOFT.format(move=50, balance=f"measure: squares, target: {instance['target']}")
    else:
        soft = SOFT.format(move=10, balance="measure: range, weight: 100")
    (folder / "rotation.yaml").write_text(PACK + covers + soft, encoding="utf-8")
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")


def write_people(folder: Path, instance: Mapping[str, Any]) -> None:
    """Write the tables of people, groups and kin."""
    people, groups = instance["people"], range(instance["G"])
    sheet(
        folder / "people.csv",
        ("id", "grade", "native_place", "skills", "experience"),
        (
            (
                f"P{one['id']}",
                GRADES[one["grade"]],
                f"Z{one['native']}",
                ";".join(f"s{s}:1" for s in one["skills"]),
                one["exp"],
            )
            for one in people
        ),
    )
    needs = (";".join(f"s{s}" for s in instance["req"][g]) for g in groups)
    sheet(
        folder / "groups.csv",
        ("id", "place", "needs"),
        ((f"G{g}", f"Z{instance['zone'][g]}", need) for g, need in zip(groups, needs, strict=True)),
    )
    sheet(
        folder / "ties.csv",
        ("source", "target", "kind"),
        ((f"P{a}", f"P{b}", "kin") for a, b in instance["kin"]),
    )


def sheet(file: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a table as CSV."""
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
