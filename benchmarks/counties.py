"""Solves many small postings one after another in one process, as a province does for its counties.

Run: python -m benchmarks.counties [--count 183] [--people 120] [--groups 20] [--objective sq|mm]
         [--time-limit 6] [--out out.json]

County k is the posting of ``rotation`` made from seed k; the time limit applies to each county. The answer
has for each county the group of each person, cost, bound, status, seconds, and the memory of the process
after the solve. It also has the sums of costs and of bounds over all counties.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs by its path too

from benchmarks.measured import elapsed  # isort: skip  # its clock starts first

import argparse
import json
import tempfile
from collections.abc import Sequence
from statistics import median
from typing import Any

from allocator import api
from benchmarks.measured import held
from benchmarks.rotation import seats, write
from benchmarks.rotation_instance import make


def main(words: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.counties",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--count", type=int, default=183)
    parser.add_argument("--people", type=int, default=120)
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--objective", choices=("sq", "mm"), default="sq")
    parser.add_argument("--time-limit", type=float, default=6.0, help="seconds of each county")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args(words)
    if given.count < 1:
        parser.error(f"--count {given.count}: there must be a county at least")
    counties = []
    for seed in range(1, given.count + 1):
        counties.append(county(given, seed))
        shown = {key: value for key, value in counties[-1].items() if key != "assign"}
        print(f"county {seed}: {shown}", flush=True)
    answer = together(counties)
    if given.out:
        given.out.write_text(json.dumps(answer), encoding="utf-8")
    print({key: value for key, value in answer.items() if key != "counties"})


def county(given: argparse.Namespace, seed: int) -> dict[str, Any]:
    """Make a county's posting, solve it, and return its part of the answer."""
    began = elapsed()
    instance = make(given.people, given.groups, seed)
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), instance, given.objective)
        policy = api.bind(api.load(name))
        plan = api.solve(policy, seconds=given.time_limit - (elapsed() - began), confirm="off")
    return {
        "assign": seats(instance, plan) if plan.score else None,
        "cost": plan.score[1].cost if plan.score else None,
        "bound": plan.score[1].bound if plan.score else None,
        "status": plan.status,
        "seconds": round(elapsed() - began, 2),
        "memory": held(),
    }


def together(counties: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer for all counties: sums, and the median gap."""
    planned = [one for one in counties if one["cost"] is not None]
    cost = sum(one["cost"] for one in planned)
    gaps = [(one["cost"] - one["bound"]) / one["cost"] if one["cost"] else 0.0 for one in planned]
    is_optimal = all(one["status"] == "optimal" for one in counties)
    return {
        "counties": counties,
        "planned": len(planned),
        "gap": round(median(gaps), 4) if gaps else None,
        "bound": sum(one["bound"] or 0 for one in counties),
        "status": "optimal" if is_optimal else "feasible" if planned else "unknown",
        "seconds": round(elapsed(), 2),
        "memory": [counties[0]["memory"], counties[-1]["memory"]],
        "trace": [[round(elapsed(), 2), cost]] if len(planned) == len(counties) else [],
    }


if __name__ == "__main__":
    main()
