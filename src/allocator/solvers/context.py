"""The context of one solve: its seed, its budget, its observer, and requests to stop it."""

from __future__ import annotations

from dataclasses import dataclass, field

from allocator.solvers.deadline import Budget
from allocator.solvers.observer import NULL_OBSERVER, Observer, StopReason, StopRequest


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
