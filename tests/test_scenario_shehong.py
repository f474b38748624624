"""Shehong's cooperation groups by sector: solved, judged, and held to the document's figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import folder, made_anew, tables, unlike_the_document

NAME = "shehong-sectors"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def places(plan: Plan, layer: str) -> dict[str, str]:
    return {one.item: one.slot for one in plan.assignments if one.layer == layer}


def broken_by_moving(policy: api.Policy, plan: Plan, item: str, slot: str) -> set[str]:
    """Return the hard rules that break when one item goes to another slot."""
    moved = [one.model_copy(update={"slot": slot}) if one.item == item else one for one in plan.assignments]
    other = plan.model_copy(update={"assignments": tuple(moved)})
    return {finding.rule.id for finding in api.verify(policy, other).judgement.broken}


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_plan_shows_the_figures_of_the_document(policy: api.Policy, plan: Plan) -> None:
    assert not unlike_the_document(policy, plan)


def test_groups_are_of_two_or_three_agencies(plan: Plan) -> None:
    assert sorted(Counter(places(plan, "grouping").values()).values()) == [2, 2, 2, 2, 3, 3]


def test_people_stay_with_their_agency(policy: api.Policy, plan: Plan) -> None:
    people = policy.context.scenario.organisation.people
    group, posted = places(plan, "grouping"), places(plan, "posting")
    agents = [one for one in people.values() if one.unit in group]
    assert {posted[one.id] for one in agents if posted[one.id] == group[one.unit]} == set(group.values())
    assert all(posted[one.id] == group[one.unit] for one in agents)


def test_a_lead_in_charge_of_another_sector_breaks_a_rule(policy: api.Policy, plan: Plan) -> None:
    organisation = policy.context.scenario.organisation
    lead = next(one for one in plan.assignments if one.role == "lead")
    fields = str(organisation.people[lead.item].extra["field"])
    foreign = next(group.id for group in organisation.groups.values() if group.domain not in fields)
    assert "lead-of-leadership" in broken_by_moving(policy, plan, lead.item, foreign)


def test_a_case_does_not_go_where_its_party_is_known(policy: api.Policy, plan: Plan) -> None:
    cases = policy.context.scenario.organisation.cases.values()
    posted = places(plan, "posting")
    case = next(one for one in cases if one.extra["known_to"])
    assert "party-known" in broken_by_moving(policy, plan, case.id, posted[str(case.extra["known_to"])])


def test_sectors_and_balance_pull(plan: Plan) -> None:
    """The instance is no formality: not every agency fits, and no lead suits everything."""
    costs = {score.id: score.cost for score in plan.rules}
    assert min(costs[rule] for rule in ("by-sector", "workload-even", "near-dispatch")) > 0
