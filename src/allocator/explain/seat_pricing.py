"""Finds the price of a seat: solves all periods with an item pinned to it, warm-started from the plan."""

from __future__ import annotations

from dataclasses import replace

from allocator.errors import InternalError
from allocator.explain.seats import Seat, SeatPrice
from allocator.model.plan import HARD, Assignment
from allocator.model.text import Text
from allocator.optimise.dispatcher import solve
from allocator.optimise.initial_plan import WarmStart
from allocator.optimise.results import Options
from allocator.rules.kinds.pin import Pin
from allocator.rules.policy import Policy
from allocator.solvers.observer import NULL_OBSERVER, Observer
from allocator.verify.judge import judge


def solve_pinned(
    policy: Policy,
    assignments: tuple[Assignment, ...],
    seat: Seat,
    item: int,
    options: Options,
    observer: Observer = NULL_OBSERVER,
) -> SeatPrice:
    """Solve all layers and periods with an item pinned to a seat, and compare with the plan at hand.

    Raises:
        InternalError: The plan found breaks a hard rule.
    """
    pinned = replace(policy, rules=(*policy.rules, _pin_rule(policy, seat, item)))
    solved = solve(pinned, options, observer=observer, warm_start=WarmStart(assignments))
    if not solved.proofs:
        return SeatPrice(solved.status, options.seconds, {}, {})
    judgement = judge(pinned, solved.assignments)
    if judgement.broken:
        raise InternalError(f"{judgement.broken[0].rule.id} is broken by a solve with a pin")
    before, after = judge(policy, assignments).costs, judgement.costs
    bounds = {proof.level: proof.bound for proof in solved.proofs}
    levels = [level for level in after if level != HARD]
    return SeatPrice(
        solved.status,
        options.seconds,
        {level: after[level] - before[level] for level in levels},
        {level: bounds.get(level, 0) - before[level] for level in levels},
    )


def _pin_rule(policy: Policy, seat: Seat, item: int) -> Pin:
    """Return a pin of an item to a seat, under an id that no rule of the policy has."""
    layer = policy.context.layers[seat.layer]
    role, period = layer.roles[seat.role], layer.period_id(seat.period)
    own = "pin"
    while any(rule.id == own for rule in policy.rules):
        own += "."
    return Pin.model_validate(
        {
            "id": own,
            "kind": "pin",
            "on": layer.name,
            "item": layer.items[item],
            "slot": layer.slots[seat.slot],
            "role": () if role is None else (role,),
            "during": () if period is None else (period,),
            "why": Text(zh="指定", en="pinned"),
        }
    )
