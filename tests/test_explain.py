"""Why there is no plan: the conflict is minimal, and the way out names who and where."""

from pathlib import Path

import pytest

from allocator import api
from allocator.explain import Reasons, why_infeasible

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
    folder = tmp_path_factory.mktemp("few")
    write(folder, "scenario.yaml", SCENARIO)
    write(folder, "few.yaml", PACK)
    write(folder, "people.csv", "id,name,grade\nA,Wang,cadre\nB,Li,cadre\nC,Zhao,cadre\n")
    write(folder, "groups.csv", "id,name\nG,North\nH,South\n")
    return why_infeasible(api.bind(api.load(folder)), seconds=10)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text.lstrip(), encoding="utf-8")


def test_more_seats_than_people_is_a_conflict_of_two_rules(reasons: Reasons) -> None:
    assert sorted(reasons.rules) == ["staffed", "take.posting"]


def test_the_way_out_is_the_cheapest_and_says_where(reasons: Reasons) -> None:
    assert len(reasons.repairs) == 1
    [repair] = reasons.repairs
    assert repair.rule in reasons.rules
    assert any(name in repair.text.en for name in ("North", "South", "Wang", "Li", "Zhao"))


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
