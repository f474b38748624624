"""The plans of which none is better than another at every criterion: all found, all proved."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import pytest

from allocator.errors import InputError, InternalError
from allocator.model.run import CP_SAT
from allocator.optimise.results import SolveResult
from allocator.optimise.tradeoff.epsilon_solver import EpsilonSolver
from allocator.optimise.tradeoff.search_region import EmptyBox, SearchRegion
from allocator.program.program import INFINITE
from allocator.rules.criteria import parse_criteria, parse_limits, traded_policy
from allocator.solvers.observer import CallbackObserver, Progress
from trade_worlds import Costs, World, posting_world, squares_world, zone_world

#: Whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

BY = frozenset((CP_SAT,))


@pytest.mark.parametrize("seed", [3, 4, 11])
def test_the_set_is_that_of_all_plans(seed: int) -> None:
    world = posting_world(seed)
    world.assert_is_set(world.trade(), world.pareto_set())


@pytest.mark.parametrize("seed", [13, 17])
def test_zones_keep_to_the_limits_of_other_criteria(seed: int) -> None:
    """The route of zones and of its covers take a limit as a row that ties zones together."""
    world = zone_world(seed)
    world.assert_is_set(world.trade(), world.pareto_set())


@pytest.mark.parametrize("seed", [2, *(pytest.param(k, marks=pytest.mark.slow) for k in range(3, 20))])
def test_limits_hold_for_costs_that_a_solver_knows_too_little_of(seed: int) -> None:
    world = squares_world(seed)
    world.assert_is_set(world.trade(seconds=600), world.pareto_set())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 160))
def test_many_sets_are_those_of_all_plans(seed: int) -> None:
    for world in (posting_world(seed), zone_world(seed)):
        world.assert_is_set(world.trade(seconds=600), world.pareto_set())


@pytest.mark.parametrize("seed", [3, *(pytest.param(k, marks=pytest.mark.slow) for k in range(200, 220))])
def test_a_limit_leaves_the_plans_within_it(seed: int) -> None:
    world = posting_world(seed)
    best, count = world.pareto_set(), len(world.own)
    for k in range(count):
        most = sorted(costs[k] for costs in best)[len(best) // 2] if best else 3
        limits = tuple(most if j == k else INFINITE for j in range(count))
        world.assert_is_set(world.trade(limits=limits, seconds=600), world.pareto_set(limits))
        below = min((costs[k] for costs in best), default=0) - 1
        limits = tuple(below if j == k else INFINITE for j in range(count))
        if below >= 0:
            assert world.trade(limits=limits).status == "infeasible"


def assert_gaps_are_told(world: World, best: set[Costs], found: object) -> None:
    """Check that each plan that an unfinished set lacks lies in one of its gaps."""
    points = {point.costs for point in found.points}  # type: ignore[attr-defined]
    for costs in best - points:
        assert any(
            all(low <= cost <= high for low, cost, high in zip(gap.low, costs, gap.high, strict=True))
            for gap in found.gaps  # type: ignore[attr-defined]
        ), (costs, points)
    for point in found.points:  # type: ignore[attr-defined]
        if point.bounds == point.costs:
            assert point.costs in best


@pytest.mark.parametrize("seed", [4, *(pytest.param(k, marks=pytest.mark.slow) for k in range(300, 320))])
def test_what_is_missing_from_a_set_that_was_ended_lies_in_its_gaps(seed: int) -> None:
    world = posting_world(seed, 2)
    best = world.pareto_set()
    for most in (3, 12, 40):
        seen: list[Progress] = []
        observer = CallbackObserver(
            progress=seen.append, stop=lambda seen=seen, most=most: "asked" if len(seen) > most else None
        )
        found = world.trade(observer=observer)
        assert found.status in ("optimal", "feasible", "unknown")
        if found.points:
            assert_gaps_are_told(world, best, found)
            assert (found.status == "feasible") == bool(found.gaps)


def test_the_same_call_finds_the_same_plans() -> None:
    first, second = (posting_world(4).trade() for _ in range(2))
    assert [one.result.assignments for one in first.points] == [
        one.result.assignments for one in second.points
    ]
    assert [one.result.run for one in first.points] == [one.result.run for one in second.points]


def test_a_plan_that_was_proved_not_to_exist_is_an_internal_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SearchRegion, "refutation", lambda _self, costs: EmptyBox(costs, BY))
    with pytest.raises(InternalError, match="cp-sat proved that no plan costs"):
        posting_world(3).trade()


@pytest.mark.parametrize("seed", range(40))
def test_zones_are_all_costs_that_nothing_dominates_and_no_box_covers(seed: int) -> None:
    rng = random.Random(seed)
    count, most = rng.choice((2, 3)), 6
    limits = tuple(rng.choice((INFINITE, most - 2)) for _ in range(count))
    region, points, boxes = SearchRegion(limits), list[Costs](), list[Costs]()
    for _ in range(rng.randint(0, 6)):
        costs = tuple(rng.randint(0, min(limit, most)) for limit in limits)
        is_new = not any(all(p <= c for p, c in zip(point, costs, strict=True)) for point in points)
        assert region.add_point(costs) is is_new
        points.append(costs)
        if rng.random() < 0.5:
            boxes.append(tuple(rng.choice((INFINITE, rng.randint(-1, 4))) for _ in range(count)))
            region.add_empty(boxes[-1], BY)
    zones = list(region.zones())
    for costs in itertools.product(range(most + 1), repeat=count):
        is_dominated = any(all(p <= c for p, c in zip(point, costs, strict=True)) for point in points)
        is_covered = any(all(c <= h for c, h in zip(costs, box, strict=True)) for box in boxes)
        is_allowed = all(c <= limit for c, limit in zip(costs, limits, strict=True))
        is_inside = any(
            all(low <= c <= high for low, c, high in zip(zone.low, costs, zone.high, strict=True))
            for zone in zones
        )
        assert (region.refutation(costs) is not None) == is_covered
        if is_dominated or not is_allowed:
            assert not is_inside
        elif not is_covered:
            assert is_inside


def test_criteria_are_read_and_their_faults_are_all_told() -> None:
    policy = posting_world(3).policy
    assert [one.id for one in parse_criteria(policy, "2， 3")] == ["2", "3"]
    group, level = parse_criteria(policy, "price.0 ＋ idle.0,3")
    assert (group.rules, group.level, level.level) == (("price.0", "idle.0"), None, 3)
    for wrong, said in {
        "2": "two or three",
        "2,3,2,3": "two or three",
        "2,price.0": "part of two",
        "2,take.turn": "hard rule",
        "2,prise.1": "no such level or soft rule",
        "2,": "no such level",
        "moves,2": "needs a baseline",
    }.items():
        with pytest.raises(InputError) as error:
            parse_criteria(policy, wrong)
        assert said in error.value.faults[0]("en"), wrong
    assert parse_limits([group, level], ["3=7", "3 ＝ 5"]) == {"3": 5}
    for wrong in ("3", "3=x", "3=-1", "4=1", "3=9999999999999999"):
        with pytest.raises(InputError):
            parse_limits([group, level], [wrong])


def test_levels_above_come_first_and_the_others_last() -> None:
    policy = posting_world(3).policy
    traded = traded_policy(policy, parse_criteria(policy, "idle.1,price.1"))
    assert (traded.above, traded.below, traded.own_levels) == ((2,), (), (2, 3, 3))
    traded = traded_policy(policy, parse_criteria(policy, "idle.0,price.1"))
    assert (traded.above, traded.below, traded.own_levels) == ((), (2, 3), (2, 3, 2, 3))
    levels = {rule.id: rule.level for rule in traded.policy.rules if not rule.is_hard}
    assert [levels[one] for one in ("idle.0", "price.1", "price.0", "idle.1")] == [1, 2, 3, 4]


def test_a_first_plan_is_searched_for_again_with_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world, parts, best_plan = posting_world(3), list[float](), EpsilonSolver.best_plan

    def second_time(self: EpsilonSolver, order: Sequence[int], part: float) -> SolveResult:
        parts.append(part)
        return SolveResult("unknown", (), ()) if len(parts) == 1 else best_plan(self, order, part)

    monkeypatch.setattr(EpsilonSolver, "best_plan", second_time)
    world.assert_is_set(world.trade(), world.pareto_set())
    assert parts[:2] == [0.3, 1.0]
