"""Seconds of why-not, of a replan of one change, and of the end of a cancelled explanation, in a made county.

Run from the checkout: python -m benchmarks.explain_plan why-not|replan|cancel [--people 60] [--groups 8]
    [--seeds 1 2 3] [--asked 10] [--seconds 60]

The county is that of ``benchmarks.explain``; for why-not and replans without the planted conflicts. A replan
takes one person from a seat of the plan. A cancel comes after a second, and what is known by then is kept.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

from benchmarks.explain import write_county  # isort: skip

import argparse
import json
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import TypeVar

from allocator import api

T = TypeVar("T")
Row = dict[str, object]
#: Seconds after which an explanation is cancelled.
CANCEL_AFTER = 1.0
#: Seconds that are aimed at, by what is asked, people and groups; those of a cancel hold for any size.
TARGETS = {("why-not", 60, 8): 0.5, ("why-not", 250, 40): 3.0, ("replan", 250, 40): 2.0}
CANCEL_TARGET = 1.0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=sorted(MEASURES))
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--groups", type=int, default=8)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--asked", type=int, default=10, help="questions in each county")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of each answer")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        given.folder = Path(folder)
        rows = [row for seed in given.seeds for row in MEASURES[given.what](given, seed)]
    for row in rows:
        print(json.dumps(row, ensure_ascii=False))
    seconds = [float(str(row["seconds"])) for row in rows]
    target = TARGETS.get((given.what, given.people, given.groups))
    summary: Row = {"asked": len(rows), "median seconds": median(seconds), "most seconds": max(seconds)}
    summary["target seconds"] = CANCEL_TARGET if given.what == "cancel" else target
    print(json.dumps(summary))
    return 0


def why_nots(given: argparse.Namespace, seed: int) -> Iterator[Row]:
    """Ask why some are not in other groups of the first year; yields what was found and proved."""
    scenario = _county(given, seed, planted=False)
    policy = api.bind(scenario)
    plan = api.solve(policy, seconds=given.seconds)
    rng = random.Random(seed)
    for held in rng.sample(_first_year(plan), given.asked):
        other = rng.choice([one.slot for one in plan.assignments if one.slot != held.slot])
        found, row = _timed(
            lambda item=held.item, slot=other: api.why_not(  # type: ignore[misc]
                policy, plan, item, slot, period="2026", seconds=given.seconds
            )
        )
        asked = {"seed": seed, "item": held.item, "slot": other}
        yield {**asked, "standing": found.standing, "changes": [*found.changes.values()], **row}


def replans(given: argparse.Namespace, seed: int) -> Iterator[Row]:
    """Take one from a seat and replan with the fewest changes; yields how many, and how many are proved."""
    scenario = _county(given, seed, planted=False)
    plan = api.solve(api.bind(scenario), seconds=given.seconds)
    for held in random.Random(seed).sample(_first_year(plan), given.asked):
        policy = api.bind(scenario, baseline=plan, exclude=[f"{held.item}={held.slot}@2026"])
        found, row = _timed(
            lambda policy=policy: api.fewest_changes(policy, seconds=given.seconds)  # type: ignore[misc]
        )
        asked = {"seed": seed, "item": held.item, "slot": held.slot}
        changes = found.run.get("changes", {})
        counts = {name: changes.get(name) for name in ("seats", "fewest", "bound", "proof")}
        yield {**asked, "status": found.status, **counts, **row}


def cancels(given: argparse.Namespace, seed: int) -> Iterator[Row]:
    """Cancel a diagnosis after a second; yields the seconds from there to its end, and what it kept."""
    policy = api.bind(_county(given, seed, planted=True))
    stop, asked = api.StopRequest(), list[float]()

    def cancel() -> None:
        asked.append(time.monotonic())
        stop.request("asked")

    timer = threading.Timer(CANCEL_AFTER, cancel)
    timer.start()
    found = api.diagnose(policy, seconds=given.seconds, observer=stop).found
    ended = time.monotonic()
    timer.cancel()
    after = max(0.0, ended - asked[0]) if asked else 0.0
    is_minimal = [one.is_minimal for one in found.conflicts]
    kept = [sorted(one.rules) for one in found.conflicts]
    yield {
        "seed": seed,
        "was cancelled": bool(asked),
        "kept": kept,
        "minimal": is_minimal,
        "seconds": round(after, 2),
    }


MEASURES: dict[str, Callable[[argparse.Namespace, int], Iterator[Row]]] = {
    "why-not": why_nots,
    "replan": replans,
    "cancel": cancels,
}


def _county(given: argparse.Namespace, seed: int, *, planted: bool) -> api.Scenario:
    folder = given.folder / str(seed)
    folder.mkdir()
    write_county(folder, given.people, given.groups, seed, planted=planted)
    return api.load(folder)


def _first_year(plan: api.Plan) -> list[api.Assignment]:
    return [one for one in plan.assignments if one.period == "2026"]


def _timed(ask: Callable[[], T]) -> tuple[T, Row]:
    """Return an answer, with its seconds and those of this process's CPU."""
    began, cpu = time.monotonic(), time.process_time()
    answer = ask()
    spent = {"seconds": time.monotonic() - began, "CPU seconds": time.process_time() - cpu}
    return answer, {name: round(value, 2) for name, value in spent.items()}


if __name__ == "__main__":
    sys.exit(main())
