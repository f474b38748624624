"""Conflicts of tiny worlds are minimal, disjoint and all there are: held to every plan, and to CPMpy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cpmpy as cp
import pytest
from cpmpy.tools.explain import mus
from hypothesis import Phase, given, settings

from allocator import api
from allocator.explain.conflicts import Conflict, Diagnosis, RuleTag
from allocator.rules.policy import Policy
from ground_worlds import Ground, Key, World, worlds

#: A world that fails is small already: it is not made smaller.
DRAWN = (Phase.explicit, Phase.reuse, Phase.generate)


def diagnosed(world: World) -> tuple[Policy, Diagnosis]:
    """Return the answer to a world, proved in full."""
    with TemporaryDirectory() as folder:
        policy = api.bind(api.load(world.write(Path(folder))))
        found = api.diagnose(policy, seconds=30)
    assert found.status != "unknown"
    return policy, found


def key_of(policy: Policy, tag: RuleTag) -> Key:
    """Return a tag by names."""
    layer, subject = policy.context.layers["posting"], tag.subject
    kind = next(rule.kind for rule in policy.rules if rule.id == tag.rule)
    slot = layer.slots[subject.slot] if subject.slot >= 0 else ""
    period = layer.periods[subject.period].id if subject.period >= 0 and kind != "max_term" else ""
    return tag.rule, frozenset(layer.items[i] for i in tag.items), slot, period


def grounds_of(world: World, policy: Policy, conflict: Conflict) -> list[Ground]:
    """Return what each tag of a conflict asks for, in the order of the tags."""
    by_key = {one.key: one for one in world.grounds}
    return [by_key[key_of(policy, tag)] for tag in conflict.tags]


def without(grounds: Sequence[Ground], left_out: Iterable[Ground]) -> list[Ground]:
    keys = {one.key for one in left_out}
    return [one for one in grounds if one.key not in keys]


def check_against_all_plans(world: World) -> None:
    """Check an answer by trying every plan."""
    policy, diagnosis = diagnosed(world)
    assert (diagnosis.status == "possible") == world.has_plan(world.grounds)
    conflicts = [grounds_of(world, policy, one) for one in diagnosis.found.conflicts]
    assert bool(conflicts) == (diagnosis.status == "impossible")
    for some in conflicts:
        assert not world.has_plan(some), "a plan keeps what is said to be a conflict"
        for one in some:
            assert world.has_plan(without(some, [one])), f"{one.key} can be left out"
    everything = [one.key for some in conflicts for one in some]
    assert len(everything) == len({*everything}), "two conflicts share a rule for one subject"
    assert diagnosis.status == "possible" or diagnosis.found.is_complete
    rest = without(world.grounds, (one for some in conflicts for one in some))
    assert world.has_plan(rest), "there is one more conflict"


def check_against_cpmpy(world: World) -> None:
    """Check an answer by the minimal unsatisfiable subsets of another model."""
    policy, diagnosis = diagnosed(world)
    filled = cp.boolvar(shape=(world.periods, len(world.people), world.groups))
    places = [cp.sum(person) <= 1 for period in filled for person in period]

    def written(grounds: Iterable[Ground]) -> list[cp.expressions.core.Expression]:
        sums = (
            (cp.sum([filled[cell] for cell in one.cells]) if one.cells else cp.intvar(0, 0), one)
            for one in grounds
        )
        return [(count >= one.low) & (count <= one.high) for count, one in sums]

    def has_plan(grounds: Iterable[Ground], facts: Sequence[object]) -> bool:
        return bool(cp.Model([*written(grounds), *facts]).solve())

    assert has_plan(world.grounds, places) == (diagnosis.status == "possible")
    left = list(world.grounds)
    for conflict in diagnosis.found.conflicts:
        some = grounds_of(world, policy, conflict)
        assert len(mus(written(some), places)) == len(some)
        assert bool(conflict.facts) == has_plan(some, []), "whether it matters that nobody is in two places"
        left = without(left, some)
    assert has_plan(left, places), "there is one more conflict"


@settings(phases=DRAWN, max_examples=4, deadline=None)
@given(worlds())
def test_conflicts_are_minimal_disjoint_and_all(world: World) -> None:
    check_against_all_plans(world)


@pytest.mark.slow
@settings(phases=DRAWN, max_examples=14, deadline=None)
@given(worlds())
def test_conflicts_of_more_worlds_are_minimal_disjoint_and_all(world: World) -> None:
    check_against_all_plans(world)


@pytest.mark.slow
@settings(phases=DRAWN, max_examples=10, deadline=None)
@given(worlds())
def test_conflicts_are_those_of_another_model(world: World) -> None:
    check_against_cpmpy(world)
