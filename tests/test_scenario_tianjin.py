"""Tianjin's district agencies: minimum staffing foreseen for three years, and the document's figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import folder, made_anew, part_of, tables, unlike_the_document

NAME = "tianjin-staffing"
FATAL, WASTEFUL = "D03", "D12"  # districts where looking at one year only is fatal, or costs a move


def costs(plan: Plan) -> list[tuple[int, int]]:
    """Return cost and proven bound of each level below the hard one."""
    return [(score.cost, score.bound) for score in plan.score[1:]]


def moved_in(plan: Plan, year: str) -> set[str]:
    """Return the posts that are elsewhere than the year before (their ids begin with their first agency)."""
    where = {(one.item, one.period): one.slot for one in plan.assignments}
    before = str(int(year) - 1)
    return {
        item
        for (item, at), slot in where.items()
        if at == year and where.get((item, before), item[:6]) != slot
    }


def solved(district: str, place: Path) -> tuple[api.Policy, Plan]:
    policy = api.bind(api.load(part_of(NAME, (district,), place)))
    return policy, api.solve(policy, seconds=60, workers=1)


@pytest.fixture(scope="module")
def fatal(tmp_path_factory: pytest.TempPathFactory) -> tuple[api.Policy, Plan]:
    return solved(FATAL, tmp_path_factory.mktemp(FATAL))


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_the_totals_are_those_that_the_document_implies() -> None:
    organisation = api.load(folder(NAME)).organisation
    posts = [post.extra for post in organisation.people.values()]
    offices = [group.extra for group in organisation.groups.values() if group.kind == "office"]
    assert (len(posts), sum(post["status"] == "filled" for post in posts)) == (610, 527)
    assert (sum(office["quota"] for office in offices), sum(office["lead_quota"] for office in offices)) == (
        78,
        10,
    )
    assert sum(group.kind == "agency" for group in organisation.groups.values()) == 120


def test_a_district_is_staffed_with_the_fewest_moves(fatal: tuple[api.Policy, Plan]) -> None:
    policy, plan = fatal
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds
    # Five posts go to the offices, and one more move makes good a retirement.
    assert costs(plan)[0] == (6, 6)
    assert sum(len(moved_in(plan, year)) for year in ("2024", "2025", "2026")) == 6


def test_a_post_given_up_now_is_one_that_would_fall_vacant(fatal: tuple[api.Policy, Plan]) -> None:
    policy, plan = fatal
    posts = policy.world.scenario.organisation.people
    assert sum(posts[item].extra["near_retirement"] for item in moved_in(plan, "2024")) == 1


def test_retirements_of_two_years_cost_one_move(tmp_path: Path) -> None:
    _, plan = solved(WASTEFUL, tmp_path)
    assert costs(plan)[0] == (4, 4)


def test_looking_at_one_year_only_is_fatal(tmp_path: Path) -> None:
    scenario = api.load(part_of(NAME, (FATAL,), tmp_path))
    year = api.solve(api.bind(scenario).until({"posting": 1}), seconds=30, workers=1)
    assert (year.status, costs(year)[0]) == ("optimal", (5, 5))
    settled = [f"{one.item}={one.slot}@2024" for one in year.assignments]
    assert api.solve(api.bind(scenario, pins=settled), seconds=30, workers=1).status == "infeasible"


@pytest.mark.slow
def test_the_whole_city_is_proved_and_shows_the_figures_of_the_document() -> None:
    """Posts never leave their district: the districts are parts that are proved one by one, and add up."""
    policy = api.bind(api.load(folder(NAME)))
    plan = api.solve(policy, seconds=300)
    assert plan.status == "optimal"
    assert costs(plan) == [(91, 91), (108, 108), (24, 24)]
    assert api.verify(policy, plan).holds
    assert not unlike_the_document(policy, plan)
