"""The connection to a cluster of Dask: its workers, what it tells, and whether it is still there."""

from __future__ import annotations

import asyncio
import json
import logging
import time
import warnings
from collections.abc import Mapping
from concurrent.futures import Future as ThreadFuture
from contextlib import suppress
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any
from uuid import uuid4

import distributed
from distributed import Client, Future, Security

from allocator.errors import Fault, InputError, shorten
from allocator.model.text import Text
from allocator.study.cell_process import unlimited_here
from allocator.study.cells import versions
from allocator.study.dask_cells import RemoteCell, run_remote

#: Seconds to connect, and to close the connection.
CONNECT_SECONDS, CLOSE_SECONDS = 15.0, 2.0
#: Seconds between two looks at which workers there are.
WORKERS_EVERY = 1.0
#: What Dask logs of lost connections is told by the runner itself.
_LOGGERS = ("distributed.client", "distributed.core", "distributed.batched", "distributed.comm")


@dataclass(frozen=True)
class SeenWorkers:
    """The workers as they were seen.

    Attributes:
        asked: When they were asked for (``time.monotonic``).
        threads: The threads of each by address.
    """

    asked: float
    threads: Mapping[str, int]


class DaskLink:
    """A client of a cluster of Dask.

    Args:
        address: The address of the scheduler, such as ``tls://host:8786``.
        security: The certificates; None for those of Dask's own configuration.
        patience: Seconds to wait for a first worker.

    Attributes:
        news: What happened: messages of tasks, and ``result`` or ``failed`` for each submission.
        topic: What messages are told under.
        unlimited: The limits to which some worker cannot hold a cell.

    Raises:
        InputError: The cluster cannot be reached, has no worker, or has other versions.
    """

    def __init__(self, address: str, security: Security | None = None, patience: float = 30.0) -> None:
        self.address = address
        self.news: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.topic = f"allocator-{uuid4().hex}"
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._client = _connect(address, security)
        try:
            self.workers = self._first_workers(patience)
            self._check_versions()
            self.unlimited = self._unlimited()
            self._client.subscribe_topic(self.topic, self._hear)
        except BaseException:
            self.close()
            raise
        self._look: ThreadFuture[SeenWorkers] | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the scheduler cannot be reached any more."""
        return bool(self._client.status != "running")

    def _first_workers(self, patience: float) -> SeenWorkers:
        until = time.monotonic() + patience
        while True:
            seen = asyncio.run_coroutine_threadsafe(self._ask(), self._loop).result(CONNECT_SECONDS)
            if seen.threads:
                return seen
            if time.monotonic() > until:
                zh, en = "集群没有工作进程", "the cluster has no worker"
                hint = f"dask worker {self.address} --nthreads 1"
                raise _refused(Text(zh=zh, en=en), self.address, hint)
            time.sleep(0.2)

    @property
    def _loop(self) -> Any:
        return self._client.loop.asyncio_loop

    async def _ask(self) -> SeenWorkers:
        asked = time.monotonic()
        found = await self._client.scheduler.identity(n_workers=-1)
        return SeenWorkers(asked, {name: int(one["nthreads"]) for name, one in found["workers"].items()})

    def look(self) -> None:
        """Ask for the workers now and then, and take the answer once it is there."""
        if self._look is not None and self._look.done():
            with suppress(Exception):  # a lost scheduler is told by `is_lost`
                self.workers = self._look.result()
            self._look = None
        if self._look is None and time.monotonic() - self.workers.asked > WORKERS_EVERY:
            self._look = asyncio.run_coroutine_threadsafe(self._ask(), self._loop)

    def _check_versions(self) -> None:
        """Refuse workers whose results would be those of other versions.

        Raises:
            InputError: With both versions of each package that differs.
        """
        ours = {**versions(), "distributed": distributed.__version__}
        found = self._client.get_versions(check=False, packages=[one for one in ours if one != "python"])
        machines = {"scheduler": found["scheduler"], **found["workers"]}
        faults = []
        for name, told in machines.items():
            theirs = told["packages"] if told else {}
            for package, own in ours.items():
                other = theirs.get(package)
                if package == "python" and other:
                    other = ".".join(other.split(".")[:3])
                if other != own:
                    faults.append(version_fault(name, package, other, own))
        if faults:
            raise InputError(faults)

    def _unlimited(self) -> tuple[str, ...]:
        told = self._client.run(unlimited_here, on_error="ignore")
        return tuple(sorted({name for names in told.values() for name in names}))

    def _hear(self, event: tuple[float, str]) -> None:
        with suppress(ValueError):
            message = json.loads(event[1])
            if isinstance(message, dict):
                self.news.put(message)

    def submit(self, cell: RemoteCell) -> Future:
        """Send a cell, and return what gives it up when released; its result comes as news."""
        name = f"cell-{self.topic[-12:]}-{cell.submission}"
        future = self._client.submit(run_remote, cell, key=name, pure=False, retries=0)
        asyncio.run_coroutine_threadsafe(self._collect(future, cell.submission), self._loop)
        return future

    async def _collect(self, future: Future, submission: int) -> None:
        """Wait for the result of a submission and put it among the news."""
        news: dict[str, Any] = {"submission": submission}
        try:
            found = await self._client.gather(future, direct=False, asynchronous=True)
            news.update(event="result", told=found)
        except asyncio.CancelledError:
            news.update(event="failed", told="cancelled")
        except Exception as error:
            news.update(event="failed", told=f"{type(error).__name__}: {error}")
        self.news.put(news)

    def close(self) -> None:
        """Close the connection: the cluster gives up what was sent."""
        with suppress(Exception):
            self._client.close(timeout=CLOSE_SECONDS)


def _connect(address: str, security: Security | None) -> Client:
    settings: dict[str, Any] = {"security": security} if security else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of other versions, which are told in full below
            return Client(address, timeout=CONNECT_SECONDS, set_as_default=False, **settings)
    except TypeError as error:  # no certificates
        message = Text(zh="缺少 TLS 证书", en="there are no certificates for TLS")
        raise _refused(message, address, "--tls-ca, --tls-cert, --tls-key", str(error)) from None
    except (OSError, ValueError) as error:
        message = Text(zh="无法连接集群", en="the cluster cannot be reached")
        raise _refused(message, address, "", str(error)) from None


def _refused(message: Text, address: str, allowed: str, detail: str = "") -> InputError:
    found = Fault(message, column="--cluster", found=shorten(address), allowed=allowed, detail=detail)
    return InputError([found])


def version_fault(worker: str, package: str, theirs: str | None, ours: str) -> Fault:
    """Return the fault of a worker that has another version of a package."""
    zh = f"{worker} 的 {package} 版本与本机不同"
    en = f"{worker} has another version of {package} than this machine"
    return Fault(Text(zh=zh, en=en), column="--cluster", found=theirs or "-", allowed=ours)
