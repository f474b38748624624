"""compact, to a centre: distances from a table, and fields that are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from allocator.errors import InputError
from allocator.model.scenario import ScoreTable
from allocator.program.evaluate import evaluate_auxiliaries, rule_costs, violated_rows
from allocator.rules.context import RuleContext
from allocator.rules.roster import Roster
from example_scenario import example_rule, read_plan
from worlds import Space, found_amounts, policy_of, world_of

CENTRE = {"kind": "compact", "on": "zoning", "to": "centre", "level": 1}
UNITS = ("North", "South", "Far", "Mill")


def world_with(values: list[list[float]]) -> RuleContext:
    context = world_of(frozenset({"zoning"}))
    organisation = context.scenario.organisation
    table = ScoreTable(UNITS, UNITS, np.array(values))
    scenario = replace(context.scenario, organisation=replace(organisation, scores={"road": table}))
    return replace(context, scenario=scenario)


ROADS = [[0, 3, 9, 1], [4, 0, 2, 0], [8, 2, 0, 0], [1, 0, 0, 5]]


@pytest.mark.parametrize(
    ("plan", "cost"),
    [
        ("North=Z1 South=Z1", 3),  # from North to South is less than back
        ("North=Z1 South=Z1 Far=Z1", 5),  # 3 + 2 to South
        ("North=Z1 Mill=Z1", 1),  # with North as centre: Mill's own cost as one is 5
        ("Mill=Z1 North=Z2", 5),
        ("", 0),
    ],
)
def test_a_table_says_how_far_each_is_from_each(plan: str, cost: int) -> None:
    rule = example_rule(CENTRE, table="road")
    context = world_with(ROADS)
    policy = policy_of(context, rule)
    roster = Roster(context.layers, read_plan(plan, context, rule))
    assert sum(breach.amount for breach in policy.breaches(rule, roster)) == cost


@pytest.mark.parametrize("fields", [{}, {"load": "unit.kind == 'agency' ? 2 : 1"}, {"power": 2, "beyond": 1}])
def test_program_and_check_agree_on_every_plan_by_a_table(fields: dict[str, object]) -> None:
    context = world_with(ROADS)
    rule = example_rule(CENTRE, table="road", **fields)
    policy, plans = policy_of(context, rule), Space.of(context).all()
    program = policy.compile()
    values = evaluate_auxiliaries(program, plans.matrix)
    assert not violated_rows(program, values).any()
    assert (rule_costs(program, values)[:, 0] == found_amounts(policy, plans)).all()


@pytest.mark.parametrize("values", [[[0.5] * 4] * 4, [[-1] * 4] * 4])
def test_a_table_has_whole_numbers_from_0(values: list[list[float]]) -> None:
    [problem] = example_rule(CENTRE, table="road").validate_in(world_with(values))
    assert "whole" in problem.message.en


def test_an_unknown_table_is_named_with_the_nearest() -> None:
    [problem] = example_rule(CENTRE, table="raod").validate_in(world_with(ROADS))
    assert (problem.field, problem.nearest) == ("table", "road")


@pytest.mark.parametrize("fields", [{"load": 2}, {"table": "road"}])
def test_loads_and_tables_are_for_centres(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="centre only"):
        example_rule({**CENTRE, "to": "members"}, **fields)


def test_distances_too_large_to_add_up_are_refused() -> None:
    rule = example_rule(CENTRE, metres=1, power=2, load=10**9)
    with pytest.raises(InputError, match="raise metres"):
        policy_of(world_of(frozenset({"zoning"})), rule).compile()
