"""Pairs, medians with intervals, and what is proved between options."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from allocator.study.cell_results import CellResult
from allocator.study.cells import StudyCell
from allocator.study.dominance import dominates, is_proved_better, is_proved_worse, pareto_front
from allocator.study.pairs import Tally, by_trial, compare, median_difference, option_pairs
from study_world import cell, result

CODES = ["level:1", "rule:r"]


def solved(costs: tuple[int | None, ...], bounds: tuple[int | None, ...] = ()) -> CellResult:
    return result(cell(), costs, bounds)


def other(outcome: str, bounds: tuple[int | None, ...] = ()) -> CellResult:
    return result(cell(), [None] * len(bounds), bounds, outcome=outcome, plan="", status="")


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [
        (solved((3, 9)), solved((4, 0)), "win"),
        (solved((3, 9)), solved((3, 8)), "loss"),
        (solved((3, 9)), solved((3, 9)), "tie"),
        (solved((3, None)), solved((4, 0)), "open"),
        (solved((3,)), solved((4, 0)), "open"),
        (solved(()), solved(()), "open"),
        (solved((3, 9)), other("infeasible"), "win"),
        (other("no_plan"), solved((3, 9)), "loss"),
        (other("infeasible"), other("infeasible"), "tie"),
        (other("infeasible"), other("no_plan"), "open"),
        (solved((3, 9)), other("died"), "open"),
        (solved((3, 9)), None, "open"),
        (solved((3, 9)), other("worse", (4, 0)), "win"),
        (solved((3, 9)), other("worse", (3, 0)), "open"),
        (other("worse", (4, 0)), solved((3, 9)), "loss"),
        (other("worse", (2, 0)), solved((3, 9)), "open"),
    ],
)
def test_two_cells_compare_by_the_first_criterion_that_differs(
    one: CellResult | None, two: CellResult | None, verdict: str
) -> None:
    assert compare(one, two) == verdict
    turned = {"win": "loss", "loss": "win"}.get(verdict, verdict)
    assert compare(two, one) == turned


def pairs_of(results: dict[StudyCell, CellResult]) -> list[object]:
    cells = list(results)
    by_key = {one.key: found for one, found in results.items()}
    return list(option_pairs(["a", "b", "c"], by_trial(cells, by_key), CODES))


def test_pairs_count_wins_ties_losses_and_what_is_proved_of_them() -> None:
    costs = {1: ((3, 0), (5, 0)), 2: ((4, 0), (4, 0)), 3: ((6, 1), (5, 9))}
    results = {}
    for seed, (first, second) in costs.items():
        a, b = cell("a", seed=seed), cell("b", seed=seed)
        results[a] = result(a, first, (first[0], 0))
        results[b] = result(b, second, (5, 0))
    a, b = cell("a", seed=4), cell("b", seed=4)
    results[a] = result(a, (1, 1))
    results[b] = result(b, (), outcome="infeasible", plan="")
    a, b = cell("a", seed=5), cell("b", seed=5)
    results[a] = result(a, (1, 1))
    results[b] = result(b, (), outcome="died", plan="")
    [pair] = pairs_of(results)
    assert (pair.first, pair.second, pair.tally, pair.open) == ("a", "b", Tally(2, 1, 1), 1)
    assert pair.proved == Tally(2, 0, 1) and pair.alone == Tally(1, 0, 0)
    level, rule = pair.criteria
    assert level.tally == Tally(1, 1, 1) and rule.tally == Tally(1, 2, 0)
    assert (level.difference.median, level.difference.low, level.difference.high) == (0, -2, 1)
    assert level.difference.confidence == 0 and level.difference.count == 3


def test_a_trial_that_only_one_option_has_makes_no_pair() -> None:
    a, b = cell("a", seed=1), cell("b", seed=2)
    assert pairs_of({a: result(a, (1, 1)), b: result(b, (1, 1))}) == []


def test_an_interval_of_a_median_holds_it_as_often_as_it_says() -> None:
    assert median_difference([]) is None
    few = median_difference([3, 1, 2])
    assert few is not None and (few.low, few.high, few.confidence) == (1, 3, 0)
    six = median_difference([1, 2, 3, 4, 5, 6])
    assert six is not None and (six.median, six.low, six.high) == (3.5, 1, 6) and six.confidence == 0.9688
    draw = Random(5)
    for count in (6, 8, 9, 12, 25):
        held, tries = 0, 1_500
        for _ in range(tries):
            found = median_difference([draw.randrange(-1_000, 1_001) for _ in range(count)])
            assert found is not None and found.confidence >= 0.95
            held += found.low <= 0 <= found.high
        assert held / tries > 0.935


def test_an_option_is_proved_worse_where_no_bound_lies_below_and_one_above() -> None:
    for bounds, costs in product(product(range(3), repeat=2), repeat=2):
        plans = [plan for plan in product(range(5), repeat=2) if all(map(int.__ge__, plan, bounds))]
        worse = all(dominates(costs, plan) for plan in plans)
        assert is_proved_worse(bounds, costs) == worse, (bounds, costs)
    assert not is_proved_worse((), ()) and not is_proved_worse((9,), (1, 1))
    assert not is_proved_worse((9, 9), (1, None))


def test_a_win_is_proved_where_no_plan_within_the_bounds_could_beat_it() -> None:
    for bounds, costs in product(product(range(3), repeat=2), repeat=2):
        plans = [plan for plan in product(range(4), repeat=2) if all(map(int.__ge__, plan, bounds))]
        proved = is_proved_better(solved(costs), solved((9, 9), bounds))
        assert proved == all(plan > costs for plan in plans), (bounds, costs)
    assert not is_proved_better(solved((None, 1)), solved((9, 9), (5, 5)))


def test_the_front_has_whatever_nothing_dominates() -> None:
    draw = Random(3)
    for _ in range(200):
        costs = {name: [draw.randrange(4), draw.randrange(4)] for name in "abcdef"}
        front = pareto_front(costs)
        assert front
        for name, own in costs.items():
            beaten = any(dominates(rival, own) for rival in costs.values())
            assert (name in front) == (not beaten)
    assert not dominates([1, 1], [1, 1])


def test_results_without_a_cell_are_in_no_trial(tmp_path: Path) -> None:
    a = cell("a")
    assert by_trial([a], {}) == {("s", 1, 5.0): {"a": None}}
