"""Measures the project's scenarios: cost, bound and time by level, and the time of `check`.

Run: python benchmarks/scenarios.py [NAME ...] [--seconds 60] [--workers 0]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from allocator import api

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
NAMES = tuple(sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=NAMES)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=0)
    given = parser.parse_args()
    for name in given.names:
        report(SCENARIOS / name, given.seconds, given.workers)


def report(folder: Path, seconds: float, workers: int) -> None:
    start = time.perf_counter()
    command = [str(Path(sys.executable).with_name("allocator")), "check", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    checked = time.perf_counter() - start
    plan = api.solve(api.bind(api.load(folder)), seconds=seconds, workers=workers, confirm="off")
    print(f"{folder.name}: check {checked:.2f} s, solve {plan.run['seconds']} s, {plan.status}")
    for score in plan.score:
        gap = 0.0 if score.cost == score.bound else 100 * (score.cost - score.bound) / score.cost
        print(f"  level {score.level}: cost {score.cost}, bound {score.bound}, gap {gap:.1f}%")


if __name__ == "__main__":
    main()
