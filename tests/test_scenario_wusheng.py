"""Wusheng's joint groups and the lead's rota: solved, judged, and held to the document's figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Assignment, Plan
from scenario_tools import folder, made_anew, of_layer, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "wusheng-joint"
DUTIES = {"supervision", "investigation", "rectification"}


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def places(plan: Plan, layer: str) -> dict[str, str]:
    return {one.item: one.slot for one in of_layer(plan, layer)}


def leads(plan: Plan) -> dict[str, list[str]]:
    """Return for each group with a rota the agencies that lead it, quarter by quarter."""
    turns: dict[str, list[str]] = defaultdict(list)
    held = (one for one in of_layer(plan, "rota") if one.role == "lead")
    for one in sorted(held, key=lambda one: one.period or ""):
        turns[one.slot].append(one.item)
    return turns


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_plan_shows_the_figures_of_the_document(policy: api.Policy, plan: Plan) -> None:
    assert not unlike_the_document(policy, plan)


def test_groups_are_of_two_or_three_agencies(plan: Plan) -> None:
    assert sorted(Counter(places(plan, "joining").values()).values()) == [2, 2, 3, 3, 3, 3]


def test_the_lead_rotates_among_all_agencies_of_a_group(plan: Plan) -> None:
    joined = places(plan, "joining")
    for group, turns in leads(plan).items():
        assert len(turns) == 8
        assert all(one != after for one, after in pairwise(turns))
        assert set(turns) == {agency for agency, place in joined.items() if place == group}
        assert min(Counter(turns).values()) >= 2


def test_nobody_leads_while_away(policy: api.Policy, plan: Plan) -> None:
    units = policy.context.scenario.organisation.units
    held = (one for one in of_layer(plan, "rota") if one.role == "lead")
    assert not [one for one in held if (one.period or "?") in str(units[one.item].extra["away"])]


def test_duties_are_divided_and_last(policy: api.Policy, plan: Plan) -> None:
    groups = policy.context.scenario.organisation.groups
    divided = {group.id for group in groups.values() if group.extra["mode"] == "divide"}
    quarters: dict[tuple[str, str | None], set[str | None]] = defaultdict(set)
    for one in of_layer(plan, "rota"):
        if one.slot in divided:
            quarters[one.slot, one.period].add(one.role)
    assert len(quarters) == 8 * len(divided)
    assert all(roles == DUTIES for roles in quarters.values())


def test_leading_twice_on_end_is_a_breach(policy: api.Policy, plan: Plan) -> None:
    """Swap lead and member of one quarter: the lead of the quarter before goes on."""
    group, turns = next(iter(leads(plan).items()))
    quarters = sorted({one.period or "" for one in of_layer(plan, "rota")})
    roles = {turns[0]: "lead", turns[1]: "member"}

    def swapped(one: Assignment) -> Assignment:
        here = one.layer == "rota" and (one.slot, one.period) == (group, quarters[1])
        return one.model_copy(update={"role": roles.get(one.item, one.role)}) if here else one

    other = plan.model_copy(update={"assignments": tuple(map(swapped, plan.assignments))})
    assert "lead-rotates" in {finding.rule.id for finding in api.verify(policy, other).judgement.broken}


def test_no_group_takes_up_a_case_of_its_own(policy: api.Policy, plan: Plan) -> None:
    cases, joined = policy.context.scenario.organisation.cases, places(plan, "joining")
    assert not [one for one in of_layer(plan, "tasks") if joined.get(cases[one.slot].unit) == one.item]
