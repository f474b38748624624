"""Worker processes that run HiGHS, and the limit of memory that ends them first."""

from __future__ import annotations

import base64
import io
import json
import platform
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np

from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.observer import StopRequest

Message = Mapping[str, Any]
#: The workers that run now: a limit of memory counts what they take, and ends them first.
LIVE_WORKERS: set[WorkerProcess] = set()


class WorkerProcess:
    """A process that runs one job of ``allocator.solvers.highs_worker``.

    Args:
        job: The name of the job.
        receive: Called, in a thread of its own, with each message.
    """

    def __init__(self, job: str, receive: Callable[[Message], None]) -> None:
        self._job, self._receive = job, receive
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: Thread | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the process was started."""
        return self._process is not None

    @property
    def is_running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def begin(self, **arrays: Any) -> None:
        """Start the process and send it these arrays (and numbers) as ``.npz``."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "allocator.solvers.highs_worker", self._job],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._thread = Thread(target=self._converse, args=(self._process, arrays), daemon=True)
        self._thread.start()
        LIVE_WORKERS.add(self)

    @property
    def pid(self) -> int:
        """The number of the process, once it has begun."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End the process, from any thread; the one that began it still calls ``close``."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process and free its pipes; messages received stay."""
        if self._process is None or self._thread is None:
            return
        LIVE_WORKERS.discard(self)
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _converse(self, process: subprocess.Popen[bytes], arrays: Mapping[str, Any]) -> None:
        """Send the arrays, then receive messages until the process ends."""
        assert process.stdin is not None and process.stdout is not None
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        try:
            process.stdin.write(buffer.getbuffer())
            process.stdin.close()
            for line in process.stdout:
                self._receive(json.loads(line))
        except (BrokenPipeError, ValueError):
            return


def problem_arrays(problem: MilpInstance) -> dict[str, np.ndarray]:
    """Return rows and bounds of a problem as the worker reads them, open sides infinite."""
    return {
        "lower": problem.bounds[0].astype(float),
        "upper": problem.bounds[1].astype(float),
        "row_lower": _with_infinities(problem.sides[0]),
        "row_upper": _with_infinities(problem.sides[1]),
        "starts": problem.matrix.indptr.astype(np.int32),
        "cols": problem.matrix.indices.astype(np.int32),
        "coefs": problem.matrix.data.astype(float),
    }


def values_in(message: Message) -> IntArray:
    """Return the whole numbers that a message carries."""
    return np.frombuffer(base64.b64decode(str(message["values"])), dtype=np.int64)


def _with_infinities(sides: IntArray) -> np.ndarray:
    result = sides.astype(float)
    result[sides >= INFINITE] = np.inf
    result[sides <= -INFINITE] = -np.inf
    return result


OPTION = "--memory"
#: Seconds between two looks at the memory.
POLL_SECONDS = 0.05
#: The part of the limit that is near it: a search may take the rest before it stops.
NEAR = 0.9
GIB = 2**30
resource: Any = import_module("resource") if find_spec("resource") else None


def resident(pid: int | str = "self") -> int | None:
    """Return the bytes of memory in which a process resides, or None where that cannot be known."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _peak_memory() if pid == "self" else None
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    held = lines.get("VmRSS", "").split()  # which a process that has just ended does not have
    return int(held[0]) * 1024 if held else None


def _peak_memory() -> int | None:
    """Return the peak of this process in bytes, for systems without ``/proc``; None if that is not known."""
    if resource is None:
        return None
    most: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if platform.system() == "Darwin" else most * 1024


def resident_in_all() -> int:
    """Return the bytes of memory of this process and of its workers."""
    return (resident() or 0) + sum(resident(worker.pid) or 0 for worker in list(LIVE_WORKERS))


@contextmanager
def memory_limit(gib: float | None, stop: StopRequest) -> Iterator[None]:
    """Ask ``stop`` for an end, within the block, when this many GiB of memory are nearly taken.

    Raises:
        InputError: The system does not tell how much is taken, or more is already.
    """
    if gib is None:
        yield
        return
    most = int(gib * GIB)
    _check_limit(gib, most)
    over = Event()
    watch = Thread(target=_watch, args=(most, stop, over), daemon=True)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()


def _check_limit(gib: float, most: int) -> None:
    held = resident()
    if held is None:
        message = Text(
            zh="此系统无法得知已用内存，不能设限", en="this system does not tell how much memory is taken"
        )
        raise InputError([Fault(message, column=OPTION)])
    if held >= NEAR * most:
        message = Text(zh="开始时已用内存就已接近此限", en="so much is nearly taken before the search begins")
        least = f"≥ {ceil(100 * held / GIB / NEAR) / 100:g}"
        raise InputError([Fault(message, column=OPTION, found=f"{gib:g}", allowed=least)])


def _watch(most: int, stop: StopRequest, over: Event) -> None:
    while not over.wait(POLL_SECONDS):
        if resident_in_all() < NEAR * most:
            continue
        for worker in list(LIVE_WORKERS):
            worker.kill()
        if (resident() or 0) >= NEAR * most:
            stop.request("memory")
            return
