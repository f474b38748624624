"""Qingchuan's five task forces: solved, judged, and held to the document's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Assignment, Plan
from scenario_tools import folder, made_anew, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "qingchuan-linked"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def postings(plan: Plan) -> list[Assignment]:
    return [one for one in plan.assignments if one.layer == "posting"]


def office_of(policy: api.Policy, person: str) -> object:
    organisation = policy.context.scenario.organisation
    return organisation.units[organisation.people[person].unit].extra["liaison"]


def lent(policy: api.Policy, plan: Plan) -> list[Assignment]:
    groups = policy.context.scenario.organisation.groups
    return [one for one in postings(plan) if groups[one.slot].extra["office"] != office_of(policy, one.item)]


def edited(plan: Plan, line: Assignment, **changes: str) -> Plan:
    lines = tuple(one.model_copy(update=changes) if one == line else one for one in plan.assignments)
    return plan.model_copy(update={"assignments": lines})


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_plan_shows_the_figures_of_the_document(policy: api.Policy, plan: Plan) -> None:
    assert not unlike_the_document(policy, plan)


def test_some_are_lent_but_no_head_and_no_lead(policy: api.Policy, plan: Plan) -> None:
    people = policy.context.scenario.organisation.people
    costs = {score.id: score.cost for score in plan.rules}
    assert costs["office-links"] == len(lent(policy, plan)) > 0
    assert all(people[one.item].grade != "head" and one.role == "member" for one in lent(policy, plan))


def test_strength_follows_the_focus_of_the_stage(plan: Plan) -> None:
    for kind, stage in (("inspection", "stage-1"), ("investigation", "stage-2")):
        seats = [one.slot for one in postings(plan) if one.slot.endswith(f"-{kind}") and one.period == stage]
        assert min(seats.count(slot) for slot in set(seats)) >= 6


def test_who_retires_is_missed_in_the_second_stage(policy: api.Policy, plan: Plan) -> None:
    first, second = ({one.item for one in postings(plan) if one.period == f"stage-{k}"} for k in (1, 2))
    people = policy.context.scenario.organisation.people
    assert first - second == {key for key in first if people[key].retires and key not in second}
    assert first > second


def test_a_subgroup_without_its_lead_breaks_its_seats(policy: api.Policy, plan: Plan) -> None:
    lead = next(one for one in postings(plan) if one.role == "lead" and one.slot == "F1-general")
    verdict = api.verify(policy, edited(plan, lead, role="member"))
    assert "seats-general" in {finding.rule.id for finding in verdict.judgement.broken}


def test_a_head_of_an_agency_in_another_task_force_is_told(policy: api.Policy, plan: Plan) -> None:
    people = policy.context.scenario.organisation.people
    head = next(
        one for one in postings(plan) if people[one.item].grade == "head" and one.slot.startswith("F1")
    )
    verdict = api.verify(policy, edited(plan, head, slot="F2-general"))
    assert "heads-linked" in {finding.rule.id for finding in verdict.judgement.broken}
