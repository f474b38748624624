"""What a solve begins from: a plan, what is proved of it, and how much of it is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from allocator.model.plan import Assignment
from allocator.solvers.bounds import KnownBounds


@dataclass(frozen=True)
class WarmStart:
    """What earlier searches leave to a later one.

    Attributes:
        assignments: A plan to begin from.
        known: Bounds that they proved.
        periods: How many periods of each layer the plan decides, the first ones; None for all of all.
    """

    assignments: tuple[Assignment, ...] = ()
    known: KnownBounds = field(default_factory=KnownBounds)
    periods: Mapping[str, int] | None = None
