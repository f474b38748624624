"""Small casework to be assigned by lot: a scenario in a folder, and lotteries by brute force."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path
from random import Random

import numpy as np
from scipy.optimize import linprog

from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.rules.policy import Policy

SCENARIO = """
scenario: lot
periods: [2026]
layers:
  casework: {items: people, slots: cases, periods: once, take: 0-2}
rules: [fit]
draws:
  teams: {kind: assignment, on: casework, seed: 2099-01-15 3D, DRAW}
"""
PAIR_RULES = """
pack: fit
rules:
  - {id: team, kind: capacity, on: casework, atleast: 2, atmost: 2}
  - {id: native, kind: avoid, on: casework, when: person.native_place == case.place}
  - {id: fit, kind: prefer, on: casework, cost: score.cost, level: 1}
  - {id: away, kind: prefer, on: casework, when: "score.cost > 4", level: 2}
"""
#: Rules that no network knows: a range of loads, and two who do not go together.
MIXED_RULES = """
  - {id: apart, kind: apart, on: casework, when: "person.grade == 'cadre' && other.grade == 'cadre'"}
  - {id: even, kind: balance, on: casework, each: item, measure: range, level: 1, weight: 2}
"""
PEOPLE, CASES, TEAM = 5, 3, 2


def write_lot(folder: Path, random: Random, draw: str, *, mixed: bool = False) -> Path:
    """Write five people and three cases, with costs and native places by chance."""
    place = folder / "lot"
    place.mkdir(exist_ok=True)
    people = ["id,grade,native_place"]
    people += [
        f"P{i},{'cadre' if i < 2 else 'head'},{random.choice(('East', 'West', '', '', ''))}"
        for i in range(PEOPLE)
    ]
    cases = ["id,place", *(f"C{k},{('East', 'West', 'South')[k]}" for k in range(CASES))]
    scores = [",".join(["person", *(f"C{k}" for k in range(CASES))])]
    scores += [",".join([f"P{i}", *(str(random.randint(0, 9)) for _ in range(CASES))]) for i in range(PEOPLE)]
    rules = PAIR_RULES + (MIXED_RULES if mixed else "")
    for name, text in {
        "scenario.yaml": SCENARIO.replace("DRAW", draw).lstrip(),
        "fit.yaml": rules.lstrip(),
        "people.csv": "\n".join(people),
        "cases.csv": "\n".join(cases),
        "scores-cost.csv": "\n".join(scores),
    }.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def all_assignments(policy: Policy) -> tuple[np.ndarray, np.ndarray]:
    """Return ``[n, decisions]`` every assignment that keeps the hard rules, and ``[n, levels]`` its costs."""
    program = policy.compile()
    grid = program.decisions.grids["casework"][:, :, 0, 0]
    teams = [[list(team) for team in combinations(range(PEOPLE), TEAM)] for _ in range(CASES)]
    plans = []
    for chosen in product(*teams):
        decisions = np.zeros(program.decisions.count, dtype=np.int64)
        for case, team in enumerate(chosen):
            decisions[grid[team, case]] = 1
        plans.append(decisions)
    values = evaluate_auxiliaries(program, np.array(plans))
    sound = ~violated_rows(program, values).any(axis=1)
    return values[sound][:, : program.decisions.count], level_costs(program, values[sound])


def best_means(policy: Policy, most: float, different: int) -> list[float] | None:
    """Return what each level costs in the mean in the best lottery, None if there is none."""
    plans, costs = all_assignments(policy)
    many = len(plans)
    if many < different:
        return None
    matrix, sides = plans.T.astype(float), [most] * plans.shape[1]
    means: list[float] = []
    for level in range(costs.shape[1]):
        solved = linprog(
            costs[:, level],
            matrix,
            sides,
            np.ones((1, many)),
            [1.0],
            bounds=[(0.0, 1.0 / different)] * many,
        )
        if solved.x is None:
            return None
        means.append(float(solved.fun))
        matrix = np.vstack([matrix, costs[:, level]])
        sides = [*sides, means[-1] + 1e-9]
    return means
