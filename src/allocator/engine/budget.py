"""How much time a solve may still take: by the clock, and with one worker by deterministic work.

With one worker the same input must give the same plan, so work is what is shared out and the clock
only guards the limit; with more workers the clock is all there is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

#: Units of the solver's deterministic time that are sure to fit in a second of this or a slower machine.
WORK_PER_SECOND = 0.35


@dataclass
class Budget:
    """What is left of a time limit.

    Attributes:
        limit: Seconds for the whole solve.
        workers: Threads of the solver.
        spent_work: Deterministic work done so far.
        cut_short: Whether the clock, not the work, ended a search: the plan then depends on the machine.
    """

    limit: float
    workers: int
    spent_work: float = 0.0
    cut_short: bool = False
    _start: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self._start

    @property
    def seconds_left(self) -> float:
        """Seconds left by the clock."""
        return max(0.0, self.limit - self.elapsed)

    @property
    def deterministic(self) -> bool:
        """Whether work, not the clock, is shared out."""
        return self.workers == 1

    def share(self, part: float) -> Slice:
        """Return ``part`` (0 to 1) of what is left."""
        if not self.deterministic:
            return Slice(self.seconds_left * part, None)
        work = max(0.0, self.limit * WORK_PER_SECOND - self.spent_work) * part
        return Slice(self.seconds_left, work)

    @property
    def is_over(self) -> bool:
        """Whether nothing worth a search is left."""
        return self.seconds_left < 0.01 or (self.deterministic and self.share(1.0).work_left < 0.001)


@dataclass(frozen=True)
class Slice:
    """A part of a budget: seconds, and deterministic work where that is what counts."""

    seconds: float
    work: float | None

    @property
    def work_left(self) -> float:
        """Work in the slice; without a count of work there is no end to it."""
        return float("inf") if self.work is None else self.work
