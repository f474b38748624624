"""Runs cells on the workers of a cluster of Dask: each worker starts and watches a process for each cell."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

from distributed import Future

from allocator.errors import InputError
from allocator.model.text import Text
from allocator.study.cell_runner import CellEnd, CellEvent, CellProgress, CellTask, RunnerLostError
from allocator.study.cells import versions
from allocator.study.dask_cells import RemoteCell, bare_task, read_end
from allocator.study.dask_link import DaskLink, version_fault
from allocator.study.folder_archive import digest_of, pack

#: Seconds between two looks at workers and clock.
LOOK_SECONDS = 0.1
#: Seconds that a worker has to tell the end of a cell that was given up.
GIVEN_UP_SECONDS = 0.9
#: Seconds without any worker after which the run ends.
WORKERLESS_SECONDS = 60.0


@dataclass
class _Sent:
    """A cell that was sent, and what was heard of it."""

    task: CellTask
    submission: int
    future: Future
    began: float = field(default_factory=time.monotonic)
    run: str = ""
    worker: str = ""
    heard: float = 0.0
    given_up: float | None = None


class DaskRunner:
    """Runs cells on a cluster; where a worker is lost Dask starts its cell again, which is told as a death.

    Args:
        link: The connection, which is closed with the runner.
        arguments: The arguments of Python that run a cell, on the workers.
        most: Most cells side by side; 0 for as many as the workers have threads.
        then: Called when the runner is closed.
    """

    def __init__(
        self,
        link: DaskLink,
        arguments: Sequence[str],
        most: int = 0,
        then: Callable[[], None] | None = None,
    ) -> None:
        self._then = then
        self._link, self._arguments, self._most = link, tuple(arguments), most
        self._sent: dict[str, _Sent] = {}
        self._restarted: dict[str, _Sent] = {}
        self._numbers: dict[int, _Sent] = {}
        self._last = 0
        self._digests: dict[Path, str] = {}
        self._delivered: set[str] = set()
        self._peopled = time.monotonic()
        self._is_closed = False

    @property
    def places(self) -> int:
        """How many cells run side by side: as many as the workers have threads now."""
        threads = sum(self._link.workers.threads.values())
        return min(threads, self._most) if self._most else threads

    @property
    def unlimited(self) -> Sequence[str]:
        """The limits to which some worker cannot hold a cell."""
        return self._link.unlimited

    def start(self, task: CellTask) -> None:
        """Send a cell; one that Dask has started again already goes on.

        Raises:
            OSError: A folder cannot be read.
        """
        if (again := self._restarted.pop(task.key, None)) is not None:
            self._sent[task.key] = again
        else:
            self._submit(task, ())

    def _submit(self, task: CellTask, needed: Sequence[str]) -> None:
        """Send a cell with the archives that no worker has yet, and with those that one asked for."""
        paths, archives = {}, {}
        for name, value in task.request.items():
            if isinstance(value, str) and (found := _folder_of(value, task.folders)):
                digest, archive = self._packed(found, needed)
                paths[name] = (digest, Path(value).relative_to(found).as_posix())
                if archive is not None:
                    archives[digest] = archive
        self._last += 1
        cell = RemoteCell(
            bare_task(task, paths), paths, archives, self._arguments, dict(versions()),
            self._link.topic, self._last,
        )  # fmt: skip
        sent = _Sent(task, self._last, self._link.submit(cell))
        self._sent[task.key] = self._numbers[self._last] = sent
        self._delivered |= archives.keys()

    def _packed(self, folder: Path, needed: Sequence[str]) -> tuple[str, bytes | None]:
        """Return the digest of a folder, and its archive if it is to be sent."""
        known = self._digests.get(folder)
        if known is not None and known in self._delivered and known not in needed:
            return known, None
        archive = pack(folder)
        self._digests[folder] = digest = digest_of(archive)
        return digest, archive

    def wait(self, seconds: float) -> Sequence[CellEvent]:
        """Return what happened, after at most so many seconds.

        Raises:
            RunnerLostError: The scheduler cannot be reached any more, or there has been no worker for long.
            InputError: A worker has other versions.
        """
        for sent in self._restarted.values():  # nobody has taken them
            self._forget(sent)
        self._restarted.clear()
        until = time.monotonic() + seconds
        events: list[CellEvent] = []
        while not events:
            left = until - time.monotonic()
            with suppress(Empty):
                self._take(self._link.news.get(timeout=max(0.0, min(LOOK_SECONDS, left))), events)
            self._take_rest(events)
            self._look(events)
            if left <= 0:
                break
        return events

    def _take_rest(self, events: list[CellEvent]) -> None:
        """Take all news up to the end of a cell: what comes then may be of its next start."""
        while not any(isinstance(event, CellEnd) for event in events):
            try:
                self._take(self._link.news.get_nowait(), events)
            except Empty:
                return

    def _take(self, news: Mapping[str, Any], events: list[CellEvent]) -> None:
        sent = self._numbers.get(news["submission"])
        if sent is None:
            return
        event, told = news["event"], news["told"]
        if event == "result":
            self._result(sent, told, events)
        elif event == "failed":
            if sent.given_up is None and not self._link.is_lost:
                self._end(sent, _death(sent, str(told)), events)
        elif event == "begun":
            self._begun(sent, news, events)
        elif news["run"] != sent.run:
            return
        elif event == "end":
            self._end(sent, read_end(told), events)
        else:
            events.append(CellProgress(sent.task.key, told))

    def _result(self, sent: _Sent, told: Mapping[str, Any], events: list[CellEvent]) -> None:
        if "end" in told:
            self._end(sent, read_end(told["end"]), events)
        elif "missing" in told:
            self._forget(sent)
            if sent.given_up is not None:
                events.append(CellEnd(sent.task.key, "cancelled", 0.0))
            elif sent.run:  # it had begun: Dask started it again on a worker without the folders
                events.append(_death(sent, f"the worker {sent.worker} was lost"))
            else:
                self._submit(sent.task, told["missing"])
        else:
            theirs, ours = told["versions"], versions()
            names = [name for name in ours if theirs.get(name) != ours[name]]
            worker = sent.worker or self._link.address
            raise InputError([version_fault(worker, name, theirs.get(name), ours[name]) for name in names])

    def _begun(self, sent: _Sent, news: Mapping[str, Any], events: list[CellEvent]) -> None:
        """Note where a cell runs; if it ran elsewhere before, Dask has started it again."""
        is_again = bool(sent.run)
        if is_again:
            self._lose(sent, events)
        sent.run, sent.worker, sent.heard = news["run"], news["worker"], time.monotonic()

    def _lose(self, sent: _Sent, events: list[CellEvent]) -> None:
        """Tell that the worker of a cell is lost; Dask starts the cell again elsewhere."""
        if sent.given_up is not None:
            self._end(sent, CellEnd(sent.task.key, "cancelled", _age(sent)), events)
            return
        events.append(_death(sent, f"the worker {sent.worker} was lost"))
        del self._sent[sent.task.key]
        self._restarted[sent.task.key] = sent
        sent.run, sent.worker, sent.began = "", "", time.monotonic()

    def _look(self, events: list[CellEvent]) -> None:
        """See whether scheduler and workers are there, and whether a worker is late to end a cell.

        Raises:
            RunnerLostError: The scheduler is not, or no worker has been for long.
        """
        now = time.monotonic()
        self._link.look()
        if self._link.is_lost and not events:
            zh = f"与集群 {self._link.address} 的连接已断"
            en = f"the connection to the cluster {self._link.address} was lost"
            raise RunnerLostError(Text(zh=zh, en=en))
        seen = self._link.workers
        if seen.threads:
            self._peopled = now
        elif now - self._peopled > WORKERLESS_SECONDS and not events:
            zh = f"集群 {self._link.address} 已 {WORKERLESS_SECONDS:.0f} 秒没有工作进程"
            en = f"the cluster {self._link.address} has had no worker for {WORKERLESS_SECONDS:.0f} s"
            raise RunnerLostError(Text(zh=zh, en=en))
        for sent in list(self._sent.values()):
            if sent.worker and seen.asked > sent.heard and sent.worker not in seen.threads:
                self._lose(sent, events)
            elif sent.given_up is not None and now - sent.given_up > GIVEN_UP_SECONDS:
                self._end(sent, CellEnd(sent.task.key, "cancelled", _age(sent)), events)

    def _end(self, sent: _Sent, end: CellEnd, events: list[CellEvent]) -> None:
        events.append(end)
        self._forget(sent)

    def _forget(self, sent: _Sent) -> None:
        """Give up a submission: if it still runs, its worker ends it."""
        self._numbers.pop(sent.submission, None)
        if self._sent.get(sent.task.key) is sent:
            del self._sent[sent.task.key]
        sent.future.release()

    def cancel(self, key: str) -> None:
        """Give up a cell: its worker ends its process."""
        if (sent := self._sent.get(key)) is not None and sent.given_up is None:
            sent.given_up = time.monotonic()
            sent.future.release()

    def close(self) -> Sequence[CellEvent]:
        """Give up all cells, and return the ends that were not told yet: those that had an answer count."""
        if self._is_closed:
            return ()
        self._is_closed = True
        try:
            return self._closed()
        finally:
            self._link.close()
            if self._then is not None:
                self._then()

    def _closed(self) -> Sequence[CellEvent]:
        events: list[CellEvent] = []
        until = time.monotonic() + GIVEN_UP_SECONDS
        self._drain(events)
        for key in list(self._sent):
            self.cancel(key)
        while any(sent.worker for sent in self._sent.values()) and not self._link.is_lost:
            left = until - time.monotonic()
            if left <= 0:
                break
            with suppress(Empty, InputError):
                self._take(self._link.news.get(timeout=left), events)
        for sent in list(self._sent.values()):
            self._end(sent, CellEnd(sent.task.key, "cancelled", _age(sent)), events)
        return [event for event in events if isinstance(event, CellEnd)]

    def _drain(self, events: list[CellEvent]) -> None:
        with suppress(Empty, InputError):
            while True:
                self._take(self._link.news.get_nowait(), events)


def _folder_of(place: str, folders: Sequence[Path]) -> Path | None:
    """Return the folder of a task in which a path lies."""
    return next((one for one in folders if Path(place).is_relative_to(one)), None)


def _age(sent: _Sent) -> float:
    return time.monotonic() - sent.began


def _death(sent: _Sent, why: str) -> CellEnd:
    return CellEnd(sent.task.key, "died", _age(sent), log=(why,))
