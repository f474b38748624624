"""The flagship county: its tables, its plan, and the judgement of an edited plan."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from allocator import api
from allocator.cli.main import run
from allocator.model.plan import Assignment, Plan
from allocator.model.reading.json_files import plan_text
from allocator.rules.policy import Policy
from allocator.rules.roster import Roster
from allocator.rules.rule import Rule
from allocator.verify.figure_specs import read_expected
from allocator.verify.figures import measure_figures
from scenario_tools import made_anew, tables

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "scenarios" / "neijiang-zones"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return api.bind(api.load(FOLDER))


@pytest.fixture(scope="module")
def plan(policy: Policy) -> Plan:
    return api.solve(policy, seconds=90, seed=1)


def test_the_tables_are_those_that_the_script_makes(tmp_path: Path) -> None:
    assert made_anew("neijiang-zones", tmp_path) == tables(FOLDER)


def test_what_the_tables_show_is_what_the_document_says(policy: Policy) -> None:
    expected = read_expected(FOLDER)
    assert expected is not None
    figures = measure_figures(expected, policy)
    assert {"offices", "townships", "agencies"} <= {figure.id for figure in figures}
    assert [figure.id for figure in figures if figure.holds is False] == []


def test_there_are_as_many_people_and_cases_as_the_county_has(policy: Policy) -> None:
    organisation = policy.context.scenario.organisation
    assert 130 <= len(organisation.people) <= 140
    assert len(organisation.cases) >= 40
    assert policy.context.layers.keys() == {"zoning", "posting", "casework"}


@pytest.mark.slow
def test_the_plan_holds_and_shows_every_figure(policy: Policy, plan: Plan) -> None:
    assert api.verify(policy, plan).holds
    expected = read_expected(FOLDER)
    assert expected is not None
    assert [figure.id for figure in measure_figures(expected, policy, plan) if not figure.holds] == []


@pytest.mark.slow
def test_the_first_level_is_proved(plan: Plan) -> None:
    first = next(score for score in plan.score if score.level == 1)
    assert first.cost == first.bound


@pytest.mark.slow
def test_each_rule_is_named_when_one_line_breaks_it(
    policy: Policy, plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "plan.json"
    for rule in policy.rules:
        edited = _broken_by_one_line(policy, plan, rule)
        file.write_text(plan_text(edited), encoding="utf-8")
        changed = set(plan_text(plan).splitlines()) ^ set(file.read_text(encoding="utf-8").splitlines())
        assert len([line for line in changed if '"layer"' in line.replace("},", "}")]) <= 2, rule.id
        assert run(["verify", str(FOLDER), str(file), "--lang", "en"]) == 1, rule.id
        assert rule.id in capsys.readouterr().out, rule.id


@pytest.mark.slow
def test_whoever_falls_ill_is_replaced_in_their_cases_and_hardly_anybody_else_moves(
    policy: Policy, plan: Plan
) -> None:
    """In some plans nobody is free for one of the cases: then another must come from a third."""
    casework = [one for one in plan.assignments if one.layer == "casework"]
    [(ill, count)] = Counter(one.item for one in casework).most_common(1)
    again = api.bind(policy.context.scenario, baseline=plan, exclude=[f"{ill}=casework"])
    now = api.fewest_changes(again, seconds=60)
    changes = now.run["changes"]
    assert count <= changes["fewest"] == changes["bound"] == changes["seats"] <= count + 2
    assert api.verify(policy, now).holds
    left = [one for one in changes["list"] if ill in one["left"]]
    assert len(left) == count
    if changes["seats"] > count:
        return
    for one in changes["list"]:
        ranking = api.candidates(policy, plan, one["place"], role=one["role"], period=one["period"])
        names = policy.context.layers["casework"].items
        free = {names[it.item] for it in ranking.candidates if not (it.refused or it.is_holder)}
        assert one["left"] == [ill] and {*one["came"]} <= free


def _broken_by_one_line(policy: Policy, plan: Plan, rule: Rule) -> Plan:
    """Return the plan with one line changed or left out such that the rule finds something else in it."""
    before = _found(policy, plan.assignments, rule)
    layers = {rule.on, *(written for written in policy.context.layers if written != rule.on)}
    for layer in sorted(layers, key=lambda name: name != rule.on):
        for assignments in _edits(policy, plan, layer):
            if _found(policy, assignments, rule) > before:
                return plan.model_copy(update={"assignments": assignments})
    raise AssertionError(f"no edit of one line breaks {rule.id}")


def _found(policy: Policy, assignments: tuple[Assignment, ...], rule: Rule) -> int:
    roster = Roster(policy.context.layers, assignments)
    return sum(breach.amount for breach in policy.breaches(rule, roster))


def _edits(policy: Policy, plan: Plan, layer: str) -> Iterator[tuple[Assignment, ...]]:
    """Yield the plan with each line of a layer left out, moved to each slot, or given each role."""
    bound = policy.context.layers[layer]
    for k, line in enumerate(plan.assignments):
        if line.layer != layer:
            continue
        yield plan.assignments[:k] + plan.assignments[k + 1 :]
        places = [{"slot": slot} for slot in bound.slots] + [{"role": role} for role in bound.roles]
        for place in places:
            changed = line.model_copy(update=place)
            if changed != line:
                yield (*plan.assignments[:k], changed, *plan.assignments[k + 1 :])


def test_a_plan_is_written_one_assignment_a_line() -> None:
    lines = [Assignment(layer="posting", item=f"P{k}", slot="Z", period="2026") for k in range(3)]
    text = plan_text(
        Plan.model_validate(
            {
                "scenario": {"name": "x", "sha256": "0"},
                "status": "feasible",
                "assignments": [line.model_dump() for line in lines],
            }
        )
    )
    assert sum('"layer"' in line for line in text.splitlines()) == len(lines)
    assert len(json.loads(text)["assignments"]) == len(lines)
