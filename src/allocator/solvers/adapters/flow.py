"""Min-cost flow: proves the least cost of any problem whose matrix is that of a network.

Solver: OR-Tools SimpleMinCostFlow (cost scaling; Goldberg, 1997).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from ortools.graph.python import min_cost_flow

from allocator.model.run import FLOW
from allocator.program.network import Network, as_network
from allocator.program.program import IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.deadline import SolveContext
from allocator.solvers.solver import (
    SearchParams,
    SearchResult,
    Solver,
    result_without_variables,
)

#: Costs times nodes stay below this, well within the 64 bits that the solver scales them in.
MAX_COST = 2**61


class MinCostFlow(Solver):
    """Min-cost flow; it looks at neither time nor stop, since a flow takes a part of a second."""

    name: ClassVar[str] = FLOW

    def minimise(self, problem: MilpInstance, context: SolveContext, params: SearchParams) -> SearchResult:
        """Return the proved result of a network, ``unknown`` of anything else."""
        if len(problem) == 0:
            return result_without_variables(problem)
        network = as_network(problem)
        if network is None or np.abs(problem.objective).max() > MAX_COST // (network.nodes + 1):
            return SearchResult("unknown")
        flow = cheapest_flow(network, problem.objective)
        if flow is None:
            return SearchResult("infeasible")
        found = flow[: len(problem)]
        cost = int(problem.objective @ found) + problem.constant
        return SearchResult("optimal", problem.full_values(found), cost, cost)


def lexicographic_price(levels: Sequence[IntArray], room: IntArray, limit: int) -> IntArray | None:
    """Return one price of each variable that ranks plans as the levels do, the first one first.

    Args:
        levels: ``[n]`` prices by level.
        room: ``[n]`` by how much each variable can differ between two plans.
        limit: The greatest price that may come out.

    Returns:
        None if some price would be above the limit.
    """
    price, unit = np.zeros(len(room), dtype=np.int64), 1
    for level in reversed(levels):
        most = int(np.abs(level).max(initial=0))
        if unit * most + int(np.abs(price).max(initial=0)) > limit:
            return None
        price = price + level * unit
        unit *= 1 + int(np.abs(level).astype(float) @ room.astype(float) * 1.001)
    return price


def cheapest_flow(network: Network, price: IntArray) -> IntArray | None:
    """Return ``[arcs]`` the flow of least cost, or None if there is none.

    Args:
        network: The arcs; those beyond the prices are free.
        price: ``[n]`` cost of one unit on each of the first arcs.
    """
    room = network.upper - network.lower
    if (room < 0).any():
        return None
    supply = np.zeros(network.nodes, dtype=np.int64)
    np.add.at(supply, network.heads, network.lower)
    np.add.at(supply, network.tails, -network.lower)
    cost = np.zeros(len(network.tails), dtype=np.int64)
    cost[: len(price)] = price
    flow = cheapest_flow_of_supplies((network.tails, network.heads), room, cost, supply)
    return None if flow is None else np.asarray(network.lower + flow, dtype=np.int64)


def cheapest_flow_of_supplies(
    arcs: tuple[IntArray, IntArray], capacity: IntArray, cost: IntArray, supply: IntArray
) -> IntArray | None:
    """Return ``[arcs]`` the flow of least cost that meets all supplies, or None if there is none.

    Args:
        arcs: ``[arcs]`` tails and heads, numbers of nodes.
        capacity: ``[arcs]`` the most units on each; the fewest are 0.
        cost: ``[arcs]`` cost of one unit.
        supply: ``[nodes]`` units that leave each node, negative where they arrive.
    """
    tails, heads = arcs
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacity, cost)
    solver.set_nodes_supplies(np.arange(len(supply)), supply)
    if solver.solve() != solver.OPTIMAL:
        return None
    return np.asarray(solver.flows(np.arange(len(tails))), dtype=np.int64)
