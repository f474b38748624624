"""choice: at least or at most a number of the entries of a list: days off, seats, weekends."""

from __future__ import annotations

from pathlib import Path

import pytest

from rota import rota, solved
from small_folder import faults

EVERY_DAY = "{id: busy, kind: capacity, on: duty, each: item, over: horizon, atleast: 4, level: 1}\n"
OFF = (
    "{id: r, kind: choice, on: duty, off: true, atleast: 1, "
    "of: [{period: '2026-03-02'}, {period: '2026-03-04'}]}\n"
)


def held(tmp_path: Path, rule: str, groups: tuple[str, ...] = ("Night",)) -> dict[str, list[str]]:
    """Return the days on which each of two people is on duty, who would be so every day."""
    plan = solved(rota(tmp_path, EVERY_DAY + rule, groups=groups))
    days: dict[str, list[str]] = {"Ann": [], "Ben": []}
    for one in sorted(plan.assignments, key=lambda one: str(one.period)):
        days[one.item].append(f"{one.slot} {str(one.period)[-1]}")
    return days


def test_at_least_one_of_two_days_off(tmp_path: Path) -> None:
    for days in held(tmp_path, OFF).values():
        assert len(days) == 3 and not {"Night 2", "Night 4"} <= set(days)


def test_at_most_one_weekend_of_two_days(tmp_path: Path) -> None:
    weekends = "of: [{period: ['2026-03-02', '2026-03-03']}, {period: ['2026-03-04', '2026-03-05']}]"
    for days in held(tmp_path, f"{{id: r, kind: choice, on: duty, atmost: 1, {weekends}}}\n").values():
        assert days in (["Night 2", "Night 3"], ["Night 4", "Night 5"])


def test_at_least_one_of_three_seats(tmp_path: Path) -> None:
    rule = (
        "{id: r, kind: choice, on: duty, atleast: 1, items: person.id == 'Ann', of: [{slot: East, period: "
        "'2026-03-02'}, {slot: East, period: '2026-03-03'}, {slot: West, role: lead}]}\n"
        "{id: not-east, kind: eligible, on: duty, when: group.id == 'West'}\n"
        "{id: no-lead, kind: prefer, on: duty, role: lead, cost: 9, level: 1}\n"
    )
    plan = solved(rota(tmp_path, EVERY_DAY + rule, groups=("East", "West"), roles="lead, member"))
    assert [one.item for one in plan.assignments if one.role == "lead"] == ["Ann"]


@pytest.mark.parametrize(
    ("rule", "message", "near"),
    [
        ("of: [{slot: East}]", "needs atleast or atmost", ""),
        ("of: [{slot: East}], atleast: 2", "no more than 1", ""),
        ("of: [{slot: East}], atmost: 1", "asks for nothing", ""),
        ("of: [{}], atleast: 1", "needs slot, role or period", ""),
        ("of: [], atleast: 1", "must not be empty", ""),
        ("of: [{slot: Eastt}], atleast: 1", "is not in the rule's layer", "East"),
        ("of: [{period: 2028}], atleast: 1", "is not in the rule's layer", "2027"),
        ("of: [{role: laed}], atleast: 1", "is not in the rule's layer", "lead"),
    ],
)
def test_what_cannot_be_chosen_is_told(tmp_path: Path, rule: str, message: str, near: str) -> None:
    found = faults(tmp_path, f"rules: [{{id: r, kind: choice, on: posting, {rule}}}]\n")
    assert any(message in fault.message.en for fault in found), [fault("en") for fault in found]
    assert not near or [fault.nearest for fault in found] == [near]


def test_a_layer_that_is_decided_once_has_no_periods_to_choose_from(tmp_path: Path) -> None:
    [fault] = faults(
        tmp_path, "rules: [{id: r, kind: choice, on: zoning, of: [{period: 2026}], atleast: 1}]\n"
    )
    assert fault.column == "r.of.0.period"
