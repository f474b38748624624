"""A worker process that runs HiGHS: it takes arrays, answers in lines of JSON, and can be ended at any time.

HiGHS (``highspy``) and OR-Tools cannot be loaded into one process.
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from threading import Thread
from typing import Any

import numpy as np

from allocator.program.program import INFINITE, IntArray
from allocator.program.subproblem import MilpInstance

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
