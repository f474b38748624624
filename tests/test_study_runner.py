"""A process for each cell: limits, ends and logs; what is ended leaves others alone, and nothing behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from allocator.study import cell_process
from allocator.study.cell_runner import CellEnd, CellProgress, CellTask
from allocator.study.cells import CellLimits
from allocator.study.process_runner import LOG_LINES, ProcessRunner, cell_command, default_places
from cell_stub import STUB, events_until, is_alive, task

posix = pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")


@pytest.fixture
def runner() -> Iterator[ProcessRunner]:
    made = ProcessRunner([sys.executable, *STUB], 2)
    yield made
    made.close()


def test_a_cell_tells_of_itself_and_answers(runner: ProcessRunner) -> None:
    assert runner.places == 2 and runner.wait(0.0) == []
    runner.start(task("a", some="thing"))
    end, events = events_until(runner, "a")
    assert (end.ending, end.exit_code, end.log) == ("answered", 0, ())
    assert end.answer is not None and end.answer["told"] == {"some": "thing"}
    assert [event.message["event"] for event in events if isinstance(event, CellProgress)] == ["progress"]
    assert 0 < end.seconds < 20


def test_a_death_has_its_exit_code_and_last_lines(runner: ProcessRunner) -> None:
    runner.start(task("code", code=3, lines=50))
    runner.start(task("abort", abort=True))
    end, events = events_until(runner, "code")
    assert (end.ending, end.exit_code, end.answer) == ("died", 3, None)
    assert end.log == tuple(f"line {k}" for k in range(50 - LOG_LINES, 50))
    other = [event for event in events if isinstance(event, CellEnd) and event.key == "abort"]
    aborted = other[0] if other else events_until(runner, "abort")[0]
    assert (aborted.ending, aborted.exit_code) == ("died", -signal.SIGABRT)


@posix
def test_what_is_killed_from_outside_leaves_the_others_alone(runner: ProcessRunner) -> None:
    runner.start(task("killed", sleep=30, child=True))
    runner.start(task("other", sleep=0.6))
    pid = 0
    while not pid:
        for event in runner.wait(0.2):
            if isinstance(event, CellProgress) and "pid" in event.message:
                pid = int(event.message["pid"])
    parent = int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[1])
    os.kill(parent, signal.SIGKILL)
    end, events = events_until(runner, "killed")
    assert (end.ending, end.exit_code) == ("died", -signal.SIGKILL)
    ended = [event for event in events if isinstance(event, CellEnd) and event.key == "other"]
    assert (ended[0] if ended else events_until(runner, "other")[0]).ending == "answered"


@posix
def test_a_cell_over_its_time_ends_with_all_that_it_started(runner: ProcessRunner) -> None:
    runner.start(task("slow", wall=0.5, sleep=60, child=True))
    runner.start(task("quick"))
    end, events = events_until(runner, "slow")
    assert (end.ending, end.exit_code) == ("wall", None) and 0.4 < end.seconds < 5
    [child] = [
        int(one.message["pid"]) for one in events if isinstance(one, CellProgress) and "pid" in one.message
    ]
    deadline = time.monotonic() + 2
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)
    assert any(isinstance(one, CellEnd) and one.ending == "answered" for one in events)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_a_cell_over_its_memory_is_ended(runner: ProcessRunner) -> None:
    runner.start(task("large", memory=0.1, eat=200 * 2**20, sleep=60))
    end, _ = events_until(runner, "large")
    assert end.ending == "memory" and end.peak_memory > 0.1 * 2**30


def test_a_cell_is_cancelled_within_a_second(runner: ProcessRunner) -> None:
    runner.start(task("one", sleep=60))
    runner.start(task("two", sleep=60))
    runner.wait(5.0)
    runner.cancel("nobody")
    began = time.monotonic()
    runner.cancel("one")
    end, _ = events_until(runner, "one")
    assert end.ending == "cancelled" and time.monotonic() - began < 2
    began = time.monotonic()
    [late] = [event for event in runner.close() if isinstance(event, CellEnd)]
    assert (late.key, late.ending) == ("two", "cancelled") and time.monotonic() - began < 2
    assert runner.close() == []


def test_an_answer_that_was_not_looked_at_yet_is_told_at_the_close(runner: ProcessRunner) -> None:
    runner.start(task("done", linger=0))
    time.sleep(0.5)
    ended = [event for event in runner.close() if isinstance(event, CellEnd)]
    assert [(one.key, one.ending) for one in ended] == [("done", "answered")]


def test_the_number_of_places_follows_the_cores() -> None:
    assert default_places(1) >= default_places(2) >= 1 and default_places(10_000) == 1
    assert cell_command("some.module") == (sys.executable, "-m", "some.module")


CELL = """
import sys
from allocator.study.cell_process import run_cell
def work(request, tell):
    print("some library speaks")
    tell({"event": "progress", "bounds": []})
    if request.get("spin"):
        while True: pass
    if request.get("take"): bytearray(request["take"])
    if request.get("child"):
        import subprocess
        command = [sys.executable, "-I", "-S", "-c", "import time; time.sleep(60)"]
        tell({"event": "progress", "pid": subprocess.Popen(command).pid})
    if request.get("wait"):
        import time; time.sleep(request["wait"])
    return {"outcome": "solved"}
