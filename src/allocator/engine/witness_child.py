"""HiGHS as a witness, in a process of its own (see ``witness.py``).

Run as ``python -m allocator.engine.witness_child``: reads one program as it is written, with the prices of
its levels and what each claim holds them to (numpy's ``.npz``), from standard input, and writes a JSON line
for each claim: ``{"claim": k, "found": "none" | "plan" | "open"}``, with ``"values"`` of the plan. ``none``
means that no values keep all rows and cost so little.
"""

from __future__ import annotations

import time

import highspy
import numpy as np

from allocator.engine.highs import Problem, model_of, packed, quiet_solver, read_problem, tell


def main() -> None:
    """Answer for each claim of the problem on standard input."""
    problem = read_problem()
    end = time.monotonic() + float(problem["seconds"])
    count = len(problem["caps"])
    for k in range(count):
        left = (end - time.monotonic()) / (count - k)
        tell({"claim": k, **_answer(problem, k, max(0.0, left))})


def _answer(problem: Problem, k: int, seconds: float) -> dict[str, object]:
    """Return what one claim comes to, in so many seconds at most."""
    solver, asked = quiet_solver(int(problem["seed"])), int(problem["asked"][k])
    prices, caps = problem["prices"], problem["caps"][k]
    cost = prices[asked] if asked >= 0 else np.zeros(len(problem["lower"]))
    solver.passModel(model_of(problem, cost, whole=problem["branched"] > 0))
    for price, most in zip(prices, caps, strict=True):
        if np.isfinite(most):
            paid = np.flatnonzero(price).astype(np.int32)
            solver.addRow(-np.inf, float(most), len(paid), paid, price[paid])
    solver.setOptionValue("objective_target", float(caps[asked]) if asked >= 0 else 0.0)
    if np.isfinite(seconds):
        solver.setOptionValue("time_limit", seconds)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return {"found": "none"}
    if solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        return {"found": "plan", "values": packed(solver.getSolution().col_value)}
    return {"found": "open"}


if __name__ == "__main__":
    main()
