"""Pins given with a call, and their conflicts with rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from small_folder import bound, faults

NATIVE = "rules: [{id: native-place, kind: avoid, on: posting, when: person.native_place == group.place}]\n"


@pytest.mark.parametrize(
    ("pin", "zh", "en", "near"),
    [
        ("Wang", "写法有误", "written wrongly", ""),
        ("", "写法有误", "written wrongly", ""),
        ("Wang=", "写法有误", "written wrongly", ""),
        ("=East", "写法有误", "written wrongly", ""),
        ("Wang=East@", "写法有误", "written wrongly", ""),
        ("Wang=East@2026@2027", "写法有误", "written wrongly", ""),
        ("Wang=East=West", "写法有误", "written wrongly", ""),
        ("Wnag=East", "Wnag", "no layer has 'Wnag'", "Wang"),
        ("Wang=Eas", "Eas", "no layer has 'Eas'", "East"),
        ("North=East", "同时", "no layer has both", ""),
        ("王" * 5_000, "写法有误", "written wrongly", ""),
    ],
)
def test_a_wrong_pin_is_told(tmp_path: Path, pin: str, zh: str, en: str, near: str) -> None:
    [fault] = faults(tmp_path, "", (pin,))
    assert zh in fault.message.zh and en in fault.message.en
    assert (fault.column, fault.nearest) == ("--pin", near)


def test_every_wrong_pin_is_told_at_once(tmp_path: Path) -> None:
    told = faults(tmp_path, "", ("x", "Wang=East", "Wnag=Eas"))
    assert [fault.nearest for fault in told] == ["", "Wang", "East"]


def test_a_pin_in_a_period_that_is_not_there_is_told(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, "", ("Wang=East@2062",))
    assert (fault.column, fault.found) == ("pin.1.during", "2062")
    assert fault.nearest in ("2026", "2027")


def test_a_pin_is_a_rule_of_the_first_layer_that_knows_both(tmp_path: Path) -> None:
    policy = bound(tmp_path, pins=(" Wang = East @ 2026 ", "North=Z2", "Li=C1"))
    pins = [rule for rule in policy.rules if rule.kind == "pin"]
    assert [(pin.id, pin.on, pin.during) for pin in pins] == [
        ("pin.1", "posting", ("2026",)),
        ("pin.2", "zoning", ()),
        ("pin.3", "casework", ()),
    ]
    assert all(pin.is_hard and pin.why.zh for pin in pins)


def test_a_pin_is_kept(tmp_path: Path) -> None:
    policy = bound(tmp_path, pins=("Wang=East@2026", "North=Z2"))
    plan = api.solve(policy, seconds=5, workers=1)
    placed = {(a.item, a.slot, a.period) for a in plan.assignments}
    assert {("Wang", "East", "2026"), ("North", "Z2", None)} <= placed


def test_a_pin_without_a_period_is_of_all_periods_in_which_both_are_there(tmp_path: Path) -> None:
    """The case C1 is worked on in 2026 alone, Li retires within 2027, and East is always there."""
    plan = api.solve(bound(tmp_path, pins=("Li=C1", "Li=East", "Wang=East")), seconds=5, workers=1)
    assert plan.status == "optimal"
    assert {(a.item, a.slot, a.period) for a in plan.assignments} >= {
        ("Li", "C1", "2026"),
        ("Li", "East", "2026"),
        ("Wang", "East", "2026"),
        ("Wang", "East", "2027"),
    }


def test_a_pin_of_two_that_are_never_there_at_once_is_told_with_their_periods(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, "", ("Li=C2",))
    assert (fault.column, fault.found) == ("pin.1.slot", "C2")
    assert fault.message("en") == "there is no period in which both Li and C2 are there"
    assert fault.message("zh") == "Li 与 C2 没有同时在的周期"
    assert fault.allowed == "Li: 2026; C2: 2027"


@pytest.mark.parametrize(
    "pins",
    [("Wang=East@2026",), ("Li=East@2027",), ("Li=C1@2027",), ("North=Z1", "North=Z2")],
    ids=["recusal", "after retirement", "a case of another year", "two places at once"],
)
def test_a_pin_at_odds_with_a_hard_rule_leaves_no_plan(tmp_path: Path, pins: tuple[str, ...]) -> None:
    plan = api.solve(bound(tmp_path, NATIVE, pins), seconds=5, workers=1)
    assert (plan.status, plan.assignments, plan.score) == ("infeasible", (), ())


def test_a_rule_of_a_pack_cannot_take_the_id_of_a_pin(tmp_path: Path) -> None:
    pack = "rules: [{id: pin.1, kind: capacity, on: posting, atmost: 9}]\n"
    [fault] = faults(tmp_path, pack, ("Wang=East",))
    assert (fault.column, fault.found) == ("pin.1.id", "pin.1")
