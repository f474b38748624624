"""The claims of a plan are judged like its assignments: each unsupported edit is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allocator import api
from allocator.model.plan import BoundProof, Plan
from allocator.verify import is_proved_twice
from cli_world import call, good_plan
from tiny_scenario import write_scenario

Data = dict[str, Any]
Edit = Callable[[Data], object]


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


def optimal(scenario: Path) -> Data:
    """Return the good plan of the tiny scenario, which costs nothing and so is the best, as JSON holds it."""
    data: Data = good_plan(scenario).model_dump(mode="json")
    return {**data, "status": "optimal"}


def written(scenario: Path, data: Data) -> Path:
    file = scenario.parents[1] / "edited.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def score(data: Data, level: object) -> Data:
    found: Data = next(one for one in data["score"] if one["level"] == level)
    return found


def rule(data: Data, name: str) -> Data:
    found: Data = next(one for one in data["rules"] if one["id"] == name)
    return found


EDITS: list[tuple[str, Edit, str]] = [
    ("infeasible with a plan", lambda d: d.update(status="infeasible"), "claims to be infeasible"),
    ("unknown with a plan", lambda d: d.update(status="unknown"), "claims to be unknown"),
    ("an assignment twice", lambda d: d["assignments"].extend(d["assignments"][2:3]), "more than once: p"),
    ("no score", lambda d: d.update(score=[]), "its score is empty"),
    ("no rules", lambda d: d.update(rules=[]), "its rules is empty"),
    ("a bound below zero", lambda d: score(d, 1).update(bound=-3), "neither is below 0"),
    ("optimal and not proved", lambda d: score(d, 1).update(cost=4), "its cost 4 is not its bound 0"),
    ("a bound above the cost", lambda d: score(d, 1).update(bound=2), "its cost 0 is not its bound 2"),
    ("another level", lambda d: rule(d, "keep").update(level=2), "the plan says level 2, the scenario 1"),
    ("a hard rule as a soft one", lambda d: rule(d, "kin").update(level=1), "the plan says level 1"),
    ("another id", lambda d: rule(d, "kin").update(id="kim"), "the scenario has no such rule: kim (did you"),
    ("a rule left out", lambda d: d["rules"].remove(rule(d, "kin")), "does not list the rule: kin"),
    ("a rule twice", lambda d: d["rules"].append(rule(d, "kin")), "a rule is there more than once: kin"),
    ("a level left out", lambda d: d["score"].remove(score(d, 1)), "does not list the level: 1"),
    ("a level twice", lambda d: d["score"].append(score(d, 1)), "a level is there more than once: 1"),
    ("a level too many", lambda d: d["score"].append({**score(d, 1), "level": 9}), "no such level: 9"),
    ("a rule of a call", lambda d: d["rules"].append(rule(d, "kin") | {"id": "pin.1"}), "such rule: pin.1"),
    ("an unknown key", lambda d: d.update(signed="yes"), "unknown key: signed"),
    ("one of the scenario", lambda d: d["scenario"].update(by="x"), "unknown key: scenario.by"),
    ("one of an assignment", lambda d: d["assignments"][3].update(note="x"), "key: assignments.3.note"),
    ("one of a level", lambda d: score(d, 1).update(gap=0), "unknown key: score.1.gap"),
    ("one of a rule", lambda d: d["rules"][0].update(why="x"), "unknown key: rules.0.why"),
    ("a checkpoint as the best", lambda d: d["run"].update(checkpoint=True), "is the checkpoint of a solve"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("edit", "told"), [(edit, told) for _, edit, told in EDITS], ids=[e[0] for e in EDITS]
)
def test_an_edit_is_named_and_no_proof_is_shown(scenario: Path, edit: Edit, told: str) -> None:
    data = optimal(scenario)
    edit(data)
    file = written(scenario, data)
    done = call("verify", scenario, file)
    assert done.status == 1, done.out
    assert told in done.out and "does not hold" in done.out
    assert call("verify", scenario, file, lang="zh").out.count("✗") >= 1
    shown = call("show", file)
    assert told in shown.out
    assert "proved" not in shown.out and "not confirmed" in shown.out + "not confirmed" * (not data["score"])


def test_the_plan_that_is_edited_holds_unedited(scenario: Path) -> None:
    file = written(scenario, optimal(scenario))
    assert call("verify", scenario, file).out == "holds: no hard rule is broken\n"
    assert "optimal (proved)" in call("show", file).out


READ: list[tuple[Edit, str]] = [
    (lambda d: score(d, 1).update(cost="0"), "score.1.cost"),
    (lambda d: score(d, 1).update(bound=True), "score.1.bound"),
    (lambda d: score(d, 1).update(cost=0.0), "score.1.cost"),
    (lambda d: score(d, 1).update(level="1"), "score.1.level"),
    (lambda d: rule(d, "kin").update(cost=10**40), "rules.8.cost"),
    (lambda d: d.update(status="best"), "status"),
]


@pytest.mark.parametrize(("edit", "place"), READ)
def test_what_is_no_number_or_status_cannot_be_read(scenario: Path, edit: Edit, place: str) -> None:
    data = optimal(scenario)
    edit(data)
    done = call("verify", scenario, written(scenario, data))
    assert (done.status, done.out) == (2, "")
    assert f"edited.json:{place}" in done.err


def test_a_key_twice_cannot_be_read(scenario: Path) -> None:
    file = written(scenario, optimal(scenario))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"status"', '"status": "feasible", "status"', 1), encoding="utf-8")
    done = call("verify", scenario, file)
    assert done.status == 2 and "says the same key twice; found 'status'" in done.err
    file.write_text(text.replace('"seconds": 0.5', '"seconds": NaN'), encoding="utf-8")
    assert "is not valid JSON" in call("verify", scenario, file).err


PROOFS: list[tuple[str, Data, str]] = [
    ("an unknown solver", {"by": ["cpsat"]}, "a solver that there is not: cpsat (did you mean 'cp-sat'?)"),
    ("an unknown second", {"by": ["cp-sat"], "confirmed": ["hihgs"]}, "there is not: hihgs (did you mean"),
    ("the same twice", {"by": ["cp-sat"], "confirmed": ["cp-sat"]}, "by the solver that made it: cp-sat"),
    ("a part of it twice", {"by": ["cp-sat", "highs"], "confirmed": ["highs"]}, "solver that made it: highs"),
    ("nobody confirms", {"by": ["cp-sat"], "confirmed": []}, "does not name the solvers of both"),
    ("nobody proves", {"by": [], "confirmed": ["highs"]}, "does not name the solvers of both"),
    ("whoever proves", {"by": ["earlier"], "confirmed": ["highs"]}, "does not name the solvers of both"),
    ("what confirms nothing", {"by": ["cp-sat"], "confirmed": ["rows"]}, "by what confirms no proof: rows"),
    ("many names", {"by": list("abcdefgh")}, "a solver that there is not: a, b, c, ..."),
    ("many names twice", {"by": ["x"] * 9, "confirmed": ["x"] * 9}, "solver that made it: x"),
    ("one name twice", {"by": ["cp-sat", "cp-sat"]}, "names a solver more than once"),
    ("an unknown key of it", {"by": ["cp-sat"], "signed": "x"}, "unknown key: score.1.proof.signed"),
    ("zero confirmed", {"by": ["zero"], "confirmed": ["highs"]}, "which needs no confirmation"),
]  # fmt: skip


@pytest.mark.parametrize(("proof", "told"), [one[1:] for one in PROOFS], ids=[one[0] for one in PROOFS])
def test_a_proof_that_cannot_be_is_named_and_not_shown(scenario: Path, proof: Data, told: str) -> None:
    data = optimal(scenario)
    score(data, 1)["proof"] = proof
    file = written(scenario, data)
    done = call("verify", scenario, file)
    assert done.status == 1 and told in done.out, done.out
    assert "proved" not in call("show", file).out
    without = {**data, "status": "infeasible", "assignments": [], "score": [], "rules": []}
    answer = written(scenario, {**without, "run": {"proof": proof}})
    assert told.replace("score.1.proof.", "") in call("verify", scenario, answer).out or "zero" in proof["by"]


@pytest.mark.parametrize(
    "proof",
    [
        {"by": ["zero"], "confirmed": None},
        {"by": ["cp-sat"]},
        {"by": ["cover", "cp-sat"], "confirmed": ["highs"]},
        {"by": ["rows"], "confirmed": ["highs"]},
    ],
)
def test_a_proof_that_can_be_holds(scenario: Path, proof: Data) -> None:
    data = optimal(scenario)
    score(data, 1)["proof"] = proof
    assert call("verify", scenario, written(scenario, data)).status == 0


def test_that_nothing_costs_less_than_nothing_proves_nothing_else(scenario: Path) -> None:
    data = optimal(scenario)
    score(data, 1).update(cost=2, bound=2, proof={"by": ["zero"]})
    assert "stands on that nothing costs less than 0" in call("verify", scenario, written(scenario, data)).out
    without = {**data, "status": "infeasible", "assignments": [], "score": [], "rules": []}
    answer = written(scenario, {**without, "run": {"proof": {"by": ["zero"]}}})
    assert "stands on that nothing costs less than 0" in call("verify", scenario, answer).out


def test_who_proved_that_there_is_no_plan_is_of_an_answer_that_says_so(scenario: Path) -> None:
    data = optimal(scenario)
    file = written(scenario, {**data, "run": {"proof": {"by": ["cp-sat"]}}})
    assert (
        "says who proved that there is no plan, but the status is optimal"
        in call("verify", scenario, file).out
    )
    answer = written(scenario, {**data, "status": "infeasible", "run": {"proof": ["cp-sat"]}})
    assert "is not `by` and `confirmed` with names" in call("verify", scenario, answer).out


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        ({"by": ["cp-sat"], "confirmed": ["highs"]}, "infeasible (proved twice): "),
        ({"by": ["cp-sat"], "confirmed": ["rows"]}, "infeasible (proved): "),
        ({"by": ["cp-sat"]}, "infeasible (proved): "),
        (["cp-sat"], "infeasible (proved): "),
        (None, "infeasible (proved): "),
    ],
)
def test_twice_is_said_only_of_two_proofs_that_can_be(scenario: Path, proof: object, words: str) -> None:
    data = {**optimal(scenario), "status": "infeasible", "assignments": [], "score": [], "rules": []}
    answer = written(scenario, {**data, "run": {"proof": proof}})
    assert call("export", answer, "--to", scenario / "x.csv").out.startswith(words)


def test_a_plan_is_proved_twice_where_every_level_that_costs_anything_is(scenario: Path) -> None:
    plan = Plan.model_validate(optimal(scenario))
    assert not is_proved_twice(plan), "nothing costs anything"
    [hard, first] = plan.score
    twice = BoundProof(by=("rows",), confirmed=("highs",))
    costly = first.model_copy(update={"cost": 3, "bound": 3, "proof": twice})
    once = costly.model_copy(update={"proof": BoundProof(by=("rows",))})
    assert is_proved_twice(plan.model_copy(update={"score": (hard, costly)}))
    assert not is_proved_twice(plan.model_copy(update={"score": (hard, costly, once)}))
    assert not is_proved_twice(plan.model_copy(update={"status": "feasible", "score": (hard, costly)}))


@pytest.mark.parametrize("status", ["infeasible", "unknown"])
def test_an_answer_without_a_plan_does_not_hold(scenario: Path, status: str) -> None:
    data = {**optimal(scenario), "status": status, "assignments": [], "score": [], "rules": []}
    done = call("verify", scenario, written(scenario, data))
    assert done.status == 1
    assert done.out.splitlines()[0] == f"✗ the file holds no plan: its status is {status}"
    with_rules = {**data, "rules": [{"id": "kin", "level": "hard", "violations": 0, "cost": 0}]}
    assert "but holds rules: 1" in call("verify", scenario, written(scenario, with_rules)).out


def test_a_plan_by_hand_need_not_claim_anything(scenario: Path) -> None:
    data = {**optimal(scenario), "status": "feasible"}
    del data["score"], data["rules"]
    assert call("verify", scenario, written(scenario, data)).status == 0
    assert call("verify", scenario, written(scenario, {**data, "status": "optimal"})).status == 1


def test_rules_of_a_call_are_listed_and_judged(scenario: Path) -> None:
    policy = api.bind(api.load(scenario), pins=["P5=G1"], exclude=["P7=G1"])
    file = scenario.parents[1] / "pinned.json"
    api.write_plan(api.solve(policy, seconds=10, workers=1), file)
    done = call("verify", scenario, file)
    assert done.status == 0, done.out
    data = json.loads(file.read_text(encoding="utf-8"))
    assert {"pin.1", "exclude.1"} <= {one["id"] for one in data["rules"]}
    rule(data, "pin.1")["violations"] = 1
    assert "pin.1: the plan claims 1" in call("verify", scenario, written(scenario, data)).out


def test_many_like_things_are_one_line(scenario: Path) -> None:
    data = optimal(scenario)
    data["assignments"] *= 2
    done = call("verify", scenario, written(scenario, data))
    assert "an assignment is there more than once: " in done.out and "and 17 more" in done.out


def test_a_level_at_which_nothing_can_cost_is_listed(tmp_path: Path) -> None:
    rules = """
        pack: tiny-rules
        rules:
          - {id: nobody, kind: prefer, on: posting, level: 3, when: person.grade == "none", cost: "2"}
          - {id: one-chief, kind: composition, on: casework, exactly: 1 chief}
    """
    place = write_scenario(tmp_path, {"tiny-rules.yaml": rules})
    plan = api.solve(api.bind(api.load(place)), seconds=10, workers=1)
    assert [one.level for one in plan.score] == ["hard", 3]
    api.write_plan(plan, tmp_path / "plan.json")
    assert call("verify", place, tmp_path / "plan.json").status == 0
