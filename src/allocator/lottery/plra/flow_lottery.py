"""A lottery where the rules are a network: the best chances by one min-cost flow, then whole assignments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allocator.lottery.plra.lottery_spec import AssignmentLottery, LotterySpec, NoLottery, Spread
from allocator.lottery.plra.mixture import mixed_lottery
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.network import Network
from allocator.program.program import BoolArray, IntArray
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.solvers.adapters.flow import MAX_COST, cheapest_flow, lexicographic_price

#: Spread chances are multiples of a part of the bound, one of so many or more in a whole.
GRID = 40


@dataclass(frozen=True, eq=False)
class ScaledFlow:
    """How often each arc is used in ``rounds`` assignments.

    Attributes:
        flow: ``[arcs]`` uses; those of the problem's variables first.
        rounds: So many assignments.
    """

    flow: IntArray
    rounds: int


def cheapest_scaled_flow(
    spec: LotterySpec, problem: MilpInstance, network: Network, limited: BoolArray
) -> ScaledFlow | None:
    """Return the chances of least expected cost, levels in order; None if none are within the bound.

    Raises:
        OverflowError: The levels' prices are too large to be put into one.
    """
    part, rounds = spec.most.as_integer_ratio()
    flow = cheapest_flow(_scaled(network, part, rounds, limited), _price(spec, problem, network, 1))
    return None if flow is None else ScaledFlow(flow, rounds)


def spread_scaled_flow(
    spec: LotterySpec, spread: Spread, problem: MilpInstance, network: Network, limited: BoolArray
) -> ScaledFlow:
    """Return chances that are spread at the last level: parallel arcs, each dearer than the one before.

    Args:
        spec: The lottery; chances within its bound exist.
        spread: How they are spread.
        problem: What every assignment keeps.
        network: It as a network.
        limited: ``[n]`` which variables are bounded pairs.
    """
    finer = -(-GRID // spec.most.denominator)
    rounds, parts = spec.most.denominator * finer, spec.most.numerator * finer
    strength = spread.strength
    worth = np.zeros(len(problem), dtype=np.int64)
    worth[limited] = spread.worth[problem.columns[limited]]
    # The k-th part of x costs price / rounds + strength * worth * (2k + 1) / rounds**2; in whole numbers:
    unit = rounds * strength.denominator
    steep = int(worth.max(initial=0)) * strength.numerator * (2 * parts + 1)
    price = _price(spec, problem, network, unit, steep) * unit
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
    return ScaledFlow(flow, rounds)


def least_feasible_bound(network: Network, limited: BoolArray, n: int) -> Fraction | None:
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


def _price(spec: LotterySpec, problem: MilpInstance, network: Network, unit: int, more: int = 0) -> IntArray:
    """Return one price that ranks as the levels do, with room to be multiplied by ``unit`` and grow."""
    levels = [level_objective(spec.program, level)[problem.columns] for level in spec.program.levels]
    limit = MAX_COST // (network.nodes + 1) // unit - more
    price = lexicographic_price(levels, problem.bounds[1] - problem.bounds[0], limit)
    if price is None:
        raise OverflowError("the levels cannot be put into one price")
    return price


def birkhoff_decomposition(
    network: Network, chances: ScaledFlow, random: np.random.Generator
) -> Iterator[IntArray]:
    """Yield ``chances.rounds`` flows ``[arcs]``, each within the network, whose sum is ``chances.flow``."""
    used = np.flatnonzero((chances.flow != 0) | (network.lower < 0))
    part = replace(
        network,
        tails=network.tails[used],
        heads=network.heads[used],
        lower=network.lower[used],
        upper=network.upper[used],
    )
    left = chances.flow[used]
    for rounds in range(chances.rounds, 0, -1):
        others = rounds - 1
        lower = np.maximum(part.lower, left - others * part.upper)
        upper = np.minimum(part.upper, left - others * part.lower)
        one = cheapest_flow(replace(part, lower=lower, upper=upper), random.integers(0, 1000, len(used)))
        assert one is not None, "a flow of several rounds is the sum of whole ones"
        left = left - one
        whole = np.zeros(len(network.tails), dtype=np.int64)
        whole[used] = one
        yield whole


#: Peeled anew so often at most, until there are as many different assignments as are asked for.
MAX_ROUNDS = 100


def flow_lottery(
    spec: LotterySpec, problem: MilpInstance, network: Network, limited: BoolArray
) -> AssignmentLottery:
    """Return the lottery of least expected cost under rules that are a network.

    Raises:
        NoLottery: There is none within the bound.
        OverflowError: The levels' prices are too large to be put into one.
    """
    best = cheapest_scaled_flow(spec, problem, network, limited)
    if best is None:
        raise NoLottery(least=least_feasible_bound(network, limited, len(problem)))
    bounds = [_mean_cost(spec, problem, best, level) for level in spec.program.levels]
    chances = best
    if spec.spread is not None:
        chances = spread_scaled_flow(spec, spec.spread, problem, network, limited)
    random = np.random.default_rng(1)
    found: dict[bytes, tuple[IntArray, int]] = {}
    for _ in range(MAX_ROUNDS):
        _count(found, (flow[: len(problem)] for flow in birkhoff_decomposition(network, chances, random)))
        if len(found) >= spec.different:
            break
    if len(found) < spec.different:
        if spec.spread is not None:
            raise NoLottery(found=len(found), proved=False)
        return mixed_lottery(spec, problem)
    decisions = [problem.full_values(values)[: spec.program.decisions.count] for values, _ in found.values()]
    plans = evaluate_auxiliaries(spec.program, np.array(decisions))
    return AssignmentLottery(plans, [many for _, many in found.values()], bounds, "flow")


def _count(found: dict[bytes, tuple[IntArray, int]], plans: Iterable[IntArray]) -> None:
    for values in plans:
        key = np.packbits(values > 0).tobytes()
        _, many = found.get(key, (values, 0))
        found[key] = values, many + 1


def _mean_cost(spec: LotterySpec, problem: MilpInstance, chances: ScaledFlow, level: int) -> Fraction:
    """Return what a level costs in the mean."""
    price = level_objective(spec.program, level)
    fixed = problem.fixed.copy()
    fixed[problem.columns] = 0
    constant = spec.program.constant(level) + int(price @ fixed)
    paid = int(price[problem.columns] @ chances.flow[: len(problem)])
    return constant + Fraction(paid, chances.rounds)
