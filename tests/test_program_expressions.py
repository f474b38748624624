"""Linear expressions, and the builder: rows, costs, maxima and minima, definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.program.builder import ProgramBuilder
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, rule_costs, violated_rows
from allocator.program.expr import Expr
from allocator.program.program import INFINITE, WIDTH, Subject, tag, tags
from worlds import world_of

DECISIONS = Decisions.of(list(world_of(frozenset({"turn"})).layers.values()))
SUBJECT = Subject(item=1, period=2)

terms = st.lists(st.tuples(st.integers(0, DECISIONS.count - 1), st.integers(-9, 9)), max_size=6)
plans = st.lists(st.integers(0, 1), min_size=DECISIONS.count, max_size=DECISIONS.count)


@st.composite
def exprs(draw: st.DrawFn) -> Expr:
    chosen = draw(terms)
    return Expr.of([col for col, _ in chosen], np.array([coef for _, coef in chosen])) + draw(
        st.integers(-9, 9)
    )


def value(expr: Expr, plan: list[int]) -> int:
    return sum(int(coef) * plan[col] for col, coef in zip(expr.cols, expr.coefs, strict=True)) + expr.constant


def builder() -> ProgramBuilder:
    return ProgramBuilder(DECISIONS, ["rule", "other"])


@given(exprs(), exprs(), st.integers(-5, 5), plans)
def test_expressions_add_subtract_and_scale(a: Expr, b: Expr, factor: int, plan: list[int]) -> None:
    x, y = value(a, plan), value(b, plan)
    assert value(a + b, plan) == x + y
    assert value(a - b, plan) == x - y
    assert value(-a, plan) == -x
    assert value(a * factor, plan) == x * factor
    assert value(a + factor, plan) == x + factor and value(a - factor, plan) == x - factor
    assert value(Expr.total([a, b, a]), plan) == 2 * x + y


def test_columns_without_a_decision_are_left_out_of_an_expression() -> None:
    expr = Expr.of(np.array([[3, -1], [-1, 5]]), np.array([1, 2, 3, 4]))
    assert expr.cols.tolist() == [3, 5] and expr.coefs.tolist() == [1, 4]
    assert len(Expr.of([-1]).cols) == 0
    assert Expr.total([]).constant == 0 and len(Expr.total([]).cols) == 0


@given(exprs(), plans)
def test_bounds_hold_every_value(expr: Expr, plan: list[int]) -> None:
    low, high = builder().bounds(expr)
    assert low <= value(expr, plan) <= high
    assert builder().upper_bound(expr) == high


def test_bounds_of_auxiliaries_are_their_own() -> None:
    made = builder()
    [column] = made.add_variables(np.array([-3]), np.array([7]))
    assert made.bounds(Expr.of([column, 0], np.array([2, -1])) + 1) == (-6, 15)
    assert made.upper_bound(Expr.of([column], -2)) == 6


@given(st.lists(exprs(), min_size=1, max_size=4), st.integers(-5, 5), st.integers(1, 4), plans)
def test_a_maximum_is_the_maximum(group: list[Expr], floor: int, divisor: int, plan: list[int]) -> None:
    made = builder()
    greatest = made.maximum(group, floor, tag(0, SUBJECT), divisor)
    program = made.build()
    values = evaluate_auxiliaries(program, np.array([plan]))
    expected = max([floor, *(-(-value(expr, plan) // divisor) for expr in group)])
    assert value(greatest, values[0].tolist()) == expected
    assert not violated_rows(program, values).any()
    assert (program.lower <= values).all() and (values <= program.upper).all()
    assert program.rows.defining.all()


@given(st.lists(exprs(), min_size=1, max_size=4), plans)
def test_a_minimum_is_the_minimum(group: list[Expr], plan: list[int]) -> None:
    made = builder()
    least = made.minimum(group, tag(0, SUBJECT))
    program = made.build()
    values = evaluate_auxiliaries(program, np.array([plan]))
    assert value(least, values[0].tolist()) == min(value(expr, plan) for expr in group)
    assert not violated_rows(program, values).any()
    assert (program.lower <= values).all() and (values <= program.upper).all()


@given(exprs(), exprs(), plans)
def test_definitions_may_read_earlier_ones(a: Expr, b: Expr, plan: list[int]) -> None:
    made, mark = builder(), tag(0, SUBJECT)
    far = made.maximum([a, b], 0, mark)
    gap = made.maximum([far * 2 - made.minimum([a, b], mark), a], 1, mark)
    both = made.maximum([gap + far, b], 0, mark)
    program = made.build()
    x, y = value(a, plan), value(b, plan)
    values = evaluate_auxiliaries(program, np.array([plan, [0] * DECISIONS.count]))
    above = max(0, x, y)
    wide = max(1, 2 * above - min(x, y), x)
    assert value(both, values[0].tolist()) == max(0, wide + above, y)
    assert not violated_rows(program, values).any()
    assert sorted(set(program.definitions.rank.tolist())) == list(
        range(1, program.definitions.rank.max() + 1)
    )


def test_one_expression_that_is_never_below_the_floor_needs_no_variable() -> None:
    made = builder()
    expr = Expr.of([0, 1])
    assert made.maximum([expr], 0, tag(0, SUBJECT)) is expr
    assert len(made.build()) == DECISIONS.count


def test_rows_hold_between_their_sides() -> None:
    made = builder()
    made.add_row(Expr.of([0, 1]) + 5, 6, 6, tag(0, SUBJECT))
    made.add_row(Expr.of([2]), -INFINITE, 0, tag(1, SUBJECT))
    made.add_row(Expr.of([2], -1), -1, INFINITE, tag(1, SUBJECT))
    program = made.build()
    plan = np.zeros((4, DECISIONS.count), dtype=np.int64)
    plan[1, 0] = plan[2, [0, 1]] = plan[3, [1, 2]] = 1
    plan[2, 1] = 1
    assert violated_rows(program, evaluate_auxiliaries(program, plan)).tolist() == [
        [True, False, False],
        [False, False, False],
        [True, False, False],
        [False, True, False],
    ]
    assert len(program.rows) == 3
    assert program.rows.tags.shape == (3, WIDTH) and program.rows.tags[0].tolist() == [
        0,
        1,
        -1,
        -1,
        2,
        -1,
        -1,
    ]


def test_rows_of_one_shape_are_single_rows() -> None:
    made = builder()
    cols = np.array([[0, 1, -1], [2, -1, -1], [-1, -1, -1]])
    made.add_rows(cols, np.array([1, 2, 4]), (1, 2), tags(0, np.zeros((3, 6), dtype=np.int64)))
    program = made.build()
    plan = np.zeros((2, DECISIONS.count), dtype=np.int64)
    plan[1, [0, 1, 2]] = 1
    assert violated_rows(program, plan).tolist() == [[True, True, True], [True, False, True]]


def test_costs_add_up_by_level_and_by_rule() -> None:
    made = builder()
    made.add_costs(np.array([0, 1]), np.array([3, 0]), 2, tags(0, np.zeros((2, 6), dtype=np.int64)))
    made.add_costs(np.array([1, 1]), np.array([5, 7]), 1, tags(1, np.zeros((2, 6), dtype=np.int64)))
    made.add_constant(2, 1, 10)
    made.add_constant(3, 0, 0)
    program = made.build()
    assert program.levels == (1, 2)
    assert program.constant(2) == 10 and program.constant(1) == 0
    assert len(program.costs.cols) == 3, "a price of 0 is no term"
    plan = np.zeros((3, DECISIONS.count), dtype=np.int64)
    plan[1, 0] = plan[2, 0] = plan[2, 1] = 1
    assert level_costs(program, plan).tolist() == [[0, 10], [0, 13], [12, 13]]
    assert rule_costs(program, plan).tolist() == [[0, 10], [3, 10], [3, 22]]


def test_an_empty_program_admits_everything() -> None:
    program = builder().build()
    plan = np.ones((2, DECISIONS.count), dtype=np.int64)
    assert violated_rows(program, evaluate_auxiliaries(program, plan)).shape == (2, 0)
    assert level_costs(program, plan).shape == (2, 0)
    assert program.levels == () and len(program) == DECISIONS.count


@pytest.mark.parametrize("sizes", [(0,), (1, 0), (0, 0, 3)])
def test_rows_without_terms_are_kept(sizes: tuple[int, ...]) -> None:
    made = builder()
    for size in sizes:
        made.add_row(Expr.of(list(range(size))), 1, INFINITE, tag(0, SUBJECT))
    program = made.build()
    plan = np.ones((1, DECISIONS.count), dtype=np.int64)
    assert violated_rows(program, plan)[0].tolist() == [size == 0 for size in sizes]
