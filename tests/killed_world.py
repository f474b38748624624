"""Solves that are killed: ends a process at some moment, and reads the checkpoint that it leaves."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent

from allocator import api
from allocator.model.plan import Plan
from allocator.rules.policy import Policy

SCENARIO = """
    scenario: rivals
    periods: [2026]
    layers:
      posting: {items: people, slots: groups}
    rules: [rivals]
"""
RULES = """
    pack: rivals
    rules:
      - {id: sizes, kind: capacity, on: posting, atleast: 8, atmost: 8}
      - {id: rivals, kind: apart, on: posting, ties: rival, level: 1}
      - {id: near, kind: prefer, on: posting, when: person.native_place == group.place, level: 2}
"""


ZONES = """
    scenario: zones
    periods: [2026]
    layers:
      zoning: {items: units, slots: groups, periods: once, take: 1}
    rules: [zones]
"""
EVEN = """
    pack: zones
    rules:
      - {id: whole, kind: contiguous, on: zoning}
      - {id: even, kind: balance, on: zoning, load: unit.workload, level: 1}
"""


def even_map(folder: Path, side: int = 14, zones: int = 7) -> Path:
    """Write a map whose zones are to be even: a first plan is found at once, and better ones for long."""
    at = {(r, c): f"U{r:02}{c:02}" for r in range(side) for c in range(side)}
    beside = [
        (at[r, c], at[r + a, c + b]) for r, c in at for a, b in ((0, 1), (1, 0)) if (r + a, c + b) in at
    ]
    tables = {
        "units.csv": (
            "id,workload",
            *(f"{name},{5000 + 3571 * k % 9973}" for k, name in enumerate(at.values())),
        ),
        "groups.csv": ("id", *(f"Z{k}" for k in range(zones))),
        "links.csv": ("source,target,kind", *(f"{a},{b},adjacent" for a, b in beside)),
        "scenario.yaml": (dedent(ZONES),),
        "zones.yaml": (dedent(EVEN),),
    }
    return _written(folder, tables)


def rivals(folder: Path, districts: int = 4, more: str = "") -> Path:
    """Write a small scenario whose first plan is found at once and whose best is not proved for long.

    Args:
        folder: Where.
        districts: So many, that people are of and groups are in.
        more: More rules, as lines of YAML.
    """
    pairs = [(k, (7 * k + 11 * step) % 32) for k in range(32) for step in range(1, 12)]
    tables = {
        "people.csv": ("id,native_place", *(f"P{k},地{k % districts}" for k in range(32))),
        "groups.csv": ("id,place", *(f"G{k},地{k % districts}" for k in range(4))),
        "ties.csv": ("source,target,kind", *(f"P{a},P{b},rival" for a, b in pairs if a != b)),
        "scenario.yaml": (dedent(SCENARIO),),
        "rivals.yaml": (dedent(RULES).strip("\n"), more),
    }
    return _written(folder, tables)


def _written(folder: Path, tables: Mapping[str, Iterable[str]]) -> Path:
    folder.mkdir()
    for name, lines in tables.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def solving(*arguments: str | Path) -> subprocess.Popen[bytes]:
    """Begin ``allocator solve ARGUMENTS`` in a process of its own."""
    words = ["solve", *map(str, arguments)]
    code = f"import sys; from allocator.cli.main import run; sys.exit(run({words!r}))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "LC_ALL": "C.UTF-8"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen([sys.executable, "-c", code], env=environment, **quiet)


def kill_after(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Kill a process after so long; return whether it was still running."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def wait_for_news(file: Path, since: int, seconds: float = 30.0) -> None:
    """Wait until a file is newer than ``since``, in nanoseconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not (file.exists() and file.stat().st_mtime_ns > since):
        time.sleep(0.01)


class Watched:
    """The checkpoint of a solve that is killed again and again: it is whole, and only ever gets better."""

    def __init__(self, policy: Policy, out: Path) -> None:
        self.policy, self.out = policy, out
        self.file = out.with_name(out.name + ".part")
        self.seen: list[Plan] = []

    def look(self) -> None:
        """Look at what a killed process left."""
        others = {other.name for other in self.out.parent.iterdir()} - {self.out.name, self.file.name}
        assert all(name.startswith(f".{self.out.name}.") for name in others) and len(others) < 2
        if not self.file.exists():
            assert not self.seen, "there was one before"
            return
        plan = api.read_plan(self.file)
        assert plan.run["checkpoint"] is True
        if "partial" not in plan.run:
            assert plan.status == "feasible" and api.verify(self.policy, plan).holds
        if self.seen:
            assert_no_worse(self.seen[-1], plan)
        self.seen.append(plan)


def assert_no_worse(before: Plan, after: Plan) -> None:
    """Costs are no worse, level after level; bounds do not fall where the levels above cost no more."""
    if "partial" in before.run:
        assert "partial" not in after.run or decided(after) >= decided(before)
        return
    assert "partial" not in after.run
    assert [score.cost for score in after.score] <= [score.cost for score in before.score]
    for old, new in zip(before.score, after.score, strict=True):
        assert new.bound >= old.bound
        if new.cost > old.cost:
            break


def decided(plan: Plan) -> int:
    """How many periods of layers a plan of the first ones has decided."""
    return sum(plan.run["partial"].values())


def at_random(seed: int, least: float, most: float) -> float:
    return random.Random(seed).uniform(least, most)
