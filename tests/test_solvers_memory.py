"""A memory limit: workers are ended first, then the search; the incumbent is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from allocator import api
from allocator.errors import InputError
from allocator.optimise.constrained_program import constrain
from allocator.optimise.dispatcher import solve
from allocator.optimise.results import Options
from allocator.program.program import Program
from allocator.rules.policy import Policy
from allocator.solvers import worker_process
from allocator.solvers.background import BackgroundMip
from allocator.solvers.observer import CallbackObserver, ObserverGroup, Progress, StopRequest
from allocator.solvers.worker_process import GIB, LIVE_WORKERS, NEAR, memory_limit, resident, resident_in_all
from big_world import postings
from cli_world import call
from tiny_scenario import write_scenario


class Beside:
    """A process beside, which takes memory until it is killed."""

    def __init__(self, pid: int) -> None:
        self.pid, self.killed = pid, False

    def kill(self) -> None:
        self.killed = True


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not done() and time.monotonic() < end:
        time.sleep(0.01)


def test_near_the_limit_a_search_ends_with_its_best_plan() -> None:
    held = resident()
    assert held is not None
    taken: list[bytearray] = []

    def listen(progress: Progress) -> None:
        if progress.stage == "posting" and progress.cost is not None and not taken:
            taken.append(bytearray(b"x" * (150 << 20)))

    policy, stop = postings(40, 8), StopRequest()
    began = time.monotonic()
    with memory_limit((held + (120 << 20)) / NEAR / GIB, stop):
        found = solve(
            policy,
            Options(seconds=60, workers=1),
            observer=ObserverGroup(stop, CallbackObserver(progress=listen)),
        )
    assert time.monotonic() - began < 40
    assert found.status == "feasible" and found.assignments
    assert found.run["stopped"] == "memory"
    assert stop.reason == "memory"


def test_no_other_layer_is_written_near_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, written, compiled = StopRequest(), [], Policy.compile

    def compiling(policy: Policy) -> Program:
        written.append(list(policy.context.layers))
        return compiled(policy)

    monkeypatch.setattr(Policy, "compile", compiling)
    policy = api.bind(api.load(write_scenario(tmp_path)))
    observer = CallbackObserver(snapshot=lambda _: stop.request("memory"), stop=stop.stop_reason)
    plan = api.solve(policy, workers=1, observer=observer)
    assert (plan.status, plan.assignments, plan.run["stopped"]) == ("unknown", (), "memory")
    assert written == [["zoning"]]


def test_what_runs_beside_is_ended_first(monkeypatch: pytest.MonkeyPatch) -> None:
    beside, taken = Beside(7), {"self": 10 << 20, 7: 30 << 20}
    monkeypatch.setattr(worker_process, "resident", lambda pid="self": taken[pid])
    monkeypatch.setattr(worker_process, "LIVE_WORKERS", {beside})
    stop = StopRequest()
    with memory_limit(100 / 1024, stop):
        time.sleep(3 * worker_process.POLL_SECONDS)
        assert not beside.killed and resident_in_all() == 40 << 20
        taken[7] = 85 << 20
        wait_until(lambda: beside.killed)
        taken[7] = 0
        time.sleep(3 * worker_process.POLL_SECONDS)
        assert beside.killed and not stop.is_requested
        taken["self"] = 95 << 20
        wait_until(lambda: stop.is_requested)
    assert stop.reason == "memory"


def test_what_runs_beside_is_counted_while_it_does() -> None:
    policy = postings(40, 8)
    program = policy.compile()
    whole = constrain(policy, program).subproblem(1).full()
    assert whole is not None
    race = BackgroundMip(whole, program, 1)
    race.begin()
    try:
        wait_until(lambda: resident_in_all() - (resident() or 0) > 20 << 20)
        assert resident_in_all() - (resident() or 0) > 20 << 20
    finally:
        race.close()
    assert not LIVE_WORKERS and resident_in_all() - (resident() or 0) < 1 << 20


def test_a_first_reason_to_stop_stays() -> None:
    stop = StopRequest()
    stop.request()
    stop.request("memory")
    assert stop.reason == "asked"


@pytest.mark.parametrize("held", [None, 95 << 20])
def test_a_limit_that_cannot_be_held_is_refused(monkeypatch: pytest.MonkeyPatch, held: int | None) -> None:
    monkeypatch.setattr(worker_process, "resident", lambda: held)
    with pytest.raises(InputError, match="--memory: "), memory_limit(100 / 1024, StopRequest()):
        pytest.fail("went on")


def test_a_system_without_proc_tells_the_most_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "Path", lambda _: Path("/nowhere"))
    now = resident()
    assert now is not None and now > 20 << 20
    assert resident(1) is None
    monkeypatch.setattr(worker_process, "resource", None)
    assert resident() is None


def test_the_command_refuses_what_is_taken_already(tmp_path: Path) -> None:
    done = call("solve", write_scenario(tmp_path), "--memory", "0.01")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("--memory: so much is nearly taken before the search begins; found '0.01'")


def test_the_command_solves_within_a_limit(tmp_path: Path) -> None:
    done = call("solve", write_scenario(tmp_path), "--memory", "8", "--workers", "1")
    assert done.status == 0
