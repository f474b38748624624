"""Checkpoints and resumed solves: whole plans, plans of first layers, bounds that stay, wrong input."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import tiny_scenario
from allocator import api
from allocator.api import resuming
from allocator.optimise.dispatcher import solve
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.lns.large_neighbourhood import LargeNeighbourhoodSearch
from allocator.optimise.results import Options
from allocator.rules.policy import Policy
from allocator.solvers.bounds import KnownBounds, Proof
from allocator.solvers.observer import CallbackObserver, Snapshot
from allocator.verify import judge
from big_world import chequers, postings
from cli_world import call, good_plan
from killed_world import assert_no_worse, rivals
from tiny_scenario import write_scenario

QUICK = ("--workers", "1", "--time-limit", "20")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


def part(out: Path) -> Path:
    return out.with_name("plan.json.part")


def is_whole(policy: Policy, reached: Snapshot) -> bool:
    return reached.periods == {name: len(layer.periods) for name, layer in policy.context.layers.items()}


def offered(policy: Policy, options: Options, begun: WarmStart | None = None) -> list[Snapshot]:
    """Solve and return all plans offered on the way, the last one being the plan itself."""
    heard: list[Snapshot] = []
    lock = threading.Lock()

    def offer(reached: Snapshot) -> None:
        with lock:
            heard.append(reached)

    found = solve(policy, options, observer=CallbackObserver(snapshot=offer), warm_start=begun)
    whole = [one for one in heard if is_whole(policy, one)]
    assert whole, "there was a plan"
    assert [proof.cost for proof in whole[-1].proofs] == [proof.cost for proof in found.proofs[1:]]
    return heard


ODD = {"kind": "prefer", "on": "zoning", "when": "unit.workload % 2 == 0 || group.id != 'Z0'", "level": 2}
MADE: list[Callable[[], Policy]] = [
    lambda: postings(24, 6),
    lambda: chequers(
        4, 4, 3, [ODD, {"kind": "balance", "on": "zoning", "load": "unit.workload", "level": 1}]
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_offered_holds_costs_what_it_says_and_gets_no_worse(
    made: Callable[[], Policy], workers: int
) -> None:
    policy = made()
    last: tuple[Proof, ...] = ()
    for reached in offered(policy, Options(seconds=6, workers=workers)):
        proofs = reached.proofs
        judgement = judge(policy.truncate(reached.periods), reached.assignments)
        assert not judgement.broken
        assert [judgement.costs[proof.level] for proof in proofs] == [proof.cost for proof in proofs]
        assert all(0 <= proof.bound <= proof.cost for proof in proofs)
        if last and is_whole(policy, reached):
            assert [proof.cost for proof in proofs] <= [proof.cost for proof in last]
        last = proofs if is_whole(policy, reached) else ()


def test_parts_that_have_ended_are_offered_before_the_others_have(tmp_path: Path) -> None:
    """Two districts that exchange nobody: what one has gained is there while the other is still searched."""
    apart = "  - {id: districts, kind: avoid, on: posting, when: person.native_place != group.place}\n"
    policy = api.bind(api.load(rivals(tmp_path / "rivals", districts=2, more=apart)))
    plans = [
        [{one for one in reached.assignments if one.item in people} for people in districts(policy)]
        for reached in offered(policy, Options(seconds=10, workers=1))
    ]
    first, last = plans[0], plans[-1]
    assert first[0] != last[0] and first[1] != last[1]
    changed = [[a != b for a, b in zip(*two, strict=True)] for two in pairwise(plans)]
    assert any(one.count(True) == 1 for one in changed)


def districts(policy: Policy) -> list[set[str]]:
    people = policy.context.scenario.organisation.people.values()
    places = sorted({person.native_place for person in people})
    return [{person.id for person in people if person.native_place == place} for place in places]


def test_it_goes_on_from_a_plan_and_keeps_what_was_proved() -> None:
    policy = postings(24, 6)
    first = offered(policy, Options(seconds=2, workers=1))[-1]
    proved = tuple(Proof(one.level, one.cost, max(0, one.cost - 1)) for one in first.proofs)
    begun = WarmStart(first.assignments, KnownBounds((proved,)))
    later = offered(policy, Options(seconds=0.1, workers=1), begun)
    assert len({tuple(one.periods) for one in later}) == 1
    assert [one.cost for one in later[0].proofs] == [one.cost for one in first.proofs]
    assert all(one.bound >= old.bound for one, old in zip(later[0].proofs, proved, strict=True))


@pytest.mark.parametrize("until", [1, 2, 3, 5])
def test_it_goes_on_from_the_first_layers_and_periods(until: int, scenario: Path) -> None:
    policy = api.bind(api.load(scenario))
    partial = [one for one in offered(policy, Options(workers=1)) if not is_whole(policy, one)]
    reached = partial[min(until, len(partial)) - 1]
    begun = WarmStart(reached.assignments, periods=reached.periods)
    again = offered(policy, Options(workers=1), begun)
    *_, (layer, count) = reached.periods.items()
    is_layer_done = count == len(policy.context.layers[layer].periods)
    least = sum(reached.periods.values()) + (not is_layer_done)
    assert all(sum(one.periods.values()) >= least for one in again)


@pytest.mark.slow
def test_plans_of_a_search_that_goes_on_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole is searched once at the only level: without what it shows, there would be two plans."""
    monkeypatch.setattr(LargeNeighbourhoodSearch, "_pieces", lambda *_: iter(()))
    policy = api.bind(api.load(rivals(tmp_path / "rivals")))
    policy = replace(policy, rules=tuple(rule for rule in policy.rules if rule.level != 2))
    costs = {one.proofs[0].cost for one in offered(policy, Options(seconds=5, workers=1))}
    assert len(costs) > 2


