"""The check of every kind, compared with an oracle that was written from its documentation alone."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from allocator.program.decisions import Decisions
from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule
from oracles import kinds
from oracles.build import assignments, found, policy_for
from oracles.draws import ROLES, common_fields, plans, waivers, worlds
from oracles.scope import Scope
from oracles.world import Seat, World, waived
from worlds import Plans, program_amounts

# Coverage comes from the examples of each kind; here it would only take three times as long.
pytestmark = pytest.mark.unmeasured
KINDS = sorted(all_kinds())
#: So many examples of each kind, new ones on every run, in place of the ones that are always the same.
HUNT = int(os.environ.get("ORACLE_HUNT", "0"))


def drawn(examples: int, *, hunts: bool = False) -> settings:
    """Return settings that draw the same examples on every run: what they have is known, not likely."""
    return settings(
        max_examples=HUNT if hunts and HUNT else examples,
        derandomize=not (hunts and HUNT),
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


QUICK, LONG, SAME = drawn(20), drawn(80, hunts=True), drawn(100)
#: What names or explains a rule, or says what ways out may offer, and changes nothing that it finds.
WORDS = {"id", "why", "waivable"}
#: Fields that a kind refuses, since others of its own say the same (see test_kinds_oracle_faults.py).
REFUSED = {"pin": {"items", "slots"}, "separate": {"role"}}


@cache
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
    rule = {"kind": kind, **draw(common_fields(world, on)), **one.fields(draw, world, on)}
    refused = one.refused(rule) if hasattr(one, "refused") else REFUSED.get(kind, set())
    if names_all(kind):
        world = replace(world, waivers=waivers(draw, world, on))
    return world, {name: value for name, value in rule.items() if name not in refused}


def names_all(kind: str) -> bool:
    """Say whether the oracle names all that an exception may be from; only then can it leave that out."""
    return set(oracle(kind).NAMES) == set(all_kinds()[kind].subject_dims) - {"part"}


def breaches(kind: str, rule: Mapping[str, Any], world: World, plan: frozenset[Seat]) -> Counter[Any]:
    """Return what the oracle finds in a plan, but for what is waived."""
    names, layer = oracle(kind).NAMES, world.layers[rule["on"]]
    finds = oracle(kind).breaches(Scope(rule, world, plan))
    return Counter(
        {
            where: amount
            for where, amount in finds.items()
            if not waived(world, layer, dict(zip(names, where, strict=True)))
        }
    )


def compare(kind: str, data: Any, count: int) -> None:
    """Hold the oracle of a drawn rule against what check finds, and what the program asks, of drawn plans."""
    one = oracle(kind)
    world, rule = data.draw(rules(kind))
    policy = policy_for(world, rule)
    if hasattr(one, "contradicts"):
        note(rule)
        refused = any(problem.field == "atmost" for problem in policy.rules[0].validate_in(policy.context))
        assert refused == one.contradicts(Scope(rule, world, frozenset()))
        if refused:
            return
    drawn = [data.draw(plans(world)) for _ in range(count)]
    told = [breaches(kind, rule, world, plan) for plan in drawn]
    for plan, finds in zip(drawn, told, strict=True):
        note(f"{rule}\n{world.waivers}\n{sorted(plan, key=str)}")
        assert found(policy, world, plan, one.NAMES) == finds
    if getattr(one, "WRITTEN", True):
        amounts = program_amounts(policy, _as_written(policy, world, drawn))
        totals = [sum(finds.values()) for finds in told]
        assert amounts.tolist() == [total > 0 if rule["level"] == "hard" else total for total in totals]


def _as_written(policy: Any, world: World, drawn: list[frozenset[Seat]]) -> Plans:
    decisions = Decisions.of(list(policy.context.layers.values()))
    return Plans(
        policy.context, decisions, np.stack([decisions.vector(assignments(world, plan)) for plan in drawn])
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_readers_find_the_same(kind: str) -> None:
    @QUICK
    @given(st.data())
    def agree(data: Any) -> None:
        compare(kind, data, 3)

    agree()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_two_readers_find_the_same_in_many_worlds(kind: str) -> None:
    @LONG
    @given(st.data())
    def agree(data: Any) -> None:
        compare(kind, data, 6)

    agree()


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_drawn_and_some_rules_are_kept_and_some_broken(kind: str) -> None:
    met: set[str] = set()
    verdicts: Counter[bool] = Counter()

    @SAME
    @given(st.data())
    def look(data: Any) -> None:
        world, rule = data.draw(rules(kind))
        met.update(_names(rule))
        for _ in range(4):
            plan = data.draw(plans(world))
            verdicts[bool(breaches(kind, rule, world, plan))] += 1

    look()
    wanted = set(_fields(all_kinds()[kind])) - WORDS - REFUSED.get(kind, set())
    if all(world_roles == (None,) for world_roles in map(_roles, oracle(kind).LAYERS)):
        wanted -= {"role"}
    if set(oracle(kind).LAYERS) == {"zoning"}:
        wanted -= {"during"}
    assert wanted <= met
    assert min(verdicts[True], verdicts[False]) >= 3


def test_every_kind_has_an_oracle_and_every_oracle_a_kind() -> None:
    written = {found.stem for found in Path(kinds.__path__[0]).glob("[!_]*.py")}
    assert written == set(KINDS)


def test_what_a_breach_names_is_what_the_oracle_names() -> None:
    for kind, one in all_kinds().items():
        assert set(oracle(kind).NAMES) <= set(one.subject_dims)


def _roles(layer: str) -> tuple[str | None, ...]:
    return ROLES.get(layer, (None,))


def _names(rule: Mapping[str, Any]) -> Iterator[str]:
    for name, value in rule.items():
        yield name
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, Mapping):
                yield from (f"{name}.{inner}" for inner in part)


def _fields(kind: type[Rule]) -> Iterator[str]:
    """Yield the fields of a kind, and those of its fields that are models."""
    for name, field in kind.model_fields.items():
        yield name
        for model in _models(field.annotation):
            yield from (f"{name}.{inner}" for inner in model.model_fields)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation.__module__.startswith("allocator.rules"):
            yield annotation
        return
    for part in get_args(annotation):
        yield from _models(part)
