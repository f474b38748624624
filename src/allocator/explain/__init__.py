"""Explains: why there is no plan and the cheapest way out; who fits a seat, and what speaks against each.

Only the first asks a solver; it is loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from allocator.explain.candidates import Candidate, Ranking, rank_candidates
from allocator.explain.seats import Asked, Seat, find_seat

if TYPE_CHECKING:
    from allocator.explain.infeasible import Reasons, Repair, why_infeasible

__all__ = [
    "Asked",
    "Candidate",
    "Ranking",
    "Reasons",
    "Repair",
    "Seat",
    "find_seat",
    "rank_candidates",
    "why_infeasible",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return getattr(import_module("allocator.explain.infeasible"), name)
    raise AttributeError(name)
