"""History: the periods before a horizon, compared with dates written by hand, and rules that count them."""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path

import pytest

from allocator import api
from allocator.model.layer import Timeline, merged
from allocator.model.steps import Stretch, likely_steps, stated_steps
from allocator.rules.policy import Policy
from cli_world import call

SCENARIO = """\
scenario: rota
periods: [PERIODS]
HISTORY
layers:
  duty: {items: people, slots: groups, take: 0-1}
rules: [r]
levels: {1: {zh: 意愿, en: wishes}}
"""
RULES = """\
pack: r
rules:
  - {id: one, kind: capacity, on: duty, atleast: 1, atmost: 1}
  - {id: turn, RULE}
  - {id: wish, kind: prefer, on: duty, level: 1, when: person.id == "P1"}
"""


def day(text: str) -> date:
    return date.fromisoformat(text)


def stretch(text: str) -> Stretch:
    """Read ``2026-01-01..2026-01-31``, or one day."""
    first, _, last = text.partition("..")
    return Stretch(day(first), day(last or first))


def stretches(text: str) -> list[Stretch]:
    return [stretch(part) for part in text.split()]


#: The horizon, and the periods before it by hand, the last one first.
BEFORE = {
    "days": (
        "2026-03-02 2026-03-03 2026-03-04 2026-03-05 2026-03-06 2026-03-07 2026-03-08",
        "2026-03-01 2026-02-28",
    ),
    "days of a leap year": (
        "2024-03-01 2024-03-02 2024-03-03 2024-03-04 2024-03-05 2024-03-06 2024-03-07",
        "2024-02-29 2024-02-28",
    ),
    "working days with a weekend in the horizon": (
        "2026-03-05 2026-03-06 2026-03-09 2026-03-10 2026-03-11 2026-03-12",
        "2026-03-04 2026-03-03 2026-03-02 2026-02-27 2026-02-26",
    ),
    "Tuesdays and Thursdays": (
        "2026-03-03 2026-03-05 2026-03-10 2026-03-12",
        "2026-02-26 2026-02-24 2026-02-19",
    ),
    "weeks": (
        "2026-03-02..2026-03-08 2026-03-09..2026-03-15",
        "2026-02-23..2026-03-01 2026-02-16..2026-02-22",
    ),
    "working weeks": (
        "2026-03-02..2026-03-06 2026-03-09..2026-03-13",
        "2026-02-23..2026-02-27 2026-02-16..2026-02-20",
    ),
    "one month": ("2026-03-01..2026-03-31", "2026-02-01..2026-02-28 2026-01-01..2026-01-31"),
    "February": ("2026-02-01..2026-02-28", "2026-01-01..2026-01-31 2025-12-01..2025-12-31"),
    "months over a leap day": (
        "2024-03-01..2024-03-31 2024-04-01..2024-04-30",
        "2024-02-01..2024-02-29 2024-01-01..2024-01-31 2023-12-01..2023-12-31",
    ),
    "quarters": (
        "2026-01-01..2026-03-31 2026-04-01..2026-06-30",
        "2025-10-01..2025-12-31 2025-07-01..2025-09-30 2025-04-01..2025-06-30",
    ),
    "half-years": (
        "2026-01-01..2026-06-30 2026-07-01..2026-12-31",
        "2025-07-01..2025-12-31 2025-01-01..2025-06-30",
    ),
    "years": (
        "2026-01-01..2026-12-31 2027-01-01..2027-12-31",
        "2025-01-01..2025-12-31 2024-01-01..2024-12-31",
    ),
    "school years": (
        "2026-09-01..2027-08-31 2027-09-01..2028-08-31",
        "2025-09-01..2026-08-31 2024-09-01..2025-08-31 2023-09-01..2024-08-31",
    ),
    "terms of a school year": (
        "2026-09-01..2027-01-31 2027-02-01..2027-08-31",
        "2026-02-01..2026-08-31 2025-09-01..2026-01-31 2025-02-01..2025-08-31",
    ),
    "months from the 26th": (
        "2026-02-26..2026-03-25 2026-03-26..2026-04-25",
        "2026-01-26..2026-02-25 2025-12-26..2026-01-25",
    ),
}


@pytest.mark.parametrize("name", BEFORE)
def test_the_periods_before_are_those_written_by_hand(name: str) -> None:
    horizon, before = BEFORE[name]
    periods, wanted = stretches(horizon), stretches(before)
    [step] = likely_steps(periods, [])
    assert list(islice(step.back(periods[0]), len(wanted))) == wanted


@pytest.mark.parametrize(
    ("unit", "first", "before"),
    [
        ("days", "2026-03-02", "2026-03-01 2026-02-28"),
        ("workdays", "2026-03-02", "2026-02-27 2026-02-26"),
        ("weeks", "2026-03-02..2026-03-08", "2026-02-23..2026-03-01"),
        ("months", "2024-03-01..2024-03-31", "2024-02-01..2024-02-29"),
        ("quarters", "2026-01-01..2026-03-31", "2025-10-01..2025-12-31"),
        ("half-years", "2026-01-01..2026-06-30", "2025-07-01..2025-12-31"),
        ("years", "2025-01-01..2025-12-31", "2024-01-01..2024-12-31"),
    ],
)
def test_what_the_scenario_says_is_taken(unit: str, first: str, before: str) -> None:
    wanted = stretches(before)
    assert list(islice(stated_steps(unit).back(stretch(first)), len(wanted))) == wanted


