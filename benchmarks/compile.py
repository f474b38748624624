"""Measures the compilation of 250 people x 40 groups x 3 periods under 15 rules.

Run: python benchmarks/compile.py [--people 250] [--groups 40]
"""

from __future__ import annotations

import argparse
import csv
import random
import statistics
import tempfile
import time
from pathlib import Path

from allocator import api

SCENARIO = """
scenario: compile
periods: [2026, 2027, 2028]
layers:
  posting: {items: people, slots: groups, take: 1}
rules: [fifteen]
"""
PACK = """
pack: fifteen
rules:
  - {id: staffed, kind: composition, on: posting, atleast: 1正+1副+2干部}
  - {id: heads, kind: composition, on: posting, atmost: 1正+1副}
  - {id: room, kind: capacity, on: posting, atmost: 9}
  - {id: native, kind: avoid, on: posting, when: person.native_place == group.place}
  - {id: kin, kind: apart, on: posting, ties: kin}
  - {id: law, kind: cover, on: posting, skills: {law: 3}}
  - {id: audit, kind: cover, on: posting, skills: {audit: 2}}
  - {id: head-term, kind: max_term, on: posting, items: person.grade == "head", periods: 1}
  - {id: deputy-term, kind: max_term, on: posting, items: person.grade == "deputy", periods: 2}
  - {id: cadre-term, kind: max_term, on: posting, periods: 3}
  - {id: settle, kind: min_term, on: posting, items: person.grade == "cadre", periods: 2}
  - {id: back, kind: cooldown, on: posting, items: person.grade == "head", periods: 2}
  - {id: change, kind: turnover, on: posting, atleast: 10, atmost: 70}
  - {id: even, kind: balance, on: posting, load: person.experience, level: 2}
  - {id: keep, kind: stability, on: posting, level: 1}
"""


def write(folder: Path, name: str, rows: list[list[object]]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def make(folder: Path, people: int, groups: int) -> None:
    """Write a scenario of the given size."""
    chance = random.Random(1)
    (folder / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    (folder / "fifteen.yaml").write_text(PACK, encoding="utf-8")
    grades = ["head"] * groups + ["deputy"] * groups + ["cadre"] * (people - 2 * groups)
    rows: list[list[object]] = [["id", "grade", "native_place", "skills", "experience"]]
    for k, grade in enumerate(grades):
        skills = f"{chance.choice(['law', 'audit'])}:{chance.randint(1, 5)}"
        rows.append([f"P{k}", grade, f"T{chance.randrange(groups)}", skills, chance.randint(1, 20)])
    write(folder, "people.csv", rows)
    write(folder, "groups.csv", [["id", "place"], *([f"G{k}", f"T{k}"] for k in range(groups))])
    ties = [[f"P{chance.randrange(people)}", f"P{chance.randrange(people)}", "kin"] for _ in range(20)]
    write(folder, "ties.csv", [["source", "target", "kind"], *(tie for tie in ties if tie[0] != tie[1])])
    seats = [[f"P{k}", f"G{k % groups}", "2025-01-01"] for k in range(people)]
    write(folder, "postings.csv", [["person", "group", "from"], *seats])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=250)
    parser.add_argument("--groups", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), given.people, given.groups)
        seconds = []
        for _ in range(3):
            policy = api.bind(api.load(name))
            start = time.perf_counter()
            program = policy.compile()
            seconds.append(time.perf_counter() - start)
    print(f"{given.people} people x {given.groups} groups x 3 periods x 15 rules")
    print(f"{len(program):,} variables, {len(program.rows):,} rows, {len(program.rows.cols):,} terms")
    print(f"compile: median {statistics.median(seconds):.2f} s of {len(seconds)}")


if __name__ == "__main__":
    main()
