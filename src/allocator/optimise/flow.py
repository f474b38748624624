"""The flow route: where the program is a network, one min-cost flow proves every level at once.

Giving people to cases under pair conflicts, team sizes and loads is a flow. Levels are put into one
price: one unit of a level outweighs all that the levels below it can differ by.
"""

from __future__ import annotations

import numpy as np

from allocator.program.lazy_auxiliaries import undefined_auxiliaries
from allocator.program.network import Network, as_network
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance, decision_rows, level_objective, rows_with_auxiliaries
from allocator.solvers.adapters.flow import MAX_COST, cheapest_flow, lexicographic_price


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
    room = problem.bounds[1] - problem.bounds[0]
    price = lexicographic_price(levels, room, MAX_COST // (network.nodes + 1))
    flow = None if price is None else cheapest_flow(network, price)
    return None if flow is None else problem.full_values(flow[: len(problem)])
