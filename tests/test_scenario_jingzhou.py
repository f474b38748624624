"""Jingzhou's leaders, units and cases joined up: solved, judged, and held to the document's figures."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import broken, changed, folder, made_anew, of_layer, part_of, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "jingzhou-links"
#: The layers that nothing ties to the areas, solved in a second or two.
APART = ("seats", "audits", "forums", "delegates")


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=150, confirm="off")


@pytest.fixture(scope="module")
def township_year(tmp_path_factory: pytest.TempPathFactory) -> api.Policy:
    """The committees, audits and meetings alone."""
    part = part_of(NAME, ("",), tmp_path_factory.mktemp("part"))
    spec = part / "scenario.yaml"
    text = spec.read_text(encoding="utf-8")
    start, end = text.index("  leaders:\n"), text.index("levels:\n")
    text = (text[:start] + text[end:]).replace("[four-links, grassroots-year]", "[grassroots-year]")
    spec.write_text(text, encoding="utf-8")
    figures = part / "expected.yaml"
    lines = figures.read_text(encoding="utf-8").splitlines(keepends=True)
    head = lines[: lines.index("figures:\n") + 1]
    kept = [line for line in lines if any(f"count: {layer}" in line for layer in APART)]
    figures.write_text("".join([*head, *kept]), encoding="utf-8")
    return api.bind(api.load(part))


@pytest.fixture(scope="module")
def year_plan(township_year: api.Policy) -> Plan:
    return api.solve(township_year, seconds=30, workers=1)


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_committees_audits_and_meetings_are_proved(township_year: api.Policy, year_plan: Plan) -> None:
    assert year_plan.status == "optimal"
    assert api.verify(township_year, year_plan).holds
    assert not unlike_the_document(township_year, year_plan)


def test_committees_have_42_members(year_plan: Plan) -> None:
    assert Counter(one.role for one in of_layer(year_plan, "seats")) == {
        "secretary": 12,
        "fulltime": 10,
        "parttime": 20,
    }


def test_a_ninth_audit_by_july_is_found(township_year: api.Policy, year_plan: Plan) -> None:
    late = next(one for one in of_layer(year_plan, "audits") if str(one.period) > "2012-07")
    wrong = changed(year_plan, late, period="2012-07")
    assert "eight-by-july" in broken(township_year, wrong)
    assert unlike_the_document(township_year, wrong)["audited-by-july"] == ("8", "9")


def test_nobody_is_invited_twice_and_every_kind_is_there(township_year: api.Policy, year_plan: Plan) -> None:
    people = township_year.context.scenario.organisation.people
    invited = of_layer(year_plan, "delegates")
    assert len({one.item for one in invited}) == len(invited) == 61
    for meeting in ("M1", "M2", "M3", "M4"):
        kinds = {people[one.item].extra["delegate"] for one in invited if one.slot == meeting}
        assert kinds == {"党代表", "人大代表", "政协委员"}


def test_quarterly_meetings_are_one_in_each_quarter(year_plan: Plan) -> None:
    months = [int(str(one.period)[5:]) for one in of_layer(year_plan, "forums") if one.item == "F1"]
    assert sorted((month - 1) // 3 for month in months) == [0, 1, 2, 3]


@pytest.mark.slow
def test_plan_is_proved_and_shows_the_figures(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds
    assert not unlike_the_document(policy, plan)


@pytest.mark.slow
def test_visits_and_cases_keep_to_the_areas(policy: api.Policy, plan: Plan) -> None:
    cases = policy.context.scenario.organisation.cases
    area = {one.item: one.slot for one in of_layer(plan, "areas")}
    visits = of_layer(plan, "visits")
    assert set(Counter(one.period for one in visits).values()) <= {2, 3}
    assert all(one.slot in ("Z0", area[one.item]) for one in visits)
    partners = [one for one in of_layer(plan, "joint") if one.role == "partner"]
    assert len(partners) == 78
    assert all(area[one.item] == area[cases[one.slot].unit] for one in partners)


@pytest.mark.slow
def test_a_fourth_visit_in_a_month_is_found(policy: api.Policy, plan: Plan) -> None:
    visits = of_layer(plan, "visits")
    full = next(month for month, count in Counter(one.period for one in visits).items() if count == 3)
    other = next(one for one in visits if one.period != full)
    assert "two-or-three-a-month" in broken(policy, changed(plan, other, period=str(full)))
