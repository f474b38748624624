"""succession: slots that may follow others, also across the start of the horizon, and required ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator.report.lint import find_doubts
from rota import in_order, rota, solved
from small_folder import faults

STAFFED = "{id: one, kind: capacity, on: duty, atleast: 1, atmost: 1}\n"
NIGHT_THEN_EARLY = (
    "kind: succession, on: duty, after: 'group.id == \"Night\"', never: 'group.id == \"Early\"'"
)
WISH = (
    '{id: wish, kind: prefer, on: duty, level: 1, when: \'person.id == "Ann" && group.id == "Early" && '
    'period.id == "2026-03-02" || period.id != "2026-03-02"\'}\n'
)
BEFORE = {"postings.csv": "person,group,from,to\nAnn,Night,2026-03-01,2026-03-01\n"}
SHIFTS = ("Night", "Early")


def test_nobody_is_early_after_a_night_before_the_horizon(tmp_path: Path) -> None:
    rules = STAFFED + WISH + f"{{id: rest, {NIGHT_THEN_EARLY}}}\n"
    plan = solved(rota(tmp_path, rules, people=("Ann", "Ben", "Cid"), groups=SHIFTS, tables=BEFORE))
    nights, early = ["Ann", *in_order(plan)], in_order(plan, "Early")
    assert early[0] != "Ann"
    assert all(night != morning for night, morning in zip(nights, early, strict=False))


def test_at_a_price_a_night_may_be_followed(tmp_path: Path) -> None:
    """Two people for two shifts: whoever has the night keeps it."""
    rules = STAFFED + f"{{id: rest, {NIGHT_THEN_EARLY}, level: 1}}\n"
    policy = rota(tmp_path, rules, groups=SHIFTS, periods=3, tables=BEFORE)
    plan = solved(policy)
    assert plan.score[-1].cost == 0 and in_order(plan) == ["Ann"] * 3


@pytest.mark.parametrize(("within", "cost"), [(1, 0), (2, 0), (3, 1)])
def test_a_day_off_in_between_is_a_period(tmp_path: Path, within: int, cost: int) -> None:
    rules = (
        "{id: early, kind: capacity, on: duty, slots: group.id == 'Early', during: ['2026-03-04'], "
        "atleast: 1}\n"
        f"{{id: rest, {NIGHT_THEN_EARLY}, within: {within}, level: 1}}\n"
    )
    plan = solved(rota(tmp_path, rules, people=("Ann",), groups=SHIFTS, periods=3, tables=BEFORE))
    assert plan.score[-1].cost == cost


RESIDENTS = ("Una", "Vic", "Wen", "Xia")
BLOCKS = [f"{{id: B{k}, from: 2026-{k:02d}-01, to: 2026-{k:02d}-28}}" for k in range(1, 9)]
TRAINING = (
    "{id: two-blocks, kind: frequency, on: duty, each: pair, atleast: 2, atmost: 2}\n"
    "{id: together, kind: min_term, on: duty, periods: 2}\n" + STAFFED
)
WARD_FIRST = "kind: succession, on: duty, before: 'group.id == \"Care\"', requires: 'group.id == \"Ward\"'"
ROOMS = ("Ward", "Care", "Urgent", "Clinic")


def test_wards_come_before_intensive_care_for_all_but_one(tmp_path: Path) -> None:
    """Intensive care is never empty: whoever is there first was on no ward before."""
    rules = TRAINING + f"{{id: wards, {WARD_FIRST}, level: 1}}\n"
    plan = solved(rota(tmp_path, rules, people=RESIDENTS, groups=ROOMS, periods=BLOCKS, take="1"))
    assert plan.score[-1].cost == 1


def test_wards_before_intensive_care_cannot_be_asked_of_all_four(tmp_path: Path) -> None:
    rules = TRAINING + f"{{id: wards, {WARD_FIRST}}}\n"
    solved(rota(tmp_path, rules, people=RESIDENTS, groups=ROOMS, periods=BLOCKS, take="1"), "infeasible")


def test_wards_served_before_the_horizon_are_enough(tmp_path: Path) -> None:
    rules = TRAINING + f"{{id: wards, {WARD_FIRST}}}\n"
    before = {"postings.csv": "person,group,from,to\nUna,Ward,2025-03-01,2025-04-28\n"}
    policy = rota(tmp_path, rules, people=RESIDENTS, groups=ROOMS, periods=BLOCKS, take="1", tables=before)
    assert in_order(solved(policy), "Care")[0] == "Una"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("after: 'true'", "needs after with one of never and only"),
        ("after: 'true', never: 'true', only: 'true'", "needs after with one of never and only"),
        ("before: 'true', never: 'true'", "needs after with one of never and only"),
        ("before: 'true', requires: 'true', later_role: laed", "has no such role"),
        ("after: groop.id == 'East', never: 'true'", "no field named 'groop.id'"),
    ],
)
def test_what_is_no_succession_is_told(tmp_path: Path, rule: str, message: str) -> None:
    [fault] = faults(tmp_path, f"rules: [{{id: r, kind: succession, on: posting, {rule}}}]\n")
    assert message in fault.message.en
    assert fault.nearest == ("lead" if "laed" in rule else "group.id" if "groop" in rule else "")


def test_slots_that_are_nowhere_are_asked_about(tmp_path: Path) -> None:
    rules = (
        "{id: r, kind: succession, on: duty, after: 'group.id == \"Nite\"', never: 'group.id == \"Night\"'}"
    )
    [doubt] = find_doubts(rota(tmp_path, rules))
    assert "about nothing (after)" in doubt.message.en
