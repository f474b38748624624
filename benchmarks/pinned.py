"""Measures a new plan after one person of a settled posting is pinned to another group.

Run: python -m benchmarks.pinned --instance FILE.json --folder FOLDER --settle [--time-limit 20]
     python -m benchmarks.pinned --instance FILE.json --folder FOLDER [--time-limit 10] [--how fewest|again]
         [--out out.json]

``--settle`` solves the posting of ``rotation`` (by ``sq``) and leaves scenario and plan in the folder. The
second command pins a person, drawn from the seed of the instance (``pinned_case``), and solves anew with that
plan as the baseline: with the fewest changes, or by the objective alone. The fewest changes are the default,
because a planner who has to move one person wants everybody else to stay.
The answer has both plans, the seconds of each step from the start of the program, and cost over time.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

from benchmarks.measured import Trace, elapsed  # isort: skip  # the clock starts first

import argparse
import json
from collections.abc import Sequence
from typing import Any

from allocator import api
from allocator.solvers.observer import CallbackObserver
from benchmarks.pinned_case import drawn
from benchmarks.rotation import seats, write

PLAN = "plan.json"
HOW = {"fewest": api.fewest_changes, "again": api.solve}


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.pinned",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--instance", type=Path, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--settle", action="store_true")
    parser.add_argument("--how", choices=tuple(HOW), default="fewest")
    parser.add_argument("--time-limit", type=float, default=20.0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(words)
    instance = json.loads(given.instance.read_text(encoding="utf-8"))
    if given.settle:
        settle(instance, given.folder, given.time_limit)
        return
    answer = solved_anew(instance, given.folder, given.time_limit, given.how)
    if given.out:
        given.out.write_text(json.dumps(answer), encoding="utf-8")
    shown = {key: value for key, value in answer.items() if key not in ("assign", "old", "trace")}
    print(f"{given.instance.stem}: {shown}")


def settle(instance: dict[str, Any], folder: Path, seconds: float) -> None:
    """Write a scenario into a folder, solve it, and write its plan there too.

    Raises:
        SystemExit: No plan was found.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, instance, "sq")
    plan = api.solve(api.bind(api.load(folder)), seconds=seconds, confirm="off")
    if not plan.score:
        raise SystemExit(f"no plan in {seconds:g} s: {plan.status}")
    api.write_plan(plan, folder / PLAN)


def solved_anew(instance: dict[str, Any], folder: Path, seconds: float, how: str) -> dict[str, Any]:
    """Pin a person and solve anew; return the answer. ``seconds`` is the limit of the whole command."""
    at = {"imports": elapsed()}
    old = api.read_plan(folder / PLAN)
    before = seats(instance, old)
    person, group = drawn(instance, before)
    at["pin drawn"] = elapsed()
    policy = api.bind(api.load(folder), baseline=old, pins=[f"P{person}=G{group}"])
    at["rules read"] = elapsed()
    trace = Trace()
    observer = CallbackObserver(progress=trace)
    plan = HOW[how](policy, seconds=seconds - elapsed(), observer=observer, confirm="off")
    at["solved"] = elapsed()
    return {
        "old": before,
        "pin": [person, group],
        "assign": seats(instance, plan) if plan.score else None,
        "cost": plan.score[1].cost if plan.score else None,
        "bound": plan.score[1].bound if plan.score else None,
        "status": plan.status,
        "changes": {name: plan.run["changes"].get(name) for name in ("seats", "bound")} if plan.score else {},
        "at": {step: round(seconds, 2) for step, seconds in at.items()},
        "trace": trace.steps,
    }


if __name__ == "__main__":
    main()
