"""The inside of a cell's process: it holds itself to its limits, and tells messages as lines of JSON.

It reads one line of JSON, its request, and ends when its standard input ends: no cell outlives its runner.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from threading import Lock, Thread
from typing import Any, TextIO

resource: Any = import_module("resource") if find_spec("resource") else None

GIB = 2**30
#: Address space that libraries reserve and never use, in GiB: beside the limit of memory it is free.
RESERVED_GIB = 4
#: Threads of the linear algebra of a cell: more than one would change sums, and take other cells' cores.
SINGLE_THREADED = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
)

Tell = Callable[[Mapping[str, Any]], None]


def run_cell(work: Callable[[Mapping[str, Any], Tell], Mapping[str, Any]]) -> int:
    """Run one cell in this process: read its request, hold to its limits, work, and tell the answer.

    Args:
        work: Returns the answer to a request; it is given what tells messages in between.

    Returns:
        The exit status.
    """
    with private_output() as output:
        tell = _teller(output)
        request = json.loads(_request_line())
        Thread(target=_end_with_runner, daemon=True).start()
        limit_resources(request.get("cpu"), request.get("memory"))
        answer = work(request, tell)
        tell({"event": "answer", **answer, "peak_memory": peak_memory(), "machine": machine()})
    return 0


@contextmanager
def private_output() -> Iterator[TextIO]:
    """Yield the real standard output; whatever else a library prints goes to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        with os.fdopen(kept, "w", encoding="utf-8") as stream:
            yield stream
    finally:
        sys.stdout.flush()


def _teller(output: TextIO) -> Tell:
    lock = Lock()

    def tell(message: Mapping[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=True)
        with lock, suppress(BrokenPipeError):
            output.write(line + "\n")
            output.flush()

    return tell


def _request_line() -> bytes:
    """Return the first line of standard input, and leave the rest unread."""
    line = b""
    while not line.endswith(b"\n") and (part := os.read(0, 1)):
        line += part
    return line


def _end_with_runner() -> None:
    """End this process as soon as nobody holds its standard input."""
    with suppress(OSError):
        while os.read(0, 1):  # the descriptor, not the stream: a thread in its lock would hinder the exit
            pass
    if hasattr(os, "getpgrp") and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # this process leads a session of its own: its helpers end with it
    os._exit(1)


def limit_resources(cpu: int | None, memory: float | None) -> None:
    """Hold this process to seconds of processor time and GiB of memory, where the system can.

    The watchdog of the runner counts resident memory; here address space is limited, so that one large jump
    cannot take the machine before it looks.
    """
    if resource is None:
        return
    _limit("RLIMIT_CORE", 0)
    if cpu is not None:
        _limit("RLIMIT_CPU", cpu)
    if memory is not None:
        _limit("RLIMIT_AS", int((memory + RESERVED_GIB) * GIB))


def _limit(name: str, value: int) -> None:
    kind = getattr(resource, name, None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with suppress(OSError, ValueError):
        resource.setrlimit(kind, (most, hard))


def unlimited_here() -> tuple[str, ...]:
    """Return the limits to which this system cannot hold a process: ``cpu``, ``memory``."""
    lacking = []
    if resource is None:
        lacking.append("cpu")
    if resource is None and not os.path.isdir("/proc/self"):
        lacking.append("memory")
    return tuple(lacking)


def peak_memory() -> int:
    """Return the most bytes in which this process and its largest child have resided; 0 if not known."""
    own = _high_water_mark()
    if resource is None:
        return own
    unit = 1 if platform.system() == "Darwin" else 1024
    child: int = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit
    mine: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return (own or mine) + child


def _high_water_mark() -> int:
    """Return the peak of this program alone, as Linux tells: ``ru_maxrss`` begins with its parent's."""
    try:
        with open("/proc/self/status", encoding="utf-8", errors="replace") as status:
            lines = dict(line.split(":", 1) for line in status if ":" in line)
    except OSError:
        return 0
    held = lines.get("VmHWM", "").split()
    return int(held[0]) * 1024 if held else 0


def machine() -> str:
    """Return the machine in a few words: system, processor, cores."""
    return f"{platform.system()} {platform.machine()}, {os.cpu_count() or 1} cores"
