"""Lazy cuts of kinds: the plan that led to a cut breaks it; no plan that the check admits does."""

from __future__ import annotations

import pytest

from allocator.program.cuts import add_cuts
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.rules.rule import Rule
from test_kinds_waivers import waivers_for
from worlds import HARD, Trial, found_amounts, plans_of, policy_of, trials

SEPARATING = [trial for trial in trials(levels=[HARD]) if trial.kind.separate is not Rule.separate]


@pytest.mark.parametrize("trial", SEPARATING, ids=str)
def test_a_cut_cuts_off_the_plan_and_no_good_one(trial: Trial) -> None:
    plans = plans_of(trial.kind, trial.number).thinned(300)
    for waivers in [(), *waivers_for(trial)]:
        policy = policy_of(plans.context, trial.rule(), waivers=waivers)
        amounts, program = found_amounts(policy, plans), policy.compile()
        for k, roster in enumerate(plans.rosters):
            cuts = policy.cuts(roster)
            assert bool(cuts) == bool(amounts[k])
            grown = add_cuts(program, cuts)
            broken = violated_rows(grown, evaluate_auxiliaries(grown, plans.matrix))[
                :, len(program.rows) :
            ].any(axis=1)
            assert broken[k] == bool(cuts)
            assert not broken[amounts == 0].any()


def test_some_kind_asks_for_cuts() -> None:
    assert SEPARATING
