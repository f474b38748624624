"""The engine keeps its time limit, stops on request, starts layer by layer, and adds cuts."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from threading import Timer
from types import SimpleNamespace
from typing import Any

import networkx as nx
import numpy as np
import pytest

from allocator.model.plan import Plan, ScenarioRef
from allocator.optimise import lexicographic
from allocator.optimise.constrained_program import constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.layerwise_plan import PartialPlan, Step, construct_layer, seats_before, steps
from allocator.optimise.lexicographic import LexicographicSolver
from allocator.optimise.lns import plan_repair
from allocator.optimise.results import Options, SolveResult
from allocator.optimise.routes import joint
from allocator.optimise.routes.route import APPLIES, LevelRequest, ProgramRequest, level_routes
from allocator.program.decisions import Decisions
from allocator.rules.policy import Policy
from allocator.solvers.deadline import Allotment, Budget, SolveContext
from allocator.solvers.observer import CallbackObserver, ObserverGroup, Progress, StopRequest
from allocator.verify import judge
from big_world import chequers, postings
from brute_force import least_costs
from example_scenario import example_context, example_rule
from worlds import Space, policy_of, world_of

#: What the search over all layers and periods of `postings` is called.
JOINT = "posting"
TURN = replace(world_of(frozenset({"turn"})), baseline=None)


def turn_rule(kind: str, **fields: object):
    return example_rule({"kind": kind, "on": "turn", **fields}, id=str(fields.pop("id", kind)))


def assert_sound(policy: Policy, found: SolveResult) -> None:
    """A plan that breaks nothing, whose score is what the checks find and whose bounds are below it."""
    judgement = judge(policy, found.assignments)
    assert found.assignments and not judgement.broken
    assert [judgement.costs.get(proof.level, 0) for proof in found.proofs] == [p.cost for p in found.proofs]
    assert all(0 <= proof.bound <= proof.cost for proof in found.proofs)


def test_a_stop_keeps_the_best_plan_so_far() -> None:
    policy, stop = postings(40, 8), StopRequest()
    heard: list[Progress] = []

    def listen(progress: Progress) -> None:
        heard.append(progress)
        if progress.stage == JOINT and progress.cost is not None:
            stop.request()

    began = time.monotonic()
    found = solve(
        policy,
        Options(seconds=60, workers=2),
        observer=ObserverGroup(stop, CallbackObserver(progress=listen)),
    )
    assert time.monotonic() - began < 40
    assert found.interrupted and found.run["stopped"] == "asked"
    assert_sound(policy, found)
    assert {progress.stage for progress in heard} >= {JOINT}


def test_a_stop_from_another_thread_ends_a_search_that_finds_nothing_better() -> None:
    policy, stop = postings(40, 8), StopRequest()
    timer = Timer(1.5, stop.request)
    timer.start()
    began = time.monotonic()
    found = solve(policy, Options(seconds=120, workers=1), observer=stop)
    assert time.monotonic() - began < 15
    assert found.interrupted
    assert found.status in ("feasible", "unknown")
    if found.assignments:
        assert_sound(policy, found)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_the_time_limit_is_held(workers: int) -> None:
    policy = postings(60, 10)
    began = time.monotonic()
    found = solve(policy, Options(seconds=3, workers=workers))
    assert time.monotonic() - began < 3 + 4
    assert found.status == "feasible" and not found.interrupted
    assert found.run["workers"] == workers and found.run["seed"] == 1
    assert found.run["stopped"] in (("work", "time") if workers == 1 else ("time",))
    assert_sound(policy, found)


def test_no_time_at_all_is_no_error() -> None:
    found = solve(policy_of(TURN, turn_rule("take", places=1)), Options(seconds=0.0, workers=1))
    assert found.status in ("optimal", "feasible", "unknown")


@pytest.mark.parametrize("workers", [1, 2])
def test_an_impossible_policy_is_infeasible(workers: int) -> None:
    rules = turn_rule("take", places=1), turn_rule("capacity", atleast=2)
    found = solve(policy_of(TURN, *rules), Options(seconds=10, workers=workers))
    assert (found.status, found.assignments, found.proofs) == ("infeasible", (), ())
    assert found.run["stopped"] == "proved"


def test_what_can_be_proved_is_proved() -> None:
    policy = policy_of(
        TURN, turn_rule("take", places=1), turn_rule("balance", level=1), turn_rule("stability", level=2)
    )
    found = solve(policy, Options(seconds=10, workers=1))
    assert found.status == "optimal" and found.run["stopped"] == "proved"
    assert [proof.level for proof in found.proofs] == ["hard", 1, 2]
    assert all(proof.cost == proof.bound for proof in found.proofs)
    assert {"allocator", "ortools"} <= set(found.run["versions"])


def test_a_layer_is_started_period_by_period() -> None:
    layers = example_context().layers
    assert list(steps(layers["zoning"])) == [Step("zoning", 0, 1)]
    assert list(steps(layers["turn"])) == [
        Step("turn 2026", 0, 1),
        Step("turn 2027", 1, 2),
        Step("turn 2028", 2, 3),
    ]


def test_a_first_layer_starts_as_things_were_before() -> None:
    for layer in example_context().layers.values():
        decisions = Decisions.of([layer])
        start = seats_before(decisions)
        before = [item for item, period in layer.past if period == -1 and layer.present[item, 0]]
        assert (start is None) == (not before)
        if start is not None:
            kept = {layer.item_index[one.item] for one in decisions.assignments(start)}
            assert kept == set(before)


DEAD_END = (
    turn_rule("take", places=1),
    turn_rule("max_term", periods=1),
    turn_rule("pin", item="Wang", slot="East", during=["2027"]),
    turn_rule("prefer", when="group.id == 'East'", during=["2026"], level=1),
)


def assert_a_way_out_of_the_dead_end(found: SolveResult) -> None:
    """In 2026 East is cheaper, but in 2027 Wang must be there and may not stay for two years."""
    assert found.status == "optimal"
    placed = {(a.period, a.slot) for a in found.assignments if a.item == "Wang"}
    assert placed == {("2026", "West"), ("2027", "East"), ("2028", "West")}
    assert_sound(policy_of(TURN, *DEAD_END), found)


def test_a_start_that_runs_into_a_dead_end_finds_its_way_out() -> None:
    assert_a_way_out_of_the_dead_end(solve(policy_of(TURN, *DEAD_END), Options(seconds=10, workers=1)))


def test_where_a_start_finds_nothing_the_joint_search_begins_from_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(joint, "construct_layer", lambda *arguments: asked.append(arguments))
    assert_a_way_out_of_the_dead_end(solve(policy_of(TURN, *DEAD_END), Options(seconds=10, workers=1)))
    assert asked


def test_a_start_in_steps_is_a_plan_that_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[PartialPlan | None] = []

    def noting(*arguments: Any) -> PartialPlan | None:
        made.append(construct_layer(*arguments))
        return made[-1]

    monkeypatch.setattr(joint, "construct_layer", noting)
    policy = policy_of(TURN, *DEAD_END)
    solve(policy, Options(seconds=10, workers=1))
    [first] = made
    assert first is not None and first.assignments
    assert not judge(policy, first.assignments).broken


def test_a_baseline_takes_the_place_of_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = turn_rule("take", places=1), turn_rule("stability", against="baseline", level=1)
    first = solve(policy_of(TURN, rules[0]), Options(seconds=5, seed=3, workers=1)).assignments
    baseline = Plan(scenario=ScenarioRef(name="small", sha256=""), status="optimal", assignments=first)
    policy = Policy(replace(TURN, baseline=baseline), rules, (), {})
    monkeypatch.delattr(joint, "construct_layer")
    found = solve(policy, Options(seconds=5, seed=8, workers=1))
    assert found.assignments == first
    assert found.proofs[-1].cost == 0


SIZES = {"kind": "capacity", "on": "zoning", "atleast": 3}


def parts(policy: Policy, found: SolveResult) -> list[int]:
    """Return into how many parts each zone falls."""
    links = policy.context.scenario.organisation.links
    graph = nx.Graph([(link.source, link.target) for link in links])
    zones = sorted({a.slot for a in found.assignments})
    members = [[a.item for a in found.assignments if a.slot == zone] for zone in zones]
    return [nx.number_connected_components(graph.subgraph(group)) for group in members]


@pytest.mark.parametrize(
    "rules",
    [
        [{"kind": "balance", "on": "zoning", "load": "unit.workload", "level": 1}],
        [{**SIZES, "level": 1}, {"kind": "apart", "on": "zoning", "pairs": [["U00", "U01"], ["U11", "U12"]]}],
        [SIZES, {"kind": "together", "on": "zoning", "pairs": [["U00", "U22"]]},
         {"kind": "prefer", "on": "zoning", "when": "(unit.workload > 2) == (group.id == 'Z0')", "level": 1}],
    ],
)  # fmt: skip
def test_zones_hang_together_and_are_the_best_of_all(rules: list[dict[str, object]]) -> None:
    policy = chequers(3, 3, 2, rules)
    found = solve(policy, Options(seconds=20, workers=1))
    space = Space.of(policy.context)
    assert found.status == "optimal"
    assert tuple(proof.cost for proof in found.proofs[1:]) == least_costs(policy, space)
    assert parts(policy, found) == [1, 1]


def test_contiguity_that_cannot_be_is_infeasible() -> None:
    corners = [
        {"kind": "together", "on": "zoning", "pairs": [["U00", "U22"]]},
        {"kind": "together", "on": "zoning", "pairs": [["U02", "U20"]], "id": "others"},
        {"kind": "apart", "on": "zoning", "pairs": [["U00", "U02"]]},
    ]
    assert solve(chequers(3, 3, 2, corners), Options(seconds=20, workers=1)).status == "infeasible"


def test_zones_of_a_larger_map_hang_together() -> None:
    rules = [{"kind": "balance", "on": "zoning", "load": "unit.workload", "level": 1}]
    policy = chequers(4, 4, 3, rules)
    found = solve(policy, Options(seconds=30, workers=2))
    assert_sound(policy, found)
    assert found.status == "optimal"
    assert parts(policy, found) == [1, 1, 1]


def test_a_budget_shares_out_seconds_or_work() -> None:
    deadline = Budget(100.0, 2)
    assert not deadline.deterministic
    half = deadline.share(0.5)
    assert 49 < half.seconds <= 50 and half.work is None and half.work_left == float("inf")
    work = Budget(100.0, 1)
    assert work.deterministic
    first = work.share(0.5)
    assert first.seconds > 99 and first.work is not None
    work.spent_work += first.work
    assert work.share(1.0).work == pytest.approx(first.work)
    work.spent_work += first.work
    assert work.is_over and work.share(1.0).work == 0.0
    assert Budget(0.0, 2).is_over and not deadline.is_over
    assert Allotment(1.0, 2.0).work_left == 2.0
    assert Budget(0.0, 1).seconds_left == 0.0 and deadline.elapsed >= 0


def test_what_is_large_is_not_looked_at_once_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for looks in ("make_initial_plan", "find_feasible"):
        monkeypatch.setattr(lexicographic, looks, lambda *_: pytest.fail("looked"))
    monkeypatch.setattr(ProgramRequest, "network", property(lambda _: pytest.fail("looked")))
    monkeypatch.setattr(plan_repair, "PARAMS", replace(plan_repair.PARAMS, large_program=1))
    found = solve(postings(8, 2), Options(seconds=0.0, workers=2))
    assert (found.status, found.assignments) == ("unknown", ())
    assert found.run["structure"] == {"kind": "unknown"}


def test_a_stop_is_remembered() -> None:
    stop = StopRequest()
    assert not stop.is_requested
    stop.request()
    assert stop.is_requested


def assert_better_and_better(joint: list[Progress]) -> None:
    """The costs of all levels looked at so far only ever get better, read as one; so do bounds of a level."""
    costs: dict[int, int] = {}
    for progress in joint:
        level, before = int(progress.level), dict(costs)
        if progress.cost is None or level not in (1, 2, 3):
            continue
        assert progress.bound <= progress.cost
        costs = {other: cost for other, cost in costs.items() if other < level} | {level: progress.cost}
        known = [before[other] for other in sorted(before) if other <= level]
        assert [costs[other] for other in sorted(costs)][: len(known)] <= known
    for level in (1, 2, 3):
        assert (np.diff([p.bound for p in joint if p.level == level]) >= 0).all()


@pytest.mark.slow
def test_progress_only_ever_gets_better() -> None:
    heard: list[Progress] = []
    solve(postings(24, 6), Options(seconds=4, workers=2), observer=CallbackObserver(progress=heard.append))
    joint = [progress for progress in heard if progress.stage == JOINT]
    assert joint and all(progress.seconds >= 0 for progress in joint)
    assert_better_and_better(joint)


def minimise_level(request: LevelRequest) -> None:
    """Minimise a level by all routes that apply."""
    for route in level_routes():
        if route.applies(request).applies:
            route.solve(request)


def only_route(monkeypatch: pytest.MonkeyPatch, solve: Callable[[LevelRequest], None]) -> None:
    """Have levels searched by one route."""
    route = SimpleNamespace(applies=lambda _: APPLIES, solve=solve)
    monkeypatch.setattr(lexicographic, "level_routes", lambda: [route])


def test_time_that_later_levels_leave_goes_to_the_first_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[int] = []

    def when_asked_again(request: LevelRequest) -> None:
        searched.append(request.incumbent.level)
        if searched.count(request.incumbent.level) > 1:
            minimise_level(request)

    only_route(monkeypatch, when_asked_again)
    policy = postings(12, 3)
    constrained, search = (
        constrain(policy, policy.compile()),
        SolveContext(1, Budget(30, 1)),
    )
    work = LexicographicSolver(constrained, search, "whole")
    assert work.solve(None, 1.0) == "optimal"
    assert searched == [1, 2, 3, 1, 2, 3]
    assert [proof.cost for proof in work.proofs] == [
        proof.cost for proof in solve(policy, Options(workers=1)).proofs[1:]
    ]


def test_a_level_that_gets_no_better_leaves_later_ones_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[int] = []

    def but_the_second(request: LevelRequest) -> None:
        searched.append(request.incumbent.level)
        if request.incumbent.level != 2:
            minimise_level(request)
        request.context.budget.spent_work += 1.0

    only_route(monkeypatch, but_the_second)
    policy = postings(12, 3)
    constrained, search = (
        constrain(policy, policy.compile()),
        SolveContext(1, Budget(30, 1)),
    )
    work = LexicographicSolver(constrained, search, "whole")
    assert work.solve(None, 1.0) == "feasible"
    assert searched[:3] == [1, 2, 3] and set(searched[3:]) == {2}
    assert [proof.cost == proof.bound for proof in work.proofs] == [True, False, True]
    assert list(constrained.caps) == [1, 2, 3] and not constrained.is_tight