def test_searches_that_say_no_more_are_forgotten() -> None:
    known = KnownBounds(((Proof(1, 9, 4),), (Proof(1, 9, 5),), (Proof(1, 4, 2), Proof(2, 7, 6))))
    assert known.tighter_than((Proof(1, 4, 4), Proof(2, 8, 5))).searches == known.searches[1:]


def reached(policy: Policy) -> Snapshot:
    return offered(policy, Options(seconds=0.5, workers=1))[-1]


def test_a_checkpoint_is_a_plan_that_holds(
    scenario: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = api.bind(api.load(scenario))
    written = threading.Event()
    monkeypatch.setattr(
        resuming, "write_plan", lambda plan, path: (api.write_plan(plan, path), written.set())
    )
    left = out.with_name(".plan.json.part.abcd_123")
    left.write_text("{", "utf-8")
    mine = out.with_name(".plan.json.part.mine")
    mine.write_text("mine", "utf-8")
    with api.Checkpoints(policy, part(out)) as keeper:
        assert not left.exists() and mine.exists()
        keeper.on_snapshot(reached(policy))
        assert written.wait(5)
    plan = api.read_plan(part(out))
    assert plan.status == "feasible" and plan.run["checkpoint"] is True
    assert api.verify(policy, plan).holds and plan.score
    assert call("verify", scenario, part(out)).status == 0
    assert call("show", part(out), "--scenario", scenario).status == 0
    keeper.remove()
    keeper.remove()
    assert not part(out).exists()


def test_a_solve_goes_on_where_no_checkpoint_can_be_written(scenario: Path, out: Path) -> None:
    part(out).mkdir()
    (part(out) / "x").touch()
    done = call("solve", rivals(out.parent / "rivals"), "-o", out, "--time-limit", "1")
    assert done.status == 0 and out.exists()
    assert done.err.startswith("no checkpoint could be kept: ")


def test_nothing_is_kept_beside_a_device(tmp_path: Path) -> None:
    assert api.checkpoint_path(Path("/dev/null")) is None
    assert api.checkpoint_path(tmp_path / "a.json") == tmp_path / "a.json.part"


def test_a_plan_that_ended_leaves_no_checkpoint(scenario: Path, out: Path) -> None:
    part(out).write_text("of an earlier solve", "utf-8")
    assert call("solve", scenario, "-o", out, *QUICK).status == 0
    assert out.exists() and not part(out).exists()


def saved(folder: Path, file: Path, text: str = tiny_scenario.PLAN, **changes: Any) -> dict[str, Any]:
    """Write a plan, with other contents for some keys, and return it."""
    api.write_plan(good_plan(folder, text), file)
    data = {**json.loads(file.read_text("utf-8")), **changes}
    file.write_text(json.dumps(data), encoding="utf-8")
    return data


def test_resuming_from_nothing_solves_anew_with_a_remark(scenario: Path, out: Path) -> None:
    done = call("solve", scenario, "-o", out, "--resume", *QUICK)
    assert done.status == 0
    assert done.err == "neither plan.json nor a checkpoint of it holds a plan to go on from: solving anew\n"
    done = call("solve", scenario, "-o", out, "--resume", *QUICK, lang="zh")
    assert done.err == "从 plan.json 继续\n"


def test_a_plan_that_is_none_is_nothing_to_go_on_from(scenario: Path, out: Path) -> None:
    saved(scenario, out, status="infeasible", assignments=[], score=[], rules=[])
    done = call("solve", scenario, "-o", out, "--resume", *QUICK)
    assert done.status == 0 and "solving anew" in done.err


def test_a_resumed_solve_without_time_is_as_good_as_what_it_goes_on_from(tmp_path: Path, out: Path) -> None:
    scenario = rivals(tmp_path / "rivals")
    assert call("solve", scenario, "-o", out, "--time-limit", "2").status == 0
    before = api.read_plan(out)
    assert call("solve", scenario, "-o", out, "--time-limit", "0.1", "--resume").status == 0
    assert_no_worse(before, api.read_plan(out))


def test_the_better_of_checkpoint_and_plan_is_gone_on_from(scenario: Path, out: Path) -> None:
    policy = api.bind(api.load(scenario))
    good = saved(scenario, out)
    worse = tiny_scenario.PLAN.replace("P6=G1/member@2026", "P8=G1/member@2026", 1)
    worse = worse.replace("P8=G2/member@2026", "P6=G2/member@2026", 1)
    bad = saved(scenario, part(out), worse)
    costs = [[score["cost"] for score in plan["score"]] for plan in (good, bad)]
    assert costs[0] < costs[1]
    begun = api.load_resume_state(policy, out)
    assert begun is not None and begun.file == out
    assert len(begun.proved) == 2
    out.unlink()
    begun = api.load_resume_state(policy, out)
    assert begun is not None and begun.file == part(out)


def test_an_older_plan_beside_a_checkpoint_does_not_matter(scenario: Path, out: Path) -> None:
    saved(scenario, out, scenario={"name": "tiny", "sha256": "0" * 64})
    saved(scenario, part(out))
    done = call("solve", scenario, "-o", out, "--resume", *QUICK)
    assert done.status == 0 and done.err == "going on from plan.json.part\n"
    out.write_text("no plan", "utf-8")
    saved(scenario, part(out))
    assert call("solve", scenario, "-o", out, "--resume", *QUICK).status == 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scenario": {"name": "tiny", "sha256": "0" * 64}}, "scenario.sha256: was made for another version"),
        ({"run": {"beside": "0" * 64}}, "run.beside: was made with other --pin"),
        (
            {"score": [{"level": "hard", "cost": 0, "bound": 0}, {"level": 1, "cost": 1, "bound": 0}]},
            "holds no",
        ),
        ({"assignments": []}, "holds no plan that is sound"),
        ({"run": {"proved": [[{"level": 1, "cost": "x", "bound": 0}]]}}, "run.proved.0.0.cost: "),
        ({"run": {"partial": {"posting": 1}}}, "run.partial: holds no"),
        ({"run": {"partial": ["zoning"]}}, "run.partial: holds no"),
        ({"run": {"partial": {}}}, "run.partial: holds no"),
        ({"run": {"partial": {"zoning": 1, "posting": 3}}}, "allowed: zoning: 1, posting: 2, casework: 2"),
    ],
)
def test_what_cannot_be_gone_on_from_is_refused(
    scenario: Path, out: Path, changes: dict[str, Any], told: str
) -> None:
    saved(scenario, part(out), **changes)
    before = part(out).read_text("utf-8")
    done = call("solve", scenario, "-o", out, "--resume", *QUICK)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("plan.json.part:") and told in done.err
    assert part(out).read_text("utf-8") == before


