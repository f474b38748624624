"""The best chances where no pair may be more likely than a bound: one min-cost flow in fractions.

A bound of ``p/q`` lets each arc of a network carry ``p`` where everything else is multiplied by ``q``: all
capacities stay whole, so the best flow is whole, and divided by ``q`` it is the best of the linear program.

Sources: Jecmen, Zhang, Liu, Shah, Conitzer, Fang, *Mitigating manipulation in peer review via randomized
reviewer assignments* (NeurIPS 2020); for spread chances see ``Spread``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allocator.lottery.assigning.asked import Asked, Spread
from allocator.optimise.flow import FAR, cheapest_flow, in_one
from allocator.program.network import Network
from allocator.program.program import IntArray
from allocator.program.subproblem import BoolArray, MilpInstance, level_objective

#: Spread chances are multiples of a part of the bound, one of so many or more in a whole.
FINE = 40


@dataclass(frozen=True, eq=False)
class Chances:
    """How often each arc is used in ``rounds`` assignments.

    Attributes:
        flow: ``[arcs]`` uses; those of the problem's variables first.
        rounds: So many assignments.
    """

    flow: IntArray
    rounds: int


def best_chances(asked: Asked, problem: MilpInstance, network: Network, limited: BoolArray) -> Chances | None:
    """Return the chances of least expected cost, levels in order; None if none are within the bound.

    Raises:
        OverflowError: The levels' prices are too large to be put into one.
    """
    part, rounds = asked.most.as_integer_ratio()
    flow = cheapest_flow(_scaled(network, part, rounds, limited), _price(asked, problem, network, 1))
    return None if flow is None else Chances(flow, rounds)


def spread_chances(
    asked: Asked, spread: Spread, problem: MilpInstance, network: Network, limited: BoolArray
) -> Chances:
    """Return chances that are spread at the last level: parallel arcs, each dearer than the one before.

    Args:
        asked: The lottery; chances within its bound exist.
        spread: How they are spread.
        problem: What every assignment keeps.
        network: It as a network.
        limited: ``[n]`` which variables are bounded pairs.
    """
    finer = -(-FINE // asked.most.denominator)
    rounds, parts = asked.most.denominator * finer, asked.most.numerator * finer
    strength = spread.strength
    worth = np.zeros(len(problem), dtype=np.int64)
    worth[limited] = spread.worth[problem.columns[limited]]
    # The k-th part of x costs price / rounds + strength * worth * (2k + 1) / rounds**2; in whole numbers:
    unit = rounds * strength.denominator
    steep = int(worth.max(initial=0)) * strength.numerator * (2 * parts + 1)
    price = _price(asked, problem, network, unit, steep) * unit
    whole = _scaled(network, parts, rounds, limited)
    split = np.flatnonzero(limited)
    nth = np.tile(np.arange(parts), len(split))
    extra = np.repeat(split, parts)
    rest = np.flatnonzero(~np.isin(np.arange(len(whole.tails)), split))
    arcs = np.concatenate([extra, rest])
    parallel = Network(
        tails=whole.tails[arcs],
        heads=whole.heads[arcs],
        lower=np.where(np.arange(len(arcs)) < len(extra), 0, whole.lower[arcs]),
        upper=np.where(np.arange(len(arcs)) < len(extra), 1, whole.upper[arcs]),
        nodes=whole.nodes,
    )
    all_prices = np.zeros(len(whole.tails), dtype=np.int64)
    all_prices[: len(problem)] = price
    cost = all_prices[arcs]
    cost[: len(extra)] += strength.numerator * worth[extra] * (2 * nth + 1)
    found = cheapest_flow(parallel, cost)
    assert found is not None, "chances within the bound exist"
    flow = np.zeros(len(whole.tails), dtype=np.int64)
    np.add.at(flow, arcs, found)
    return Chances(flow, rounds)


def least_bound(network: Network, limited: BoolArray, n: int) -> Fraction | None:
    """Return the least bound, in percent, within which there are chances; None if 1 is not enough."""
    free, low, high = np.zeros(n, dtype=np.int64), 0, 101
    while high - low > 1:
        middle = (low + high) // 2
        possible = cheapest_flow(_scaled(network, middle, 100, limited), free) is not None
        low, high = (low, middle) if possible else (middle, high)
    return Fraction(high, 100) if high <= 100 else None


def _scaled(network: Network, part: int, rounds: int, limited: BoolArray) -> Network:
    """Return the network of so many assignments together, of which a pair may be in ``part``."""
    upper = network.upper * rounds
    upper[: len(limited)][limited] = part
    return replace(network, lower=network.lower * rounds, upper=upper)


def _price(asked: Asked, problem: MilpInstance, network: Network, unit: int, more: int = 0) -> IntArray:
    """Return one price that ranks as the levels do, with room to be multiplied by ``unit`` and grow."""
    levels = [level_objective(asked.program, level)[problem.columns] for level in asked.program.levels]
    limit = FAR // (network.nodes + 1) // unit - more
    price = in_one(levels, problem.bounds[1] - problem.bounds[0], limit)
    if price is None:
        raise OverflowError("the levels cannot be put into one price")
    return price
