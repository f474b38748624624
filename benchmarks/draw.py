"""Measures the search for the LEXIMIN lottery of a panel, and the replay of a draw.

Run: python benchmarks/draw.py [--seeds 3] [--hard] [--only SIZE]

The pools are drawn with fixed seeds. A panel is drawn from each pool, and the quotas allow one person more or
less than that panel has. ``--hard`` adds a panel of 110 from 700 people, few of whom have equal attributes.
The times of the first row include loading the solver.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter

from allocator import api
from allocator.lottery.audit import audit_text

SIZES = {
    "200 of 2,000, 3 types": (2000, 200, (3,)),
    "22 of 150, 20 quotas": (150, 22, (3, 5, 4, 8)),
}
HARD = {"110 of 700, 27 quotas": (700, 110, (3, 5, 4, 8, 7))}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--hard", action="store_true")
    parser.add_argument("--only", choices=[*SIZES, *HARD], help="one size alone")
    given = parser.parse_args()
    print(f"{'pool':<24}{'seed':>5}{'types':>7}{'panels':>8}", end="")
    print(f"{'commit s':>10}{'draw s':>8}{'verify s':>10}   least chance")
    sizes = {**SIZES, **(HARD if given.hard else {})}
    if given.only:
        sizes = {given.only: {**SIZES, **HARD}[given.only]}
    for title, (people, size, columns) in sizes.items():
        for seed in range(1, given.seeds + 1):
            with tempfile.TemporaryDirectory() as folder:
                report(title, seed, write(Path(folder), people, size, columns, Random(seed)))


def report(title: str, seed: int, scenario: Path) -> None:
    """Print the seconds of each step; those of committing include reading the tables."""
    (bound,), reading = timed(lambda: api.draws(api.load(scenario)).values())
    audit, committing = timed(lambda: api.commit(bound, rehearsal=True))
    drawn, drawing = timed(lambda: api.reveal(audit, "000517"))
    checks, verifying = timed(lambda: api.replay(bound, drawn, audit_text(drawn).encode()))
    wrong = [check.text.en for check in checks if not check.holds]
    assert [text.partition(",")[0] for text in wrong] == ["a rehearsal"], wrong
    pool, panels = audit.committed.pool, audit.committed.lottery
    least = min(alike.chance[0] / alike.chance[1] for alike in pool)
    seconds = f"{reading + committing:>10.2f}{drawing:>8.2f}{verifying:>10.2f}"
    print(f"{title:<24}{seed:>5}{len(pool):>7}{len(panels):>8}{seconds}   {least:.6f}")


def timed(work):
    start = perf_counter()
    result = work()
    return result, perf_counter() - start


def write(folder: Path, people: int, size: int, columns: tuple[int, ...], random: Random) -> Path:
    """Write a scenario with one draw; its quotas are set around a random panel, which keeps them."""
    shares = [list(volunteers(values, random)) for values in columns]
    rows = [[random.choices(range(len(one)), one)[0] for one in shares] for _ in range(people)]
    header = ",".join(["id", *(f"c{k}" for k in range(len(columns)))])
    lines = [",".join([f"P{n:04}", *(f"v{value}" for value in row)]) for n, row in enumerate(rows)]
    (folder / "people.csv").write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    panel = random.sample(rows, size)
    quotas = []
    for k, values in enumerate(columns):
        counts = [sum(row[k] == value for row in panel) for value in range(values)]
        there = {row[k] for row in rows}
        ranges = (f"v{v}: {max(0, n - 1)}-{n + 1}" for v, n in enumerate(counts) if v in there)
        quotas.append(f"      - {{by: person.c{k}, counts: {{{', '.join(ranges)}}}}}\n")
    spec = "scenario: panel\nperiods: [2026]\ndraws:\n  panel:\n    kind: panel\n    from: people\n"
    (folder / "scenario.yaml").write_text(
        f"{spec}    size: {size}\n    quotas:\n{''.join(quotas)}", encoding="utf-8"
    )
    return folder


def volunteers(values: int, random: Random) -> Iterator[float]:
    """Yield the relative frequency of each value among the volunteers."""
    for _ in range(values):
        yield random.uniform(0.3, 1.7)


if __name__ == "__main__":
    main()
