"""A second reader's check of every kind, written from its documentation alone, beside the program's own."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from allocator.rules.registry import all_kinds
from oracles.build import found, policy_for
from oracles.draws import common_fields, plans, worlds
from oracles.scope import Scope
from oracles.world import World

PLANS = 4
QUICK = settings(max_examples=40, suppress_health_check=list(HealthCheck))
KINDS = sorted(all_kinds())


def oracle(kind: str) -> ModuleType:
    return import_module(f"oracles.kinds.{kind}")


@st.composite
def rules(draw: Any, kind: str) -> tuple[World, dict[str, Any]]:
    """Draw a world and a rule of a kind in it."""
    one = oracle(kind)
    on = draw(st.sampled_from(one.LAYERS))
    others = tuple(name for name in getattr(one, "OTHER_LAYERS", ()) if name != on)
    take = getattr(one, "TAKE", "any")
    world = draw(worlds((on, *others), take, getattr(one, "BASELINE", False), getattr(one, "PLAIN", False)))
    return world, {"kind": kind, **draw(common_fields(world, on)), **one.fields(draw, world, on)}


def compare(kind: str, data: Any) -> None:
    """Hold a drawn rule's oracle against what the program finds in drawn plans."""
    one = oracle(kind)
    world, rule = data.draw(rules(kind))
    policy = policy_for(world, rule)
    for _ in range(PLANS):
        plan = data.draw(plans(world))
        told = one.breaches(Scope(rule, world, plan))
        note(f"{rule}\n{sorted(plan, key=str)}")
        assert found(policy, world, plan, one.NAMES) == told


@pytest.mark.parametrize("kind", KINDS)
def test_two_readers_find_the_same(kind: str) -> None:
    @QUICK
    @given(st.data())
    def agree(data: Any) -> None:
        compare(kind, data)

    agree()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_oracle_that_names_what_a_breach_names(kind: str) -> None:
    assert set(oracle(kind).NAMES) <= set(all_kinds()[kind].about)
