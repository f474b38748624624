"""The solver's optimum is the best of all plans, level by level."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from allocator.rules.expressions.fields import layers_read
from allocator.rules.rule import Rule
from brute_force import assert_best, policy_for, priced_at_random, space_of
from worlds import HARD, SOFT, Trial, first_quick, trials

#: Thousands of plans or whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured


def with_prices(rules: list[Rule], layer: str, seed: int, level: int) -> list[Rule]:
    """Return the rules with a random price for each place of a layer, so that plans differ in cost."""
    space = space_of(frozenset({layer}.union(*map(layers_read, rules))))
    assert space is not None
    return [*rules, *priced_at_random(layer, space.context, seed, level)]


@pytest.mark.parametrize("trial", first_quick(trials(levels=[SOFT])), ids=str)
def test_a_soft_rule_costs_as_little_as_can_be(trial: Trial) -> None:
    rule = trial.rule(level=1)
    assert assert_best(*policy_for(with_prices([rule], rule.on, seed=7, level=2))) is not None


@pytest.mark.parametrize("trial", first_quick(trials(levels=[HARD])), ids=str)
def test_under_a_hard_rule_the_cheapest_plan_is_found(trial: Trial) -> None:
    rule = trial.rule()
    assert_best(*policy_for(with_prices([rule], rule.on, seed=11, level=1)))


@st.composite
def combinations_of_rules(draw: st.DrawFn) -> list[Rule]:
    """Draw two to four examples at mixed levels, over layers few enough to look at every plan."""
    chosen = draw(st.lists(st.sampled_from(trials(levels=[HARD])), min_size=2, max_size=4, unique=True))
    assume(space_of(frozenset().union(*(layers_read(trial.rule()) for trial in chosen))))
    rules = []
    for number, trial in enumerate(chosen):
        level = draw(st.sampled_from((HARD, 1, 2, 3))) if trial.kind.can_be_soft else HARD
        weight = draw(st.integers(1, 5))
        rules.append(trial.rule(id=f"{trial.kind.name}.{number}", level=level, weight=weight))
    return with_prices(rules, rules[0].on, draw(st.integers(0, 99)), draw(st.integers(1, 3)))


RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@settings(max_examples=25, suppress_health_check=RELAXED)
@given(combinations_of_rules())
def test_rules_together_are_solved_level_by_level(rules: list[Rule]) -> None:
    assert_best(*policy_for(rules))


@pytest.mark.slow
@settings(max_examples=400, suppress_health_check=RELAXED)
@given(combinations_of_rules())
def test_many_rules_together_are_solved_level_by_level(rules: list[Rule]) -> None:
    assert_best(*policy_for(rules))
