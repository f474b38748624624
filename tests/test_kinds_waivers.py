"""With a named exception the program and the check still agree, and the exception makes a difference."""

from __future__ import annotations

from datetime import date

import pytest

from allocator.rules.kinds import all_kinds
from allocator.rules.rule import Rule, Waiver
from worlds import (
    Trial,
    differences,
    first_quick,
    found_amounts,
    plans_of,
    policy_of,
    shown,
    trials,
    waiver,
)

# Coverage comes from the examples of each kind; here it would only take three times as long.
pytestmark = pytest.mark.unmeasured

DIMENSIONS = {"items": "item", "slots": "slot"}
FIRST_YEAR = date(2026, 12, 31)


def waivers_for(trial: Trial) -> list[tuple[Waiver, ...]]:
    """Return exceptions for items and slots as the kind allows, for all time and for the first year."""
    rule = trial.rule()
    layer = plans_of(trial.kind, trial.number).context.layers[rule.on]
    chosen: list[tuple[Waiver, ...]] = []
    for field, dimension in DIMENSIONS.items():
        if dimension in rule.subject_dims:
            chosen.extend((waiver(rule, **{field: name}),) for name in getattr(layer, field)[:2])
            chosen.append((waiver(rule, FIRST_YEAR, **{field: getattr(layer, field)}),))
    if {"item", "slot"} <= set(rule.subject_dims):
        chosen.append((waiver(rule, items=layer.items[0], slots=layer.slots[-1]),))
    return chosen or [(waiver(rule, FIRST_YEAR),)]


@pytest.mark.parametrize("trial", first_quick(trials()), ids=str)
def test_the_program_and_the_check_agree_on_what_is_waived(trial: Trial) -> None:
    plans = plans_of(trial.kind, trial.number).thinned(120)
    for waivers in waivers_for(trial):
        policy = policy_of(plans.context, trial.rule(), waivers=waivers)
        amounts = found_amounts(policy, plans)
        differing = differences(policy, plans, amounts)
        told = [f"{shown(plans, k)}: check finds {amounts[k]}" for k in differing[:3]]
        assert not told, f"{waivers}: {len(differing)} of {len(plans)} plans"


@pytest.mark.slow
@pytest.mark.parametrize("kind", all_kinds().values(), ids=all_kinds())
def test_a_waiver_waives(kind: type[Rule]) -> None:
    changed = 0
    for trial in trials({kind.name: kind}, levels=["hard"]):
        plans = plans_of(kind, trial.number).thinned(300)
        whole = found_amounts(policy_of(plans.context, trial.rule()), plans)
        for waivers in waivers_for(trial):
            amounts = found_amounts(policy_of(plans.context, trial.rule(), waivers=waivers), plans)
            assert (amounts <= whole).all()
            changed += int((amounts < whole).sum())
    assert changed
