"""The public shift scheduling benchmark: reader, judge, and the smallest instance proved optimal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from allocator import api
from benchmarks import roster
from benchmarks.roster_instance import KNOWN, SMALLEST, read
from benchmarks.roster_score import score


def test_the_smallest_instance_is_ten_rules_and_proved(tmp_path: Path) -> None:
    instance = read(SMALLEST)
    roster.write(tmp_path, instance)
    policy = api.bind(api.load(tmp_path))
    assert len([rule for rule in policy.rules if rule.kind != "take"]) == 10
    plan = api.solve(policy, seconds=120, confirm="off")
    assert plan.status == "optimal" and plan.score[-1].cost == plan.score[-1].bound == KNOWN
    assert score(instance, roster.works(instance, plan)) == (KNOWN, {})


def test_the_judge_finds_what_each_rule_forbids() -> None:
    instance = read(SMALLEST)
    nobody: dict[str, set[int]] = {one.id: set() for one in instance.staff}
    cost, broken = score(instance, nobody)
    assert cost == sum(weight for *_, weight in instance.wishes if weight > 0) + 100 * sum(instance.cover)
    assert broken == {"minutes": 8}
    _, broken = score(instance, {**nobody, "A": set(range(14))})
    assert broken == {"minutes": 8, "longest run": 1, "weekends": 1, "days off": 1}
    _, broken = score(instance, {**nobody, "B": {1, 2, 4, 6, 7, 8, 9}})
    assert broken == {"minutes": 7, "shortest run": 1, "shortest break": 1}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("D,480,\n", "D,480,\nE,480,\n", "2 kinds of shifts"),
        ("5,2,2,1\nB", "5,3,2,1\nB", "of three days"),
        ("3,D,4,100,1", "3,D,4,100,2", "prices of cover differ"),
    ],
)
def test_what_would_not_be_said_exactly_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = SMALLEST.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "other.txt").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read(tmp_path / "other.txt")


@pytest.mark.slow
def test_the_script_tells_what_it_found(root: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.roster", "--time-limit", "100"]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    assert "optimal, cost 607, bound 607" in done.stdout
