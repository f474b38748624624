"""Yantan's four zones: a part of the year is proved and judged quickly, the whole year in a slow test."""

from __future__ import annotations

from pathlib import Path

import pytest

from allocator import api
from allocator.model.plan import Plan
from scenario_tools import folder, made_anew, part_of, tables, unlike_the_document

#: A whole solve: under coverage half as long again.
pytestmark = pytest.mark.unmeasured

NAME = "yantan-zones"
#: All units, people and zones, and the first nine cases.
PART = ("C00", "O", "T", "A", "Z", "L", "P", "K0")


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> api.Policy:
    part = part_of(NAME, PART, tmp_path_factory.mktemp("part"))
    ties = (part / "ties.csv").read_text(encoding="utf-8").splitlines()
    # Parties are numbered as their cases are: those of the cases left out go with them.
    kept = [line for line in ties if "当事人" not in line or "当事人0" in line]
    (part / "ties.csv").write_text("\n".join(kept), encoding="utf-8")
    return api.bind(api.load(part))


@pytest.fixture(scope="module")
def plan(policy: api.Policy) -> Plan:
    return api.solve(policy, seconds=60, workers=1)


def zones(plan: Plan) -> dict[str, str]:
    return {one.item: one.slot for one in plan.assignments if one.layer == "zoning"}


def test_tables_come_from_the_script(tmp_path: Path) -> None:
    assert made_anew(NAME, tmp_path) == tables(folder(NAME))


def test_plan_of_the_part_is_proved_and_holds(policy: api.Policy, plan: Plan) -> None:
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds


def test_zones_are_those_of_the_liaison_split_but_for_a_few(policy: api.Policy, plan: Plan) -> None:
    """The split of today is lopsided: no plan keeps all of it, and the best one changes four units."""
    units, found = policy.context.scenario.organisation.units, zones(plan)
    moved = [
        key
        for key, zone in found.items()
        if units[key].extra["liaison"] != policy.context.scenario.organisation.groups[zone].extra["office"]
    ]
    assert len(found) == 27
    assert sorted(units[key].kind for key in moved) == ["agency", "township", "township", "township"]


def test_zones_are_even(policy: api.Policy, plan: Plan) -> None:
    units, loads = policy.context.scenario.organisation.units, dict.fromkeys(("Z1", "Z2", "Z3", "Z4"), 0)
    for key, zone in zones(plan).items():
        loads[zone] += units[key].workload or 0
    assert max(loads.values()) - min(loads.values()) <= 8


def test_a_unit_in_another_zone_breaks_rules(policy: api.Policy, plan: Plan) -> None:
    edited = tuple(
        one.model_copy(update={"slot": "Z2"}) if (one.layer, one.item) == ("zoning", "T05") else one
        for one in plan.assignments
    )
    broken = {
        finding.rule.id
        for finding in api.verify(policy, plan.model_copy(update={"assignments": edited})).judgement.broken
    }
    assert {"townships-spread", "townships-contiguous"} <= broken


@pytest.mark.slow
def test_the_whole_year_is_proved_and_shows_the_figures_of_the_document() -> None:
    policy = api.bind(api.load(folder(NAME)))
    plan = api.solve(policy, seconds=100, confirm="off")
    assert plan.status == "optimal"
    assert api.verify(policy, plan).holds
    assert not unlike_the_document(policy, plan)
