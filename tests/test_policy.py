"""A policy compiles its rules, judges plans by them, and can be cut down to some layers and periods."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocator.errors import InputError
from allocator.model.plan import Assignment
from allocator.rules.expressions.fields import expression_fields, layer_references, layers_read
from allocator.rules.kinds import all_kinds
from allocator.rules.policy import Policy
from allocator.rules.roster import LayerRoster, Roster
from allocator.rules.rule import Rule
from allocator.rules.scope import Scope
from allocator.verify import judge
from example_scenario import example_context, example_rule, read_plan
from worlds import Space, policy_of, world_of

FOLLOW = {
    "kind": "follow",
    "on": "turn",
    "this": "group.parent",
    "that": {"layer": "zoning", "item": "person.unit"},
}
WORLD = example_context()


def on_turn(kind: str, **fields: object):
    return example_rule({"kind": kind, "on": "turn", **fields})


def test_cut_down_to_some_layers_only_their_rules_are_left() -> None:
    rules = (example_rule(FOLLOW), on_turn("balance"), example_rule({"kind": "contiguous", "on": "zoning"}))
    policy = Policy(WORLD, rules, (), {})
    assert [rule.id for rule in policy.truncate({"turn": 2}).rules] == ["balance"]
    assert [rule.id for rule in policy.truncate({"zoning": 1}).rules] == ["contiguous"]
    assert [rule.id for rule in policy.truncate({"turn": 1, "zoning": 1}).rules] == [
        "follow",
        "balance",
        "contiguous",
    ]
    short = policy.truncate({"turn": 2, "zoning": 9})
    assert short.context.layers["turn"].shape == (3, 2, 1, 2)
    assert short.context.layers["zoning"].shape[3] == 1
    assert policy.layer_of(rules[1]) is WORLD.layers["turn"]


def test_the_layers_and_expressions_of_a_rule_are_read_off_its_fields() -> None:
    rule = example_rule(FOLLOW)
    assert layers_read(rule) == {"turn", "zoning"}
    assert list(layer_references(rule)) == [("that", "zoning")]
    assert [written.path for written in expression_fields(rule)] == [("this",), ("that", "item")]
    capacity = on_turn("capacity", atmost="group.seats == '' ? 1 : 2", items="person.age > 1")
    assert [written.path for written in expression_fields(capacity)] == [("items",), ("atmost",)]


def test_every_rule_whose_expression_fails_is_told() -> None:
    broken = {"kind": "avoid", "on": "turn", "when": "1 / period.index > 0"}
    rules = [example_rule(broken, id="first"), on_turn("balance"), example_rule(broken, id="second")]
    policy = Policy(WORLD, tuple(rules), (), {})
    with pytest.raises(InputError) as caught:
        policy.compile()
    assert [fault.column for fault in caught.value.faults] == ["first", "second"]
    with pytest.raises(InputError):
        list(policy.breaches(rules[0], Roster(WORLD.layers, ())))


def test_rules_share_the_spells_of_a_layer() -> None:
    one = policy_of(WORLD, on_turn("max_term", periods=2)).compile()
    two = policy_of(WORLD, on_turn("max_term", periods=2), on_turn("min_term", periods=2)).compile()
    assert len(one) == len(two)
    of_leads = example_rule({"kind": "max_term", "on": "posting", "role": "lead", "periods": 2}, id="leads")
    assert len(policy_of(WORLD, on_turn("max_term", periods=2), of_leads).compile()) > len(one)


def test_every_row_and_cost_is_tagged_with_its_rule() -> None:
    rules = (on_turn("take", places=1), on_turn("balance").model_copy(update={"level": 1}))
    program = policy_of(WORLD, *rules).compile()
    asking = program.rows.tags[~program.rows.defining]
    assert set(asking[:, 0]) == {0}
    assert set(program.costs.tags[:, 0]) == {1}
    assert program.levels == (1,)
    assert {tuple(row[[1, 4]]) for row in asking} == {
        (i, t) for i in range(3) for t in range(3) if WORLD.layers["turn"].present[i, t]
    }


def test_a_scope_is_what_the_rule_names() -> None:
    rule = on_turn(
        "eligible",
        when="person.age > 43",
        items="person.grade == 'head'",
        slots="group.id == 'West'",
        during=[2027],
    )
    scope = Scope(rule, WORLD)
    assert scope.items.tolist() == [0, 2] and scope.slots.tolist() == [1]
    assert scope.item_set == {0, 2} and scope.slot_set == {1}
    assert scope.periods == (1,) and scope.roles == (0,)
    assert np.argwhere(scope.covered).tolist() == [[0, 1, 1], [2, 1, 1]]
    assert np.argwhere(scope.where("person.age > 43")).tolist() == [[0, 1, 1]]
    assert scope.numbers("person.age").sum() == 45 + 42
    assert scope.numbers(5).sum() == 10
    assert scope.item_numbers("person.age").tolist() == [45, 0, 42]
    assert scope.slot_numbers(7).tolist() == [0, 7]
    assert scope.texts("person.id")[0, 1, 1] == "Wang" and scope.texts("person.id")[1, 1, 1] is None


def test_a_scope_keeps_to_the_roles_named() -> None:
    rule = example_rule({"kind": "max_term", "on": "posting", "role": "member", "periods": 1})
    assert Scope(rule, WORLD).roles == (1,)


def test_a_roster_answers_who_was_where() -> None:
    assigned = [
        Assignment(layer="posting", item="Wang", slot="East", role="lead", period="2026"),
        Assignment(layer="posting", item="Li", slot="East", role="member", period="2026"),
        Assignment(layer="posting", item="Wang", slot="East", role="member", period="2027"),
        Assignment(layer="elsewhere", item="x", slot="y"),
    ]
    rosters = Roster(WORLD.layers, assigned)
    assert list(rosters) == list(WORLD.layers) and len(rosters) == len(WORLD.layers)
    roster = rosters["posting"]
    wang, li, east, west, lead, member = 0, 1, 0, 1, 0, 1
    assert roster.seats(wang, 0) == ((east, lead),) and roster.seats(wang, 2) == ()
    assert roster.members(east, 0) == ((wang, lead), (li, member))
    assert roster.items_in(east, 0, (lead,)) == (wang,)
    assert roster.slots_of(wang, 1, (lead,)) == () and roster.slots_of(wang, 1, (lead, member)) == (east,)
    assert roster.holds(wang, east, 0, (lead,)) and not roster.holds(wang, west, 0, (lead, member))
    assert roster.seats(li, -2) == ((west, lead),) and roster.holds(li, west, -2, (lead,))
    assert list(roster.spells((lead, member))) == [(wang, east, 0, 1), (li, east, 0, 0)]
    assert list(roster.spells((lead,))) == [(wang, east, 0, 0)]


def test_a_stay_begun_before_the_horizon_goes_on() -> None:
    turn = WORLD.layers["turn"]
    zhao, east, west = turn.item_index["Zhao"], 0, 1
    assert list(LayerRoster(turn, [(zhao, east, 0, 0), (zhao, east, 0, 1)]).spells((0,))) == [
        (zhao, east, -1, 1)
    ]
    assert list(LayerRoster(turn, [(zhao, west, 0, 0)]).spells((0,))) == [(zhao, west, 0, 0)]
    assert list(LayerRoster(turn, [(zhao, east, 0, 1)]).spells((0,))) == [(zhao, east, 1, 1)]


@given(st.integers(0, 6560))
def test_the_spells_of_a_roster_are_its_steps(number: int) -> None:
    space = Space.of(world_of(frozenset({"turn"})))
    sizes = [len(block) for block in space.options]
    plans = space.plans(np.array([np.unravel_index(number, sizes)]))
    roster = plans.rosters[0]["turn"]
    steps = [(i, s, t) for i, s, first, last in roster.spells((0,)) for t in range(max(first, 0), last + 1)]
    assert sorted(steps) == sorted((i, s, t) for i, s, _, t in roster.taken)


def of_all_periods() -> list[tuple[Rule, str]]:
    """Return the examples that add up periods, each with a plan that keeps it."""
    return [
        (example_rule(example.rule), kept)
        for kind in ("frequency", "capacity", "fairness")
        for example in all_kinds()[kind].examples
        if kind == "frequency" or example.rule.get("over") == "horizon"
        for kept in example.kept
    ]


@pytest.mark.parametrize("periods", [1, 2])
@pytest.mark.parametrize(("rule", "kept"), of_all_periods(), ids=str)
def test_what_is_asked_of_all_periods_refuses_no_first_periods_of_a_plan(
    rule: Rule, kept: str, periods: int
) -> None:
    policy = Policy(WORLD, (rule,), (), {})
    plan = read_plan(kept, WORLD, rule)
    assert not judge(policy, plan).broken
    until = policy.truncate({rule.on: periods})
    first = until.context.layers[rule.on].period_index
    assert not judge(until, tuple(one for one in plan if one.period in first)).broken


def asked_at_least(periods: int, **fields: object) -> list[int | str]:
    policy = Policy(WORLD, (on_turn("frequency", atmost=3, **fields),), (), {})
    return [dict(rule)["atleast"] for rule in policy.truncate({"turn": periods}).rules]


def test_a_least_number_is_asked_for_less_what_periods_to_come_can_add() -> None:
    assert [asked_at_least(periods, atleast=3) for periods in (1, 2, 3)] == [[1], [2], [3]]
    assert asked_at_least(1, atleast="person.grade == 'head' ? 3 : 1") == [
        "(person.grade == 'head' ? 3 : 1) - 2"
    ]
    assert asked_at_least(2, atleast=2, during=["2026", "2027"]) == [2]
    assert asked_at_least(1, atleast=3, level=1) == [3]


def test_a_least_sum_is_asked_for_at_the_end_alone_and_the_greatest_always() -> None:
    both = on_turn("capacity", each="item", over="horizon", atleast=2, atmost=3)
    least = on_turn("capacity", each="item", over="horizon", atleast=2)
    each = on_turn("capacity", each="item", atleast=1)
    for rule, left in ((both, [(None, 3)]), (least, []), (each, [(1, None)])):
        short = Policy(WORLD, (rule,), (), {}).truncate({"turn": 2})
        assert [(dict(one)["atleast"], dict(one)["atmost"]) for one in short.rules] == left
        assert Policy(WORLD, (rule,), (), {}).truncate({"turn": 3}).rules == (rule,)
