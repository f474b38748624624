"""Faults that the oracles of the kinds have found, each with a plan of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from allocator.model.plan import Assignment
from allocator.program.decisions import Decisions
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.rules.rule import Waiver
from example_scenario import example_context, read_plan
from worlds import Plans, found_amounts, policy_of, program_amounts

WORLD = example_context()


def both(plan: str, **fields: Any) -> tuple[int, int]:
    """Return what check finds in a plan, and what the program asks of it as a soft rule."""
    policy, plans = _tried(plan, level=1, **fields)
    return int(found_amounts(policy, plans)[0]), int(program_amounts(policy, plans)[0])


def admits(plan: str, **fields: Any) -> bool:
    """Return whether the program admits a plan under the rule as a hard one."""
    policy, plans = _tried(plan, **fields)
    return not program_amounts(policy, plans)[0]


def _tried(plan: str, **fields: Any) -> tuple[Policy, Plans]:
    rule = all_kinds()[fields["kind"]].model_validate({"id": "tried", **fields})
    decisions = Decisions.of(list(WORLD.layers.values()))
    chosen: tuple[Assignment, ...] = read_plan(plan, WORLD, rule)
    return policy_of(WORLD, rule), Plans(WORLD, decisions, np.stack([decisions.vector(chosen)]))


TWICE = "Wang=C1/investigator@2026 Wang=C1/reviewer@2026"


def test_somebody_with_two_roles_of_a_slot_is_one_of_a_grade() -> None:
    asked = {"kind": "composition", "on": "casework", "slots": "case.id == 'C1'"}
    assert both(TWICE, **asked, atmost="1正") == (0, 0)
    assert both(TWICE, **asked, atleast="2正") == (1, 1)


def test_somebody_with_two_roles_of_a_slot_is_one_who_has_a_skill() -> None:
    asked = {"kind": "cover", "on": "casework", "slots": "case.id == 'C1'", "skills": {"law": 3}}
    assert both(TWICE, **asked, atleast=2) == (1, 1)
    assert not admits(TWICE, **asked, atleast=2)


def test_somebody_with_two_roles_of_a_slot_is_no_pair_and_a_pair_is_met_once() -> None:
    asked = {"kind": "apart", "on": "casework", "ties": "kin"}
    assert admits(TWICE, **asked)
    assert both(TWICE, **asked) == (0, 0)
    assert both(f"{TWICE} Li=C1/reviewer@2026", **asked) == (1, 1)
    assert not admits(f"{TWICE} Li=C1/reviewer@2026", **asked)


def test_take_counts_the_places_that_the_rule_is_about() -> None:
    asked = {"kind": "take", "on": "casework", "places": "0-1", "role": "reviewer"}
    assert both(TWICE, **asked) == (0, 0)
    assert both("Wang=C1/reviewer@2026 Wang=C3/reviewer@2026", **asked) == (1, 1)
    assert both("Wang=C1/reviewer@2026 Wang=C3/reviewer@2026", **asked, slots="case.id == 'C1'") == (0, 0)


def test_limits_of_a_layer_over_the_horizon_hold_though_the_rule_leaves_out_the_first_period() -> None:
    asked = {"kind": "capacity", "on": "turn", "each": "layer", "over": "horizon", "during": "2027"}
    assert both("Wang=East@2027", **asked, atleast=1, atmost=2) == (0, 0)
    assert both("Wang=East@2026", **asked, atleast=1) == (1, 1)


def test_a_choice_asks_nothing_of_who_is_never_there() -> None:
    asked = {"kind": "choice", "on": "turn", "of": [{"slot": "East"}, {"slot": "West"}], "atleast": 1}
    assert both("Wang=East@2028 Li=West@2028", **asked, during="2028") == (0, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "separate", "on": "casework", "roles": ["investigator", "reviewer"], "role": "reviewer"},
        {"kind": "pin", "on": "turn", "item": "Wang", "slot": "East", "items": "person.id == 'Li'"},
        {"kind": "pin", "on": "turn", "item": "Wang", "slot": "East", "slots": "group.id == 'West'"},
    ],
)
def test_fields_that_would_be_passed_over_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        all_kinds()[fields["kind"]].model_validate({"id": "tried", **fields})


def test_a_notation_of_roles_that_the_rule_is_not_about_is_told() -> None:
    fields = {"kind": "composition", "on": "posting", "role": "member", "exactly": "1 lead"}
    rule = all_kinds()["composition"].model_validate({"id": "tried", **fields})
    [problem] = rule.validate_in(WORLD)
    assert (problem.field, problem.found, problem.allowed) == ("exactly", "lead", "member")


def test_a_window_that_ends_when_somebody_has_gone_is_not_judged() -> None:
    asked = {"kind": "frequency", "on": "turn", "items": "person.id == 'Zhao'", "within": 2, "atmost": 0}
    assert both("Zhao=West@2027", **asked) == (2, 2)  # 2025 and 2026, 2026 and 2027; he retires in 2028
    assert both("Zhao=West@2027", **asked, during="2028") == (0, 0)


def test_a_stay_cut_short_before_the_horizon_is_waived_in_its_first_period() -> None:
    asked = {"kind": "min_term", "on": "turn", "periods": 2, "level": 1}
    policy, plans = _tried("Zhao=West@2026 Zhao=West@2027", **asked)  # he has been in the East in 2025 alone
    assert (found_amounts(policy, plans), program_amounts(policy, plans)) == ([1], [1])
    first = {"rule": "tried", "items": "Zhao", "until": "2026-12-31", "reason": {"zh": "借调", "en": "lent"}}
    waived = replace(policy, waivers=(Waiver.model_validate(first),))
    assert (found_amounts(waived, plans), program_amounts(waived, plans)) == ([0], [0])


def test_of_conflicts_that_are_passed_on_and_ones_own_the_greatest_is_paid() -> None:
    asked = {
        "kind": "avoid",
        "on": "turn",
        "when": "person.id == 'Li'",
        "acquaintance": {"of": "['Wang']"},
        "through": "['Wang']",
    }
    assert both("Li=East@2026", **asked) == (100, 100)  # Wang is himself: 100; Li is meant and kin: 1 + 90


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "frequency", "on": "turn"},
        {"kind": "capacity", "on": "turn"},
        {"kind": "partners", "on": "turn"},
        {"kind": "choice", "on": "turn", "of": [{"slot": "East"}, {"slot": "West"}, {"period": "2027"}]},
    ],
)
def test_more_asked_than_allowed_is_refused(fields: dict[str, Any]) -> None:
    kind = all_kinds()[fields["kind"]]
    kind.model_validate({"id": "tried", **fields, "atleast": 2, "atmost": 2})
    with pytest.raises(ValidationError, match="atmost is below atleast"):
        kind.model_validate({"id": "tried", **fields, "atleast": 2, "atmost": 1})


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            {"kind": "frequency", "each": "item", "atleast": "person.grade == 'head' ? 2 : 0", "atmost": 1},
            [("Wang: 1", "≥ 2"), ("Zhao: 1", "≥ 2")],
        ),
        (
            {"kind": "frequency", "each": "slot", "atleast": 1, "atmost": "group.id == 'East' ? 0 : 1"},
            [("East: 0", "≥ 1")],
        ),
        (
            {"kind": "frequency", "each": "pair", "atleast": 1, "atmost": "person.id == 'Li' ? 0 : 1"},
            [("Li, East: 0", "≥ 1"), ("Li, West: 0", "≥ 1")],
        ),
        (
            {"kind": "capacity", "atleast": "group.id == 'East' ? 1 : 0", "atmost": "period.index"},
            [("East @ 2026: 0", "≥ 1")],
        ),
        (
            {"kind": "capacity", "each": "layer", "atleast": 1, "atmost": "period.index"},
            [("turn @ 2026: 0", "≥ 1")],
        ),
        (
            {"kind": "capacity", "each": "group.parent", "over": "horizon", "atleast": 1, "atmost": "1 - 1"},
            [("Z1: 0", "≥ 1"), ("Z2: 0", "≥ 1")],
        ),
        ({"kind": "capacity", "atleast": 1, "atmost": "group.id == 'East' ? 1 : 2"}, []),
        ({"kind": "capacity", "atmost": "0 - 1"}, []),
        ({"kind": "frequency", "atleast": "person.id == 'Li' ? 1 : 0"}, []),
        ({"kind": "capacity", "atleast": "group.nothing", "atmost": 1}, []),
        ({"kind": "frequency", "atleast": "person.nothing", "atmost": 1}, []),
    ],
)
def test_more_asked_than_allowed_by_an_expression_is_told(
    fields: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    rule = all_kinds()[fields["kind"]].model_validate({"id": "tried", "on": "turn", **fields})
    problems = list(rule.validate_in(WORLD))
    assert [(problem.found, problem.allowed) for problem in problems] == told
    assert {problem.field for problem in problems} <= {"atmost"}
