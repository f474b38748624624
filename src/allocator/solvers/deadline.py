"""The context of a solve: its seed, its observer, and the time left in seconds or deterministic work.

With one worker the same input must give the same plan. Work is shared out then, and the clock only guards the
limit; with more workers there is only the clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from allocator.solvers.observer import NULL_OBSERVER, Observer, StopReason, StopRequest


@dataclass(frozen=True)
class BudgetParams:
    """Parameters of a time limit.

    Attributes:
        work_per_second: Units of the solver's deterministic time that are sure to fit in a second of this or
            a slower machine.
        portfolio_threads: With fewer threads a search of CP-SAT takes one: 22 parts of a staffing plan took
            68 s with two threads each, 9 s with one.
        judging_part: To judge a plan and tell how it was found takes up to about this part of the time in
            which its program is compiled (a quarter for postings, more for maps).
        most_reserved: No more than this part of the limit is reserved for judging.
    """

    work_per_second: float = 0.35
    portfolio_threads: int = 8
    judging_part: float = 0.5
    most_reserved: float = 0.1


BUDGET_PARAMS = BudgetParams()


@dataclass
class Budget:
    """A time limit, and the part of it that is left.

    Attributes:
        limit: Seconds for the whole solve.
        workers: Threads of the solver.
        spent_work: Deterministic work of the searches that have ended.
        running_work: That of the search that is running, as far as it tells.
        cut_short: Whether the clock, not the work, ended a search: the plan then depends on the machine.
        reserved: Seconds at the end that are kept for judging the plan.
    """

    limit: float
    workers: int
    spent_work: float = 0.0
    running_work: float = 0.0
    cut_short: bool = False
    reserved: float = 0.0
    _start: float = field(default_factory=time.monotonic)

    @property
    def elapsed(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self._start

    @property
    def seconds_left(self) -> float:
        """Seconds left by the clock."""
        return max(0.0, self.limit - self.reserved - self.elapsed)

    def reserve_for_judging(self, compiling: float) -> None:
        """Reserve time for judging the plan, given the seconds that it took to compile the program."""
        params = BUDGET_PARAMS
        self.reserved = min(params.judging_part * compiling, params.most_reserved * self.limit)

    @property
    def work(self) -> float | None:
        """Deterministic work so far; None where the clock is shared out."""
        return self.spent_work + self.running_work if self.deterministic else None

    @property
    def deterministic(self) -> bool:
        """Whether work, not the clock, is shared out."""
        return self.workers == 1

    def share(self, part: float) -> Allotment:
        """Return ``part`` (0 to 1) of what is left."""
        if not self.deterministic:
            return Allotment(self.seconds_left * part, None)
        work = max(0.0, self.limit * BUDGET_PARAMS.work_per_second - self.spent_work) * part
        return Allotment(self.seconds_left, work)

    @property
    def threads(self) -> int:
        """Threads of one CP-SAT search: a portfolio of few is slower than its best member alone."""
        return self.workers if self.workers >= BUDGET_PARAMS.portfolio_threads else 1

    @property
    def is_over(self) -> bool:
        """Whether too little is left for another search."""
        return self.share(1.0).is_over


@dataclass(frozen=True)
class Allotment:
    """A part of a budget.

    Attributes:
        seconds: Seconds by the clock.
        work: Deterministic work, None where the clock alone counts.
    """

    seconds: float
    work: float | None

    @property
    def work_left(self) -> float:
        """The work, infinite where it does not count."""
        return float("inf") if self.work is None else self.work

    @property
    def is_over(self) -> bool:
        """Whether too little is left for another search."""
        return self.seconds < 0.01 or self.work_left < 0.001


class Deadline:
    """Counts an allotment down, by seconds and by work."""

    def __init__(self, budget: Budget, allotment: Allotment) -> None:
        self._budget = budget
        self._end = time.monotonic() + allotment.seconds
        self._work = None if allotment.work is None else budget.spent_work + allotment.work

    @property
    def left(self) -> Allotment:
        """The part of the allotment that is left."""
        seconds = max(0.0, self._end - time.monotonic())
        work = None if self._work is None else max(0.0, self._work - self._budget.spent_work)
        return Allotment(seconds, work)

    @property
    def is_over(self) -> bool:
        """Whether too little is left for another search."""
        return self.left.is_over

    def stop(self) -> None:
        """Let the deadline be now."""
        self._end = 0.0

    def share(self, part: float, *, least: float = 0.0, most: float = float("inf")) -> Allotment:
        """Return ``part`` (0 to 1) of what is left, between ``least`` and ``most`` seconds.

        Where work counts, half a unit of it stands for a second.
        """
        left = self.left
        if left.work is None:
            return Allotment(min(left.seconds, max(least, min(most, left.seconds * part))), None)
        return Allotment(left.seconds, min(left.work, max(least / 2, min(most / 2, left.work * part))))


@dataclass(frozen=True)
class SolveContext:
    """The common settings of all searches of one solve.

    Attributes:
        seed: Seed of every random choice.
        budget: The time that is left.
        observer: Sees progress and snapshots, and may stop the solve.
        stop: Is requested by a search that Ctrl-C reached.
    """

    seed: int
    budget: Budget
    observer: Observer = NULL_OBSERVER
    stop: StopRequest = field(default_factory=StopRequest)

    def request_stop(self) -> None:
        """Ask all searches of this solve to stop: Ctrl-C reached one of them."""
        self.stop.request()
        self.observer.on_interrupt()

    @property
    def stop_reason(self) -> StopReason | None:
        """Why the solve must stop, or None if it may go on."""
        return self.stop.stop_reason() or self.observer.stop_reason()

    @property
    def is_stopped(self) -> bool:
        """Whether the solve was asked to stop."""
        return self.stop_reason is not None

    @property
    def is_over(self) -> bool:
        """Whether to stop searching: on request, or since the time is over."""
        return self.is_stopped or self.budget.is_over
