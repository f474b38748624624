"""The examples of every kind, kept and broken, in program and check; and the documentation of kinds."""

from __future__ import annotations

import numpy as np
import pytest

from allocator.program.decisions import Decisions
from allocator.program.program import Subject
from allocator.rules.expressions.fields import layers_read
from allocator.rules.kinds import all_kinds
from allocator.rules.roster import Roster
from allocator.rules.rule import Rule
from example_scenario import read_plan
from worlds import HARD, Plans, Trial, plans_of, policy_of, program_amounts, trials, world_of

KINDS = list(all_kinds().values())


def plan_of(trial: Trial, text: str) -> Plans:
    """Return one plan of an example, as the only one of its world."""
    rule = trial.rule()
    context = world_of(frozenset(layers_read(rule)))
    decisions = Decisions.of(list(context.layers.values()))
    assignments = read_plan(text, context, rule)
    assert all(decisions.column(one) >= 0 for one in assignments), "the plan has what is no decision"
    plans = Plans(context, decisions, decisions.vector(assignments)[None, :])
    plans.__dict__["rosters"] = [Roster(context.layers, assignments)]
    return plans


@pytest.mark.parametrize("trial", trials(), ids=str)
def test_examples_are_kept_and_broken_as_they_say(trial: Trial) -> None:
    for texts, broken in ((trial.example.kept, False), (trial.example.broken, True)):
        for text in texts:
            plan = plan_of(trial, text)
            policy = policy_of(plan.context, trial.rule())
            breaches = list(policy.breaches(policy.rules[0], plan.rosters[0]))
            assert bool(breaches) == broken, (text, breaches)
            assert all(breach.amount >= 1 for breach in breaches)
            assert bool(program_amounts(policy, plan)[0]) == broken, text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_has_examples_and_says_what_it_is(kind: type[Rule]) -> None:
    assert kind.examples
    assert all(example.kept and example.broken for example in kind.examples)
    assert kind.summary.zh and kind.summary.en and kind.summary.zh != kind.summary.en
    assert any("一" <= character <= "鿿" for character in kind.summary.zh)
    assert kind.summary.en.isascii()
    assert "__doc__" in vars(kind) and kind.__doc__
    assert kind.model_fields["kind"].annotation.__args__ == (kind.name,)
    assert kind.__module__.endswith(f".kinds.{kind.name}")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_about_names_what_breaches_name(kind: type[Rule]) -> None:
    named: set[str] = set()
    for trial in trials({kind.name: kind}, levels=[HARD]):
        plans = plans_of(kind, trial.number)
        policy, broken = policy_of(plans.context, trial.rule()), 0
        for k in np.random.default_rng(3).permutation(len(plans)):
            found = list(policy.breaches(policy.rules[0], plans.roster(k)))
            named |= {name for one in found for name in Subject._fields if getattr(one.subject, name) >= 0}
            broken += bool(found)
            if broken == 100:
                break
    assert named == set(kind.subject_dims)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_a_breach_says_is_said_in_both_languages(kind: type[Rule]) -> None:
    for trial in trials({kind.name: kind}, levels=[HARD]):
        for text in trial.example.broken:
            plan = plan_of(trial, text)
            policy = policy_of(plan.context, trial.rule())
            for breach in policy.breaches(policy.rules[0], plan.rosters[0]):
                assert bool(breach.detail.zh) == bool(breach.detail.en)
                assert breach.detail.zh != breach.detail.en or not breach.detail


def test_a_rule_without_post_or_check_is_no_kind() -> None:
    rule = Rule.model_validate({"id": "r", "kind": "none", "on": "turn"})
    with pytest.raises(TypeError, match="no post"):
        policy_of(world_of(frozenset({"turn"})), rule).compile()
    with pytest.raises(TypeError, match="no check"):
        rule.check(None, None)


@pytest.mark.parametrize("key", ["items", "slots"])
@pytest.mark.parametrize("trial", trials(), ids=str)
def test_a_rule_about_nothing_is_no_accident(trial: Trial, key: str) -> None:
    """What it chooses is nowhere, such as a misspelt grade: program and check agree."""
    rule = trial.rule().model_copy(update={key: "1 == 2"})
    plan = plan_of(trial, trial.example.kept[0])
    policy = policy_of(plan.context, rule)
    amounts = program_amounts(policy, plan)
    found = sum(breach.amount for breach in policy.breaches(policy.rules[0], plan.rosters[0]))
    assert bool(found) == bool(amounts[0])
