"""A lottery under rules that are a network: the best chances by one min-cost flow, then whole assignments.

A bound of ``p/q`` lets an arc of a bounded pair carry ``p`` in ``q`` rounds, in which all other capacities
are multiplied by ``q``. All capacities stay whole, so the cheapest flow is whole, and divided by ``q`` it
solves the linear program.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from allocator.lottery.plra_mixture import mixed_lottery
from allocator.lottery.plra_spec import PARAMS, AssignmentLottery, LotterySpec, NoLottery, Spread
from allocator.program.evaluate import evaluate_auxiliaries
from allocator.program.network import Network
from allocator.program.program import BoolArray, IntArray
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.solvers.adapters.flow import MAX_COST, cheapest_flow, lexicographic_price


@dataclass(frozen=True, eq=False)
class ScaledFlow:
    """A whole flow over several rounds; divided by their number it gives the chances.

    Attributes:
        flow: ``[arcs]`` uses of each arc in all rounds; the arcs of the problem's variables come first.
        rounds: Number of rounds, each of which is an assignment.
    """

    flow: IntArray
    rounds: int


def cheapest_scaled_flow(
    spec: LotterySpec, problem: MilpInstance, network: Network, limited: BoolArray
) -> ScaledFlow | None:
    """Return the flow of least expected cost, level by level; None if none is within the bound.

    Raises:
        OverflowError: The costs of the levels do not fit into one price.
    """
    part, rounds = spec.most.as_integer_ratio()
    flow = cheapest_flow(_repeat_rounds(network, part, rounds, limited), _price(spec, problem, network, 1))
    return None if flow is None else ScaledFlow(flow, rounds)


def spread_scaled_flow(
    spec: LotterySpec, spread: Spread, problem: MilpInstance, network: Network, limited: BoolArray
) -> ScaledFlow:
    """Return a flow whose chances are spread at the last level, by parallel arcs of rising price.

    Args:
        spec: The specification; a flow within its bound exists.
        spread: The spread of the chances.
        problem: The instance whose solutions are the assignments.
        network: The instance as a network.
        limited: ``[n]`` whether a variable is of a bounded pair.
    """
    finer = -(-PARAMS.grid // spec.most.denominator)
    rounds, parts = spec.most.denominator * finer, spec.most.numerator * finer
    strength = spread.strength
    worth = np.zeros(len(problem), dtype=np.int64)
    worth[limited] = spread.worth[problem.columns[limited]]
    # The k-th part of x costs price / rounds + strength * worth * (2k + 1) / rounds**2; in whole numbers:
    unit = rounds * strength.denominator
    steep = int(worth.max(initial=0)) * strength.numerator * (2 * parts + 1)
    price = _price(spec, problem, network, unit, steep) * unit
    whole = _repeat_rounds(network, parts, rounds, limited)
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
    """Return the least feasible bound to a hundredth, by bisection; None if 1 is not feasible."""
    free, low, high = np.zeros(n, dtype=np.int64), 0, 101
    while high - low > 1:
        middle = (low + high) // 2
        possible = cheapest_flow(_repeat_rounds(network, middle, 100, limited), free) is not None
        low, high = (low, middle) if possible else (middle, high)
    return Fraction(high, 100) if high <= 100 else None


def _repeat_rounds(network: Network, part: int, rounds: int, limited: BoolArray) -> Network:
    """Return the network of several rounds, of which ``part`` may have the same pair."""
    upper = network.upper * rounds
    upper[: len(limited)][limited] = part
    return replace(network, lower=network.lower * rounds, upper=upper)


def _price(spec: LotterySpec, problem: MilpInstance, network: Network, unit: int, more: int = 0) -> IntArray:
    """Return ``[n]`` one price for all levels, with room for ``unit`` times itself plus ``more``."""
    levels = [level_objective(spec.program, level)[problem.columns] for level in spec.program.levels]
    limit = MAX_COST // (network.nodes + 1) // unit - more
    price = lexicographic_price(levels, problem.bounds[1] - problem.bounds[0], limit)
    if price is None:
        raise OverflowError("the levels cannot be put into one price")
    return price


def birkhoff_decomposition(
    network: Network, chances: ScaledFlow, random: np.random.Generator
) -> Iterator[IntArray]:
    """Yield ``chances.rounds`` flows ``[arcs]``, each within the network, whose sum is ``chances.flow``.

    This generalises the theorem of Birkhoff and von Neumann: a flow of ``n`` rounds is the sum of ``n``
    whole flows of one round (integer decomposition of network polyhedra; Baum and Trotter, 1978). Each step
    takes off any flow that leaves every arc a feasible rest for the other rounds. Random prices choose it,
    so that another call finds other flows.
    """
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


def flow_lottery(
    spec: LotterySpec, problem: MilpInstance, network: Network, limited: BoolArray
) -> AssignmentLottery:
    """Return the lottery of least expected cost under rules that are a network.

    Raises:
        NoLottery: There is none within the bound.
        OverflowError: The costs of the levels do not fit into one price.
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
    for _ in range(PARAMS.max_rounds):
        _count_tickets(
            found, (flow[: len(problem)] for flow in birkhoff_decomposition(network, chances, random))
        )
        if len(found) >= spec.different:
            break
    if len(found) < spec.different:
        if spec.spread is not None:
            raise NoLottery(found=len(found), proved=False)
        return mixed_lottery(spec, problem)
    decisions = [problem.full_values(values)[: spec.program.decisions.count] for values, _ in found.values()]
    plans = evaluate_auxiliaries(spec.program, np.array(decisions))
    return AssignmentLottery(plans, [many for _, many in found.values()], bounds, "flow")


def _count_tickets(found: dict[bytes, tuple[IntArray, int]], plans: Iterable[IntArray]) -> None:
    """Add assignments to their tickets, by the bytes of their values."""
    for values in plans:
        key = np.packbits(values > 0).tobytes()
        _, many = found.get(key, (values, 0))
        found[key] = values, many + 1


def _mean_cost(spec: LotterySpec, problem: MilpInstance, chances: ScaledFlow, level: int) -> Fraction:
    """Return the expected cost of a level."""
    price = level_objective(spec.program, level)
    fixed = problem.fixed.copy()
    fixed[problem.columns] = 0
    constant = spec.program.constant(level) + int(price @ fixed)
    paid = int(price[problem.columns] @ chances.flow[: len(problem)])
    return constant + Fraction(paid, chances.rounds)
