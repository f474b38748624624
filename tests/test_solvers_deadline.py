"""The remaining time of a limit, less the time reserved for judging the plan."""

from __future__ import annotations

import pytest

from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.solvers import deadline
from allocator.solvers.deadline import Budget
from big_world import postings
from brute_force import policy_for
from example_scenario import example_rule


def test_time_is_kept_for_judging_by_what_compiling_took(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(deadline.time, "monotonic", lambda: now[0])
    made = Budget(60.0, 2, _start=0.0)
    now[0] = 10.0
    assert made.seconds_left == 50.0
    made.reserve_for_judging(4.0)
    assert made.seconds_left == pytest.approx(50.0 - 4.0 * deadline.BUDGET_PARAMS.judging_part)
    made.reserve_for_judging(1000.0)
    assert made.seconds_left == pytest.approx(50.0 - 60.0 * deadline.BUDGET_PARAMS.most_reserved)
    now[0] = 59.0
    assert made.seconds_left == 0.0 and made.is_over


def test_a_solve_keeps_some(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[float] = []
    monkeypatch.setattr(Budget, "reserve_for_judging", lambda _self, compiling: kept.append(compiling))
    policy, _ = policy_for([example_rule({"kind": "take", "on": "turn", "places": 1})])
    assert solve(policy, Options(seconds=5.0, workers=1)).status == "optimal"
    assert kept and min(kept) > 0.0


def test_a_rolling_solve_keeps_some_for_every_window(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[float] = []
    monkeypatch.setattr(Budget, "reserve_for_judging", lambda _self, compiling: kept.append(compiling))
    found = solve(postings(8, 2), Options(seconds=5.0, workers=1, window=2))
    assert found.run["route"]["window"] == 2 and len(kept) == 2
