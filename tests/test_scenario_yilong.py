"""Yilong's agencies in six township zones: solved, judged, and held to the document's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import folder, made_anew, part_of, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "yilong-embedded"


@pytest.fixture(scope="module")
def few_cases(tmp_path_factory: pytest.TempPathFactory) -> api.Policy:
    """The county with all its people and the nine cases of the first weeks."""
    part = part_of(NAME, ("",), tmp_path_factory.mktemp("part"))
    spec = part / "scenario.yaml"
    every, few = "slots: cases\n", 'slots: cases where case.id.startsWith("K0")\n'
    spec.write_text(spec.read_text(encoding="utf-8").replace(every, few), encoding="utf-8")
    return api.bind(api.load(part))


@pytest.fixture(scope="module")
def short_plan(few_cases: api.Policy) -> Plan:
    return api.solve(few_cases, seconds=30, workers=1)


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_part_is_proved_and_shows_the_figures(few_cases: api.Policy, short_plan: Plan) -> None:
    assert short_plan.status == "optimal"
    assert api.verify(few_cases, short_plan).holds
    assert not unlike_the_document(few_cases, short_plan)


def test_members_sit_in_the_zone_and_heads_at_the_host(few_cases: api.Policy, short_plan: Plan) -> None:
    organisation = few_cases.context.scenario.organisation
    zone = {one.item: one.slot for one in short_plan.assignments if one.layer == "zoning"}
    for one in short_plan.assignments:
        if one.layer == "workplace":
            person, group = organisation.people[one.item], organisation.groups[one.slot]
            at_host = person.title == "纪检监察组组长"
            assert one.slot == zone[person.unit] if not at_host else group.parent == person.unit


def test_a_head_moved_to_the_zone_is_found(few_cases: api.Policy, short_plan: Plan) -> None:
    head = next(one for one in short_plan.assignments if one.layer == "workplace" and one.slot[0] == "H")
    moved = head.model_copy(update={"slot": "Z1"})
    others = [one for one in short_plan.assignments if one is not head]
    wrong = short_plan.model_copy(update={"assignments": (*others, moved)})
    assert unlike_the_document(few_cases, wrong) == {"heads-at-host": ("19", "18")}
    assert "heads-at-host" in [found.rule.id for found in api.verify(few_cases, wrong).judgement.broken]


def test_an_agency_moved_alone_leaves_its_members_behind(few_cases: api.Policy, short_plan: Plan) -> None:
    agency = next(one for one in short_plan.assignments if one.layer == "zoning")
    moved = agency.model_copy(update={"slot": "Z2" if agency.slot != "Z2" else "Z3"})
    others = [one for one in short_plan.assignments if one is not agency]
    wrong = short_plan.model_copy(update={"assignments": (*others, moved)})
    assert "own-zone" in unlike_the_document(few_cases, wrong)
