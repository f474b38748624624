"""A slot without any eligible item is a doubt; a zone that a plan leaves empty is remarked on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

import tiny_scenario
from allocator.report.lint.closed_slots import doubts
from cli_world import call, write_plan
from small_folder import bound
from tiny_scenario import write_scenario


def test_a_slot_that_no_item_can_go_to_is_told(tmp_path: Path) -> None:
    policy = bound(tmp_path)
    assert not list(doubts(policy))
    layer = policy.context.layers["zoning"]
    possible = np.array(layer.possible)
    possible[:, 1] = False
    layers = {**policy.context.layers, "zoning": replace(layer, possible=possible)}
    closed = replace(policy, context=replace(policy.context, layers=layers))
    (doubt,) = doubts(closed)
    assert (doubt.file, doubt.column, doubt.found) == ("scenario.yaml", "layers.zoning", layer.slots[1])
    assert doubt.row > 1


def test_a_zone_without_units_is_remarked_on(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path)
    plan = write_plan(scenario)
    assert "with nothing in them" not in call("show", plan, "--scenario", scenario).out
    moved = tiny_scenario.PLAN.replace("U2=Z2", "U2=Z1")
    assert moved != tiny_scenario.PLAN
    plan = write_plan(scenario, moved)
    assert ": 1 with nothing in them: " in call("show", plan, "--scenario", scenario).out
    assert "1 处为空" in call("show", plan, "--scenario", scenario, lang="zh").out
