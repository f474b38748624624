"""The flow route: networks are recognised from matrices alone, and one flow is optimal at every level."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from allocator.optimise.flow_plans import best_flow_plan, feasible_flow_plan
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.network import as_network, likely_duplicates, merge_duplicates
from allocator.program.program import INFINITE
from allocator.program.subproblem import MilpInstance, Subproblem
from allocator.solvers.adapters.flow import cheapest_flow, lexicographic_price
from brute_force import assert_best, policy_for, solved, solver_by_level
from example_scenario import example_rule

Matrix = list[list[int]]


def problem_of(matrix: Matrix, low: list[int], high: list[int], price: list[int]) -> MilpInstance:
    count = len(price)
    return MilpInstance(
        columns=np.arange(count),
        bounds=(np.zeros(count, dtype=np.int64), np.full(count, 2)),
        matrix=csr_array(np.array(matrix, dtype=np.int64).reshape(len(low), count)),
        sides=(np.array(low), np.array(high)),
        objective=np.array(price),
        constant=0,
        fixed=np.zeros(count, dtype=np.int64),
    )


def least(problem: MilpInstance) -> int | None:
    """Return the least cost by looking at every value."""
    costs = []
    for values in product(range(3), repeat=len(problem)):
        sums = problem.matrix @ np.array(values)
        if ((problem.sides[0] <= sums) & (sums <= problem.sides[1])).all():
            costs.append(int(problem.objective @ np.array(values)))
    return min(costs, default=None)


@st.composite
def networks(draw: st.DrawFn) -> MilpInstance:
    """Draw arcs between four nodes and the ground, rows turned round, scaled and repeated at random."""
    count = draw(st.integers(1, 5))
    matrix = np.zeros((4, count), dtype=np.int64)
    for column in range(count):
        tail, head = draw(
            st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda ends: ends[0] != ends[1])
        )
        if tail < 4:
            matrix[tail, column] = -1
        if head < 4:
            matrix[head, column] = 1
    chosen = draw(st.lists(st.integers(0, 3), min_size=4, max_size=7))
    factors = np.array([draw(st.sampled_from([-3, -2, -1, 1, 2, 3])) for _ in chosen])
    sides = [sorted(draw(st.tuples(st.integers(-7, 7), st.integers(-7, 7)))) for _ in chosen]
    low = [draw(st.sampled_from([side[0], -INFINITE])) for side in sides]
    high = [draw(st.sampled_from([side[1], INFINITE])) for side in sides]
    price = [draw(st.integers(-5, 5)) for _ in range(count)]
    return problem_of((matrix[chosen] * factors[:, None]).tolist(), low, high, price)


@given(networks())
def test_a_flow_finds_the_least_of_any_network(problem: MilpInstance) -> None:
    network = as_network(problem)
    assert network is not None
    flow = cheapest_flow(network, problem.objective)
    best = least(problem)
    if best is None:
        assert flow is None
        return
    assert flow is not None
    found = flow[: len(problem)]
    sums = problem.matrix @ found
    assert ((problem.sides[0] <= sums) & (sums <= problem.sides[1])).all()
    assert ((found >= 0) & (found <= 2)).all()
    assert int(problem.objective @ found) == best


@pytest.mark.parametrize(
    ("matrix", "is_network"),
    [
        ([[1, 1], [1, 0], [1, 1], [-1, -1]], True),  # four rows in one column, but three are one
        ([[1, 1], [1, 0], [1, -1]], False),  # three rows in one column
        ([[1, 2]], False),  # two sizes in one row
        ([[1, 1, 0], [0, 1, 1], [1, 0, 1]], False),  # an odd cycle of pairs
        ([[1, 1, 0], [0, 1, 1], [-1, 0, 1]], True),  # which a turned row makes even
    ],
)
def test_what_is_a_network_is_told(matrix: Matrix, is_network: bool) -> None:
    rows, count = len(matrix), len(matrix[0])
    found = as_network(problem_of(matrix, [0] * rows, [1] * rows, [0] * count))
    assert (found is not None) == is_network


@given(st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=6), st.data())
def test_merged_duplicates_admit_the_same_values(rows: Matrix, data: st.DataObject) -> None:
    repeated = [[sign * value for value in row] for row in rows for sign in data.draw(SIGNS)]
    low = np.array([data.draw(st.integers(-4, 4)) for _ in repeated])
    high = low + data.draw(st.integers(0, 4))
    matrix = csr_array(np.array(repeated, dtype=np.int64))
    merged, (least_of, most_of) = merge_duplicates(matrix, (low, high), likely_duplicates(matrix))
    assert merged.shape[0] <= len(repeated)
    for values in product(range(3), repeat=3):
        sums, own = matrix @ np.array(values), merged @ np.array(values)
        assert ((low <= sums) & (sums <= high)).all() == ((least_of <= own) & (own <= most_of)).all()


SIGNS = st.lists(st.sampled_from([-1, 1]), min_size=1, max_size=3)


@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=3))
def test_one_price_ranks_plans_as_the_levels_do(levels: list[list[int]]) -> None:
    prices = [np.array(level) for level in levels]
    one = lexicographic_price(prices, np.ones(4, dtype=np.int64), 2**60)
    assert one is not None
    plans = [np.array(plan) for plan in product((0, 1), repeat=4)]
    ranked = sorted(plans, key=lambda plan: int(one @ plan))
    costs = [tuple(int(price @ plan) for price in prices) for plan in ranked]
    assert costs == sorted(costs)


def test_prices_that_are_too_large_for_one_are_not_put_together() -> None:
    large = np.full(3, 2**40)
    assert lexicographic_price([large, large], np.ones(3, dtype=np.int64), 2**60) is None


RULES = (
    {"id": "team", "kind": "capacity", "on": "casework", "atleast": 1, "atmost": 2, "role": "investigator"},
    {"id": "load", "kind": "capacity", "on": "casework", "each": "item", "atmost": 2},
    {"id": "fit", "kind": "prefer", "on": "casework", "cost": "person.age - 30", "level": 1},
    {"id": "spare", "kind": "prefer", "on": "casework", "when": "person.grade == 'cadre'", "level": 2},
)


def test_a_flow_is_as_good_as_the_best_of_all_plans() -> None:
    policy, space = policy_for(example_rule(rule) for rule in RULES)
    found = solved(policy)
    assert_best(policy, space)
    assert solver_by_level(found.run) == {1: "flow", 2: "flow"}
    assert (found.run["route"]["kind"], found.run["structure"]) == ("network_flow", {"kind": "network"})
    assert [one["proof"] for one in found.run["route"]["levels"]] == [["flow"], ["zero"]]


@pytest.mark.parametrize("level", [1, "hard"])
def test_a_plan_says_which_rules_are_no_network(level: int | str) -> None:
    even = {"id": "even", "kind": "balance", "on": "casework", "each": "item", "level": level}
    policy, _ = policy_for(example_rule(rule) for rule in (*RULES[:2], even))
    assert solved(policy).run["structure"] == {"kind": "none", "rules": ["even"]}


def test_a_start_by_flow_keeps_what_is_asked_and_leaves_out_what_is_only_paid() -> None:
    even = {"id": "even", "kind": "balance", "on": "casework", "each": "item", "level": 1}
    policy, _ = policy_for(example_rule(rule) for rule in (*RULES[:2], even))
    program = policy.compile()
    question = Subproblem(program, None, {}, (program.lower, program.upper))
    whole = question.full()
    assert whole is not None and best_flow_plan(program, whole) is None
    decisions = feasible_flow_plan(program, whole)
    assert decisions is not None
    assert not violated_rows(program, evaluate_auxiliaries(program, decisions[None, :])).any()


def test_a_rule_that_asks_something_of_an_auxiliary_is_no_start() -> None:
    even = {"id": "even", "kind": "balance", "on": "casework", "each": "item"}
    policy, _ = policy_for(example_rule(rule) for rule in (*RULES[:2], even))
    program = policy.compile()
    whole = Subproblem(program, None, {}, (program.lower, program.upper)).full()
    assert whole is not None and feasible_flow_plan(program, whole) is None
