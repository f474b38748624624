"""Work in a process beside: it is sent arrays, tells lines of JSON, and can be ended at any moment."""

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
#: Those that run now: a limit of memory counts what they take, and ends them first.
RUNNING: set[Child] = set()


class Child:
    """A process that runs a module of this package.

    Args:
        module: Its name in this package.
        hear: Called, in a thread of its own, with each message.
    """

    def __init__(self, module: str, hear: Callable[[Message], None]) -> None:
        self._module, self._hear = module, hear
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: Thread | None = None

    @property
    def has_begun(self) -> bool:
        """Whether it has begun."""
        return self._process is not None

    @property
    def is_running(self) -> bool:
        """Whether it has begun and not ended."""
        return self._process is not None and self._process.poll() is None

    def begin(self, **arrays: Any) -> None:
        """Begin, with these arrays (and numbers) sent to its standard input as ``.npz``."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"allocator.optimise.{self._module}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._thread = Thread(target=self._follow, args=(self._process, arrays), daemon=True)
        self._thread.start()
        RUNNING.add(self)

    @property
    def pid(self) -> int:
        """The number of the process, once it has begun."""
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """End the process, from whatever thread; ``close`` is still called by whoever began it."""
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End it; what it has told stays."""
        if self._process is None or self._thread is None:
            return
        RUNNING.discard(self)
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _follow(self, process: subprocess.Popen[bytes], arrays: Mapping[str, Any]) -> None:
        """Send the arrays, then hear what the process tells until it ends."""
        assert process.stdin is not None and process.stdout is not None
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)
        try:
            process.stdin.write(buffer.getbuffer())
            process.stdin.close()
            for line in process.stdout:
                self._hear(json.loads(line))
        except (BrokenPipeError, ValueError):
            return


def arrays_of(problem: MilpInstance) -> dict[str, np.ndarray]:
    """Return the rows and bounds of a problem as a process reads them, open sides infinite."""
    return {
        "lower": problem.bounds[0].astype(float),
        "upper": problem.bounds[1].astype(float),
        "row_lower": _open(problem.sides[0]),
        "row_upper": _open(problem.sides[1]),
        "starts": problem.matrix.indptr.astype(np.int32),
        "cols": problem.matrix.indices.astype(np.int32),
        "coefs": problem.matrix.data.astype(float),
    }


def values_in(message: Message) -> IntArray:
    """Return the whole numbers that a message carries."""
    return np.frombuffer(base64.b64decode(str(message["values"])), dtype=np.int64)


def _open(sides: IntArray) -> np.ndarray:
    result = sides.astype(float)
    result[sides >= INFINITE] = np.inf
    result[sides <= -INFINITE] = -np.inf
    return result
