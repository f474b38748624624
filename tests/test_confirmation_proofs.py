"""A second proof: another solver confirms a proof, catches a solver that lies, or gives no answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allocator import api
from allocator.model.run import COVER, CP_SAT, EARLIER, FLOW, HIGHS, Witnesses
from allocator.optimise import second_proofs
from allocator.optimise.claims import Claim, ContradictionError, claims_of, counterexample
from allocator.optimise.constrained_program import ConstrainedProgram, constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.results import Options, SolveResult
from allocator.optimise.routes import minimum_changes
from allocator.optimise.second_proofs import (
    WITNESSES,
    ConfirmationParams,
    SecondProofSearch,
    confirmation_seconds,
)
from allocator.program import cuts
from allocator.program.evaluate import evaluate_auxiliaries, level_costs
from allocator.rules.policy import Policy
from allocator.solvers.bounds import Bound, KnownBounds, Proof
from allocator.solvers.deadline import Budget, SolveContext
from allocator.solvers.highs_worker import components
from allocator.solvers.observer import CONFIRM, CallbackObserver, ObserverGroup, Progress, StopRequest
from allocator.solvers.worker_process import LIVE_WORKERS, WorkerProcess
from brute_force import least_costs, parts_of, policy_for
from example_scenario import example_rule
from killed_world import rivals
from liars import stuck_witnesses
from small_folder import SCENARIO, folder
from test_lns_elastic_repair import FAR_OUT, STAFFED
from test_optimise_no_variables import NOBODY
from test_optimise_routes import Drawn, impossible, of_parts, possible
from tiny_scenario import RULES, write_scenario
from worlds import Space
from zone_maps import map_world, zoning

SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))]
FULL = Options(seconds=20.0, workers=2, confirm="full")


def searching(seconds: float = 20.0, workers: int = 2, stop: StopRequest | None = None) -> SolveContext:
    return SolveContext(1, Budget(seconds, workers), stop=stop or StopRequest())


def confirmed(constrained: ConstrainedProgram, claims: list[Claim], seconds: float = 20.0) -> list[Claim]:
    return SecondProofSearch(constrained, searching(), seconds).run(claims)


def claimed(drawn: Drawn, by: Witnesses) -> list[Claim]:
    """Return what is true of the best of all plans."""
    levels = drawn.constrained().program.levels
    costs = zip(levels, drawn.least, strict=True)
    return list(claims_of(Proof.of(level, cost, Bound(cost, by)) for level, cost in costs))


def seconds_of(claims: list[Claim]) -> list[Witnesses]:
    return [one.proof.second for one in claims]


@pytest.fixture(scope="module")
def rivalry(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    """Return a policy whose first plan is found at once, and whose best costs more than the rows say."""
    return api.bind(api.load(rivals(tmp_path_factory.mktemp("rivals") / "rivals", 2)))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("witness", [HIGHS, CP_SAT])
def test_what_is_so_is_confirmed_and_what_is_not_is_contradicted(seed: int, witness: str) -> None:
    drawn = possible(seed)
    [other] = {HIGHS, CP_SAT} - {witness}
    true = claimed(drawn, frozenset((other,)))
    assert seconds_of(confirmed(drawn.constrained(), true)) == [frozenset((witness,))] * len(true)
    levels = drawn.constrained().program.levels
    for k, level in enumerate(levels):
        caps = dict(zip(levels[: k + 1], drawn.least, strict=False))  # which the best plan keeps to
        false = Claim(level, caps, Bound(drawn.least[k] + 1, frozenset((other,))))
        with pytest.raises(ContradictionError) as caught:
            confirmed(drawn.constrained(), [false])
        assert caught.value.witness == witness
        assert caught.value.constrained.cost(caught.value.values, level) <= drawn.least[k]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("witness", [HIGHS, CP_SAT])
def test_that_there_is_no_plan_is_confirmed_or_contradicted(seed: int, witness: str) -> None:
    by = frozenset({HIGHS, CP_SAT} - {witness})
    none = Claim(None, {}, Bound(by=by))
    assert seconds_of(confirmed(impossible(seed).constrained(), [none])) == [frozenset((witness,))]
    with pytest.raises(ContradictionError):
        confirmed(possible(seed).constrained(), [none])


@pytest.mark.parametrize("witness", [HIGHS, CP_SAT])
def test_what_is_written_only_as_plans_call_for_it_is_confirmed(
    witness: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Connected zones, and squares far out: the first plan of a witness breaks what it was not told."""
    others = frozenset({HIGHS, CP_SAT} - {witness})
    near: Mapping[str, Any] = {"kind": "compact", "to": "centre", "load": "unit.workload", "level": 1}
    on_map = zoning(map_world(3, 6, 2), [dict(near)])
    monkeypatch.setattr(cuts, "TANGENT_PARAMS", cuts.TangentParams(dense_until=3))
    far_out, space = policy_for(example_rule(rule) for rule in (STAFFED[0], FAR_OUT))
    for policy, plans in ((on_map, Space.of(on_map.context)), (far_out, space)):
        best = least_costs(policy, plans)
        constrained = constrain(policy, policy.compile())
        assert best is not None and best[0] > 0
        first = Proof.of(1, best[0], Bound(best[0], others))
        grown = len(constrained.program.rows)
        assert seconds_of(confirmed(constrained, list(claims_of([first])))) == [frozenset((witness,))]
        assert len(constrained.program.rows) > grown
        with pytest.raises(ContradictionError):
            confirmed(constrained, [Claim(1, {1: best[0]}, Bound(best[0] + 1, others))])


