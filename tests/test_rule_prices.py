"""The price of a rule is the difference between the best plans with and without it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from allocator import api
from allocator.errors import InputError
from allocator.explain.rule_price import RulePrice
from allocator.explain.rule_pricing import price_rule
from allocator.model.plan import Plan, ScenarioRef
from allocator.optimise.results import Options
from allocator.rules.expressions.fields import layers_read
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.verify import judge
from brute_force import least_costs, policy_for, priced_at_random, solved, space_of
from cli_world import call, good_plan, write_plan
from tiny_scenario import write_scenario
from worlds import HARD, Space, trials

RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@st.composite
def rules_with_prices(draw: st.DrawFn) -> list[Rule]:
    """Draw two or three examples at mixed levels, and random prices of places at a level of their own."""
    chosen = draw(st.lists(st.sampled_from(trials(levels=[HARD])), min_size=2, max_size=3, unique=True))
    assume(space_of(frozenset().union(*(layers_read(trial.rule()) for trial in chosen))))
    rules = []
    for number, trial in enumerate(chosen):
        level = draw(st.sampled_from((HARD, 1, 2))) if trial.kind.can_be_soft else HARD
        rules.append(
            trial.rule(id=f"{trial.kind.name}.{number}", level=level, weight=draw(st.integers(1, 5)))
        )
    space = space_of(frozenset({rules[0].on}.union(*map(layers_read, rules))))
    assume(space is not None)
    assert space is not None
    return [
        *rules,
        *priced_at_random(rules[0].on, space.context, draw(st.integers(0, 99)), draw(st.integers(1, 3))),
    ]


def check_prices(policy: Policy, space: Space) -> None:
    """Hold the price of each rule to the best of all plans without it."""
    found = solved(policy)
    assume(found.assignments)
    plan = Plan(scenario=ScenarioRef(name="s", sha256=""), status="optimal", assignments=found.assignments)
    for rule in policy.rules:
        if rule.id.startswith("take."):
            continue
        others = tuple(one for one in policy.rules if one.id != rule.id)
        without = replace(policy, rules=others)
        best = least_costs(without, space)
        assert best is not None
        judged = judge(policy, plan.assignments)
        price = price_rule(policy, plan, judged, rule, Options(seconds=20, workers=1))
        assert price.is_proved
        assert price.changes == price.least
        was = costs_without(policy, plan, rule)
        levels = without.compile().levels  # a soft rule that can cost nothing adds none
        assert [was[level] + price.changes[level] for level in levels] == list(best)
        assert all(change == 0 for level, change in price.changes.items() if level not in levels)


def costs_without(policy: Policy, plan: Plan, rule: Rule) -> dict[object, int]:
    """Return what the other rules cost in a plan, by level."""
    costs: dict[object, int] = {}
    for finding in judge(policy, plan.assignments).findings:
        if finding.rule.id != rule.id:
            costs[finding.rule.level] = costs.get(finding.rule.level, 0) + finding.cost
    return costs


@settings(max_examples=8, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_a_price_is_what_the_best_of_all_plans_gains(rules: list[Rule]) -> None:
    check_prices(*policy_for(rules))


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_many_prices_are_what_the_best_of_all_plans_gains(rules: list[Rule]) -> None:
    check_prices(*policy_for(rules))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def test_a_plan_that_is_not_the_best_is_told_apart(tiny: Path) -> None:
    policy, plan = api.bind(api.load(tiny)), good_plan(tiny)
    rules = api.priced_rules(policy, ["kin"], soft=True)
    assert [rule.id for rule in rules] == ["kin", "keep"]
    kin, keep = api.rule_prices(policy, plan, rules, seconds=20, workers=1)
    assert (kin.cost, kin.changes, kin.is_proved) == (0, {1: 0}, True)  # nobody moves as it is
    assert isinstance(keep, RulePrice) and (keep.changes, keep.seats) == ({1: 0}, keep.seats)


def test_unknown_rules_and_empty_plans_are_refused(tiny: Path) -> None:
    policy, plan = api.bind(api.load(tiny)), good_plan(tiny)
    with pytest.raises(InputError) as caught:
        api.priced_rules(policy, ["kim", "no-such"])
    assert [(fault.found, fault.nearest) for fault in caught.value.faults] == [
        ("kim", "kin"),
        ("no-such", ""),
    ]
    with pytest.raises(InputError):
        api.rule_prices(policy, plan.model_copy(update={"assignments": ()}), [])


def test_a_call_that_is_stopped_keeps_what_it_has(tiny: Path) -> None:
    policy, plan = api.bind(api.load(tiny)), good_plan(tiny)
    stop = api.StopRequest()
    seen: list[str] = []

    def listen(_done: int, _of: int, rule: api.Rule) -> None:
        seen.append(rule.id)
        stop.request()

    rules = api.priced_rules(policy, ["kin"], soft=True)
    assert len(api.rule_prices(policy, plan, rules, observer=stop, on_rule=listen)) == 1
    assert seen == ["kin"]


def test_the_command_prints_what_a_rule_costs(tiny: Path) -> None:
    plan = write_plan(tiny)
    done = call("explain", tiny, plan, "--rules", "--rule", "native", "--workers", "1", lang="zh")
    assert done.status == 0, done.err
    assert "地域回避 [native]" in done.out and "[keep]" in done.out and "已证明" in done.out
    lines = call("explain", tiny, plan, "--rule", "kin", "--json").json["lines"]
    assert [(line["rule"], line["level"], line["outcome"]) for line in lines] == [("kin", "hard", "none")]
    assert call("explain", tiny, plan).status == 2
    assert call("explain", tiny, plan, "--slot", "G1", "--rules").status == 2
    assert "kin" in call("explain", tiny, plan, "--rule", "kinn").err
