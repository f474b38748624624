"""Violations and costs of neighbouring plans are those of a full evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.program import lazy_auxiliaries
from allocator.program.evaluate import NeighbourEvaluator, evaluate_auxiliaries, rule_costs
from allocator.program.program import Program
from allocator.rules.kinds.compact import Compact
from worlds import HARD, SOFT, Trial, plans_of, policy_of, trials

#: Number of base plans, and of neighbours of each.
FROM, NEAR = 3, 6


def beyond(program: Program, values: np.ndarray) -> np.ndarray:
    """Return ``[n, rows]`` the violation of each row, from rows written out in full."""
    rows = program.rows
    matrix = np.zeros((len(rows), len(program)), dtype=np.int64)
    np.add.at(matrix, (np.repeat(np.arange(len(rows)), np.diff(rows.starts)), rows.cols), rows.coefs)
    sums = values @ matrix.T
    return np.maximum(0, np.maximum(rows.lo - sums, sums - rows.hi))


@pytest.mark.parametrize("trial", trials(levels=[HARD, SOFT]), ids=str)
def test_a_neighbour_is_evaluated_as_a_full_plan(trial: Trial) -> None:
    look_near(trial)


@pytest.mark.parametrize("trial", trials({"compact": Compact}), ids=str)
def test_a_neighbour_with_an_undefined_medoid_distance_is_evaluated_as_a_full_plan(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lazy_auxiliaries, "MEDOID_LIMIT", 0)
    look_near(trial)


def look_near(trial: Trial) -> None:
    """Evaluate neighbours of some plans, and the same plans in full."""
    plans = plans_of(trial.kind, trial.number)
    program = policy_of(plans.context, trial.rule()).compile()
    rng = np.random.default_rng(5)
    values = evaluate_auxiliaries(program, plans.matrix[rng.choice(len(plans), FROM)])
    for base in values:
        flips = [
            rng.choice(program.decisions.count, rng.integers(1, 5), replace=False).astype(np.int64)
            for _ in range(NEAR)
        ]
        moved = np.tile(base[: program.decisions.count], (NEAR, 1))
        for row, decisions in zip(moved, flips, strict=True):
            row[decisions] = 1 - row[decisions]
        whole, near = evaluate_auxiliaries(program, moved), NeighbourEvaluator(program, base).evaluate(flips)
        assert (near.costs == rule_costs(program, whole) - rule_costs(program, base[None, :])).all()
        assert (
            near.violated[:, 0].tolist()
            == (beyond(program, whole) > beyond(program, base[None, :])).any(axis=1).tolist()
        )
