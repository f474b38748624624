"""The ladder of relaxations in a process of its own (see ``ladder.py``).

Run as ``python -m allocator.optimise.ladder_child``: reads the problem with its prices by level (numpy's
``.npz``) and writes JSON lines: ``{"step": k, "bound": b}`` for each level's relaxation with those before
held to their bounds; then, of the last level with all before held so, ``{"cost": c, "values": ...}`` and
``{"last": b}``.
"""

from __future__ import annotations

import time

import highspy
import numpy as np

from allocator.optimise.highs import (
    Problem,
    model_of,
    packed,
    quiet_solver,
    read_problem,
    tell,
    tell_solution,
)

#: Distance from a whole number that still counts as one.
SLACK = 1e-6
#: Branch and cut may take so many times the seconds of the relaxations, and so many more.
TIMES, MORE = 2.0, 2.0


def main() -> None:
    """Climb the ladder of the problem on standard input."""
    problem = read_problem()
    began = time.monotonic()
    solver = quiet_solver(int(problem["seed"]))
    solver.passModel(model_of(problem, problem["prices"][0], whole=False))
    if not _relax(solver, problem):
        return
    if _is_whole(values := np.asarray(solver.getSolution().col_value)):
        cost = float(problem["prices"][-1] @ np.rint(values))
        tell({"cost": cost, "values": packed(values)})
        tell({"last": cost})
        return
    solver.setOptionValue("time_limit", MORE + TIMES * (time.monotonic() - began))
    _search_whole(solver, len(values))


def _relax(solver: highspy.Highs, problem: Problem) -> bool:
    """Solve the relaxation of each level in turn; return whether all have been solved."""
    columns = np.arange(len(problem["lower"]), dtype=np.int32)
    for step, price in enumerate(problem["prices"]):
        solver.changeColsCost(len(columns), columns, price)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return False
        bound = float(np.ceil(solver.getInfo().objective_function_value - SLACK))
        tell({"step": step, "bound": bound})
        if step + 1 < len(problem["prices"]):
            paid = np.flatnonzero(price).astype(np.int32)
            solver.addRow(-np.inf, bound, len(paid), paid, price[paid])
    return True


def _search_whole(solver: highspy.Highs, count: int) -> None:
    """Search for whole values: with all levels before held to their bounds, there may be none."""
    columns = np.arange(count, dtype=np.int32)
    kinds = np.full(count, int(highspy.HighsVarType.kInteger), dtype=np.uint8)
    solver.changeColsIntegrality(count, columns, kinds)
    solver.cbMipImprovingSolution.subscribe(tell_solution)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        tell({"last": solver.getInfo().mip_dual_bound})


def _is_whole(values: np.ndarray) -> bool:
    return bool((np.abs(values - np.rint(values)) < SLACK).all())


if __name__ == "__main__":
    main()
