"""HiGHS in a process of its own: it cannot share one with OR-Tools, and a process can be killed.

Run as ``python -m allocator.engine.mip_child``: reads one problem (numpy's ``.npz``) from standard input
and writes JSON lines: ``{"bound": b}``, ``{"cost": c, "values": base64 of int64}``.
"""

from __future__ import annotations

import highspy

from allocator.engine.highs import (
    BoundsTold,
    Problem,
    model_of,
    quiet_solver,
    read_problem,
    tell,
    tell_solution,
)


def main() -> None:
    """Solve the problem on standard input."""
    problem = read_problem()
    solver = quiet_solver(int(problem["seed"]))
    solver.passModel(model_of(problem, problem["cost"], whole=True))
    _start_from(solver, problem)
    solver.cbMipImprovingSolution.subscribe(tell_solution)
    solver.cbMipInterrupt.subscribe(BoundsTold())
    solver.run()
    tell({"bound": solver.getInfo().mip_dual_bound})


def _start_from(solver: highspy.Highs, problem: Problem) -> None:
    if len(problem["hint"]):
        solution = highspy.HighsSolution()
        solution.col_value = problem["hint"].astype(float)
        solver.setSolution(solution)


if __name__ == "__main__":
    main()
