"""The lottery that is asked for, by a flow where the rules are a network, else by mixing assignments."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import numpy as np

from allocator.lottery.assigning.asked import Asked, Impossible, Lottery
from allocator.lottery.assigning.chances import Chances, best_chances, least_bound, spread_chances
from allocator.lottery.assigning.mixture import mixture
from allocator.lottery.assigning.peel import peeled
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.network import Network, as_network
from allocator.program.network_part import find_network_part
from allocator.program.obstacles import non_network_rules
from allocator.program.program import IntArray
from allocator.program.subproblem import BoolArray, MilpInstance, level_objective

#: Peeled anew so often at most, until there are as many different assignments as are asked for.
MOST_ROUNDS = 100


def lottery(asked: Asked) -> Lottery:
    """Return the lottery of least expected cost, levels in order.

    Raises:
        Impossible: There is none within the bound, or with so many different assignments.
    """
    cutting = [rule.id for rule in asked.policy.rules if rule.has_cuts]
    if cutting:
        raise Impossible(beyond=cutting)
    problem = asked.problem()
    if problem is None:
        raise Impossible
    if len(asked.certain(problem)) and asked.most < 1:
        raise Impossible(least=Fraction(1))
    limited = asked.bounded(problem)
    network = as_network(problem)
    apart = len(np.unique(limited[limited >= 0])) == (limited >= 0).sum()  # else a pair has several arcs
    if network is None or not apart:
        return _mixed(asked, problem)
    try:
        return _by_flow(asked, problem, network, limited >= 0)
    except OverflowError:
        return _mixed(asked, problem)


def _by_flow(asked: Asked, problem: MilpInstance, network: Network, limited: BoolArray) -> Lottery:
    best = best_chances(asked, problem, network, limited)
    if best is None:
        raise Impossible(least=least_bound(network, limited, len(problem)))
    bounds = [_expected(asked, problem, best, level) for level in asked.program.levels]
    chances = best
    if asked.spread is not None:
        chances = spread_chances(asked, asked.spread, problem, network, limited)
    random = np.random.default_rng(1)
    found: dict[bytes, tuple[IntArray, int]] = {}
    for _ in range(MOST_ROUNDS):
        _count(found, (flow[: len(problem)] for flow in peeled(network, chances, random)))
        if len(found) >= asked.different:
            break
    if len(found) < asked.different:
        if asked.spread is not None:
            raise Impossible(found=len(found), proved=False)
        return mixture(asked, problem)
    decisions = [problem.full_values(values)[: asked.program.decisions.count] for values, _ in found.values()]
    plans = evaluate_auxiliaries(asked.program, np.array(decisions))
    return Lottery(plans, [many for _, many in found.values()], bounds, "flow")


def _mixed(asked: Asked, problem: MilpInstance) -> Lottery:
    """Mix assignments; how chances are spread beyond the bound is no matter of whole assignments."""
    if asked.spread is not None:
        program = asked.program
        part = find_network_part(program, problem)
        kept = set() if part is None else {*part.rules}
        asking = {program.rules[k] for k in program.rows.tags[~program.rows.defining, 0]}
        _, paying = non_network_rules(program)
        raise Impossible(beyond=[*sorted(asking - kept), *paying])
    return mixture(asked, problem)


def _count(found: dict[bytes, tuple[IntArray, int]], plans: Iterable[IntArray]) -> None:
    for values in plans:
        key = np.packbits(values > 0).tobytes()
        _, many = found.get(key, (values, 0))
        found[key] = values, many + 1


def _expected(asked: Asked, problem: MilpInstance, chances: Chances, level: int) -> Fraction:
    """Return what a level costs in the mean."""
    price = level_objective(asked.program, level)
    fixed = problem.fixed.copy()
    fixed[problem.columns] = 0
    constant = asked.program.constant(level) + int(price @ fixed)
    paid = int(price[problem.columns] @ chances.flow[: len(problem)])
    return constant + Fraction(paid, chances.rounds)
