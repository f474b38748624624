"""Reasons for infeasibility: the conflict is minimal, and each repair names people and places."""

from pathlib import Path

import pytest

from allocator import api
from allocator.explain import Reasons, why_infeasible
from allocator.solvers.observer import StopReason, StopRequest

SCENARIO = """
scenario: few
periods: [2026]
layers:
  posting: {items: people, slots: groups, take: 1}
rules: [few]
"""
PACK = """
pack: few
rules:
  - {id: staffed, kind: composition, on: posting, atleast: 2 cadres}
  - {id: room, kind: capacity, on: posting, atmost: 9}
  - {id: keep, kind: stability, on: posting, level: 1}
"""


@pytest.fixture(scope="module")
def reasons(tmp_path_factory: pytest.TempPathFactory) -> Reasons:
    return why_infeasible(few(tmp_path_factory.mktemp("few")), seconds=10)


def few(folder: Path) -> api.Policy:
    """Return a policy that asks for more people than there are."""
    write(folder, "scenario.yaml", SCENARIO)
    write(folder, "few.yaml", PACK)
    write(folder, "people.csv", "id,name,grade\nA,Wang,cadre\nB,Li,cadre\nC,Zhao,cadre\n")
    write(folder, "groups.csv", "id,name\nG,North\nH,South\n")
    return api.bind(api.load(folder))


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text.lstrip(), encoding="utf-8")


def test_more_seats_than_people_is_a_conflict_of_one_rule(reasons: Reasons) -> None:
    assert reasons.rules == ("staffed",)
    [conflict] = reasons.diagnosis.found.conflicts if reasons.diagnosis is not None else ()
    assert conflict.facts == ("posting",), "nobody is in two groups at a time, which is no rule"
    assert conflict.is_minimal and conflict.is_confirmed


def test_the_way_out_is_the_cheapest_and_says_where(reasons: Reasons) -> None:
    assert len(reasons.repairs) == 1
    [repair] = reasons.repairs
    assert repair.rule in reasons.rules
    assert any(name in repair.text.en for name in ("North", "South", "Wang", "Li", "Zhao"))


class StopAfter(StopRequest):
    """A request to stop that comes when it has been looked for so many times."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.looks = looks

    def stop_reason(self) -> StopReason | None:
        self.looks -= 1
        return "asked" if self.looks < 0 else None


@pytest.mark.parametrize("looks", [0, 1, 5])
def test_a_request_to_stop_ends_it_with_what_it_has(tmp_path: Path, looks: int) -> None:
    policy = few(tmp_path)
    reasons = why_infeasible(policy, seconds=10, observer=StopAfter(looks))
    assert reasons.cut_short and not reasons.waivers
    assert {*reasons.rules} <= {rule.id for rule in policy.rules}


def test_what_was_not_stopped_is_whole(reasons: Reasons) -> None:
    assert not reasons.cut_short


def test_a_pin_against_a_rule_is_named(tmp_path: Path) -> None:
    write(tmp_path, "scenario.yaml", SCENARIO)
    write(
        tmp_path,
        "few.yaml",
        PACK.replace("atleast: 2 cadres", "atmost: 0 cadres, slots: 'group.id == \"G\"'"),
    )
    write(tmp_path, "people.csv", "id,name,grade\nA,Wang,cadre\n")
    write(tmp_path, "groups.csv", "id,name\nG,North\nH,South\n")
    policy = api.bind(api.load(tmp_path), pins=["A=G@2026"])
    assert set(why_infeasible(policy, seconds=10).rules) == {"staffed", "pin.1"}
