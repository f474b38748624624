"""The flow route: where the program is a network, one min-cost flow proves every level at once.

Giving people to cases under pair conflicts, team sizes and loads is a flow. Levels are put into one
price: one unit of a level outweighs all that the levels below it can differ by.

Solver: OR-Tools SimpleMinCostFlow (cost scaling; Goldberg, 1997).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from ortools.graph.python import min_cost_flow

from allocator.program.medoids import undefined_auxiliaries
from allocator.program.network import Network, as_network
from allocator.program.program import IntArray, Program
from allocator.program.projection import decision_rows, rows_with_auxiliaries
from allocator.program.subproblem import MilpInstance, level_objective

#: Prices times nodes stay below this, well within the 64 bits that the solver scales them in.
FAR = 2**61


def best_by_flow(program: Program, problem: MilpInstance) -> IntArray | None:
    """Return the values of all variables in a plan that is best at every level.

    Args:
        program: The program.
        problem: The whole of it, no level held to a cap.

    Returns:
        None if it is no network, if no plan is possible, or if the prices of its levels are too large to be
        put into one.
    """
    network = None if undefined_auxiliaries(program) else as_network(problem)
    return None if network is None else cheapest_plan(program, problem, network)


def plan_by_flow(program: Program, whole: MilpInstance) -> IntArray | None:
    """Return the decisions of a plan where what is asked of decisions is a network: a start, and a good one.

    What levels cost by auxiliaries (a greatest, a distance) is left out.

    Args:
        program: The program.
        whole: The whole question of any plan.
    """
    if rows_with_auxiliaries(program).any():
        return None
    found = best_by_flow(program, decision_rows(program, whole))
    return None if found is None else np.asarray(found[: program.decisions.count])


def cheapest_plan(program: Program, problem: MilpInstance, network: Network) -> IntArray | None:
    """Return the values of all variables in a plan that is best by what levels cost by these of a problem.

    Args:
        program: The program.
        problem: What is asked.
        network: The same as a network.
    """
    levels = [level_objective(program, level)[problem.columns] for level in program.levels]
    price = in_one(levels, problem.bounds[1] - problem.bounds[0], FAR // (network.nodes + 1))
    flow = None if price is None else cheapest_flow(network, price)
    return None if flow is None else problem.full_values(flow[: len(problem)])


def in_one(levels: Sequence[IntArray], room: IntArray, limit: int) -> IntArray | None:
    """Return one price of each variable that ranks plans as the levels do, the first one first.

    Args:
        levels: ``[n]`` prices by level.
        room: ``[n]`` by how much each variable can differ between two plans.
        limit: The greatest price that may come out.

    Returns:
        None if that is not enough.
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
    """Return ``[arcs]`` the flow of least price, or None if there is none.

    Args:
        network: The arcs; those beyond the prices are free.
        price: ``[n]`` what one unit on each of the first arcs costs.
    """
    room = network.upper - network.lower
    if (room < 0).any():
        return None
    supply = np.zeros(network.nodes, dtype=np.int64)
    np.add.at(supply, network.heads, network.lower)
    np.add.at(supply, network.tails, -network.lower)
    solver = min_cost_flow.SimpleMinCostFlow()
    cost = np.zeros(len(network.tails), dtype=np.int64)
    cost[: len(price)] = price
    solver.add_arcs_with_capacity_and_unit_cost(network.tails, network.heads, room, cost)
    solver.set_nodes_supplies(np.arange(network.nodes), supply)
    if solver.solve() != solver.OPTIMAL:
        return None
    return np.asarray(network.lower + solver.flows(np.arange(len(network.tails))), dtype=np.int64)
