"""What every search of one solve shares: the seed, the time that is left, who listens, who may stop it."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.engine.budget import Budget
from allocator.engine.progress import Listener, Stop


@dataclass(frozen=True)
class Search:
    """The common settings of a solve.

    Attributes:
        seed: Seed of every random choice.
        budget: The time that is left.
        stop: A request to stop.
        listen: Hears of progress.
    """

    seed: int
    budget: Budget
    stop: Stop
    listen: Listener

    @property
    def is_over(self) -> bool:
        """Whether to stop searching."""
        return self.stop.asked or self.budget.is_over
