"""What a runner on Dask tells when workers or the scheduler are lost, with a link that follows a script."""

from __future__ import annotations

import time
from collections.abc import Mapping
from queue import SimpleQueue
from typing import Any

import pytest

from allocator.study import dask_runner
from allocator.study.cell_runner import CellEnd, CellProgress, RunnerLostError
from allocator.study.dask_cells import RemoteCell
from allocator.study.dask_link import SeenWorkers
from allocator.study.dask_runner import DaskRunner
from cell_stub import task

END = {
    "key": "a", "ending": "answered", "seconds": 1.0, "answer": {"x": 1}, "exit_code": 0, "log": [],
    "peak_memory": 5,
}  # fmt: skip


class FakeFuture:
    is_released = False

    def release(self) -> None:
        self.is_released = True


class FakeLink:
    """A connection that tells what a test puts into it."""

    topic, address, unlimited, is_lost = "topic", "tls://there:8786", (), False

    def __init__(self, **threads: int) -> None:
        self.news: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.sent: list[RemoteCell] = []
        self.futures: list[FakeFuture] = []
        self.seen(**(threads or {"w1": 1, "w2": 1}))
        self.is_closed = False

    def seen(self, **threads: int) -> None:
        self.workers = SeenWorkers(time.monotonic(), threads)

    def look(self) -> None:
        """Nothing changes by itself."""

    def submit(self, cell: RemoteCell) -> FakeFuture:
        self.sent.append(cell)
        self.futures.append(FakeFuture())
        return self.futures[-1]

    def close(self) -> None:
        self.is_closed = True

    def tell(
        self, event: str, told: Any = None, run: str = "r1", worker: str = "w1", number: int = 1
    ) -> None:
        self.news.put({"submission": number, "run": run, "worker": worker, "event": event, "told": told})


def begun(**threads: int) -> tuple[DaskRunner, FakeLink]:
    """Return a runner with a cell ``a`` that runs on ``w1``."""
    link = FakeLink(**threads)
    runner = DaskRunner(link, ("-c", "pass"))  # type: ignore[arg-type]
    runner.start(task("a"))
    link.tell("begun")
    assert runner.wait(0.0) == []
    return runner, link


def only_end(events: Any) -> CellEnd:
    [end] = events
    assert isinstance(end, CellEnd)
    return end


def test_a_cell_that_dask_starts_again_is_told_as_a_death_and_goes_on() -> None:
    runner, link = begun()
    link.tell("begun", run="r2", worker="w2")
    end = only_end(runner.wait(0.0))
    assert (end.key, end.ending, end.log) == ("a", "died", ("the worker w1 was lost",))
    runner.start(task("a"))
    assert len(link.sent) == 1 and not link.futures[0].is_released
    link.tell("progress", {"bounds": [1]}, run="r1")  # of the worker that was lost
    link.tell("progress", {"bounds": [2]}, run="r2")
    assert runner.wait(0.0) == [CellProgress("a", {"bounds": [2]})]
    link.tell("result", {"end": END})
    assert only_end(runner.wait(0.0)).answer == {"x": 1} and link.futures[0].is_released


def test_a_cell_that_dask_starts_again_on_a_worker_without_its_folders_is_told_as_a_death() -> None:
    runner, link = begun()
    link.tell("result", {"missing": ["d"]})
    end = only_end(runner.wait(0.0))
    assert (end.key, end.ending, end.log) == ("a", "died", ("the worker w1 was lost",))
    assert link.futures[0].is_released and len(link.sent) == 1
    runner.start(task("a"))
    link.tell("result", {"missing": ["d"]}, number=2)  # nothing was lost: it had not begun
    assert runner.wait(0.0) == [] and len(link.sent) == 3


def test_a_cell_that_dask_starts_again_and_nobody_wants_is_given_up() -> None:
    runner, link = begun()
    link.tell("begun", run="r2", worker="w2")
    runner.wait(0.0)
    assert runner.wait(0.0) == [] and link.futures[0].is_released


