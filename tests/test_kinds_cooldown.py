"""``cooldown`` and ``apart`` of ``frequency`` mean the same by the same number."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from allocator.report.lint import find_doubts
from example_scenario import example_rule
from rota import in_order, rota, solved
from worlds import common_plans, found_amounts, policy_of, world_of

#: Thousands of plans or whole solves: under coverage three times as slow.
pytestmark = pytest.mark.unmeasured

ONE = "{id: one, kind: capacity, on: duty, atleast: 1, atmost: 1}\n"
DAILY = "{id: daily, kind: max_term, on: duty, periods: 1}\n"
COOLDOWN = DAILY + "{id: turn, kind: cooldown, on: duty, periods: %d}\n"
APART = "{id: turn, kind: frequency, on: duty, apart: %d}\n"
THREE = ("Ann", "Ben", "Cid")


@pytest.mark.parametrize("rules", [COOLDOWN % 2, APART % 2, COOLDOWN % 1])
def test_three_in_turn_have_two_periods_between(tmp_path: Path, rules: str) -> None:
    plan = solved(rota(tmp_path, ONE + rules, people=THREE, periods=5))
    order = in_order(plan)
    assert len(order) == 5 and all(a != b for a, b in pairwise(order))
    if "periods: 1}" not in rules.splitlines()[-1]:
        assert order[3:] == order[:2] and len(set(order[:3])) == 3


@pytest.mark.parametrize("rules", [COOLDOWN % 3, APART % 3])
def test_three_in_turn_cannot_have_three_periods_between(tmp_path: Path, rules: str) -> None:
    solved(rota(tmp_path, ONE + rules, people=THREE, periods=5), "infeasible")


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_the_same_number_asks_for_the_same(number: int) -> None:
    """Where no stay is longer than a period, every plan keeps both or breaks both, the history included."""
    context = world_of(frozenset({"turn"}))
    _, plans = common_plans(frozenset({"turn"}))
    short = found_amounts(
        policy_of(context, example_rule({"kind": "max_term", "on": "turn", "periods": 1})), plans
    )
    cooldown = example_rule({"kind": "cooldown", "on": "turn", "periods": number})
    apart = example_rule({"kind": "frequency", "on": "turn", "each": "pair", "apart": number})
    kept = [found_amounts(policy_of(context, rule), plans) == 0 for rule in (cooldown, apart)]
    assert (kept[0] == kept[1])[short == 0].all()
    assert number == 1 or not kept[0][short == 0].all()
    assert np.any(kept[0] & (short == 0))


def test_a_cooldown_of_one_period_is_asked_about(tmp_path: Path) -> None:
    [doubt] = find_doubts(rota(tmp_path, ONE + COOLDOWN % 1))
    assert "asks for nothing" in doubt.message.en and doubt.found == "1"
