"""Cuiping's one topic or case and N agencies: solved, judged, and held to the document's figures."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Assignment, Plan
from scenario_tools import folder, made_anew, of_layer, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "cuiping-1plusn"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def drawn(plan: Plan) -> dict[str, set[str]]:
    """Return the agencies that each topic or case draws on."""
    agencies: dict[str, set[str]] = defaultdict(set)
    for one in of_layer(plan, "drawing"):
        agencies[one.slot].add(one.item)
    return agencies


def broken(policy: api.Policy, plan: Plan, assignments: list[Assignment]) -> set[str]:
    other = plan.model_copy(update={"assignments": tuple(assignments)})
    return {finding.rule.id for finding in api.verify(policy, other).judgement.broken}


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_plan_shows_the_figures_of_the_document(policy: api.Policy, plan: Plan) -> None:
    assert not unlike_the_document(policy, plan)


def test_each_topic_draws_on_the_fields_that_it_involves(policy: api.Policy, plan: Plan) -> None:
    """Here ``unit`` of a rule is the agency drawn on, not the one that a case concerns."""
    organisation = policy.context.scenario.organisation
    for case, agencies in drawn(plan).items():
        fields = set(str(organisation.cases[case].extra["fields"]).split(";"))
        assert {organisation.units[agency].domain for agency in agencies} == fields
        assert organisation.cases[case].unit not in agencies


def test_agencies_and_their_people_come_together(policy: api.Policy, plan: Plan) -> None:
    """The two layers follow each other: whoever is drawn on sends somebody, and nobody else comes."""
    people = policy.context.scenario.organisation.people
    sent: dict[str, set[str]] = defaultdict(set)
    for one in of_layer(plan, "team"):
        if one.role in ("deputy", "member"):
            sent[one.slot].add(people[one.item].unit)
    assert sent == drawn(plan)


def test_nobody_comes_from_an_agency_that_is_not_drawn_on(policy: api.Policy, plan: Plan) -> None:
    left_out = of_layer(plan, "drawing")[0]
    assert "drawn-on" in broken(policy, plan, [one for one in plan.assignments if one != left_out])


def test_assessors_are_not_of_the_field(policy: api.Policy, plan: Plan) -> None:
    """An assessor and the lead change places: the one guides the field, the other does not."""
    first = of_layer(plan, "team")[0].slot
    roles = {"lead": "assessor", "assessor": "lead"}
    swapped = [
        one.model_copy(update={"role": roles.get(one.role or "", one.role)}) if one.slot == first else one
        for one in plan.assignments
    ]
    assert {"assessors-of-offices", "lead-director"} <= broken(policy, plan, swapped)


def test_every_level_pulls(plan: Plan) -> None:
    costs = {score.id: score.cost for score in plan.rules}
    assert (
        min(costs[rule] for rule in ("not-when-busy", "turns-even", "person-turns-even", "knows-someone")) > 0
    )
