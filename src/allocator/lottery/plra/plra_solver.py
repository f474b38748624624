"""Finds the lottery over assignments that is asked for, and writes what an audit file commits to."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from allocator.errors import InternalError
from allocator.lottery.kinds._assignment_audit import AssignmentTickets, ExpectedCost, PairEntry
from allocator.lottery.plra.assignment_infeasibility import explain_no_lottery
from allocator.lottery.plra.flow_lottery import flow_lottery
from allocator.lottery.plra.lottery_spec import AssignmentLottery, LotterySpec, NoLottery
from allocator.lottery.plra.mixture import mixed_lottery
from allocator.program.network import as_network, find_network_part, non_network_rules
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance
from allocator.rules.policy import Policy
from allocator.verify.judge import judge


def find_lottery(spec: LotterySpec) -> AssignmentLottery:
    """Return the lottery of least expected cost, levels in order.

    Raises:
        NoLottery: There is none within the bound, or with so many different assignments.
    """
    cutting = [rule.id for rule in spec.policy.rules if rule.has_cuts]
    if cutting:
        raise NoLottery(beyond=cutting)
    problem = spec.problem()
    if problem is None:
        raise NoLottery
    if len(spec.certain_decisions(problem)) and spec.most < 1:
        raise NoLottery(least=Fraction(1))
    limited = spec.pairs_of_variables(problem)
    network = as_network(problem)
    apart = len(np.unique(limited[limited >= 0])) == (limited >= 0).sum()  # else a pair has several arcs
    if network is None or not apart:
        return _mixed_lottery(spec, problem)
    try:
        return flow_lottery(spec, problem, network, limited >= 0)
    except OverflowError:
        return _mixed_lottery(spec, problem)


def _mixed_lottery(spec: LotterySpec, problem: MilpInstance) -> AssignmentLottery:
    """Mix assignments; how chances are spread beyond the bound is no matter of whole assignments."""
    if spec.spread is not None:
        program = spec.program
        part = find_network_part(program, problem)
        kept = set() if part is None else {*part.rules}
        search_params = {program.rules[k] for k in program.rows.tags[~program.rows.defining, 0]}
        _, paying = non_network_rules(program)
        raise NoLottery(beyond=[*sorted(search_params - kept), *paying])
    return mixed_lottery(spec, problem)


def commit_lottery(
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
    spec = LotterySpec.of(policy, on, most, different, seconds)
    if worth is not None:
        spec = spec.with_spread(on, worth, strength)
    try:
        found = find_lottery(spec)
    except NoLottery as no_lottery:
        raise explain_no_lottery(spec, no_lottery) from None
    return {
        **_committed(spec.program, found),
        "expected": _expected_costs(policy, spec.program, found),
        "route": found.route,
    }


def _committed(program: Program, found: AssignmentLottery) -> Mapping[str, Any]:
    """Return the pairs, numbered in the order of a plan, and the lottery."""
    decisions = program.decisions
    taken = found.plans[:, : decisions.count] > 0
    tickets = np.array(found.tickets, dtype=np.int64) @ taken
    chosen = decisions.assignments(tickets)
    columns = np.array([decisions.column(one) for one in chosen], dtype=np.int64)
    pairs = [
        PairEntry(
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
        AssignmentTickets(tickets=many, pairs=tuple(np.flatnonzero(own[columns]).tolist()))
        for many, own in zip(found.tickets, taken, strict=True)
    ]
    return {"pairs": tuple(pairs), "lottery": tuple(lots)}


def _expected_costs(policy: Policy, program: Program, found: AssignmentLottery) -> tuple[ExpectedCost, ...]:
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
