"""Numbers of rules beyond 64 bits are refused at the rule; none overflows silently."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny_scenario
from allocator import api
from allocator.errors import InputError
from allocator.program.expr import (
    MAX_MAGNITUDE,
    Expr,
    ExprArray,
    TooLargeError,
    checked_product,
    refuse_large_sums,
)
from cli_world import call
from tiny_scenario import write_scenario

HEAVY = "level: 2, weight: 1000000"


def with_rules(folder: Path, *rules: str) -> Path:
    lines = "".join(f"      - {{id: huge{k}, on: posting, {rule}}}\n" for k, rule in enumerate(rules))
    return write_scenario(
        folder, {"tiny-rules.yaml": tiny_scenario.RULES.replace("    waive:", f"{lines}    waive:")}
    )


@pytest.mark.parametrize(
    "rule",
    [
        f"kind: balance, load: 1000000000, measure: squares, {HEAVY}",
        f"kind: balance, load: 'size(person.id) * 400000000', measure: squares, {HEAVY}",
        f"kind: balance, each: item, target: 1000000000, measure: squares, over: horizon, {HEAVY}",
        "kind: balance, each: layer, load: 1000000000, measure: squares, level: 1",
    ],
)
@pytest.mark.parametrize("command", ["check", "solve"])
def test_sums_beyond_all_bounds_are_refused_at_the_rule(tmp_path: Path, rule: str, command: str) -> None:
    done = call(command, with_rules(tmp_path, rule))
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("tiny-rules.yaml:19:huge0: its numbers are too large")


def test_many_large_rules_of_a_level_are_refused_together(tmp_path: Path) -> None:
    one = f"kind: capacity, each: slot, load: 1000000000, atmost: 1, {HEAVY}"
    assert call("check", with_rules(tmp_path / "few", one)).status == 0
    policy = api.bind(api.load(with_rules(tmp_path / "many", *[one] * 80)))
    with pytest.raises(InputError, match="its numbers are too large"):
        policy.check_expressions()


def test_a_plan_of_the_largest_numbers_is_solved_and_holds(tmp_path: Path) -> None:
    folder = with_rules(tmp_path, f"kind: capacity, each: slot, load: 1000000000, atmost: 1, {HEAVY}")
    plan = tmp_path / "plan.json"
    assert call("solve", folder, "-o", plan, "--workers", "1").status == 0
    assert '"cost": 15999999996000000' in plan.read_text(encoding="utf-8")
    assert call("verify", folder, plan).status == 0


WHOLE = st.integers(-(2**62), 2**62)


@given(st.lists(WHOLE, max_size=4), WHOLE)
def test_a_product_is_right_or_refused(numbers: list[int], factor: int) -> None:
    array = np.array(numbers, dtype=np.int64)
    try:
        made = checked_product(array, factor)
    except TooLargeError:
        assert any(abs(number * factor) >= MAX_MAGNITUDE for number in numbers)
    else:
        assert made.tolist() == [number * factor for number in numbers]


@given(st.lists(st.tuples(WHOLE, st.integers(0, 2**62)), min_size=1, max_size=4))
def test_a_sum_is_bounded_or_refused(terms: list[tuple[int, int]]) -> None:
    coefs, upper = (np.array(side, dtype=np.int64) for side in zip(*terms, strict=True))
    greatest = sum(abs(coef) * end for coef, end in terms)
    try:
        refuse_large_sums(coefs, np.zeros_like(upper), upper)
    except TooLargeError:
        assert greatest >= MAX_MAGNITUDE * 0.999
    else:
        assert greatest <= MAX_MAGNITUDE * 1.001


def test_expressions_do_not_wrap() -> None:
    with pytest.raises(TooLargeError):
        Expr.of([1], 2**40) * 2**30
    with pytest.raises(TooLargeError):
        ExprArray.of(np.array([[1]]), [2**40]) * np.array([2**30])
    assert (Expr.of([1], -(2**61)) * -1).coefs.tolist() == [2**61]
