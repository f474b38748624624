"""``explain --item X --solve``: the cost of a new solve of all periods with an item pinned to a seat."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

import tiny_scenario
from allocator import api
from allocator.errors import InternalError
from allocator.explain import seat_pricing
from allocator.report.candidate_view import pinned_view
from allocator.report.rendering import candidate_text as rendering
from cli_world import call, write_plan
from tiny_scenario import write_scenario

SEAT = ("--slot", "G2", "--role", "member")
QUICK = ("--solve", "--time-limit", "20", "--workers", "1")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def test_a_new_solve_costs_less_than_the_swap_of_one_period(scenario: Path) -> None:
    file = write_plan(scenario)
    alone = call("explain", scenario, file, *SEAT, "--item", "P5").out
    assert "1 few moves +8\n" in alone
    assert "looked at 2026 alone, with all else as it is; a new solve may cost less" in alone
    done = call("explain", scenario, file, *SEAT, "--item", "P5", *QUICK)
    assert (done.status, done.err) == (0, "")
    last = done.out.splitlines()[-1]
    assert last == "a new solve of all periods with the pin (20 s at most): 1 few moves +4, proved the least"
    assert "looked at" not in done.out
    zh = call("explain", scenario, file, *SEAT, "--item", "P5", *QUICK, lang="zh").out.splitlines()[-1]
    assert zh == "指定后就全部周期重新求解（限 20 秒）：1 人员稳定 +4，已证明最省"


def test_the_price_is_that_of_a_solve_with_the_pin(scenario: Path) -> None:
    file = write_plan(scenario)
    said = call("explain", scenario, file, *SEAT, "--item", "P5", *QUICK, "--json").json["solved"]
    policy = api.bind(api.load(scenario), pins=["P5=G2/member@2026"])
    best = api.solve(policy, seconds=20, workers=1)
    before = api.read_plan(file)
    [change] = [
        one.cost - old.cost for one, old in zip(best.score, before.score, strict=True) if one.level == 1
    ]
    assert said["status"] == "optimal" and said["seconds"] == 20
    assert [one["change"] for one in said["costs"]] == [one["change"] for one in said["least"]] == [change]


def test_one_whom_no_plan_can_have_there_is_told(scenario: Path) -> None:
    done = call(
        "explain", scenario, write_plan(scenario), "--slot", "G2", "--role", "lead", "--item", "P3", *QUICK
    )
    assert done.status == 0
    assert done.out.splitlines()[-1].endswith("with the pin (20 s at most): infeasible (proved)")


def test_a_seat_that_breaks_a_rule_now_may_be_had_by_moving_others(scenario: Path) -> None:
    seat = ("--slot", "G1", "--role", "lead", "--period", "2027", "--item", "P3")
    done = call("explain", scenario, write_plan(scenario), *seat, *QUICK).out
    assert "breaks hard rules" in done
    assert done.splitlines()[-1].endswith("costs the same, proved the least")


def test_who_has_the_seat_is_not_solved_for(scenario: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "price", lambda *_, **__: pytest.fail("solved"))
    said = call(
        "explain", scenario, write_plan(scenario), "--slot", "C1", "--item", "P1", *QUICK, "--json"
    ).json
    assert said["solved"] is None


def test_solving_needs_somebody(scenario: Path) -> None:
    done = call("explain", scenario, write_plan(scenario), "--slot", "C1", "--solve")
    assert (done.status, done.out, done.err) == (2, "", "--solve: goes with --item\n")


def test_a_seat_of_a_layer_without_roles_or_periods_is_pinned(scenario: Path) -> None:
    done = call("explain", scenario, write_plan(scenario), "--slot", "Z1", "--item", "U2", *QUICK)
    assert done.out.splitlines()[-1].endswith("costs the same, proved the least")
    alone = call("explain", scenario, write_plan(scenario), "--slot", "Z1", "--item", "U2", lang="zh").out
    assert alone.endswith("以上其余不变；重新求解或更省（--item 加 --solve）\n")


def test_what_is_not_proved_is_not_said_to_be(scenario: Path) -> None:
    policy = api.bind(api.load(scenario))
    solved = seat_pricing.SeatPrice("feasible", 3.0, {1: 4, 2: 0}, {1: 4, 2: -2})
    text = rendering._solve_text(pinned_view(policy, solved), "en")
    assert text.endswith("(3 s at most): 1 few moves +4, 2 +0 (at least -2)")
    unknown = seat_pricing.SeatPrice("unknown", 3.0, {}, {})
    assert rendering._solve_text(pinned_view(policy, unknown), "en").endswith(": no plan found in time")


def test_a_solve_that_breaks_a_rule_is_an_internal_error(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy, file = api.bind(api.load(scenario)), write_plan(scenario)
    plan = api.read_plan(file)
    lies = SimpleNamespace(status="optimal", proofs=(1,), assignments=plan.assignments)
    monkeypatch.setattr(seat_pricing, "solve", lambda *_, **__: lies)
    ranking = api.candidates(policy, plan, "G2", role="member", item="P5")
    with pytest.raises(InternalError, match="pin is broken"):
        api.price(policy, plan, ranking)


def test_a_rule_that_is_called_pin_is_no_other(tmp_path: Path) -> None:
    more = "      - {id: pin, kind: capacity, on: casework, atmost: 3}\n    waive:"
    rules = tiny_scenario.RULES.replace("    waive:", more)
    scenario = write_scenario(tmp_path, {"tiny-rules.yaml": rules})
    done = call("explain", scenario, write_plan(scenario), *SEAT, "--item", "P5", *QUICK)
    assert done.status == 0 and "proved the least" in done.out
