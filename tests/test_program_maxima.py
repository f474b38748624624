"""Maxima of expressions for many owners at once: the same as each maximum alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from allocator.program.builder import ProgramBuilder
from allocator.program.decisions import Decisions
from allocator.program.evaluate import evaluate_auxiliaries, level_costs, violated_rows
from allocator.program.expr import Expr, ExprArray
from allocator.program.program import Subject, tag, tags
from worlds import world_of

DECISIONS = Decisions.of(list(world_of(frozenset({"turn"})).layers.values()))
WIDTH = 3

columns = st.lists(st.integers(-1, DECISIONS.count - 1), min_size=WIDTH, max_size=WIDTH)
coefficients = st.lists(st.integers(-3, 3), min_size=WIDTH, max_size=WIDTH)
row = st.tuples(columns, coefficients, st.integers(-3, 3))
groups = st.lists(st.lists(row, min_size=1, max_size=3), min_size=1, max_size=4)
plans = st.lists(st.integers(0, 1), min_size=DECISIONS.count, max_size=DECISIONS.count)


def tagged(count: int) -> np.ndarray:
    subjects = np.full((count, len(Subject._fields)), -1, dtype=np.int64)
    subjects[:, 0] = np.arange(count)
    return tags(0, subjects)


def alone(group: list[tuple[list[int], list[int], int]]) -> list[Expr]:
    return [Expr.of(cols, np.array(coefs)) + constant for cols, coefs, constant in group]


@given(groups, plans)
def test_many_maxima_at_once_are_the_same_as_each_alone(chosen: list, plan: list[int]) -> None:
    one, many = ProgramBuilder(DECISIONS, ["rule"]), ProgramBuilder(DECISIONS, ["rule"])
    for k, group in enumerate(chosen):
        most = one.maximum(alone(group), 0, tag(0, Subject(item=k)))
        one.add_costs(most.cols, most.coefs, 1, np.broadcast_to(tag(0, Subject(item=k)), (len(most.cols), 7)))
        one.add_constant(1, 0, most.constant)
    rows = [part for group in chosen for part in group]
    exprs = ExprArray.of(*(np.array([part[k] for part in rows], dtype=np.int64) for k in range(3)))
    owners = np.repeat(np.arange(len(chosen)), [len(group) for group in chosen])
    found = many.maximum_each(exprs, owners, tagged(len(chosen)))
    for cols, coefs in zip(found.cols.T, found.coefs.T, strict=True):
        exists = cols >= 0
        many.add_costs(cols[exists], coefs[exists], 1, tagged(len(chosen))[exists])
    many.add_constant(1, 0, int(found.constants.sum()))
    costs = []
    for program in (one.build(), many.build()):
        values = evaluate_auxiliaries(program, np.array([plan]))
        assert not violated_rows(program, values).any()
        costs.append((len(program), sorted(program.upper.tolist()), level_costs(program, values).sum()))
    assert costs[0] == costs[1]


def test_an_owner_without_expressions_has_the_floor() -> None:
    builder, mark = ProgramBuilder(DECISIONS, ["rule"]), tag(0, Subject())
    first, second = (Expr.of([col]) for col in (0, 1))
    made = [
        builder.maximum([], 2, mark),
        builder.maximum([first * 3, second], 1, mark),
        builder.maximum([], 5, mark),
        builder.minimum([first * -3, second], mark),
    ]
    [values] = evaluate_auxiliaries(builder.build(), np.eye(1, DECISIONS.count, dtype=np.int64))
    assert [int(values[one.cols[0]]) for one in made] == [2, 3, 5, -3]
