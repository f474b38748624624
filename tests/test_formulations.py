"""Relaxations of every kind: valid, exact over whole numbers, and as tight as recorded."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from brute_force import parts_of, policy_for
from hulls import EPS, Relaxation, loss_of_kind, recorded
from worlds import HARD, Trial, trials

# The examples of each kind give the coverage; measuring it here would take three times as long.
pytestmark = pytest.mark.unmeasured
#: The page shows tenths of a percent.
ROUNDED = 0.001


@pytest.mark.parametrize("trial", trials(levels=[HARD, 1]), ids=str)
def test_no_plan_costs_less_than_the_relaxation_and_whole_numbers_are_exact(trial: Trial) -> None:
    policy, space = policy_for([trial.rule()])
    program = policy.compile()
    relaxation = Relaxation(program)
    prices = np.array([relaxation.price(seed)[0] for seed in range(3)])
    best = np.full(len(prices), np.inf)
    for plans in parts_of(space):
        values = evaluate_auxiliaries(program, plans.matrix)
        sound = ~violated_rows(program, values).any(axis=1)
        best = np.minimum(best, (values[sound] @ prices.T).min(axis=0, initial=2**40))
    for price, least in zip(prices, best, strict=True):
        relaxed, whole = (relaxation.least(price, whole=kind) for kind in (False, True))
        if least >= 2**40:
            assert whole is None
            continue
        assert relaxed is not None and relaxed <= least + EPS
        assert whole == pytest.approx(least)


@pytest.mark.slow
@pytest.mark.parametrize("kind", all_kinds().values(), ids=lambda kind: kind.name)
def test_no_kind_is_looser_than_recorded_and_the_page_is_true(kind: type[Rule]) -> None:
    for level, was in zip((HARD, 1), recorded()[kind.name], strict=True):
        loss = loss_of_kind(kind, level)
        assert (loss is None) == (was is None)
        if loss is not None and was is not None:
            assert loss <= was + ROUNDED, "looser than it was"
            assert loss >= was - ROUNDED, "tighter than it was: write the table again, see hulls.py"


def test_the_page_has_every_kind_and_no_other() -> None:
    assert recorded().keys() == all_kinds().keys()
