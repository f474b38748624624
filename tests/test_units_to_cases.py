"""Units assigned to cases, and layers that follow one another period by period."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.rules.policy import Policy
from small_folder import SCENARIO, folder

LAYERS = """\
  drawing: {items: units, slots: cases, take: 0-1}
  team: {items: people, slots: cases, take: 0-1}
"""
OTHER_THAN_THE_ONE_CONCERNED = """\
pack: main
rules:
  - {id: one, kind: capacity, on: drawing, atleast: 1}
  - {id: not-own, kind: eligible, on: drawing, when: unit.id != case.unit && unit.workload > 0}
"""
EACH_OTHER = """
  - {id: with-unit, kind: follow, on: team, this: case.id, that: {layer: drawing, item: person.unit}}
  - id: sends-somebody
    kind: follow
    on: drawing
    this: case.id
    that: {layer: team, item: "unit.id == 'North' ? 'Wang' : 'Li'"}
"""


def bound(tmp_path: Path, pack: str) -> Policy:
    return api.bind(api.load(folder(tmp_path, {"main": pack}, SCENARIO + LAYERS)))


def test_unit_is_the_one_assigned_not_the_one_that_the_case_concerns(tmp_path: Path) -> None:
    plan = api.solve(bound(tmp_path, OTHER_THAN_THE_ONE_CONCERNED), seconds=5, workers=1)
    drawn = {(one.item, one.slot) for one in plan.assignments if one.layer == "drawing"}
    assert drawn == {("South", "C1"), ("North", "C2")}


@pytest.mark.parametrize("after", ["drawing", "team"])
def test_layers_may_follow_each_other_in_every_period(tmp_path: Path, after: str) -> None:
    """Whichever is decided first; the other is not decided yet as far when it is being made."""
    lines = LAYERS.splitlines(keepends=True)
    layers = "".join(lines if after == "team" else reversed(lines))
    base = folder(tmp_path, {"main": OTHER_THAN_THE_ONE_CONCERNED + EACH_OTHER}, SCENARIO + layers)
    policy = api.bind(api.load(base))
    plan = api.solve(policy, seconds=5, workers=1)
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds
    team = {(one.item, one.slot) for one in plan.assignments if one.layer == "team"}
    assert ("Li", "C1") in team
    assert ("Wang", "C2") in team
