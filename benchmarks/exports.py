"""Measures the export of a plan of several years in every format: seconds and peak memory of each.

Run: python -m benchmarks.exports [--people 250] [--groups 40] [--years 3] [--formats xlsx csv ...]

The plan moves three people in ten each year, whatever the rules say: what is measured is not how it is found.
Each format is written by a process of its own, as by ``allocator export``. Its seconds run from the start of
the process; `written` counts from the bound policy and the read plan to the file.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that the script runs by its path too

from allocator import api
from allocator.model.plan import Assignment, Plan
from allocator.report.exporters import all_exporters
from allocator.verify import judge
from benchmarks import years, years_instance

_STAY = 0.7


def make(folder: Path, people: int, groups: int, span: int) -> None:
    """Write the scenario and its plan into a folder."""
    instance = years_instance.make(people, groups, span, seed=1)
    years.write(folder, instance)
    policy, chance = api.bind(api.load(folder)), Random(1)
    at = {f"P{one['id']}": f"G{one['prev']}" for one in instance["people"]}
    assignments = []
    for period in policy.context.layers[years.LAYER].period_index:
        at = {who: g if chance.random() < _STAY else f"G{chance.randrange(groups)}" for who, g in at.items()}
        assignments += [
            Assignment(layer=years.LAYER, item=who, slot=group, period=period) for who, group in at.items()
        ]
    found = judge(policy, assignments)
    score = tuple({"level": level, "cost": cost, "bound": 0} for level, cost in found.costs.items())
    rules = tuple(one.score for one in found.findings)
    plan = Plan(
        scenario=policy.reference, status="feasible", assignments=tuple(assignments), score=score, rules=rules
    )
    api.write_plan(plan, folder / "plan.json")


def write_one(folder: Path, file: Path) -> None:
    """Export the plan of a folder, and print seconds, those of the processor, MiB and KiB."""
    policy, plan = api.bind(api.load(folder)), api.read_plan(folder / "plan.json")
    began, worked = time.perf_counter(), time.process_time()
    api.export(plan, file, policy=policy, language="zh")
    seconds, work = time.perf_counter() - began, time.process_time() - worked
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{seconds:.2f} {work:.2f} {memory:.0f} {file.stat().st_size / 1024:.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=250)
    parser.add_argument("--groups", type=int, default=40)
    parser.add_argument("--years", type=int, default=3)
    parser.add_argument("--formats", nargs="*", default=[one.name for one in all_exporters()])
    parser.add_argument("--write", nargs=2, type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        write_one(*given.write)
        return
    suffixes = {one.name: one.suffixes[0] for one in all_exporters()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, given.people, given.groups, given.years)
        for form in given.formats:
            began = time.perf_counter()
            call = [sys.executable, __file__, "--write", str(folder), str(folder / f"plan{suffixes[form]}")]
            told = subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()
            whole = time.perf_counter() - began
            print(
                f"{form}: {whole:.1f} s, written in {told[0]} s ({told[1]} s of the processor), "
                f"{told[2]} MiB at most, {told[3]} KiB"
            )


if __name__ == "__main__":
    main()
