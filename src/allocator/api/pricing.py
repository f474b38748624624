"""What it would cost to give somebody a seat, found by a solve of all periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allocator.model.plan import Plan
from allocator.rules.overrides import with_plan_overrides
from allocator.rules.policy import Policy
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.verify import check_references

if TYPE_CHECKING:
    from allocator.explain import Ranking
    from allocator.explain.seats import SeatPrice


def price(
    policy: Policy,
    plan: Plan,
    ranking: Ranking,
    *,
    seconds: float = 20.0,
    seed: int = 1,
    workers: int = 0,
    observer: Observer = NULL_OBSERVER,
    file: str = "plan",
) -> SeatPrice:
    """Solve anew with the first candidate of a ranking pinned to its seat, and compare with the plan.

    Args:
        policy: What ``bind`` returned.
        plan: The plan that the ranking is of; the solve begins from it.
        ranking: What ``candidates`` returned for one item.
        seconds: Time limit.
        seed: Seed of every random choice.
        workers: Threads, 0 for as many as there are cores.
        observer: May stop the solve, from another thread.
        file: What the plan is called in faults.

    Raises:
        InputError: The plan names what the scenario does not have.
        InternalError: What was found breaks a hard rule.
    """
    from allocator.explain.seat_pricing import solve_pinned
    from allocator.optimise.results import Options

    check_references(policy, plan, file)
    policy = with_plan_overrides(policy, plan, file)
    options, item = Options(seconds, seed, workers), ranking.candidates[0].item
    return solve_pinned(policy, plan.assignments, ranking.seat, item, options, observer)
