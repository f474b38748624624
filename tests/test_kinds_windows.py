"""Frequency in every window of consecutive periods, also across the start of the horizon."""

from __future__ import annotations

from pathlib import Path

import pytest

from rota import in_order, rota, solved
from small_folder import faults

ONE = "{id: one, kind: capacity, on: duty, atleast: 1, atmost: 1}\n"
WISH = (
    '{id: wish, kind: prefer, on: duty, level: 1, when: \'person.id == "Ann" && period.id == "2026-03-02" '
    '|| period.id != "2026-03-02"\'}\n'
)
BEFORE = {"postings.csv": "person,group,from,to\nAnn,Night,2026-02-28,2026-03-01\n"}


def test_nights_before_the_horizon_count(tmp_path: Path) -> None:
    rules = ONE + WISH + "{id: r, kind: frequency, on: duty, within: 4, atmost: 2}\n"
    plan = solved(rota(tmp_path, rules, tables=BEFORE))
    assert in_order(plan) == ["Ben", "Ben", "Ann", "Ann"]


def test_a_window_is_longer_than_the_horizon(tmp_path: Path) -> None:
    rules = ONE + "{id: r, kind: frequency, on: duty, within: 5, atmost: 3, items: person.id == 'Ann'}\n"
    plan = solved(
        rota(
            tmp_path,
            rules + "{id: all, kind: capacity, on: duty, each: item, over: horizon, "
            "items: person.id == 'Ann', atleast: 2, level: 1}\n",
            tables=BEFORE,
        )
    )
    assert in_order(plan).count("Ann") == 2 and plan.score[-1].cost == 0, (
        "28 February is out of the window that ends on 5 March"
    )


def test_at_least_so_many_are_asked_from_the_first_known_period_on(tmp_path: Path) -> None:
    """Ben is new: of his windows only those inside the horizon are asked; Ann's reach back."""
    rules = "{id: r, kind: frequency, on: duty, within: 3, atleast: 1}\n" + (
        "{id: few, kind: capacity, on: duty, each: layer, over: horizon, atmost: 0, level: 1}\n"
        "{id: late, kind: prefer, on: duty, items: person.id == 'Ann', cost: 6 - period.index, level: 2}\n"
    )
    past = {"postings.csv": "person,group,from,to\nAnn,Night,2026-02-28,2026-02-28\n"}
    plan = solved(rota(tmp_path, rules, periods=5, tables=past))
    assert sorted(str(one.period)[-1] + one.item for one in plan.assignments) == ["3Ann", "4Ben", "6Ann"]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("kind: frequency, on: posting, within: 4", "needs atleast, atmost or apart"),
        ("kind: frequency, on: posting, within: 4, apart: 1", "within goes with atmost or atleast"),
        ("kind: frequency, on: posting, within: 0, atmost: 1", "out of range"),
    ],
)
def test_a_window_without_a_bound_is_told(tmp_path: Path, rule: str, message: str) -> None:
    [fault] = faults(tmp_path, f"rules: [{{id: r, {rule}}}]\n")
    assert message in fault.message.en
