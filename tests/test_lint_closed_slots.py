"""A slot without any eligible item is a doubt; a zone that a plan leaves empty is remarked on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tiny_scenario
from allocator.errors import Fault
from allocator.model.text import Text
from allocator.report.lint import all_lints, feasibility
from allocator.report.lint.feasibility import closed_slots
from allocator.rules.policy import Policy
from cli_world import call, write_plan
from small_folder import bound
from tiny_scenario import write_scenario


def test_every_public_function_of_a_module_is_a_lint_in_the_order_of_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = [lint.__name__ for lint in all_lints()]
    assert before == sorted(before) and {"closed_slots", "history_readings", "without_neighbours"} <= {
        *before
    }
    assert not {"find_imbalances", "imbalance_text", "find_doubts"} & {*before}

    def added(policy: Policy) -> Iterator[Fault]:
        yield Fault(Text(zh="疑", en="odd"))

    added.__module__ = feasibility.__name__
    monkeypatch.setattr(feasibility, "added", added, raising=False)
    monkeypatch.setattr(feasibility, "_private", added, raising=False)
    assert [lint for lint in all_lints.__wrapped__() if lint.__name__ not in before] == [added]


def test_a_slot_that_no_item_can_go_to_is_told(tmp_path: Path) -> None:
    policy = bound(tmp_path)
    assert not list(closed_slots(policy))
    layer = policy.context.layers["zoning"]
    possible = np.array(layer.possible)
    possible[:, 1] = False
    layers = {**policy.context.layers, "zoning": replace(layer, possible=possible)}
    closed = replace(policy, context=replace(policy.context, layers=layers))
    (doubt,) = closed_slots(closed)
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