def test_a_seat_counts_for_half_of_a_period_or_more() -> None:
    months = Timeline(stated_steps("months"), stretch("2026-04-01..2026-04-30"), day("2025-12-01"))
    half = merged([stretch("2026-02-15..2026-03-16")])  # 14 of 28 days, 16 of 31
    assert list(months.held(half)) == [(-2, -1)]
    less = merged([stretch("2026-02-16..2026-03-15")])  # 13 of 28 days, 15 of 31
    assert list(months.held(less)) == []
    parts = merged([stretch("2026-02-01..2026-02-07"), stretch("2026-02-20..2026-02-26")])
    assert list(months.held(parts)) == [(-2, -2)]


def scenario(base: Path, periods: str, postings: str, rule: str, history: str = "") -> Path:
    base.mkdir(exist_ok=True)
    listed = ", ".join(
        f"{{id: '{one.partition('..')[0]}', from: {one.partition('..')[0]}, to: {one.rpartition('..')[2]}}}"
        for one in periods.split()
    )
    said = f"history: {history}" if history else ""
    files = {
        "scenario.yaml": SCENARIO.replace("PERIODS", listed).replace("HISTORY", said),
        "r.yaml": RULES.replace("RULE", rule),
        "people.csv": "id,name\nP1,甲\nP2,乙\nP3,丙\n",
        "groups.csv": "id,name\nD,值班\n",
        "postings.csv": f"person,group,role,from,to\n{postings}",
    }
    for name, text in files.items():
        (base / name).write_text(text, "utf-8")
    return base


def bound(folder: Path) -> Policy:
    return api.bind(api.load(folder))


def served(folder: Path) -> list[str]:
    """Return who serves in each period of the best plan."""
    plan = api.solve(bound(folder), seconds=20, workers=1)
    assert plan.status == "optimal"
    return [one.item for one in sorted(plan.assignments, key=lambda one: one.period or "")]


WEEKDAYS = "2026-03-02 2026-03-03 2026-03-04"
DAILY = "P2,D,,2026-02-25,2026-02-25\nP3,D,,2026-02-26,2026-02-26\nP1,D,,2026-02-27,2026-02-27\n"


@pytest.mark.parametrize(
    "rule", ["kind: frequency, on: duty, apart: 2", "kind: cooldown, on: duty, periods: 2"]
)
def test_working_days_are_read_off_the_records(tmp_path: Path, rule: str) -> None:
    """On Friday P1 was on duty: Monday is the next working day, and two others come first."""
    rule = rule if "frequency" in rule else f"{rule}}}\n  - {{id: daily, kind: max_term, on: duty, periods: 1"
    folder = scenario(tmp_path / "s", WEEKDAYS, DAILY, rule)
    assert served(folder) == ["P2", "P3", "P1"]
    assert call("check", folder).out.endswith("\nok\n")


def test_said_days_are_days(tmp_path: Path) -> None:
    rule = "kind: frequency, on: duty, apart: 2"
    folder = scenario(tmp_path / "s", WEEKDAYS, DAILY, rule, history="days")
    assert served(folder)[0] == "P1"
    listed = "[{id: a, from: 2026-02-26, to: 2026-02-26}, {id: b, from: 2026-02-27, to: 2026-02-27}]"
    assert served(scenario(tmp_path / "l", WEEKDAYS, DAILY, rule, history=listed))[0] == "P2"


def test_what_cannot_be_told_is_asked_only_where_a_rule_reads_it(tmp_path: Path) -> None:
    friday = "P1,D,,2026-02-27,2026-02-27\n"
    rule = "kind: frequency, on: duty, apart: 1"
    done = call("check", scenario(tmp_path / "s", WEEKDAYS, friday, rule))
    assert "scenario.yaml:history: how the periods before the horizon follow one another" in done.out
    assert "they count for turn" in done.out and done.out.endswith("ok, with 1 doubt\n")
    said = scenario(tmp_path / "said", WEEKDAYS, friday, rule, history="workdays")
    assert call("check", said).out.endswith("\nok\n")
    other = scenario(tmp_path / "o", WEEKDAYS, friday, "kind: frequency, on: duty, atmost: 3")
    assert call("check", other).out.endswith("\nok\n")


def test_months_are_months(tmp_path: Path) -> None:
    """P1 served last March: eleven months lie between, so that February is too early and March is not."""
    periods = "2026-02-01..2026-02-28 2026-03-01..2026-03-31"
    rule = "kind: frequency, on: duty, apart: 11"
    folder = scenario(tmp_path / "s", periods, "P1,D,,2025-03-01,2025-03-31\n", rule)
    assert served(folder)[1] == "P1" and served(folder)[0] != "P1"


def test_the_past_is_as_long_as_the_records(tmp_path: Path) -> None:
    """Sixty periods back and more: a term of 100 days counts all of them."""
    held = "P1,D,,2025-11-22,2026-03-01\n"
    for most, first in ((100, "P2"), (101, "P1")):
        rule = f"kind: max_term, on: duty, periods: {most}"
        folder = scenario(tmp_path / f"s{most}", WEEKDAYS, held, rule, history="days")
        assert (served(folder)[0] == "P1") == (first == "P1")


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ("fortnights", "history"),
        ("[{id: a, from: 2026-03-02, to: 2026-03-02}]", "must end before the first period"),
        (
            "[{id: b, from: 2026-02-27, to: 2026-02-27}, {id: a, from: 2026-02-26, to: 2026-02-26}]",
            "must come after period b",
        ),
    ],
)
def test_a_wrong_history_is_refused(tmp_path: Path, history: str, said: str) -> None:
    done = call(
        "check", scenario(tmp_path / "s", WEEKDAYS, DAILY, "kind: frequency, on: duty, apart: 1", history)
    )
    assert done.status == 2 and said in done.err
