"""The program and the check of every kind agree on every plan, in both directions."""

from __future__ import annotations

import pytest

from worlds import (
    HARD,
    Trial,
    amounts_of,
    differences,
    first_quick,
    found_amounts,
    plans_of,
    policy_of,
    shown,
    trials,
)

# Coverage comes from the examples of each kind; here it would only take three times as long.
pytestmark = pytest.mark.unmeasured


def assert_two_way(trial: Trial) -> None:
    """Every plan that the program admits (or prices) against every plan that check admits (or prices)."""
    plans, amounts = plans_of(trial.kind, trial.number), amounts_of(trial.kind, trial.number)
    policy = policy_of(plans.context, trial.rule())
    differing = differences(policy, plans, amounts)
    told = [f"{shown(plans, k)}: check finds {amounts[k]}" for k in differing[:3]]
    assert not told, f"{len(differing)} of {len(plans)} plans"
    assert amounts.any() and not amounts.all(), "every plan is alike to this example"


@pytest.mark.parametrize("trial", first_quick(trials()), ids=str)
def test_the_program_and_the_check_agree_on_every_plan(trial: Trial) -> None:
    assert_two_way(trial)


@pytest.mark.parametrize("trial", trials(levels=[HARD]), ids=str)
def test_what_check_finds_does_not_depend_on_the_level(trial: Trial) -> None:
    plans = plans_of(trial.kind, trial.number).thinned(100)
    found = [
        found_amounts(policy_of(plans.context, trial.rule(level=level)), plans)
        for level in ((HARD, 1) if trial.kind.can_be_soft else (HARD,))
    ]
    assert all((amounts == found[0]).all() for amounts in found)
