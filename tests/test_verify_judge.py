"""Plans are judged by the rules' own checks; the solver is never loaded for that."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from allocator.errors import InputError
from allocator.model.plan import Assignment, LevelScore, Plan, RuleScore, ScenarioRef
from allocator.rules.policy import Policy
from allocator.rules.scenario_binding import bind_context
from allocator.verify import check_references, judge, score_disagreements
from example_scenario import example_context, example_rule, read_plan
from small_folder import folder

WORLD = example_context()
RULES = (
    example_rule({"kind": "take", "on": "turn", "places": 1}),
    example_rule({"kind": "max_term", "on": "turn", "periods": 2}),
    example_rule({"kind": "balance", "on": "turn"}, level=10, weight=3),
    example_rule({"kind": "prefer", "on": "turn", "cost": "person.age"}, level=2),
)
POLICY = Policy(WORLD, RULES, (), {})
STAYING = "Wang=East@all Li=West@all Zhao=West@2026 Zhao=West@2027"


def plan(text: str = STAYING, **claims: object) -> Plan:
    assignments = read_plan(text, WORLD, RULES[0])
    return Plan(
        scenario=ScenarioRef(name="small", sha256=""), status="feasible", assignments=assignments, **claims
    )


def test_every_rule_looks_at_the_plan() -> None:
    judgement = judge(POLICY, plan().assignments)
    assert [finding.rule.id for finding in judgement.findings] == ["take", "max_term", "balance", "prefer"]
    assert [(found.rule.id, len(found.breaches)) for found in judgement.broken] == [("max_term", 2)]
    ages = 3 * 45 + 3 * 41 + 2 * 42
    assert judgement.costs == {"hard": 2, 2: ages, 10: 2 * 3}
    assert list(judgement.costs) == ["hard", 2, 10]
    balance = judgement.findings[2].score
    assert (balance.id, balance.level, balance.violations, balance.cost) == ("balance", 10, 2, 6)


def test_what_cannot_be_is_found_by_take() -> None:
    after = Assignment(layer="turn", item="Zhao", slot="East", period="2028")
    [found, *_] = judge(POLICY, [*plan().assignments, after]).findings
    assert [breach.detail.en for breach in found.breaches] == [
        "not in service, or no such place, in that period"
    ]
    early = Assignment(layer="casework", item="Wang", slot="C2", role="reviewer", period="2026")
    rule = example_rule({"kind": "take", "on": "casework", "places": "any"})
    [found] = judge(Policy(WORLD, (rule,), (), {}), [early]).findings
    assert len(found.breaches) == 1


@pytest.mark.parametrize(
    ("field", "found", "near"),
    [
        ("layer", "trun", "turn"),
        ("item", "Wnag", "Wang"),
        ("slot", "Eest", "West"),
        ("role", "lead", ""),
        ("period", "2062", "2028"),
        ("period", None, ""),
    ],
)
def test_a_name_that_the_scenario_does_not_have_is_told(field: str, found: str | None, near: str) -> None:
    whole = plan()
    changed = whole.assignments[3].model_copy(update={field: found})
    assignments = (*whole.assignments[:3], changed, *whole.assignments[4:])
    with pytest.raises(InputError) as caught:
        check_references(POLICY, whole.model_copy(update={"assignments": assignments}), "edited.json")
    [fault] = caught.value.faults
    assert (fault.file, fault.column) == ("edited.json", f"assignments.3.{field}")
    assert (fault.found, fault.nearest) == (found or "null", near)
    check_references(POLICY, whole)


def test_every_unknown_name_is_told_at_once() -> None:
    whole = plan()
    wrong = tuple(one.model_copy(update={"item": "X", "slot": "Y"}) for one in whole.assignments)
    with pytest.raises(InputError) as caught:
        check_references(POLICY, whole.model_copy(update={"assignments": wrong}))
    assert len(caught.value.faults) == 2 * len(wrong)


def rule_score(**changes: object) -> RuleScore:
    return RuleScore.model_validate({"id": "balance", "level": 10, "violations": 2, "cost": 6, **changes})


def level_score(**changes: object) -> LevelScore:
    return LevelScore.model_validate({"level": 10, "cost": 6, "bound": 3, **changes})


@pytest.mark.parametrize(
    ("claims", "rule"),
    [
        ({"rules": (rule_score(cost=3),)}, "balance"),
        ({"rules": (rule_score(violations=1),)}, "balance"),
        ({"score": (level_score(cost=5),)}, ""),
        ({"score": (level_score(bound=7),)}, ""),
        ({"score": (level_score(level=3),)}, ""),
        ({"score": (LevelScore(level="hard", cost=0, bound=0),)}, ""),
    ],
)
def test_a_claim_that_is_not_so_is_told(claims: dict[str, object], rule: str) -> None:
    claiming = plan(**claims)
    [disagreement] = score_disagreements(claiming, judge(POLICY, claiming.assignments))
    assert disagreement.rule == rule
    assert "自称" in disagreement.message.zh and "claims" in disagreement.message.en


def test_a_claim_that_is_so_or_none_at_all_is_fine() -> None:
    claims = {"rules": (rule_score(), rule_score(id="gone")), "score": (level_score(), level_score(bound=6))}
    for claiming in (plan(**claims), plan()):
        assert score_disagreements(claiming, judge(POLICY, claiming.assignments)) == ()


def test_a_rule_that_reads_an_empty_cell_is_an_input_fault_of_the_judge_too() -> None:
    people = dict(WORLD.scenario.organisation.people)
    people["Wang"] = people["Wang"].model_copy(update={"born": None})
    organisation = replace(WORLD.scenario.organisation, people=people)
    context = bind_context(replace(WORLD.scenario, organisation=organisation))
    with pytest.raises(InputError, match="empty for Wang"):
        judge(Policy(context, RULES, (), {}), plan().assignments)


CHECKING = """
import sys
from allocator import api
policy = api.bind(api.load(sys.argv[1]))
plan = api.read_plan(sys.argv[2])
verdict = api.verify(policy, plan)
assert not verdict.holds
assert not [name for name in sys.modules if name.partition(".")[0] in ("ortools", "highspy")]
"""


def test_judging_never_loads_a_solver(tmp_path: Path) -> None:
    base, path = folder(tmp_path), tmp_path / "plan.json"
    path.write_text(
        '{"format": "allocator-plan/1", "scenario": {"name": "small", "sha256": ""}, "status": "feasible",'
        ' "assignments": []}',
        "utf-8",
    )
    subprocess.run([sys.executable, "-c", CHECKING, base, path], check=True, timeout=60)
