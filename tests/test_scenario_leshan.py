"""Leshan's four case centres: solved, judged, and held to the document's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Assignment, Plan
from scenario_tools import folder, made_anew, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "leshan-centres"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def in_layer(plan: Plan, layer: str) -> list[Assignment]:
    return [one for one in plan.assignments if one.layer == layer]


def of_kind(policy: api.Policy, plan: Plan, kind: str) -> list[Assignment]:
    cases = policy.context.scenario.organisation.cases
    return [one for one in in_layer(plan, "casework") if cases[one.slot].extra["kind"] == kind]


def broken(policy: api.Policy, plan: Plan, line: Assignment, **changes: str) -> set[str]:
    lines = tuple(one.model_copy(update=changes) if one == line else one for one in plan.assignments)
    verdict = api.verify(policy, plan.model_copy(update={"assignments": lines}))
    return {finding.rule.id for finding in verdict.judgement.broken}


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_plan_shows_the_figures_of_the_document(policy: api.Policy, plan: Plan) -> None:
    assert not unlike_the_document(policy, plan)


def test_major_cases_are_handled_within_the_centre(policy: api.Policy, plan: Plan) -> None:
    organisation = policy.context.scenario.organisation
    centre = {one.item: one.slot for one in in_layer(plan, "centres")}
    for one in of_kind(policy, plan, "major"):
        assert centre[organisation.people[one.item].unit] == centre[organisation.cases[one.slot].unit]


def test_an_agency_lends_at_most_one_to_a_case(policy: api.Policy, plan: Plan) -> None:
    people = policy.context.scenario.organisation.people
    lent = [
        (one.slot, people[one.item].unit)
        for one in of_kind(policy, plan, "major")
        if people[one.item].unit.startswith("A")
    ]
    assert len(lent) == len(set(lent)) >= 24


def test_every_level_pulls(plan: Plan) -> None:
    """The instance is no formality: links give way, and not every case finds people who know nobody."""
    assert all(score.cost > 0 for score in plan.score if score.level != "hard")


def test_the_agency_of_a_major_case_in_another_centre_breaks_the_work_on_it(
    policy: api.Policy, plan: Plan
) -> None:
    agency = policy.context.scenario.organisation.cases[of_kind(policy, plan, "major")[0].slot].unit
    line = next(one for one in in_layer(plan, "centres") if one.item == agency)
    other = next(centre for centre in ("N1", "N2") if centre != line.slot)
    assert "major-in-centre" in broken(policy, plan, line, slot=other)


def test_a_stranger_to_the_agency_does_not_take_its_routine_case(policy: api.Policy, plan: Plan) -> None:
    organisation = policy.context.scenario.organisation
    line = of_kind(policy, plan, "routine")[0]
    stranger = next(
        key for key, person in organisation.people.items() if person.unit == "A20" and not person.retires
    )
    assert organisation.cases[line.slot].unit != "A20"
    assert "routine-near" in broken(policy, plan, line, item=stranger)
