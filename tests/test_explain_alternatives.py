"""The price of a seat is the difference between the best of all plans with it and the plan at hand."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import assume, given, settings

from allocator.explain import Seat, alternative_search, rank_candidates
from allocator.explain.alternative import Alternative, SeatDemand
from allocator.explain.alternative_search import PARAMS, AlternativeSearch
from allocator.explain.seat_chains import rank_chains
from allocator.explain.seat_reasons import seat_reasons, seats_of
from allocator.model.plan import HARD, Plan, ScenarioRef
from allocator.optimise.results import Options
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Rule
from allocator.solvers.observer import StopRequest
from allocator.verify import judge
from brute_force import policy_for, solved, sound_plans
from test_rule_prices import RELAXED, rules_with_prices
from worlds import Space

QUICK = Options(seconds=20, workers=1)


@pytest.fixture(autouse=True, scope="module")
def _one_proof() -> Iterator[None]:
    """Leave out the second proofs, each of which starts a process."""
    with patch.object(alternative_search, "PARAMS", replace(PARAMS, confirmation_seconds=0.0)):
        yield


def plan_of(policy: Policy) -> tuple[Plan, AlternativeSearch]:
    """Return the best plan of a policy, and a search for others that knows what is proved of it."""
    found = solved(policy)
    assume(found.assignments)
    plan = Plan(scenario=ScenarioRef(name="s", sha256=""), status="optimal", assignments=found.assignments)
    known = [proof for proof in found.proofs if proof.level != HARD]
    return plan, AlternativeSearch(policy, plan, QUICK, known)


def demands_of(policy: Policy, plan: Plan, layer: str, seed: int) -> list[SeatDemand]:
    """Return a few demands at random: items at seats, in any role of a slot, and away from their seats."""
    rng, own = random.Random(seed), policy.context.layers[layer]
    roster = Roster(policy.context.layers, plan.assignments)[layer]
    items, slots, roles, periods = own.shape
    found = []
    for _ in range(4):
        seat = Seat(layer, rng.randrange(slots), rng.randrange(roles), rng.randrange(periods))
        found.append(SeatDemand(seat, rng.randrange(items), any_role=rng.random() < 0.5))
    for item, slot, role, period in sorted(roster.taken)[:2]:
        found.append(SeatDemand(Seat(layer, slot, role, period), item, held=False))
    return found


def check_alternatives(policy: Policy, space: Space, layer: str, seed: int) -> None:
    """Hold the prices of a few demands to all plans."""
    plan, search = plan_of(policy)
    matrix, costs = sound_plans(policy, space)
    before = judge(policy, plan.assignments)
    levels = policy.compile().levels
    for demand in demands_of(policy, plan, layer, seed):
        columns = search.columns(demand)
        there = matrix[:, columns].sum(axis=1)
        chosen = costs[there >= 1 if demand.held else there == 0]
        first = search.first(demand)
        if first.has_plan:
            hold_to_judge(policy, plan, first, demand)
        found = search.prove(first)
        if not len(chosen):
            assert found.standing == "impossible" and not first.has_plan
            assert found.refuted is not None
            continue
        best = min(map(tuple, chosen.tolist()))
        assert found.standing == "proved"
        assert [before.costs[level] + found.changes[level] for level in levels] == list(best)
        assert found.least == found.changes
        if first.has_plan:
            assert tuple(first.change_by_level) >= tuple(found.change_by_level)
        hold_to_judge(policy, plan, found, demand)


def hold_to_judge(policy: Policy, plan: Plan, found: Alternative, demand: SeatDemand) -> None:
    """Hold a plan to its demand and to the checks: it adds up rule by rule."""
    judged, before = judge(policy, found.assignments), judge(policy, plan.assignments)
    assert not judged.broken
    roster = Roster(policy.context.layers, found.assignments)[demand.seat.layer]
    own = policy.context.layers[demand.seat.layer]
    roles = range(len(own.roles)) if demand.any_role else (demand.seat.role,)
    assert roster.holds(demand.item, demand.seat.slot, demand.seat.period, roles) == demand.held
    for level, change in found.changes.items():
        assert change == judged.costs[level] - before.costs[level]
        assert change == sum(one.change for one in found.rules if one.level == level)
        assert found.least[level] <= change or any(
            found.changes[above] > found.least[above] for above in found.changes if above < level
        )


def check_chains(policy: Policy, space: Space, layer: str, seed: int) -> None:
    """Hold the candidates for a seat to all plans: who could have it in any, and who in none."""
    plan, search = plan_of(policy)
    matrix, costs = sound_plans(policy, space)
    before = judge(policy, plan.assignments)
    levels = policy.compile().levels
    [demand, *_] = demands_of(policy, plan, layer, seed)
    ranking = rank_candidates(policy, plan.assignments, demand.seat)
    found = rank_chains(search, ranking)
    assert not found.undecided
    for one in ranking.candidates:
        if one.is_holder:
            continue
        columns = search.columns(SeatDemand(demand.seat, one.item))
        chosen = costs[matrix[:, columns].any(axis=1)]
        chain = found.chains.get(one.item)
        can = (one.is_possible and not one.refused) or (chain is not None and chain.has_plan)
        assert can == bool(len(chosen))
        if chain is not None and chain.has_plan:
            hold_to_judge(policy, plan, chain, chain.demand)
            best = min(map(tuple, chosen.tolist()))
            assert [before.costs[level] + chain.changes[level] for level in levels] >= list(best)
            if not one.refused:
                assert chain.change_by_level < tuple(one.costs.values())


@settings(max_examples=3, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_a_price_is_that_of_the_best_of_all_plans(rules: list[Rule]) -> None:
    check_alternatives(*policy_for(rules), rules[0].on, len(rules))


@pytest.mark.slow
@settings(max_examples=10, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_many_prices_are_those_of_the_best_of_all_plans(rules: list[Rule]) -> None:
    check_alternatives(*policy_for(rules), rules[0].on, 1)


@settings(max_examples=2, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_who_can_have_a_seat_can_in_some_plan(rules: list[Rule]) -> None:
    check_chains(*policy_for(rules), rules[0].on, len(rules))


@pytest.mark.slow
@settings(max_examples=8, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_many_who_can_have_a_seat_can_in_some_plan(rules: list[Rule]) -> None:
    check_chains(*policy_for(rules), rules[0].on, len(rules) + 7)


@pytest.mark.slow
@settings(max_examples=4, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_why_here_is_the_best_plan_without_it(rules: list[Rule]) -> None:
    policy, space = policy_for(rules)
    plan, search = plan_of(policy)
    matrix, costs = sound_plans(policy, space)
    levels, before = policy.compile().levels, judge(policy, plan.assignments)
    roster, own = Roster(policy.context.layers, plan.assignments), policy.context.layers[rules[0].on]
    for item in own.items[:2]:
        for seat in seats_of(policy, roster, item, own.name)[:2]:
            found = seat_reasons(search, seat, own.item_index[item], 20)
            column = search.columns(found.without.demand)
            chosen = costs[matrix[:, column].sum(axis=1) == 0]
            assert (found.without.standing == "proved") == bool(len(chosen))
            if len(chosen):
                best = min(map(tuple, chosen.tolist()))
                price = [before.costs[level] + found.without.changes[level] for level in levels]
                assert price == list(best)


@settings(max_examples=2, suppress_health_check=RELAXED)
@given(rules_with_prices())
def test_what_is_known_when_it_is_stopped_is_kept(rules: list[Rule]) -> None:
    policy, _ = policy_for(rules)
    found = solved(policy)
    assume(found.assignments)
    plan = Plan(scenario=ScenarioRef(name="s", sha256=""), status="optimal", assignments=found.assignments)
    stop = StopRequest()
    search = AlternativeSearch(policy, plan, QUICK, (), stop)
    for demand in demands_of(policy, plan, rules[0].on, 5):
        first = search.first(demand)
        stop.request()
        kept = search.prove(first, conflict=False)
        stop.reason = None
        assert kept == first or kept.standing in ("proved", "impossible")
        assert np.array_equal(search.columns(kept.demand), search.columns(demand))
