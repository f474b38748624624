"""Divides a map into zones by rules: contiguous, balanced, compact.

Run: python benchmarks/zoning.py --instance FILE.json [--even] [--time-limit 60] [--workers N] [--out FILE]

FILE.json has nodes (weight, position), edges between neighbours, the number of zones, and the band in which
the weight of each zone must lie. A zone costs the weighted distance (or its square) of its units to the best
centre among them, or the matrix entries of its units and that centre.
The answer has the zone of each node, the bound, and cost and bound over time. With --even the first level
evens out the weights of zones: cost and bound are then the greatest weight less the least.
"""

from __future__ import annotations

import time

START = time.perf_counter()

import argparse  # noqa: E402
import csv  # noqa: E402
import json  # noqa: E402
import resource  # noqa: E402
import tempfile  # noqa: E402
from collections.abc import Iterable  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

from allocator import api  # noqa: E402
from allocator.solvers.observer import CallbackObserver, Progress  # noqa: E402

#: Metres in a unit of distance, by the power of distances: squares of metres would be too large.
METRES = {1: 1, 2: 100}
#: Units in a matrix cost of 1: the solver gets whole numbers.
PARTS = 1000
SCENARIO = """
scenario: zoning
periods: [2026]

layers:
  zoning: {items: units, slots: groups, periods: once, take: 1}
rules: [zoning]
"""
PACK = """
pack: zoning
rules:
  - {{id: band, kind: capacity, on: zoning, load: unit.workload, atleast: {L}, atmost: {U}}}
  - {{id: contiguous, kind: contiguous, on: zoning}}
  - {{id: compact, kind: compact, on: zoning, to: centre, {measure}, level: {level}}}
"""
EVEN = "  - {id: even, kind: balance, on: zoning, load: unit.workload, level: 1}\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instance", type=Path, required=True)
    parser.add_argument("--even", action="store_true")
    parser.add_argument("--time-limit", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    instance = json.loads(given.instance.read_text(encoding="utf-8"))
    trace: list[tuple[float, int | None, int]] = []

    def listen(progress: Progress) -> None:
        if progress.level == 1:
            trace.append((round(time.perf_counter() - START, 2), progress.cost, progress.bound))

    with tempfile.TemporaryDirectory() as name:
        unit = write(Path(name), instance, is_even=given.even)
        policy = api.bind(api.load(name))
        limit = given.time_limit - (time.perf_counter() - START)
        plan = api.solve(
            policy,
            seconds=limit,
            workers=given.workers,
            observer=CallbackObserver(progress=listen),
            confirm="off",
        )
    zone = {one.item: int(one.slot[1:]) for one in plan.assignments}
    usage = resource.getrusage(resource.RUSAGE_SELF)
    answer = {
        "zone": [zone.get(f"U{node['id']}") for node in instance["nodes"]],
        "cost": plan.score[1].cost * unit if plan.score else None,
        "bound": plan.score[1].bound * unit if plan.score else None,
        "status": plan.status,
        "route": plan.run["route"],
        "seconds": round(time.perf_counter() - START, 2),
        "cpu": round(usage.ru_utime + usage.ru_stime, 2),
        "memory": round(usage.ru_maxrss / 2**20, 2),
        "trace": [(at, cost and cost * unit, bound * unit) for at, cost, bound in trace],
    }
    if given.out:
        given.out.write_text(json.dumps(answer), encoding="utf-8")
    shown = {key: value for key, value in answer.items() if key not in ("zone", "trace")}
    print(f"{given.instance.stem}: {shown}")


def write(folder: Path, instance: dict[str, Any], *, is_even: bool = False) -> float:
    """Write the instance as a scenario; return the instance's cost for a cost of 1 at level 1."""
    nodes = instance["nodes"]
    sheet(
        folder / "units.csv",
        ("id", "name", "kind", "workload", "lon", "lat"),
        ((f"U{one['id']}", one["name"], "township", one["w"], one["lon"], one["lat"]) for one in nodes),
    )
    sheet(folder / "groups.csv", ("id", "kind"), ((f"Z{k}", "zone") for k in range(instance["k"])))
    sheet(
        folder / "links.csv",
        ("source", "target", "kind"),
        ((f"U{a}", f"U{b}", "adjacent") for a, b, *_ in instance["edges"]),
    )
    if "cost" in instance:
        ids = [f"U{one['id']}" for one in nodes]
        sheet(
            folder / "scores-far.csv",
            ("id", *ids),
            (
                (name, *(round(value * PARTS) for value in row))
                for name, row in zip(ids, instance["cost"], strict=True)
            ),
        )
        measure, unit = "table: far", 1 / PARTS
    else:
        power = instance["power"]
        measure = f"load: unit.workload, power: {power}, metres: {METRES[power]}"
        unit = (METRES[power] / 1000) ** power
    rules = PACK.format(L=instance["L"], U=instance["U"], measure=measure, level=2 if is_even else 1)
    (folder / "zoning.yaml").write_text(rules + (EVEN if is_even else ""), encoding="utf-8")
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    return 1.0 if is_even else float(unit)


def sheet(file: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a table as CSV."""
    with file.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
