"""Linear programs, small integer programs and assignments: the optimum, or the status infeasible."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest

from allocator.solvers.linear import (
    EXACT_VERTEX,
    LinearProgram,
    UnsolvedError,
    assign,
    solve_integer,
    solve_linear,
)
from allocator.solvers.small_programs import IncrementalLinearProgram, IntegerProgram


def diet(equal: float) -> LinearProgram:
    """Return the least of 3x + 2y where x + 2y is at least 4 and x + y is given, both up to 3."""
    return LinearProgram(
        cost=np.array([3.0, 2.0]),
        rows=np.array([[-1.0, -2.0]]),
        upper=np.array([-4.0]),
        equal_rows=np.array([[1.0, 1.0]]),
        equal=np.array([equal]),
        bounds=np.array([[0.0, 3.0], [0.0, 3.0]]),
    )


def test_duals_say_how_the_least_cost_changes() -> None:
    found = solve_linear(diet(3.5), EXACT_VERTEX)
    assert found.values == pytest.approx([0.5, 3.0]) and found.cost == pytest.approx(7.5)
    assert found.duals == pytest.approx([0.0])
    step = 1e-3
    dearer = solve_linear(diet(3.5 + step), EXACT_VERTEX).cost
    assert found.equal_duals == pytest.approx([(dearer - found.cost) / step])


def test_a_linear_program_without_a_solution_says_so() -> None:
    with pytest.raises(UnsolvedError, match="infeasible"):
        solve_linear(diet(7.0))


@pytest.mark.parametrize("seed", range(4))
def test_an_assignment_is_the_cheapest_of_all(seed: int) -> None:
    cost = np.random.default_rng(seed).integers(0, 9, (4, 4)).astype(float)
    cost[0, seed] = np.inf
    found = assign(cost)
    assert found is not None
    best = min(sum(cost[row, column] for row, column in enumerate(order)) for order in permutations(range(4)))
    assert cost[found].sum() == best


def test_where_a_row_has_no_column_left_there_is_no_assignment() -> None:
    assert assign(np.array([[1.0, 2.0], [np.inf, np.inf]])) is None


def test_a_growing_program_is_solved_again() -> None:
    program = IncrementalLinearProgram()
    least = program.add_column(-np.inf, np.inf)
    program.maximise(least)
    whole = program.add_row(1, 1)
    rows = [program.add_row(0, np.inf, {least: -1}) for _ in range(2)]
    first = program.add_column(0, np.inf, {whole: 1, rows[0]: 1})
    assert program.solve() and program.value(least) == pytest.approx(0)
    program.add_column(0, np.inf, {whole: 1, rows[1]: 1})
    assert program.solve() and program.value(least) == pytest.approx(0.5)
    assert program.value(first) == pytest.approx(0.5)
    assert abs(program.duals[whole]) == pytest.approx(0.5)


def test_whole_values_and_their_bound() -> None:
    rows, upper = np.array([[2.0, 3.0, 5.0]]), np.array([2.0, 2.0, 3.0])
    found = solve_integer(np.array([4.0, 1.0, 7.0]), rows, ([11], [12]), upper, 10.0)
    costs = [
        np.dot([4, 1, 7], values)
        for values in product(range(3), range(3), range(4))
        if 11 <= np.dot(rows[0], values) <= 12
    ]
    assert found is not None and found.bound == pytest.approx(min(costs))
    assert np.dot([4, 1, 7], found.values) == min(costs)
    assert solve_integer(np.ones(1), np.array([[2.0]]), ([1], [1]), np.ones(1), 10.0) is None


def test_a_row_is_asked_for_only_where_its_condition_holds() -> None:
    """Each unit of x pays 3, and the condition 5: without it x may be 4, with it no more than 1."""
    for reward, expected in ((5, (4, 0)), (20, (1, 1))):
        program = IntegerProgram()
        x, condition = program.add_variable(0, 4), program.add_variable(0, 1)
        program.add_row({x: 1}, None, 1, only_if=condition)
        program.maximise({x: 3, condition: reward})
        found = program.solve()
        assert found is not None and found.values == expected
        assert found.objective == 3 * expected[0] + reward * expected[1]


def test_an_integer_program_without_a_solution_has_none() -> None:
    program = IntegerProgram()
    x = program.add_variable(0, 4)
    program.add_row({x: 2}, 3, 3)
    assert program.solve() is None