def test_a_worker_that_is_gone_is_a_death_of_its_cell() -> None:
    runner, link = begun()
    link.seen(w2=1)
    assert only_end(runner.wait(0.0)).log == ("the worker w1 was lost",)
    assert runner.places == 1


def test_a_worker_that_is_gone_may_have_answered_before() -> None:
    runner, link = begun()
    link.seen(w2=1)
    link.tell("result", {"end": END})
    assert only_end(runner.wait(0.0)).ending == "answered"


def test_a_cell_that_kills_its_workers_dies_with_the_words_of_dask() -> None:
    runner, link = begun()
    link.tell("failed", "KilledWorker: three times")
    end = only_end(runner.wait(0.0))
    assert (end.ending, end.log) == ("died", ("KilledWorker: three times",))


def test_a_cell_that_was_given_up_is_cancelled_even_where_its_worker_is_silent() -> None:
    runner, link = begun()
    runner.cancel("a")
    assert link.futures[0].is_released
    began = time.monotonic()
    while not (events := runner.wait(0.2)):
        assert time.monotonic() - began < 5
    assert only_end(events).ending == "cancelled"


def test_a_cell_that_was_given_up_and_whose_worker_is_lost_is_cancelled() -> None:
    runner, link = begun()
    runner.cancel("a")
    link.tell("failed", "cancelled")
    link.seen(w2=1)
    assert only_end(runner.wait(0.0)).ending == "cancelled"


def test_an_answer_that_comes_while_a_cell_is_given_up_counts() -> None:
    runner, link = begun()
    runner.cancel("a")
    link.tell("end", END)
    assert only_end(runner.wait(0.0)).ending == "answered"


def test_folders_that_are_missing_for_a_cell_that_was_given_up_are_not_sent() -> None:
    runner, link = begun()
    runner.cancel("a")
    link.tell("result", {"missing": ["d"]})
    assert only_end(runner.wait(0.0)).ending == "cancelled" and len(link.sent) == 1


def test_a_lost_scheduler_ends_the_run_once_all_that_was_told_is_taken() -> None:
    runner, link = begun()
    link.is_lost = True
    link.tell("result", {"end": END})
    link.tell("failed", "lost", number=7)
    assert only_end(runner.wait(0.0)).ending == "answered"
    with pytest.raises(RunnerLostError) as caught:
        runner.wait(0.0)
    assert caught.value.reason("zh") == "与集群 tls://there:8786 的连接已断"
    assert runner.close() == [] and link.is_closed


def test_a_cluster_that_stays_without_workers_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    runner, link = begun()
    link.seen()
    assert runner.places == 0
    assert only_end(runner.wait(0.0)).ending == "died"
    monkeypatch.setattr(dask_runner, "WORKERLESS_SECONDS", 0.0)
    time.sleep(0.01)
    with pytest.raises(RunnerLostError, match="has had no worker for 0 s"):
        runner.wait(0.0)


def test_no_more_cells_run_side_by_side_than_asked_for() -> None:
    assert DaskRunner(FakeLink(w1=4, w2=4), (), most=3).places == 3  # type: ignore[arg-type]
    assert DaskRunner(FakeLink(w1=4, w2=4), ()).places == 8  # type: ignore[arg-type]


def test_the_close_takes_the_ends_that_come_in_time_and_calls_what_follows() -> None:
    called: list[int] = []
    link = FakeLink()
    runner = DaskRunner(link, (), then=lambda: called.append(1))  # type: ignore[arg-type]
    for number, key in ((1, "a"), (2, "b"), (3, "c")):
        runner.start(task(key))
        if key != "c":
            link.tell("begun", number=number)
    runner.wait(0.0)
    end: Mapping[str, Any] = {**END, "ending": "cancelled", "answer": None}
    link.tell("end", {**END})
    link.tell("end", {**end, "key": "b"}, number=2)
    ends = [(one.key, one.ending) for one in runner.close() if isinstance(one, CellEnd)]
    assert ends == [("a", "answered"), ("b", "cancelled"), ("c", "cancelled")]
    assert called == [1] and link.is_closed and runner.close() == () and called == [1]
