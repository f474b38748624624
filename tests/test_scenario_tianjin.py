"""Tianjin's district agencies: staffing foreseen for three years, two mentors, and the document's figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import folder, made_anew, part_of, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "tianjin-staffing"
FORESEEN, SHORT = "D03", "D12"  # where foresight saves a recruit, and where moving cannot staff every agency


def costs(plan: Plan) -> list[tuple[int, int]]:
    """Return cost and proven bound of each level below the hard one."""
    return [(score.cost, score.bound) for score in plan.score[1:]]


def moved_in(plan: Plan, year: str) -> set[str]:
    """Return the posts that are elsewhere than the year before (their ids begin with their first agency)."""
    where = {(one.item, one.period): one.slot for one in plan.assignments if one.layer == "posting"}
    before = str(int(year) - 1)
    return {
        item
        for (item, at), slot in where.items()
        if at == year and where.get((item, before), item[:6]) != slot
    }


def recruits(plan: Plan) -> dict[str, str]:
    """Return the first year of each recruit, by post."""
    found: dict[str, str] = {}
    for one in plan.assignments:
        if one.role == "recruit" and one.period:
            found[one.item] = min(one.period, found.get(one.item, one.period))
    return found


def mentors(plan: Plan, layer: str) -> dict[str, str]:
    """Return the mentor of each newcomer."""
    return {one.item: one.slot for one in plan.assignments if one.layer == layer}


def solved(district: str, place: Path) -> tuple[api.Policy, Plan]:
    policy = api.bind(api.load(part_of(NAME, (district,), place)))
    return policy, api.solve(policy, seconds=60, workers=1)


@pytest.fixture(scope="module")
def foreseen(tmp_path_factory: pytest.TempPathFactory) -> tuple[api.Policy, Plan]:
    return solved(FORESEEN, tmp_path_factory.mktemp(FORESEEN))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> tuple[api.Policy, Plan]:
    return solved(SHORT, tmp_path_factory.mktemp(SHORT))


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


def test_figures_of_agencies_and_people_add_up_to_those_of_the_city() -> None:
    organisation = api.load(folder(NAME)).organisation
    year = [row for row in organisation.indicators if row.period == "2024-H1"]
    city = {row.indicator: row.value for row in year if row.subject == "TJ"}
    below = Counter[str]()
    for row in year:
        below[row.indicator] += int(row.value) if row.subject != "TJ" else 0
    assert {name: below[name] for name in ("处置问题线索", "立案", "自办案件立案")} == {
        name: city[name] for name in ("处置问题线索", "立案", "自办案件立案")
    }
    assert below["主办案件"] == city["自办案件立案"]


def test_a_district_is_staffed_by_the_fewest_moves_alone(foreseen: tuple[api.Policy, Plan]) -> None:
    policy, plan = foreseen
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds
    assert not recruits(plan)
    # Five posts go to the offices, and one more move makes good a retirement.
    assert costs(plan)[:2] == [(0, 0), (6, 6)]
    assert sum(len(moved_in(plan, year)) for year in ("2024", "2025", "2026")) == 6


def test_a_post_given_up_now_is_one_that_would_fall_vacant(foreseen: tuple[api.Policy, Plan]) -> None:
    policy, plan = foreseen
    posts = policy.context.scenario.organisation.people
    assert sum(posts[item].extra["near_retirement"] for item in moved_in(plan, "2024")) == 1


def test_looking_at_one_year_only_costs_a_recruit(tmp_path: Path) -> None:
    scenario = api.load(part_of(NAME, (FORESEEN,), tmp_path))
    year = api.solve(api.bind(scenario).truncate({"posting": 1}), seconds=30, workers=1)
    # Nobody is recruited; the posts of the offices move.
    assert (year.status, costs(year)[:2]) == ("optimal", [(0, 0), (5, 5)])
    settled = [f"{one.item}={one.slot}@2024" for one in year.assignments if one.layer == "posting"]
    plan = api.solve(api.bind(scenario, pins=settled), seconds=30, workers=1)
    assert (plan.status, costs(plan)[0]) == ("optimal", (100, 100))


def test_where_moving_cannot_do_it_somebody_is_recruited_when_needed(short: tuple[api.Policy, Plan]) -> None:
    policy, plan = short
    posts = policy.context.scenario.organisation.people
    assert (plan.status, costs(plan)[:2]) == ("optimal", [(201, 201), (6, 6)])
    assert api.verify(policy, plan).holds
    assert recruits(plan) == {"D12-A4-P2": "2025", "D12-A7-P1": "2026"}
    assert all(year not in str(posts[post].extra["filled"]) for post, year in recruits(plan).items())


def test_who_has_served_ten_years_is_exchanged(short: tuple[api.Policy, Plan]) -> None:
    _, plan = short
    where = {one.period: one.slot for one in plan.assignments if one.item == f"{SHORT}-A1-P2"}
    assert where["2026"] != f"{SHORT}-A1"


def test_each_newcomer_and_recruit_has_two_mentors(short: tuple[api.Policy, Plan]) -> None:
    policy, plan = short
    posts = policy.context.scenario.organisation.people
    theory, practice = mentors(plan, "theory"), mentors(plan, "practice")
    new = {post for post, row in posts.items() if row.extra["newcomer"]}
    recruited = {post for post in recruits(plan) if posts[post].grade != "head"}
    assert recruited and theory.keys() == practice.keys() == new | recruited
    assert all(theory[newcomer] != practice[newcomer] for newcomer in theory)
    assert max(Counter([*theory.values(), *practice.values()]).values()) <= 2


@pytest.mark.slow
def test_the_whole_city_is_proved_and_shows_the_figures_of_the_document() -> None:
    """Posts never leave their district: the districts are parts that are proved one by one, and add up."""
    policy = api.bind(api.load(folder(NAME)))
    plan = api.solve(policy, seconds=600, confirm="off")
    assert plan.status == "optimal"
    assert costs(plan) == [(1707, 1707), (107, 107), (492, 492), (37, 37)]
    assert api.verify(policy, plan).holds
    assert not unlike_the_document(policy, plan)
