"""Measures our own scripts: seconds since the program began, the trace of plans, memory.

The clock starts when this module is imported: a script that measures imports it before the optimiser.
"""

from __future__ import annotations

import resource
import time
from contextlib import AbstractContextManager
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allocator.solvers.observer import Progress

START = time.perf_counter()
GIB = 2**30
#: Seconds between two measurements of memory.
EVERY = 0.1


def elapsed() -> float:
    """Return the seconds since the program began, imports included."""
    return time.perf_counter() - START


def held() -> float:
    """Return the GiB of memory that this process holds now; its peak on systems without ``/proc``."""
    from allocator.solvers.worker_process import resident  # after the clock has started

    return round((resident() or 0) / GIB, 3)


class Trace:
    """Observer of progress that records each better plan at the first level.

    Args:
        stage: The stage whose plans cover all periods; empty if all stages do.

    Attributes:
        steps: Seconds since the program began, and the cost of the new best plan.
    """

    def __init__(self, stage: str = "") -> None:
        self.steps: list[tuple[float, int]] = []
        self._stage = stage

    def __call__(self, progress: Progress) -> None:
        """Record the progress of a solve if its plan is the best so far."""
        is_whole = self._stage in ("", progress.stage)
        if not is_whole or progress.level != 1 or progress.cost is None:
            return
        if not self.steps or progress.cost < self.steps[-1][1]:
            self.steps.append((round(elapsed(), 2), progress.cost))


class PeakMemory(AbstractContextManager["PeakMemory"]):
    """The peak memory of this process and its worker processes within the block.

    Attributes:
        gib: The peak in GiB; that of this process alone where the system gives no figure for others.
    """

    def __init__(self) -> None:
        self._most, self._over = 0, Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        from allocator.solvers.worker_process import resident_in_all  # after the clock has started

        while not self._over.wait(EVERY):
            self._most = max(self._most, resident_in_all())

    @property
    def gib(self) -> float:
        alone = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return round(max(self._most, alone) / GIB, 2)