sys.exit(run_cell(work))
"""


def start_cell(**request: object) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-S", "-c", CELL],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=bool(request.get("session")),
    )
    assert process.stdin
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.flush()
    return process


def test_the_inside_of_a_cell_answers_in_lines_whatever_a_library_prints() -> None:
    with start_cell(cpu=20, memory=4) as process:
        assert process.stdout and process.stderr
        progress, answer = map(json.loads, process.stdout.read().splitlines())
        assert progress == {"event": "progress", "bounds": []}
        assert answer["event"] == "answer" and answer["outcome"] == "solved"
        assert answer["peak_memory"] > 2**20 and "cores" in answer["machine"]
        assert process.stderr.read() == b"some library speaks\n"
        assert process.wait() == 0


def test_a_cell_ends_when_its_runner_is_gone() -> None:
    with start_cell(wait=60) as process:
        assert process.stdout and process.stdin
        assert process.stdout.readline()
        process.stdin.close()
        assert process.wait(timeout=5) == 1


@posix
def test_no_helper_of_a_cell_outlives_its_runner() -> None:
    with start_cell(child=True, wait=60, session=True) as process:
        assert process.stdout and process.stdin
        process.stdout.readline()
        helper = json.loads(process.stdout.readline())["pid"]
        assert is_alive(helper)
        process.stdin.close()
        assert process.wait(timeout=5) == -signal.SIGKILL
        deadline = time.monotonic() + 2
        while is_alive(helper) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not is_alive(helper)


@pytest.mark.skipif(cell_process.resource is None, reason="needs limits of resources")
def test_a_cell_holds_itself_to_its_memory() -> None:
    with start_cell(memory=0.25, take=6 * 2**30) as process:
        assert process.stderr
        assert b"MemoryError" in process.stderr.read() and process.wait() == 1


@pytest.mark.slow
@pytest.mark.skipif(cell_process.resource is None, reason="needs limits of resources")
def test_a_cell_holds_itself_to_its_processor_time() -> None:
    with start_cell(cpu=1, spin=True) as process:
        assert process.wait(timeout=60) == -signal.SIGXCPU
    command = [sys.executable, "-c", CELL]
    runner = ProcessRunner(command, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        runner.start(CellTask("spin", {"cpu": 1, "spin": True}, (), CellLimits(60.0)))
        end, _ = events_until(runner, "spin", 60)
    assert end.ending == "cpu"


def test_a_system_without_limits_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_process, "resource", None)
    assert "cpu" in cell_process.unlimited_here()
    cell_process.limit_resources(1, 1)
    with suppress(OSError):
        assert cell_process.peak_memory() >= 0
