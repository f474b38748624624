"""Explains infeasibility (a minimal conflict and its cheapest relaxation), and ranks candidates for a seat.

Only ``why_infeasible`` and the searches for other plans (``alternative_search.py``) ask a solver, which is
loaded when one of them is called.
"""

from __future__ import annotations

from allocator.explain.infeasibility_reasons import MapObstacle, Reasons, Repair
from allocator.explain.seat_ranking import Candidate, Ranking, rank_candidates
from allocator.explain.seats import Move, Seat, SeatQuery, find_seat
from allocator.rules.policy import Policy
from allocator.solvers.observer import NULL_OBSERVER, Observer

__all__ = [
    "Candidate",
    "MapObstacle",
    "Move",
    "Ranking",
    "Reasons",
    "Repair",
    "Seat",
    "SeatQuery",
    "find_seat",
    "rank_candidates",
    "why_infeasible",
]


def why_infeasible(policy: Policy, seconds: float = 30.0, observer: Observer = NULL_OBSERVER) -> Reasons:
    """Return why a policy has no plan: a minimal conflict of hard rules, and its cheapest relaxations.

    Args:
        policy: The policy.
        seconds: Time limit in seconds.
        observer: May stop the search; the reasons found by then are returned.
    """
    from allocator.explain.infeasibility import find_reasons

    return find_reasons(policy, seconds, observer)
