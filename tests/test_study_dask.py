"""Cells on a cluster of Dask: the same ends as in processes of this machine, and folders that travel."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from allocator.api import clusters
from allocator.errors import InputError
from allocator.study import dask_cells, dask_link
from allocator.study.cell_runner import CellEnd, CellProgress, CellTask
from allocator.study.cells import CellLimits
from allocator.study.dask_link import DaskLink
from allocator.study.dask_runner import DaskRunner
from allocator.study.process_runner import ProcessRunner
from cell_stub import STUB, events_until, is_alive, task

PAGES = {f"distributed.{one}.http.routes": [] for one in ("scheduler", "worker")}
# What Dask leaves to the garbage collector when a connection ends is nothing of ours.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The scheduler of a cluster of two workers, which are threads of this process."""
    with (
        dask.config.set(PAGES),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, protocol="tcp", host="127.0.0.1",
            dashboard_address=None, worker_dashboard_address=None, memory_limit=0,
            local_directory=str(tmp_path_factory.mktemp("dask")), silence_logs="CRITICAL",
        ) as cluster,
    ):  # fmt: skip
        yield cluster.scheduler_address


@pytest.fixture
def runner(address: str) -> Iterator[DaskRunner]:
    made = DaskRunner(DaskLink(address), STUB)
    yield made
    made.close()


def test_a_cell_is_told_of_as_by_a_runner_of_this_machine(runner: DaskRunner) -> None:
    here = ProcessRunner([sys.executable, *STUB], 2)
    assert runner.places == here.places == 2 and list(runner.unlimited) == list(here.unlimited)
    told = []
    for one in (runner, here):
        one.start(task("a", some="thing"))
        one.start(task("code", code=3, lines=50))
        found, events = events_until(one, "a")
        other = [event for event in events if isinstance(event, CellEnd) and event.key == "code"]
        died = other[0] if other else events_until(one, "code")[0]
        progress = [event.message for event in events if isinstance(event, CellProgress) and event.key == "a"]
        told.append((found.ending, found.answer, found.exit_code, found.log, progress))
        told.append((died.ending, died.answer, died.exit_code, died.log))
        assert 0 < found.seconds < 20
    assert told[:2] == told[2:] and told[0][0] == "answered" and told[1][:3] == ("died", None, 3)


def test_a_cell_that_hangs_ends_alone_with_all_that_it_started(runner: DaskRunner) -> None:
    runner.start(task("slow", wall=0.5, sleep=60, child=True))
    runner.start(task("quick"))
    end, events = events_until(runner, "slow")
    assert (end.ending, end.exit_code) == ("wall", None)
    [child] = [
        int(one.message["pid"]) for one in events if isinstance(one, CellProgress) and "pid" in one.message
    ]
    assert_gone(child)
    assert any(isinstance(one, CellEnd) and one.ending == "answered" for one in events)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_a_cell_that_eats_memory_ends_alone(runner: DaskRunner) -> None:
    runner.start(task("large", memory=0.1, eat=200 * 2**20, sleep=60))
    runner.start(task("small", memory=0.1))
    end, events = events_until(runner, "large")
    assert end.ending == "memory" and end.peak_memory > 0.1 * 2**30
    ended = [event for event in events if isinstance(event, CellEnd) and event.key == "small"]
    assert (ended[0] if ended else events_until(runner, "small")[0]).ending == "answered"


def test_a_cell_is_cancelled_within_a_second_and_its_process_is_gone(runner: DaskRunner) -> None:
    pids = {}
    for key in ("one", "two"):
        runner.start(task(key, sleep=60, child=True))
    while len(pids) < 2:
        for event in runner.wait(5.0):
            if isinstance(event, CellProgress) and "pid" in event.message:
                pids[event.key] = int(event.message["pid"])
    runner.cancel("nobody")
    began = time.monotonic()
    runner.cancel("one")
    runner.cancel("one")
    end, _ = events_until(runner, "one")
    assert end.ending == "cancelled" and time.monotonic() - began < 2
    assert_gone(pids["one"])
    assert is_alive(pids["two"])
    [late] = [event for event in runner.close() if isinstance(event, CellEnd)]
    assert (late.key, late.ending) == ("two", "cancelled")
    assert_gone(pids["two"])
    assert runner.close() == ()


def test_an_answer_that_was_not_looked_at_yet_is_told_at_the_close(runner: DaskRunner) -> None:
    runner.start(task("done"))
    time.sleep(1.0)
    ended = [event for event in runner.close() if isinstance(event, CellEnd)]
    assert [(one.key, one.ending) for one in ended] == [("done", "answered")]


def test_folders_travel_once_and_again_where_they_are_missing(runner: DaskRunner, tmp_path: Path) -> None:
    folder = tmp_path / "场景"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "units.csv").write_text("id\nU1\n", encoding="utf-8")
    sent: list[int] = []
    submit = runner._link.submit
    runner._link.submit = lambda cell: sent.append(len(cell.archives)) or submit(cell)  # type: ignore[method-assign,func-returns-value]

    def place_of(key: str) -> Path:
        request = {"scenario": str(folder / "sub" / "units.csv"), "seed": 1}
        runner.start(CellTask(key, request, (folder,), CellLimits(30.0)))
        end, _ = events_until(runner, key)
        assert end.answer is not None and end.answer["told"]["seed"] == 1, end.log
        return Path(end.answer["told"]["scenario"])

    place = place_of("first")
    assert not place.is_relative_to(tmp_path / "场景")
    assert place.read_text(encoding="utf-8") == "id\nU1\n"
    assert place_of("second") == place and sent == [1, 0]
    dask_cells.FOLDERS._held.clear()
    again = place_of("third")
    assert again != place and again.read_text(encoding="utf-8") == "id\nU1\n" and sent == [1, 0, 0, 1]


def test_a_worker_of_other_versions_is_refused(
    runner: DaskRunner, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_cells, "versions", lambda: {**dask_link.versions(), "ortools": "1.0"})
    runner.start(task("a"))
    with pytest.raises(InputError) as caught:
        events_until(runner, "a")
    assert "another version of ortools" in caught.value.faults[0]("en")
    assert "found '1.0'" in caught.value.faults[0]("en")
    monkeypatch.setattr(dask_link, "versions", lambda: {"ortools": "1.0"})
    with pytest.raises(InputError) as caught:
        DaskLink(address)
    assert len(caught.value.faults) == 3  # the scheduler and both workers


def test_a_cluster_without_workers_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(link: DaskLink) -> dask_link.SeenWorkers:
        return dask_link.SeenWorkers(0.0, {})

    monkeypatch.setattr(DaskLink, "_ask", nobody)
    with pytest.raises(InputError, match="has no worker"):
        DaskLink(address, patience=0.0)


def test_a_cluster_that_does_not_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_link, "CONNECT_SECONDS", 0.3)
    with pytest.raises(InputError, match="cannot be reached"):
        clusters.cluster_runner("tcp://127.0.0.1:9")


def assert_gone(pid: int) -> None:
    """Assert that a process ends within two seconds."""
    deadline = time.monotonic() + 2
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(pid)