def test_half_a_file_is_refused(scenario: Path, out: Path) -> None:
    saved(scenario, part(out))
    part(out).write_text(part(out).read_text("utf-8")[:200], "utf-8")
    done = call("solve", scenario, "-o", out, "--resume")
    assert done.status == 2 and "is cut short" in done.err


@pytest.mark.parametrize(
    "asked", [("--pin", "P3=G1@2026"), ("--exclude", "P1=C2"), ("--baseline", "before.json")]
)
def test_what_was_proved_under_one_call_is_not_taken_for_another(
    scenario: Path, out: Path, asked: tuple[str, str]
) -> None:
    before = out.with_name("before.json")
    saved(scenario, before)
    asked = (asked[0], str(before), "--free-changes") if asked[0] == "--baseline" else asked
    assert call("solve", scenario, "-o", out, *QUICK, *asked).status == 0
    done = call("solve", scenario, "-o", out, "--resume", *QUICK)
    assert done.status == 2 and "was made with other --pin" in done.err
    done = call("solve", scenario, "-o", out, "--resume", *QUICK, *asked)
    assert done.status == 0 and done.err == "going on from plan.json\n"


def test_the_fewest_changes_are_another_question(scenario: Path, out: Path) -> None:
    before = out.with_name("before.json")
    saved(scenario, before)
    asked = ("--baseline", str(before))
    assert call("solve", scenario, "-o", out, *QUICK, *asked, "--fewest-changes").status == 0
    assert call("solve", scenario, "-o", out, "--resume", *QUICK, *asked, "--free-changes").status == 2
    done = call("solve", scenario, "-o", out, "--resume", *QUICK, *asked)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("--resume: does not go with the fewest changes that --baseline asks for")


def test_resuming_needs_a_file_and_goes_not_with_fewest_changes(scenario: Path) -> None:
    done = call("solve", scenario, "--resume", "--fewest-changes")
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        "--resume: needs -o, the file whose checkpoint to go on from",
        "--resume: does not go with --fewest-changes, which keeps no checkpoint",
    ]
