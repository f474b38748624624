"""What-if chains: steps that are kept, dropped, undone and accepted, held to all plans of a small world."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from allocator import api
from cli_world import Called, call
from replan_world import World, plan_of, seats_of
from test_replan import baseline_of, world_of

SEED = 3


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return world().write(tmp_path)


@pytest.fixture
def plan(place: Path, tmp_path: Path) -> Path:
    file = tmp_path / "plan.json"
    policy = api.bind(api.load(place))
    base = plan_of(policy, baseline_of(SEED))
    api.write_plan(api.scored_plan(base, api.verify(policy, base).judgement), file)
    return file


def world() -> World:
    return world_of(SEED)


def attempt(plan: Path, *options: object, lang: str = "en") -> Called:
    solving = () if "--discard" in options else ("--workers", "1")
    return call("try", plan, *options, *solving, lang=lang)


def answer(plan: Path, *options: object) -> tuple[Called, dict]:
    done = attempt(plan, "--json", *options)
    return done, json.loads(done.out)


def assert_best(said: dict, tests: list) -> None:
    """Check the answer against every plan that meets what the steps ask for."""
    before, free = baseline_of(SEED), replace(world(), more=tests)
    every = {one: (free.changes(before, one), free.cost(one)) for one in free.plans()}
    if not every:
        assert said["status"] == "infeasible"
        return
    found = api.Plan.model_validate(said["answer"])
    assert said["status"] == "optimal" and every[seats_of(found)] == min(every.values())


def moved(person: str, group: str, year: str):  # type: ignore[no-untyped-def]
    return lambda one: (person, group, year) in one


def other(person: str, year: str = "2026") -> str:
    now = next(s for one, s, t in baseline_of(SEED) if (one, t) == (person, year))
    return "G2" if now == "G1" else "G1"


def test_steps_add_up_and_one_in_the_middle_is_dropped_kept_and_undone(plan: Path) -> None:
    content = plan.read_bytes()
    steps = [(who, other(who)) for who in ("A", "B", "C")]
    tests = [moved(who, group, "2026") for who, group in steps]
    for number, (who, group) in enumerate(steps, 1):
        _, said = answer(plan, "--name", f"{who} moves", "--pin", f"{who}={group}@2026")
        assert_best(said, tests[:number])
    _, said = answer(plan, "--drop", "B moves")
    assert [one["is_dropped"] for one in said["steps"]] == [False, True, False]
    assert_best(said, [tests[0], tests[2]])
    _, said = answer(plan, "--drop", "1")
    assert_best(said, tests[2:])
    _, said = answer(plan, "--undo")
    assert_best(said, [tests[0], tests[2]])
    _, said = answer(plan, "--keep", "2")
    assert_best(said, tests)
    for _ in range(4):
        done = attempt(plan, "--undo")
    assert done.out.count("moves:") == 1, "only the first step is left"
    assert attempt(plan, "--undo").status == 0
    assert not api.trial_path(plan).exists() and plan.read_bytes() == content
    assert (attempt(plan, "--undo").status, attempt(plan).status) == (2, 0)


def test_differences_of_levels_and_rules_add_up(plan: Path) -> None:
    answer(plan, "--pin", f"A={other('A')}@2026")
    _, said = answer(plan, "--pin", f"D={other('D', '2027')}@2027")
    found = seats_of(api.Plan.model_validate(said["answer"]))
    [level] = said["base"]["levels"]
    assert (level["before"], level["after"]) == (world().cost(baseline_of(SEED)), world().cost(found))
    assert sum(one["after"] - one["before"] for one in level["rules"]) == level["after"] - level["before"]
    assert said["base"]["seats"] == world().changes(baseline_of(SEED), found)
    assert said["before"]["seats"] > 0


def test_the_plan_of_a_hand_is_judged_and_improved_by_at_most_k_moves(place: Path, plan: Path) -> None:
    data = json.loads(plan.read_text("utf-8"))
    for one in data["assignments"]:
        one["slot"] = "G1"  # four people where three may be
    data |= {"status": "feasible", "score": [], "rules": []}
    plan.write_text(json.dumps(data), "utf-8")
    done = attempt(plan)
    assert done.status == 1 and "size" in done.out and not api.trial_path(plan).exists()
    base = frozenset((one["item"], "G1", one["period"]) for one in data["assignments"])
    for most in (1, 2, 3):
        _, said = answer(plan, "--at-most", f"moves={most}")
        every = [one for one in world().plans() if world().changes(base, one) <= most]
        assert said["status"] == ("optimal" if every else "infeasible")
        if every:
            found = seats_of(api.Plan.model_validate(said["answer"]))
            assert world().cost(found) == min(map(world().cost, every)), "the last limit counts"
    book = place.parents[1] / "plan.xlsx"
    assert call("export", plan, "--to", book).status == 0
    assert "--scenario: name the scenario of the document" in attempt(book).err
    done = attempt(book, "--scenario", place, "--at-most", "moves=3")
    assert done.status == 0 and "at-most moves=3" in done.out


def test_an_accepted_plan_holds_and_ends_the_chain(place: Path, plan: Path, tmp_path: Path) -> None:
    out = tmp_path / "new.json"
    attempt(plan, "--pin", f"A={other('A')}@2026")
    assert not out.exists()
    refused = attempt(plan, "--accept", plan)
    assert refused.status == 2 and "name another file" in refused.err
    done = attempt(plan, "--accept", out, lang="zh")
    assert done.status == 0 and "已采纳" in done.out and not api.trial_path(plan).exists()
    assert call("verify", place, out).status == 0
    assert api.read_plan(out).run["asked"]["pin"] == [f"A={other('A')}@2026"]
    assert "no plan to accept" in attempt(plan, "--accept", out).err


def test_an_impossible_step_says_why_and_is_not_accepted(plan: Path, tmp_path: Path) -> None:
    pins = [word for who in "ABCD" for word in ("--pin", f"{who}=G1@2026")]
    done = attempt(plan, "--name", "all", *pins)
    assert done.status == 1 and "size" in done.out and "  1  all: --pin A=G1@2026" in done.out
    refused = attempt(plan, "--accept", tmp_path / "new.json")
    assert refused.status == 2 and "no plan to accept" in refused.err
    assert attempt(plan, "--discard").status == 0 and not api.trial_path(plan).exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--drop", "A mves"), "no such step; found 'A mves'; allowed: A moves; did you mean 'A moves'"),
        (("--keep", "9"), "--keep: there is no such step"),
        (("--pin", "甲E=G1"), "--pin: "),
        (("--name", "A moves", "--exclude", "B=G1"), "there is a step of this name already"),
        (("--name", "x"), "needs what the step asks for"),
        (("--undo", "--drop", "1"), "--undo: does not go with other changes"),
        (("--discard", "--undo"), "--discard: does not go with anything else"),
    ],
)
def test_wrong_calls_are_refused_and_change_nothing(plan: Path, options: tuple[str, ...], told: str) -> None:
    attempt(plan, "--name", "A moves", "--pin", f"A={other('A')}@2026")
    before = api.trial_path(plan).read_bytes()
    done = attempt(plan, *options)
    assert (done.status, done.out) == (2, "") and told in done.err
    assert api.trial_path(plan).read_bytes() == before


def test_another_plan_under_the_chain_and_a_damaged_chain_are_refused(plan: Path) -> None:
    attempt(plan, "--pin", f"A={other('A')}@2026")
    content = plan.read_bytes()
    plan.write_bytes(content + b"\n")
    assert "has changed since the trial began" in attempt(plan).err
    plan.write_bytes(content)
    path = api.trial_path(plan)
    data = json.loads(path.read_text("utf-8"))
    data["answers"][0]["plan"]["assignments"].pop()
    path.write_text(json.dumps(data), "utf-8")
    done = attempt(plan, "--accept", plan.with_name("new.json"))
    assert done.status == 2 and "the file was edited" in done.err
    path.write_text('{"format": "allocator-trial/1", "plan": 3}', "utf-8")
    assert attempt(plan).status == 2


KILLED = """
import os, signal, sys
from allocator.api import trying
from allocator.cli.main import run
def killed(*_args, **_more):
    os.kill(os.getpid(), signal.SIGKILL)
trying.fewest_changes = trying.solve = killed
run(sys.argv[1:])
"""


def test_a_kill_while_it_solves_loses_no_step(plan: Path) -> None:
    answer(plan, "--name", "first", "--pin", f"A={other('A')}@2026")
    more = ["try", str(plan), "--name", "second", "--pin", f"B={other('B')}@2026"]
    done = subprocess.run([sys.executable, "-c", KILLED, *more], cwd=plan.parent, check=False)
    assert done.returncode == -signal.SIGKILL
    _, said = answer(plan)
    assert [one["name"] for one in said["steps"]] == ["first", "second"]
    assert_best(said, [moved(who, other(who), "2026") for who in ("A", "B")])
