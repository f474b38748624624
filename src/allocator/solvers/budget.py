"""How much time a solve may still take: by the clock, and with one worker by deterministic work.

With one worker the same input must give the same plan, so work is what is shared out and the clock
only guards the limit; with more workers the clock is all there is.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

#: Units of the solver's deterministic time that are sure to fit in a second of this or a slower machine.
WORK_PER_SECOND = 0.35
#: Threads that make a portfolio: 22 parts of a staffing plan took 68 s with two threads each, 9 s with one.
PORTFOLIO = 8
#: To judge a plan and tell how it was found takes up to about this part of the time in which its program is
#: compiled (a quarter for postings, more for maps); no more than this part of the limit is kept for it.
AFTER, MOST_KEPT = 0.5, 0.1


@dataclass
class Budget:
    """What is left of a time limit.

    Attributes:
        limit: Seconds for the whole solve.
        workers: Threads of the solver.
        spent_work: Deterministic work done so far.
        cut_short: Whether the clock, not the work, ended a search: the plan then depends on the machine.
        kept: Seconds at the end that are kept for judging the plan.
    """

    limit: float
    workers: int
    spent_work: float = 0.0
    cut_short: bool = False
    kept: float = 0.0
    _start: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self._start

    @property
    def seconds_left(self) -> float:
        """Seconds left by the clock."""
        return max(0.0, self.limit - self.kept - self.elapsed)

    def keep(self, compiling: float) -> None:
        """Keep some time for judging the plan, given the seconds that it took to compile the program."""
        self.kept = min(AFTER * compiling, MOST_KEPT * self.limit)

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
    def threads(self) -> int:
        """Threads of one CP-SAT search: its portfolio of few is slower than its best member alone."""
        return self.workers if self.workers >= PORTFOLIO else 1

    @property
    def is_over(self) -> bool:
        """Whether nothing worth a search is left."""
        return self.share(1.0).is_over


@dataclass(frozen=True)
class Slice:
    """A part of a budget: seconds, and deterministic work where that is what counts."""

    seconds: float
    work: float | None

    @property
    def work_left(self) -> float:
        """Work in the slice; without a count of work there is no end to it."""
        return float("inf") if self.work is None else self.work

    @property
    def is_over(self) -> bool:
        """Whether nothing worth a search is left."""
        return self.seconds < 0.01 or self.work_left < 0.001


class Clock:
    """Counts down a slice of a budget, by seconds and by work."""

    def __init__(self, budget: Budget, part: Slice) -> None:
        self._budget = budget
        self._end = time.monotonic() + part.seconds
        self._work = None if part.work is None else budget.spent_work + part.work

    @property
    def left(self) -> Slice:
        """What is left of the slice."""
        seconds = max(0.0, self._end - time.monotonic())
        return Slice(seconds, None if self._work is None else max(0.0, self._work - self._budget.spent_work))

    @property
    def is_over(self) -> bool:
        """Whether nothing worth a search is left."""
        return self.left.is_over

    def stop(self) -> None:
        """End the slice now."""
        self._end = 0.0

    def share(self, part: float, *, least: float = 0.0, most: float = float("inf")) -> Slice:
        """Return ``part`` (0 to 1) of what is left, in seconds at least and at most so many.

        Where work is what counts, it is work that is shared out: half a unit stands for a second.
        """
        left = self.left
        if left.work is None:
            return Slice(min(left.seconds, max(least, min(most, left.seconds * part))), None)
        return Slice(left.seconds, min(left.work, max(least / 2, min(most / 2, left.work * part))))
