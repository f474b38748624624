"""The public interface from end to end: load, bind, solve, verify, write, read; and repeatable plans."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.errors import InternalError
from allocator.model.plan import Plan
from allocator.model.reading.json_files import plan_text
from allocator.program.program import Subject
from allocator.rules.kinds.avoid import Avoid
from allocator.rules.kinds.cover import Cover
from allocator.rules.kinds.max_term import MaxTerm
from allocator.rules.roster import Roster
from allocator.rules.rule import Breach, Rule
from allocator.rules.scope import Scope
from allocator.solvers import deadline
from allocator.solvers.deadline import BudgetParams
from big_world import postings
from small_folder import bound, folder

PACK = """\
title: {zh: 例, en: Example}
rules:
  - {id: native-place, kind: avoid, on: posting, when: person.native_place == group.place}
  - {id: one-lead, kind: composition, on: posting, atmost: 1 lead}
  - {id: yearly, kind: max_term, on: posting, role: lead, periods: 3, level: 1}
  - {id: crowd, kind: capacity, on: posting, atleast: 1, level: 1, weight: 4}
  - {id: at-work, kind: capacity, on: casework, each: item, load: case.effort, atmost: 3, over: horizon}
  - {id: staffed, kind: cover, on: casework, skills: {law: 3}, level: 2}
  - id: with-unit
    kind: follow
    on: posting
    items: person.unit != ''
    this: group.parent
    that: {layer: zoning, item: person.unit}
    level: 2
"""


@pytest.fixture
def policy(tmp_path: Path) -> api.Policy:
    return bound(tmp_path, PACK)


def test_a_plan_is_made_verified_written_and_read(policy: api.Policy, tmp_path: Path) -> None:
    plan = api.solve(policy, seconds=10, workers=1)
    assert plan.status == "optimal" and plan.format == "allocator-plan/1"
    assert [(score.level, score.cost == score.bound) for score in plan.score] == [
        ("hard", True),
        (1, True),
        (2, True),
    ]
    assert [rule.id for rule in plan.rules] == [rule.id for rule in policy.rules]
    verdict = api.verify(policy, plan)
    assert verdict.holds and not verdict.other_scenario and not verdict.disagreements
    api.write_plan(plan, tmp_path / "plan.json")
    again = api.read_plan(tmp_path / "plan.json")
    assert again == plan
    assert api.verify(policy, again).holds


def edited(plan: Plan, **changes: Any) -> Plan:
    return plan.model_copy(update=changes)


def test_an_edited_plan_is_found_out(policy: api.Policy) -> None:
    plan = api.solve(policy, seconds=10, workers=1)
    home = plan.assignments[0].model_copy(
        update={"layer": "posting", "item": "Zhao", "slot": "East", "role": "lead", "period": "2026"}
    )
    others = tuple(a for a in plan.assignments if (a.item, a.layer, a.period) != ("Zhao", "posting", "2026"))
    verdict = api.verify(policy, edited(plan, assignments=(*others, home)))
    assert not verdict.holds
    assert "native-place" in [found.rule.id for found in verdict.judgement.broken]
    without = api.verify(policy, edited(plan, assignments=plan.assignments[1:]))
    assert not without.holds
    flattered = tuple(score.model_copy(update={"cost": 0, "bound": 0}) for score in plan.score)
    assert bool(api.verify(policy, edited(plan, score=flattered)).disagreements) == any(
        s.cost for s in plan.score
    )


def test_a_plan_for_another_version_is_told(policy: api.Policy, tmp_path: Path) -> None:
    plan = api.solve(policy, seconds=10, workers=1)
    changed = bound(tmp_path, PACK.replace("weight: 4", "weight: 5"))
    verdict = api.verify(changed, plan)
    assert verdict.other_scenario
    assert not api.verify(bound(tmp_path, PACK), plan).other_scenario
    people = tmp_path / "scenarios" / "small" / "people.csv"
    people.write_text(people.read_text("utf-8").replace("王强", "王刚"), "utf-8")
    assert api.verify(api.bind(api.load(people.parent)), plan).other_scenario


def test_a_baseline_is_kept_to(tmp_path: Path) -> None:
    first = api.solve(bound(tmp_path, PACK), seconds=10, seed=5, workers=1)
    staying = PACK + "".join(
        f"  - {{id: keep-{layer}, kind: stability, on: {layer}, against: baseline, level: 1, weight: 9}}\n"
        for layer in ("zoning", "posting")
    )
    base = folder(tmp_path, {"main": f"pack: main\n{staying}"})
    policy = api.bind(api.load(base), baseline=first)
    plan = api.solve(policy, seconds=10, seed=2, workers=1)
    kept = [score.cost for score in plan.rules if score.id.startswith("keep-")]
    assert kept == [0, 0]


def finding(self: Rule, roster: Roster, scope: Scope) -> Iterator[Breach]:
    """Find what is not there."""
    yield Breach(Subject(item=0, period=0))


def finding_nothing(self: Rule, roster: Roster, scope: Scope) -> Iterator[Breach]:
    """Find nothing."""
    yield from ()


@pytest.mark.parametrize(
    ("kind", "check", "named"),
    [(MaxTerm, finding, "yearly"), (Cover, finding_nothing, "staffed"), (Avoid, finding, "native-place")],
    ids=["too much", "too little", "a hard rule"],
)
def test_a_check_that_differs_from_the_solver_is_an_internal_error(
    policy: api.Policy, monkeypatch: pytest.MonkeyPatch, kind: type[Rule], check: object, named: str
) -> None:
    monkeypatch.setattr(kind, "check", check)
    with pytest.raises(InternalError, match=named):
        api.solve(policy, seconds=10, workers=1)


SOLVING = """
import sys
from allocator import api
from allocator.model.reading.json_files import plan_text
policy = api.bind(api.load(sys.argv[1]))
print(plan_text(api.solve(policy, seconds=5, seed=4, workers=1)))
"""


def timeless(text: str) -> str:
    return re.sub(r'"seconds": [0-9.]+', "", text)


@pytest.mark.slow
def test_the_same_input_gives_the_same_plan_byte_for_byte(policy: api.Policy, tmp_path: Path) -> None:
    base, texts = folder(tmp_path, {"main": f"pack: main\n{PACK}"}), []
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", SOLVING, str(base)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        texts.append(timeless(done.stdout.strip()))
    here = timeless(plan_text(api.solve(policy, seconds=5, seed=4, workers=1)).strip())
    assert texts == [here, here]


@pytest.mark.slow
def test_a_search_cut_off_by_its_limit_is_repeatable_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadline, "BUDGET_PARAMS", BudgetParams(work_per_second=0.01))
    policy = postings(24, 6)
    first, second = (api.solve(policy, seconds=40, seed=6, workers=1) for _ in range(2))
    assert first.status == "feasible" and first.run["stopped"] == "work"
    assert timeless(plan_text(first)) == timeless(plan_text(second))
    assert api.solve(policy, seconds=40, seed=7, workers=1).assignments != first.assignments
