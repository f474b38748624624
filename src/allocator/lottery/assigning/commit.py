"""What an assignment by lot commits to: its lottery, each assignment judged by the rules' own checks."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from allocator.errors import InternalError
from allocator.lottery.assigning.asked import Asked, Impossible, Lottery
from allocator.lottery.assigning.refusal import refusal
from allocator.lottery.assigning.solve import lottery
from allocator.lottery.kinds._assignment_file import ExpectedCost, Pair, Tickets
from allocator.model.layer import IntArray
from allocator.program.program import Program
from allocator.rules.policy import Policy
from allocator.verify.judge import judge


def commit(
    policy: Policy,
    on: str,
    most: Fraction,
    different: int,
    seconds: float,
    strength: Fraction,
    worth: IntArray | None,
) -> Mapping[str, Any]:
    """Return pairs, lottery, expected costs and route, as an audit file has them.

    Args:
        policy: The rules.
        on: The layer whose pairs are bounded.
        most: Their greatest chance.
        different: So many different assignments at least.
        seconds: Time that a search may take.
        strength: How far chances are spread beyond the bound; 0 for not at all.
        worth: ``[I, S]`` what pairs are worth, for that.

    Raises:
        CannotDraw: There is no such lottery.
        InternalError: An assignment breaks a rule.
    """
    asked = Asked.of(policy, on, most, different, seconds)
    if worth is not None:
        asked = asked.spreading(on, worth, strength)
    try:
        found = lottery(asked)
    except Impossible as impossible:
        raise refusal(asked, impossible) from None
    return {
        **_committed(asked.program, found),
        "expected": _expected(policy, asked.program, found),
        "route": found.route,
    }


def _committed(program: Program, found: Lottery) -> Mapping[str, Any]:
    """Return the pairs, numbered in the order of a plan, and the lottery."""
    decisions = program.decisions
    taken = found.plans[:, : decisions.count] > 0
    tickets = np.array(found.tickets, dtype=np.int64) @ taken
    chosen = decisions.assignments(tickets)
    columns = np.array([decisions.column(one) for one in chosen], dtype=np.int64)
    pairs = [
        Pair(
            layer=one.layer,
            item=one.item,
            slot=one.slot,
            role=one.role,
            period=one.period,
            tickets=int(tickets[column]),
        )
        for one, column in zip(chosen, columns.tolist(), strict=True)
    ]
    lots = [
        Tickets(tickets=many, pairs=tuple(np.flatnonzero(own[columns]).tolist()))
        for many, own in zip(found.tickets, taken, strict=True)
    ]
    return {"pairs": tuple(pairs), "lottery": tuple(lots)}


def _expected(policy: Policy, program: Program, found: Lottery) -> tuple[ExpectedCost, ...]:
    """Judge every assignment by the rules' own checks; return what each level costs in the mean."""
    total = sum(found.tickets)
    mean = dict.fromkeys(program.levels, Fraction(0))
    for values, many in zip(found.plans, found.tickets, strict=True):
        judgement = judge(policy, program.decisions.assignments(values))
        if judgement.broken:
            broken = ", ".join(one.rule.id for one in judgement.broken)
            raise InternalError(f"an assignment of the lottery breaks {broken}")
        for level in program.levels:
            mean[level] += Fraction(judgement.costs[level] * many, total)
    return tuple(
        ExpectedCost(
            level=level,
            cost=mean[level].as_integer_ratio(),
            bound=min(bound, mean[level]).as_integer_ratio(),
        )
        for level, bound in zip(program.levels, found.bounds, strict=True)
    )
