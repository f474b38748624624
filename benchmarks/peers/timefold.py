"""Timefold on the JVM, as it comes: construction heuristic, then local search, in one thread.

Its community edition has no more threads than one. It gives no bound, and its best plan may break hard rules.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs by its path too

from benchmarks.peers.called import Answer, answer_with  # isort: skip  # its clock starts first

import subprocess
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.peers import java_home

GRADES = ("head", "deputy", "cadre")


def numbers(instance: dict[str, Any]) -> Iterator[int]:
    """Yield the instance as ``Posting.read`` takes it."""
    yield from (instance["target"], instance["G"], *instance["zone"], instance["P"])
    for one in instance["people"]:
        skills = sum(1 << skill for skill in one["skills"])
        yield from (GRADES.index(one["grade"]), skills, one["native"], one["exp"], one["prev"])
    needs = [(group, skill) for group, skills in enumerate(instance["req"]) for skill in skills]
    yield len(needs)
    for need in needs:
        yield from need
    yield len(instance["kin"])
    for pair in instance["kin"]:
        yield from pair


def heard(lines: Iterable[str]) -> Answer:
    """Return what the lines of ``posting.Solve`` say, noting when each plan without a breach comes."""
    answer = Answer()
    for line in lines:
        word, *values = line.split()
        if word == "better" and values[0] == "0":
            answer.status = "feasible"
            answer.found(int(values[1]))
        elif word == "better":
            answer.status = f"hard rules broken {values[0]} times"
        elif word == "seats":
            answer.assign = [int(seat) for seat in values]
    return answer


def solve(instance: dict[str, Any], objective: str, limit: float) -> Answer:
    """Solve with so many seconds for the solver alone."""
    if lacking := java_home.missing():
        sys.exit(f"Timefold: {lacking}")
    asked = subprocess.Popen(
        java_home.command(objective, limit), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with asked:
        asked.stdin.write(" ".join(map(str, numbers(instance))))
        asked.stdin.close()
        answer = heard(asked.stdout)
    if asked.returncode:
        sys.exit(f"Timefold ended with {asked.returncode}")
    return answer


if __name__ == "__main__":
    answer_with(solve, __doc__)
