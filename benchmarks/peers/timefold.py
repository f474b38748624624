"""Timefold on the JVM, as it comes: construction heuristic, then local search, in one thread.

Its community edition has one thread only. It gives no bound, and its best plan may break hard rules.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that the script runs by its path too

from benchmarks.peers.called import Answer, answer_with  # isort: skip  # the clock starts first

import subprocess
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.peers import java_home

GRADES = ("head", "deputy", "cadre")


def numbers(instance: dict[str, Any]) -> Iterator[int]:
    """Yield the instance as the numbers that ``Posting.read`` reads."""
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
    """Return the answer in the lines of ``posting.Solve``, with the time of each plan without a breach."""
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
    """Solve an instance; ``limit`` is in seconds and applies to the solver alone."""
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
