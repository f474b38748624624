"""A limit of memory: near it worker processes are ended first, then the search, which keeps its best plan."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from threading import Event, Thread
from typing import Any

from allocator.errors import Fault, InputError
from allocator.model.text import Text
from allocator.solvers.observer import StopRequest
from allocator.solvers.worker_process import LIVE_WORKERS

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
