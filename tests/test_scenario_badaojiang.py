"""Badaojiang's case-cooperation areas and training rota: solved, judged, held to the document's figures."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Assignment, Plan
from scenario_tools import changed, folder, made_anew, of_layer, part_of, tables, unlike_the_document

NAME = "badaojiang-pool"


@pytest.fixture(scope="module")
def policy() -> api.Policy:
    return api.bind(api.load(folder(NAME)))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=200, confirm="off")


@pytest.fixture(scope="module")
def winter(tmp_path_factory: pytest.TempPathFactory) -> api.Policy:
    """The district in January and February: their six cases, and two who are due."""
    part = part_of(NAME, ("",), tmp_path_factory.mktemp("part"))
    spec, people = part / "scenario.yaml", part / "people.csv"
    text = spec.read_text(encoding="utf-8").replace("slots: cases\n", 'slots: cases where case.id < "K07"\n')
    kept = (line for line in text.splitlines() if not line.startswith("  - {id: 2010-") or line[14:16] < "03")
    spec.write_text("\n".join(kept) + "\n", encoding="utf-8")
    rows = people.read_text(encoding="utf-8").splitlines()
    later = [row for row in rows if ",due," in row][2:]
    kept = (row.replace(",due,", ",,") if row in later else row for row in rows)
    people.write_text("\n".join(kept) + "\n", encoding="utf-8")
    return api.bind(api.load(part))


@pytest.fixture(scope="module")
def winter_plan(winter: api.Policy) -> Plan:
    return api.solve(winter, seconds=30, workers=1)


def added(plan: Plan, *more: Assignment) -> Plan:
    return plan.model_copy(update={"assignments": (*plan.assignments, *more)})


def broken(policy: api.Policy, plan: Plan) -> set[str]:
    return {finding.rule.id for finding in api.verify(policy, plan).judgement.broken}


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_part_is_proved_and_shows_what_the_document_says(winter: api.Policy, winter_plan: Plan) -> None:
    assert winter_plan.status == "optimal"
    assert api.verify(winter, winter_plan).holds
    fewer = {"teams": ("36", "6"), "important": ("18", "3"), "trained": ("14", "2"), "on-cases": ("14", "2")}
    assert unlike_the_document(winter, winter_plan) == fewer


def test_in_every_month_somebody_minds_each_committee(winter: api.Policy, winter_plan: Plan) -> None:
    home = {key: person.unit for key, person in winter.context.scenario.organisation.people.items()}
    away: dict[str | None, set[str]] = defaultdict(set)
    for one in (*of_layer(winter_plan, "training"), *of_layer(winter_plan, "casework")):
        away[one.period].add(one.item)
    at_home = {
        month: Counter(home[item] for item in home if item not in gone) for month, gone in away.items()
    }
    assert len(at_home) == 2
    assert all(len(stay) == 22 for stay in at_home.values())


def test_a_committee_left_empty_is_found(winter: api.Policy, winter_plan: Plan) -> None:
    """One trains and the other two are sent on a case: neither layer alone would leave nobody."""
    people = winter.context.scenario.organisation.people
    trainee = next(one for one in of_layer(winter_plan, "training"))
    mates = [
        key for key, one in people.items() if one.unit == people[trainee.item].unit and key != trainee.item
    ]
    first = next(one for one in of_layer(winter_plan, "casework") if one.period == trainee.period)
    sent = (first.model_copy(update={"item": mate, "role": "member"}) for mate in mates)
    assert "somebody-at-home" in broken(winter, added(winter_plan, *sent))


def test_a_trainee_on_a_team_of_his_area_is_found(winter: api.Policy, winter_plan: Plan) -> None:
    trainee = next(one for one in of_layer(winter_plan, "casework") if one.role == "trainee")
    assert "full-time" in broken(winter, changed(winter_plan, trainee, role="member"))


def test_a_spell_of_one_month_is_found(winter: api.Policy, winter_plan: Plan) -> None:
    people = winter.context.scenario.organisation.people
    spells = [one for one in of_layer(winter_plan, "training") if people[one.item].extra["training"] == "due"]
    later = {one for one in spells if one.period == "2010-02"}
    assert len(spells) == 2 * len(later) == 4
    kept = tuple(one for one in winter_plan.assignments if one not in later)
    assert "two-months" in broken(winter, winter_plan.model_copy(update={"assignments": kept}))


def test_a_team_of_another_area_is_found(winter: api.Policy, winter_plan: Plan) -> None:
    area = {one.item: one.slot for one in of_layer(winter_plan, "areas")}
    people = winter.context.scenario.organisation.people
    chief = next(one for one in of_layer(winter_plan, "casework") if one.role == "chief")
    busy = {one.item for one in winter_plan.assignments if one.period == chief.period}
    own = area[people[chief.item].unit]
    stranger = next(key for key, one in people.items() if area[one.unit] != own and key not in busy)
    assert "area-where-it-arose" in broken(winter, changed(winter_plan, chief, item=stranger))


@pytest.mark.slow
def test_plan_is_proved_and_shows_the_figures(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds
    assert not unlike_the_document(policy, plan)


@pytest.mark.slow
def test_everyone_trains_in_one_spell_of_two_to_six_months(policy: api.Policy, plan: Plan) -> None:
    months: dict[str, list[int]] = defaultdict(list)
    for one in of_layer(plan, "training"):
        months[one.item].append(int((one.period or "")[-2:]))
    people = policy.context.scenario.organisation.people
    due = [key for key, person in people.items() if person.extra["training"] == "due"]
    for spell in (sorted(months[key]) for key in due):
        assert 2 <= len(spell) <= 6
        assert spell == list(range(spell[0], spell[-1] + 1))
    assert max(Counter(month for spell in months.values() for month in spell).values()) <= 4
