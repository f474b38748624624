"""A county's townships in cooperation zones: solved, judged, and held to the document's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import changed, folder, made_anew, of_layer, part_of, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "henan-cooperation"


@pytest.fixture(scope="module")
def few_cases(tmp_path_factory: pytest.TempPathFactory) -> api.Policy:
    """The county with its tasks of the year and the nine cases of the first quarter."""
    part = part_of(NAME, ("",), tmp_path_factory.mktemp("part"))
    spec = part / "scenario.yaml"
    every, few = 'case.kind == "case"\n', 'case.kind == "case" && case.id < "K10"\n'
    spec.write_text(spec.read_text(encoding="utf-8").replace(every, few), encoding="utf-8")
    return api.bind(api.load(part))


@pytest.fixture(scope="module")
def short_plan(few_cases: api.Policy) -> Plan:
    return api.solve(few_cases, seconds=30, workers=1)


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_part_is_proved_and_shows_what_the_document_says(few_cases: api.Policy, short_plan: Plan) -> None:
    assert short_plan.status == "optimal"
    assert api.verify(few_cases, short_plan).holds
    assert unlike_the_document(few_cases, short_plan) == {"handled": ("36", "9")}


def test_a_case_handled_at_home_is_found(few_cases: api.Policy, short_plan: Plan) -> None:
    organisation = few_cases.context.scenario.organisation
    first = of_layer(short_plan, "casework")[0]
    home = organisation.cases[first.slot].unit
    local = next(key for key, person in organisation.people.items() if person.unit == home)
    wrong = changed(short_plan, first, item=local)
    assert "away-from-home" in [one.rule.id for one in api.verify(few_cases, wrong).judgement.broken]
    assert unlike_the_document(few_cases, wrong)["away"][0] == "100%"


def test_a_training_in_the_second_quarter_is_found(few_cases: api.Policy, short_plan: Plan) -> None:
    cases = few_cases.context.scenario.organisation.cases
    training = next(one for one in of_layer(short_plan, "plan") if cases[one.item].extra["focus"] == "Q1")
    wrong = changed(short_plan, training, period="Q2")
    assert "quarter-focus" in [one.rule.id for one in api.verify(few_cases, wrong).judgement.broken]
    assert {"focus", "first-quarter"} <= unlike_the_document(few_cases, wrong).keys()


def test_inspections_are_made_by_another_zone(few_cases: api.Policy, short_plan: Plan) -> None:
    cases = few_cases.context.scenario.organisation.cases
    zone = {one.item: one.slot for one in of_layer(short_plan, "zoning")}
    inspections = [one for one in of_layer(short_plan, "plan") if cases[one.item].unit]
    assert len(inspections) == 18
    assert all(zone[cases[one.item].unit] != one.slot for one in inspections)
