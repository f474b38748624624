"""The price of a seat: what a solve with somebody pinned to it costs more than a plan. Loads no solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allocator.model.plan import Level


@dataclass(frozen=True)
class PinnedSolve:
    """What a solve with a pin found.

    Attributes:
        status: Of the solve, as plans write it.
        seconds: The time limit.
        costs: By level how much more its plan costs than the one before, less if negative; empty without one.
        least: By level how much more it is proved to cost at least, given the levels above.
    """

    status: str
    seconds: float
    costs: Mapping[Level, int]
    least: Mapping[Level, int]