@pytest.mark.parametrize(
    ("by", "asked", "then"),
    [
        ({CP_SAT}, [HIGHS], ({CP_SAT}, {HIGHS})),
        ({HIGHS}, [CP_SAT], ({HIGHS}, {CP_SAT})),
        ({FLOW}, [HIGHS], ({FLOW}, {HIGHS})),
        ({COVER, CP_SAT}, [HIGHS], ({COVER, CP_SAT}, {HIGHS})),
        ({HIGHS, CP_SAT}, [HIGHS, CP_SAT], ({HIGHS}, {CP_SAT})),
        ({EARLIER}, [HIGHS, CP_SAT], ({HIGHS}, {CP_SAT})),
    ],
)
def test_nobody_confirms_what_he_had_a_part_in(
    by: set[str], asked: list[str], then: tuple[set[str], set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, heard = possible(0), list[str]()

    def hearing(name: str) -> Callable[..., Any]:
        honest = WITNESSES[name]
        return lambda *given: heard.append(name) or honest(*given)

    monkeypatch.setattr(second_proofs, "WITNESSES", {name: hearing(name) for name in WITNESSES})
    [claim, *_] = claimed(drawn, frozenset(by))
    [found] = confirmed(drawn.constrained(), [claim])
    assert heard == asked
    assert (found.proof.by, found.proof.second) == then
    assert confirmed(drawn.constrained(), [found]) == [found] and heard == asked, "it is proved twice already"


def test_who_has_not_heard_from_the_first_witness_is_not_confirmed_by_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of two that had a part in a proof one must prove it alone before the other can confirm that."""
    stuck_witnesses(monkeypatch)
    drawn = possible(0)
    [claim, *_] = claimed(drawn, frozenset((HIGHS, CP_SAT)))
    assert confirmed(drawn.constrained(), [claim], 0.3) == [claim]


@pytest.mark.parametrize("seed", SEEDS)
def test_that_there_is_no_plan_is_proved_twice(seed: int) -> None:
    found = solve(impossible(seed).policy, FULL)
    assert found.status == "infeasible" and found.refuted is not None
    assert found.refuted.second and not found.refuted.second & found.refuted.by


def test_what_follows_from_the_rows_is_confirmed_by_the_second_opinion_on_no_plan(tmp_path: Path) -> None:
    more = RULES.replace("exactly: 1组长+3组员", "exactly: 1组长+9组员")
    policy = api.bind(api.load(write_scenario(tmp_path, {"tiny-rules.yaml": more})))
    plan = api.solve(policy, seconds=20, workers=1)
    assert plan.status == "infeasible" and plan.run["proof"] == {"by": ["rows"], "confirmed": ["cp-sat"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_solve_is_proved_twice(seed: int) -> None:
    drawn = possible(seed)
    found = solve(drawn.policy, FULL)
    assert found.status == "optimal" and [one.cost for one in found.proofs[1:]] == list(drawn.least)
    assert all(one.is_confirmed == (one.cost > 0) for one in found.proofs)
    off = solve(drawn.policy, replace(FULL, confirm="off"))
    assert not any(one.is_confirmed for one in off.proofs)


def test_a_witness_that_cannot_end_in_time_confirms_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck_witnesses(monkeypatch)
    monkeypatch.setattr(second_proofs, "PARAMS", ConfirmationParams(extra_seconds=0.3))
    drawn = possible(0)
    began = time.monotonic()
    found = solve(drawn.policy, replace(FULL, confirm="spare"))
    spent = time.monotonic() - began
    assert found.status == "optimal" and not any(one.is_confirmed for one in found.proofs)
    assert [one.cost for one in found.proofs[1:]] == list(drawn.least)
    assert spent < FULL.seconds / 2 and not LIVE_WORKERS


def test_a_request_to_stop_ends_a_witness_that_has_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck_witnesses(monkeypatch)
    stop = StopRequest()

    def listen(told: Progress) -> None:
        if told.stage == CONFIRM:
            stop.request()

    found = solve(possible(0).policy, FULL, observer=ObserverGroup(stop, CallbackObserver(progress=listen)))
    assert found.status == "optimal" and found.interrupted and found.run["stopped"] == "proved"
    assert not any(one.is_confirmed for one in found.proofs)


def test_a_request_to_stop_ends_either_witness_between_two_claims() -> None:
    drawn, stop = possible(0), StopRequest()
    stop.request()
    claims = claimed(drawn, frozenset((HIGHS,))) * 2
    for witness in WITNESSES.values():
        answers = witness(drawn.constrained(), claims, 20.0, searching(stop=stop))
        assert [one.found for one in answers] == ["open"] * len(claims)


@pytest.mark.parametrize("by", [{CP_SAT}, {HIGHS}])
def test_where_nothing_is_decided_counting_says_it(by: set[str], tmp_path: Path) -> None:
    """A program without variables: its rows hold of nothing, or there is no plan."""
    none = Claim(None, {}, Bound(by=frozenset(by)))
    for atleast, contradicted in ((0, True), (1, False)):
        rule = f"{{id: some, kind: capacity, on: posting, atleast: {atleast}}}"
        scenario = SCENARIO.split("layers:")[0] + NOBODY
        base = folder(tmp_path / str(atleast), {"main": f"pack: main\nrules:\n  - {rule}\n"}, scenario)
        policy = api.bind(api.load(base))
        constrained = constrain(policy, policy.compile())
        if contradicted:
            with pytest.raises(ContradictionError):
                confirmed(constrained, [none])
        else:
            assert seconds_of(confirmed(constrained, [none])) == [frozenset({HIGHS, CP_SAT} - by)]


@pytest.mark.parametrize("witness", [HIGHS, CP_SAT])
def test_what_is_paid_whatever_the_plan_is_counted(witness: str) -> None:
    drawn, by = possible(0), frozenset({HIGHS, CP_SAT} - {witness})
    program = drawn.constrained().program
    level, *_ = program.levels
    dearer = replace(program, constants=(*program.constants, (level, 0, 50)))
    least = drawn.least[0] + 50
    true = Claim(level, {level: least - 1}, Bound(least, by))
    assert seconds_of(confirmed(ConstrainedProgram(dearer, lambda _: []), [true])) == [frozenset((witness,))]
    with pytest.raises(ContradictionError):
        confirmed(
            ConstrainedProgram(dearer, lambda _: []), [Claim(level, {level: least}, Bound(least + 1, by))]
        )


def test_a_search_that_highs_has_no_time_for_is_open(
    rivalry: Policy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ends by itself and in time, and says nothing of what it has not looked at."""

    class Hurried(WorkerProcess):
        def begin(self, **arrays: Any) -> None:
            super().begin(**{**arrays, "seconds": 0.0})

    monkeypatch.setattr(second_proofs, "WorkerProcess", Hurried)
    claims = [Claim(1, {1: 20}, Bound(21, frozenset((CP_SAT,))))] * 2
    constrained = constrain(rivalry, rivalry.compile())
    answers = second_proofs.ask_highs(constrained, claims, 20.0, searching())
    assert [one.found for one in answers] == ["open", "open"] and not LIVE_WORKERS


def recorded(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Return what processes beside are sent from now on."""
    sent: list[dict[str, Any]] = []

    class Recorded(WorkerProcess):
        def begin(self, **arrays: Any) -> None:
            sent.append(arrays)
            super().begin(**arrays)

    monkeypatch.setattr(second_proofs, "WorkerProcess", Recorded)
    return sent


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_that_no_row_ties_are_asked_about_one_by_one(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn, sent = of_parts(seed), recorded(monkeypatch)
    constrained = drawn.constrained()
    best = next(
        values
        for plans in parts_of(drawn.space)
        for values in evaluate_auxiliaries(constrained.program, plans.matrix)
        if constrained.is_feasible(values)
        and tuple(level_costs(constrained.program, values[None, :])[0]) == drawn.least
    )
    claims = claimed(drawn, frozenset((CP_SAT,)))
    found = SecondProofSearch(constrained, searching(), 20.0, best).run(claims)
    assert seconds_of(found) == [frozenset((HIGHS,))] * len(claims)
    assert sent[0]["component"].max() > 0 and (sent[0]["known"] == best).all()
    worst = np.asarray(evaluate_auxiliaries(constrained.program, drawn.worst[None, :])[0])
    costs = level_costs(constrained.program, worst[None, :])[0].tolist()
    proofs = [Proof.of(k, c, Bound(c, frozenset((CP_SAT,)))) for k, c in zip((1, 2), costs, strict=True)]
    assert tuple(costs) > drawn.least
    with pytest.raises(ContradictionError):
        SecondProofSearch(constrained, searching(), 20.0, worst).run(list(claims_of(proofs)))


def test_what_is_asked_of_a_part_is_what_the_whole_asks_of_it() -> None:
    """Two parts, of one row each, and three levels: the first costs nothing in the second part."""
    problem = {
        "lower": np.array([0.0, 0.0, 0.0]),
        "upper": np.array([5.0, 6.0, 7.0]),
        "branched": np.array([True, False, True]),
        "row_lower": np.array([1.0, -np.inf]),
        "row_upper": np.array([np.inf, 4.0]),
        "starts": np.array([0, 2, 3]),
        "cols": np.array([0, 2, 1]),
        "coefs": np.array([1.0, 2.0, 3.0]),
        "prices": np.array([[1.0, 0.0, 1.0], [0.0, 2.0, 3.0], [1.0, 1.0, 1.0]]),
        "known": np.array([1, 1, 2]),
        "component": np.array([0, 1, 0]),
    }
    [only] = components.component_problems(problem, 0)
    assert only.columns.tolist() == [0, 2] and only.caps.tolist() == [2.0, np.inf, np.inf]
    one, two = components.component_problems(problem, 1)
    assert one.columns.tolist() == [0, 2] and one.caps.tolist() == [3.0, 5.0, np.inf]
    assert two.columns.tolist() == [1] and two.caps.tolist() == [0.0, 1.0, np.inf]
    assert one.problem["cols"].tolist() == [0, 1] and one.problem["coefs"].tolist() == [1.0, 2.0]
    assert two.problem["starts"].tolist() == [0, 1] and two.problem["row_upper"].tolist() == [4.0]
    assert one.problem["upper"].tolist() == [5.0, 7.0] and two.problem["branched"].tolist() == [False]


def test_a_plan_that_breaks_a_row_contradicts_nothing() -> None:
    drawn = impossible(0)
    constrained = drawn.constrained()
    nobody = evaluate_auxiliaries(
        constrained.program, np.zeros((1, constrained.program.decisions.count), dtype=np.int64)
    )[0]
    assert not Claim(None, {}, Bound()).is_contradicted_by(constrained, nobody)
    assert counterexample(constrained, Claim(None, {}, Bound()), nobody) == (None, False)


def test_windows_are_proved_twice_where_they_prove_anything() -> None:
    drawn = possible(0)
    found = solve(drawn.policy, replace(FULL, window=1))
    assert all(one.is_confirmed == (0 < one.cost == one.bound) for one in found.proofs)


def test_there_is_spare_time_only_where_the_clock_may_count() -> None:
    assert confirmation_seconds("off", searching()) == 0.0
    assert confirmation_seconds("full", searching(workers=1)) == float("inf")
    assert confirmation_seconds("spare", searching(workers=1)) == 0.0, "the plan must not depend on the clock"
    assert confirmation_seconds("spare", searching(0.0)) == 0.0
    assert 0.9 < confirmation_seconds("spare", searching(600.0)) < 10.0, "about as long as the solve took"
    stop = StopRequest()
    stop.request()
    assert confirmation_seconds("full", searching(stop=stop)) == 0.0


def test_what_is_huge_is_not_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_proofs, "PARAMS", ConfirmationParams(largest_program=1))
    drawn = possible(0)
    claims = claimed(drawn, frozenset((CP_SAT,)))
    assert confirmed(drawn.constrained(), claims) == claims


def test_levels_are_claimed_where_they_are_proved_and_cost_something() -> None:
    by = Bound(0, frozenset((CP_SAT,)))
    proofs = [Proof("hard", 0, 0)]
    for level, cost, bound in ((1, 0, 0), (2, 7, 7), (3, 9, 4), (4, 3, 3)):
        proofs.append(Proof.of(level, cost, replace(by, value=bound)))
    found = {one.level: dict(one.caps) for one in claims_of(proofs)}
    assert found == {2: {1: 0, 2: 6}, 4: {1: 0, 2: 7, 3: 9, 4: 2}}


def test_what_was_proved_twice_before_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = possible(0)
    first = solve(drawn.policy, FULL)
    stuck_witnesses(monkeypatch)
    warm_start = WarmStart(first.assignments, KnownBounds((first.proofs[1:],)))
    again = solve(drawn.policy, FULL, warm_start=warm_start)
    assert [one.second for one in again.proofs] == [one.second for one in first.proofs]


def test_fewest_changes_are_proved_twice(tmp_path: Path) -> None:
    base = api.bind(api.load(write_scenario(tmp_path)))
    before = api.solve(base, seconds=20, workers=1)
    policy = api.bind(api.load(tmp_path / "scenarios" / "tiny"), baseline=before, exclude=["P5=G1"])
    plan = api.fewest_changes(policy, seconds=20, workers=1, confirm="full")
    said = plan.run["changes"]
    assert said["fewest"] == said["bound"] > 0
    assert said["proof"]["confirmed"] and not set(said["proof"]["confirmed"]) & set(said["proof"]["by"])
    assert minimum_changes.CHANGES_LEVEL == 1


def test_a_solve_tells_what_it_is_about(rivalry: Policy) -> None:
    told: list[Progress] = []
    found: SolveResult = solve(possible(0).policy, FULL, observer=CallbackObserver(progress=told.append))
    about = [one for one in told if one.stage == CONFIRM]
    assert found.status == "optimal" and about and all(one.cost == one.bound for one in about)
