"""Guanghan's tasks dispatched month by month: solved, judged, and held to the document's figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Assignment, Plan
from scenario_tools import folder, made_anew, part_of, tables

NAME = "guanghan-dispatch"


@pytest.fixture(scope="module")
def winter(tmp_path_factory: pytest.TempPathFactory) -> api.Policy:
    """The tasks of the first two months alone; who has had his share of a year is not asked of them."""
    place = tmp_path_factory.mktemp("part")
    part = part_of(NAME, ("",), place)
    few = 'slots: cases where case.received < timestamp("2025-02-28T00:00:00Z")\n'
    pack = place / "rules" / "monthly-dispatch.yaml"
    edits = {part / "scenario.yaml": ("slots: cases\n", few), pack: ("    atleast: 4\n", "    atleast: 1\n")}
    for file, (every, fewer) in edits.items():
        text = file.read_text(encoding="utf-8")
        assert every in text
        file.write_text(text.replace(every, fewer), encoding="utf-8")
    return api.bind(api.load(part))


@pytest.fixture(scope="module")
def winter_plan(winter: api.Policy) -> Plan:
    return api.solve(winter, seconds=30, workers=1)


def in_role(plan: Plan, role: str) -> list[Assignment]:
    return [one for one in plan.assignments if (one.layer, one.role) == ("dispatch", role)]


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_two_months_are_proved_and_hold(winter: api.Policy, winter_plan: Plan) -> None:
    assert winter_plan.status == "optimal"
    assert api.verify(winter, winter_plan).holds
    offices = Counter(one.slot for one in in_role(winter_plan, "office"))
    assert set(offices) == set(winter.context.layers["dispatch"].slots)
    assert set(offices.values()) == {1}
    assert len({one.item for one in in_role(winter_plan, "office")}) == 5
    assert len({one.item for one in in_role(winter_plan, "agency")}) == 8


def test_an_agency_sent_twice_in_a_month_is_found(winter: api.Policy, winter_plan: Plan) -> None:
    first, *others = in_role(winter_plan, "agency")
    second = next(one for one in others if one.period == first.period and one.slot != first.slot)
    twice = second.model_copy(update={"item": first.item})
    kept = tuple(twice if one is second else one for one in winter_plan.assignments)
    broken = api.verify(winter, winter_plan.model_copy(update={"assignments": kept})).judgement.broken
    assert "take.dispatch" in [finding.rule.id for finding in broken]


def test_a_crew_comes_from_the_team_that_has_the_task(winter: api.Policy, winter_plan: Plan) -> None:
    people = winter.context.scenario.organisation.people
    teams = {(one.item, one.slot) for one in winter_plan.assignments if one.layer == "dispatch"}
    crews = {(people[one.item].unit, one.slot) for one in winter_plan.assignments if one.layer == "crew"}
    assert crews <= teams
