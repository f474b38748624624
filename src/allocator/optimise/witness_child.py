"""HiGHS as a witness, in a process of its own (see ``witness.py``).

Run as ``python -m allocator.optimise.witness_child``: reads one program as it is written, with the prices of
its levels and what each claim holds them to (numpy's ``.npz``), from standard input, and writes a JSON line
for each claim: ``{"claim": k, "found": "none" | "plan" | "open"}``, with ``"values"`` of the plan. ``none``
means that no values keep all rows and cost so little. Where all levels above are known, or have just been
found, to cost the least that they can, parts that no row ties are asked about one by one
(``witness_parts.py``).
"""

from __future__ import annotations

import time

import highspy
import numpy as np

from allocator.optimise.highs import Problem, model_of, packed, quiet_solver, read_problem, tell
from allocator.optimise.witness_parts import Part, parts_of


def main() -> None:
    """Answer for each claim of the problem on standard input."""
    problem = read_problem()
    end, least = time.monotonic() + float(problem["seconds"]), problem["least"].copy()
    count = len(problem["caps"])
    for k in range(count):
        asked = int(problem["asked"][k])
        share = time.monotonic() + (end - time.monotonic()) / (count - k)
        answer = _answer(problem, k, share, in_parts=asked > -1 and bool(least[:asked].all()))
        if answer["found"] == "none" and asked >= 0:
            least[asked] = True
        tell({"claim": k, **answer})


def _answer(problem: Problem, k: int, end: float, *, in_parts: bool) -> dict[str, object]:
    """Return what one claim comes to, until a moment at most."""
    asked = int(problem["asked"][k])
    if not (in_parts and problem["part"].any()):
        whole = Part(np.arange(len(problem["lower"])), dict(problem), problem["caps"][k])
        found, values = _search(whole, int(problem["seed"]), asked, end - time.monotonic())
        return {"found": found} if values is None else {"found": found, "values": packed(values)}
    answers, parts = {"none"}, list(parts_of(problem, asked))
    for number, part in enumerate(parts):
        left = (end - time.monotonic()) / (len(parts) - number)
        found, values = _search(part, int(problem["seed"]), asked, left)
        if values is not None:
            better = problem["known"].copy()
            better[part.columns] = values
            return {"found": found, "values": packed(better)}
        answers.add(found)
    return {"found": "open" if "open" in answers else "none"}


def _search(part: Part, seed: int, asked: int, seconds: float) -> tuple[str, np.ndarray | None]:
    """Return whether a part has a plan that costs so little, and the plan, in so many seconds at most."""
    solver, prices = quiet_solver(seed), part.problem["prices"]
    cost = prices[asked] if asked >= 0 else np.zeros(len(part.columns))
    solver.passModel(model_of(part.problem, cost, whole=part.problem["branched"] > 0))
    for price, most in zip(prices, part.most, strict=True):
        if np.isfinite(most):
            paid = np.flatnonzero(price).astype(np.int32)
            solver.addRow(-np.inf, float(most), len(paid), paid, price[paid])
    solver.setOptionValue("objective_target", float(part.most[asked]) if asked >= 0 else 0.0)
    if np.isfinite(seconds):
        solver.setOptionValue("time_limit", max(0.0, seconds))
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return "none", None
    if solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        return "plan", np.asarray(solver.getSolution().col_value)
    return "open", None


if __name__ == "__main__":
    main()
