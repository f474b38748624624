"""What every search of one solve shares: the seed, the time left, who listens, stops it, keeps plans."""

from __future__ import annotations

from dataclasses import dataclass

from allocator.optimise.budget import Budget
from allocator.optimise.progress import Listener, Stop
from allocator.optimise.reached import Offer, unheeded


@dataclass(frozen=True)
class Search:
    """The common settings of a solve.

    Attributes:
        seed: Seed of every random choice.
        budget: The time that is left.
        stop: A request to stop.
        listen: Hears of progress.
        offer: Is offered every plan that another solve can go on from.
    """

    seed: int
    budget: Budget
    stop: Stop
    listen: Listener
    offer: Offer = unheeded

    @property
    def is_over(self) -> bool:
        """Whether to stop searching."""
        return self.stop.asked or self.budget.is_over
