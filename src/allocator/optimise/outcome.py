"""What one search found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from allocator.program.program import IntArray

Found = Literal["optimal", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """What one search found.

    Attributes:
        found: Whether there is a plan, and whether that is proved to be the best, or none.
        values: Values of all variables of the program, None if no plan was found.
        bound: A proven lower bound of the cost.
        cost: What the plan costs at the level that was searched.
        effort: The part of the time (or work) allowed that was used.
    """

    found: Found
    values: IntArray | None = None
    bound: int = 0
    cost: int | None = None
    effort: float = 0.0

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to search for."""
        return self.found in ("optimal", "infeasible")
