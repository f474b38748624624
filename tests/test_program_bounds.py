"""Bounds of maximum and minimum loads from the total of loads hold for every plan."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from allocator.program.builder import ProgramBuilder
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.expr import Expr
from allocator.program.program import INFINITE, Program, Subject, tag
from allocator.program.subproblem import Subproblem
from worlds import world_of

DECISIONS = Decisions.of(list(world_of(frozenset({"turn"})).layers.values()))
#: Plans, by the decisions that are 1.
OPEN = 8
PLANS = np.zeros((2**OPEN, DECISIONS.count), dtype=np.int64)
PLANS[:, :OPEN] = list(product((0, 1), repeat=OPEN))
MARK = tag(0, Subject())

#: A row that counts decisions: the decisions, a lower and an upper side, and the sign of its coefficients.
Count = tuple[list[int], int, int, int]
some = st.sets(st.integers(0, OPEN - 1), min_size=1, max_size=OPEN).map(sorted)
counts = st.tuples(some, st.integers(-1, 2), st.integers(0, 3), st.sampled_from([1, -1]))
loads = st.lists(
    st.tuples(st.lists(st.integers(-2, 4), min_size=OPEN, max_size=OPEN), st.integers(-2, 2)),
    min_size=3,
    max_size=4,
)


class Made(NamedTuple):
    """A program with columns for the maximum and the minimum of some loads."""

    program: Program
    most: int
    least: int


def made(
    rows: list[tuple[list[int], int, int, int]], parts: list[tuple[list[int], int]], divisor: int
) -> Made:
    """Return a program with rows that count decisions, with either sign."""
    builder = ProgramBuilder(DECISIONS, ["rule"])
    for cols, low, high, sign in rows:
        sides = (low, high) if sign > 0 else (-high, -low)
        builder.add_row(Expr.of(cols, np.full(len(cols), sign)), *sides, MARK)
    exprs = [Expr.of(list(range(OPEN)), np.array(coefs)) + constant for coefs, constant in parts]
    most, least = builder.maximum(exprs, -50, MARK, divisor), builder.minimum(exprs, MARK)
    return Made(builder.build(), int(most.cols[0]), int(least.cols[0]))


def bounds(made: Made) -> tuple[int, int] | None:
    """Return the lowest maximum and the highest minimum of all plans, None if there is no plan."""
    program = made.program
    whole = Subproblem(program, None, {}, (program.lower, program.upper)).full()
    if whole is None:
        return None
    lower, upper = whole.fixed.copy(), whole.fixed.copy()
    lower[whole.columns], upper[whole.columns] = whole.bounds
    return int(lower[made.most]), int(upper[made.least])


@given(st.lists(counts, max_size=4), loads, st.integers(1, 3))
@example([([0, 1], 1, 2, 1)], [([-3] * OPEN, 0)] * 3, 1)
@example([([0, 1], -1, 1, 1)], [([-3] * OPEN, 0)] * 3, 1)
@example([([0, 1], 1, 1, 1), ([1, 2], 1, 1, -1), ([0, 2], 2, 3, 1)], [([3] * OPEN, 0)] * 3, 1)
def test_no_plan_is_outside_the_bounds(rows: Any, parts: Any, divisor: int) -> None:
    here = made(rows, parts, divisor)
    values = evaluate_auxiliaries(here.program, PLANS)
    sound = values[~violated_rows(here.program, values).any(axis=1)]
    found = bounds(here)
    if found is None:
        assert not len(sound)
    elif len(sound):
        assert found[0] <= sound[:, here.most].min()
        assert found[1] >= sound[:, here.least].max()


def shared(*weights: int, most: int = 1) -> Made:
    """Return a program with two weights at one of three places each; ``most`` limits the places of one."""
    columns = np.arange(len(weights) * 3).reshape(len(weights), 3)
    rows = [(own.tolist(), 1, most, sign) for own, sign in zip(columns, (1, -1), strict=True)]
    parts = [([0] * OPEN, 0) for _ in range(3)]
    for own, weight in zip(columns, weights, strict=True):
        for place, column in enumerate(own.tolist()):
            parts[place][0][column] = weight
    return made(rows, parts, 1)


def test_the_mean_is_rounded_up_and_down() -> None:
    assert bounds(shared(3, 4)) == (3, 2)


def test_an_item_with_two_places_may_count_twice() -> None:
    assert bounds(shared(3, 4, most=2)) == (3, 4)


def test_even_loads_pay_for_no_difference() -> None:
    assert bounds(shared(3, 3)) == (2, 2)


def test_an_open_side_bounds_no_minimum() -> None:
    builder = ProgramBuilder(DECISIONS, ["rule"])
    loads = [Expr.of([k], np.array([4])) for k in range(3)]
    builder.add_row(Expr.of([0, 1, 2]), 1, INFINITE, MARK)
    most, least = builder.maximum(loads, 0, MARK), builder.minimum(loads, MARK)
    assert bounds(Made(builder.build(), int(most.cols[0]), int(least.cols[0]))) == (2, 4)
