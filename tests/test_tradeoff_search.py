"""All plans of which none is better than another at every criterion: found, proved, and none of them missed."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allocator.optimise.results import Options
from allocator.optimise.tradeoff.pareto_search import ParetoSearch
from allocator.optimise.tradeoff.tradeoff_result import TradeoffResult
from allocator.rules.context import RuleContext
from allocator.rules.criteria import parse_criteria, traded_policy
from allocator.rules.policy import Policy
from allocator.rules.rule import Rule
from allocator.solvers.observer import NullObserver, Observer
from allocator.verify import judge
from example_scenario import example_rule
from pareto_oracle import pareto_set
from worlds import trials, world_of

#: Whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

RELAXED = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@cache
def small_world() -> RuleContext:
    """Return two years of three people in two teams or none: some hundred plans."""
    return replace(world_of(frozenset({"turn"}), 2), baseline=None)


def policy_of(rules: list[Rule], context: RuleContext | None = None) -> Policy:
    context = context or small_world()
    take = example_rule(
        {"kind": "take", "on": "turn", "places": context.layers["turn"].spec.take}, id="take.turn"
    )
    return Policy(context, (take, *rules), (), {})


def traded(
    policy: Policy,
    criteria: str,
    *,
    limits: tuple[int, ...] | None = None,
    seconds: float = 30.0,
    observer: Observer | None = None,
) -> TradeoffResult:
    found = traded_policy(policy, parse_criteria(policy, criteria))
    return ParetoSearch(found, Options(seconds=seconds, workers=1), observer or NullObserver(), limits).run()


def prices(seed: int, level: int, name: str, most: int = 9) -> Rule:
    """Return a rule with a price at random for each decision."""
    context, rng = small_world(), random.Random(seed)
    layer = context.layers["turn"]
    cost = ", ".join(
        f"'{i}/{s}/{t.id}': {rng.randint(0, most)}"
        for i in layer.items
        for s in layer.slots
        for t in layer.periods
    )
    fields = {
        "kind": "prefer",
        "on": "turn",
        "cost": f"{{{cost}}}[person.id + '/' + group.id + '/' + period.id]",
    }
    return example_rule(fields, id=name, level=level)


def idle(level: int, weight: int) -> Rule:
    return example_rule(
        {"kind": "take", "on": "turn", "places": 1}, id=f"idle.{level}", level=level, weight=weight
    )


TURN = [
    trial
    for trial in trials(levels=["hard"])
    if trial.example.rule["on"] == "turn" and trial.kind.name != "take"
]


@st.composite
def worlds_to_trade(draw: st.DrawFn) -> tuple[Policy, str, list[str], list[list[str]]]:
    """Draw a policy with its criteria: what the call says, the rules above, and the rules of each criterion."""
    count = draw(st.integers(2, 3))
    rules, own = [], []
    for k in range(count):
        level = k + 2
        rules += [
            prices(draw(st.integers(0, 999)), level, f"price.{k}", draw(st.sampled_from((2, 9)))),
            idle(level, 3),
        ]
        own.append([f"price.{k}", f"idle.{level}"])
    for number, trial in enumerate(draw(st.lists(st.sampled_from(TURN), max_size=2, unique_by=str))):
        level = draw(st.sampled_from(["hard", 1, 2, 3])) if trial.kind.can_be_soft else "hard"
        rules.append(
            trial.rule(id=f"{trial.kind.name}.{number}", level=level, weight=draw(st.integers(1, 3)))
        )
        if level in (2, 3):
            own[level - 2].append(rules[-1].id)
    above = [rule.id for rule in rules if rule.level == 1]
    named = [str(k + 2) if draw(st.booleans()) else "+".join(own[k]) for k in range(count)]
    return policy_of(rules), ",".join(named), above, own


def assert_is_the_set(
    policy: Policy, found: TradeoffResult, best: set[tuple[int, ...]], own: list[list[str]]
) -> None:
    """Check that a complete set has exactly these costs, and that its plans have them by the checks."""
    if not best:
        assert found.status == "infeasible" and not found.points
        return
    assert (found.status, found.gaps) == ("optimal", ())
    assert {point.costs for point in found.points} == best
    for point in found.points:
        assert point.bounds == point.costs
        judgement = judge(policy, point.result.assignments)
        cost = {finding.rule.id: finding.cost for finding in judgement.findings}
        assert not judgement.broken
        assert point.costs == tuple(sum(cost[rule] for rule in rules) for rules in own)
        for proof in point.result.proofs:
            assert judgement.costs.get(proof.level, 0) == proof.cost >= proof.bound


@settings(max_examples=8, suppress_health_check=RELAXED)
@given(worlds_to_trade())
def test_the_set_is_that_of_all_plans(world: tuple[Policy, str, list[str], list[list[str]]]) -> None:
    policy, criteria, above, own = world
    assert_is_the_set(policy, traded(policy, criteria), pareto_set(policy, above, own), own)


@pytest.mark.slow
@settings(max_examples=150, suppress_health_check=RELAXED)
@given(worlds_to_trade(), st.lists(st.integers(0, 20), min_size=3, max_size=3))
def test_many_sets_are_those_of_all_plans_within_limits(
    world: tuple[Policy, str, list[str], list[list[str]]], limits: list[int]
) -> None:
    policy, criteria, above, own = world
    most = tuple(limits[: len(own)])
    assert_is_the_set(
        policy, traded(policy, criteria, limits=most), pareto_set(policy, above, own, most), own
    )
    assert_is_the_set(policy, traded(policy, criteria), pareto_set(policy, above, own), own)
