"""Hai'an's four work groups and lecture corps: solved, judged, and held to the document's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Assignment, Plan
from scenario_tools import folder, made_anew, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "haian-4plus1"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def in_role(plan: Plan, layer: str, role: str) -> list[Assignment]:
    return [one for one in plan.assignments if (one.layer, one.role) == (layer, role)]


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_plan_shows_the_figures_of_the_document(policy: api.Policy, plan: Plan) -> None:
    assert not unlike_the_document(policy, plan)


def test_a_case_without_reviewers_is_a_case_too_few(policy: api.Policy, plan: Plan) -> None:
    left_out = in_role(plan, "casework", "reviewer")[0].slot
    kept = (one for one in plan.assignments if (one.slot, one.role) != (left_out, "reviewer"))
    poorer = plan.model_copy(update={"assignments": tuple(kept)})
    assert unlike_the_document(policy, poorer) == {"reviewed": ("13", "12")}
    assert [finding.rule.id for finding in api.verify(policy, poorer).judgement.broken] == ["two-reviewers"]


def test_groups_are_of_seven_or_eight(plan: Plan) -> None:
    members = [one.slot for one in in_role(plan, "posting", "member")]
    assert sorted(members.count(group) for group in ("G1", "G2", "G3", "G4")) == [7, 8, 8, 8]


def test_each_case_is_handled_in_the_group_of_its_stage(plan: Plan) -> None:
    group = {one.item: one.slot for one in plan.assignments if one.layer == "posting"}
    assert {group[one.item] for one in in_role(plan, "casework", "investigator")} == {"G3"}
    assert {group[one.item] for one in in_role(plan, "casework", "reviewer")} == {"G4"}


def test_lecturers_come_from_everywhere(policy: api.Policy, plan: Plan) -> None:
    organisation = policy.context.scenario.organisation
    homes = [
        organisation.units[organisation.people[one.item].unit]
        for one in plan.assignments
        if one.layer == "lecture"
    ]
    assert {home.kind for home in homes} >= {"office", "agency", "township"}


def test_acquaintance_and_strengths_pull(plan: Plan) -> None:
    """The instance is no formality: not everyone fits, and not every case finds strangers."""
    costs = {score.id: score.cost for score in plan.rules}
    assert min(costs["by-strengths"], costs["by-department"], costs["knows-someone"], costs["even-load"]) > 0
