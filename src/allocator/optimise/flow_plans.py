"""Plans by min-cost flow: where a program is a network, one flow minimises every level at once.

An assignment of people to cases under pair conflicts, team sizes and loads is a flow. All levels are put into
one price: one unit of a level outweighs the greatest difference that the levels below it can make.
"""

from __future__ import annotations

import numpy as np

from allocator.program.lazy_auxiliaries import undefined_auxiliaries
from allocator.program.network import Network, as_network
from allocator.program.program import IntArray, Program
from allocator.program.subproblem import MilpInstance, decision_rows, level_objective, rows_with_auxiliaries
from allocator.solvers.adapters.flow import MAX_COST, cheapest_flow, lexicographic_price


def best_flow_plan(program: Program, problem: MilpInstance) -> IntArray | None:
    """Return the values of all variables in a plan that is best at every level.

    Args:
        program: The program.
        problem: The full problem, without caps on levels.

    Returns:
        None if the program is no network, if it has no plan, or if the prices of its levels are too large to
        be put into one.
    """
    network = None if undefined_auxiliaries(program) else as_network(problem)
    return None if network is None else lexicographic_flow_plan(program, problem, network)


def feasible_flow_plan(program: Program, whole: MilpInstance) -> IntArray | None:
    """Return the decisions of a good first plan where the rows over decisions alone are a network.

    The costs of auxiliaries (a greatest load, a distance) are left out.

    Args:
        program: The program.
        whole: The full problem of any plan.
    """
    if rows_with_auxiliaries(program).any():
        return None
    found = best_flow_plan(program, decision_rows(program, whole))
    return None if found is None else np.asarray(found[: program.decisions.count])


def lexicographic_flow_plan(program: Program, problem: MilpInstance, network: Network) -> IntArray | None:
    """Return the values of all variables in a plan of least cost, levels in order.

    Args:
        program: The program.
        problem: A problem of the program; costs of variables outside of it are left out.
        network: The same problem as a network.
    """
    levels = [level_objective(program, level)[problem.columns] for level in program.levels]
    room = problem.bounds[1] - problem.bounds[0]
    price = lexicographic_price(levels, room, MAX_COST // (network.nodes + 1))
    flow = None if price is None else cheapest_flow(network, price)
    return None if flow is None else problem.full_values(flow[: len(problem)])
