"""The job ``refutation``: does any plan contradict a claim that no plan costs so little?

The problem is the program as it is written, with the prices of its levels and the caps of each claim. Message
for each claim: ``{"claim": k, "found": "none" | "plan" | "open"}``, with the ``"values"`` of a plan. ``none``
means that no values keep all rows and cost so little. Where all levels above are known to cost their least,
or have just been found to, independent components of the program are searched one by one (``components``).
"""

from __future__ import annotations

import time

import highspy
import numpy as np

from allocator.solvers.highs_worker.components import ComponentProblem, component_problems
from allocator.solvers.highs_worker.model import (
    Arrays,
    cap_cost,
    has_solution,
    model_of,
    packed,
    quiet_solver,
    send,
    solution_of,
)


def run(problem: Arrays) -> None:
    """Answer each claim in its share of the seconds that are left."""
    end, least = time.monotonic() + float(problem["seconds"]), problem["least"].copy()
    count = len(problem["caps"])
    for k in range(count):
        level = int(problem["asked"][k])
        until = time.monotonic() + (end - time.monotonic()) / (count - k)
        answer = _answer(problem, k, until, by_component=level > -1 and bool(least[:level].all()))
        if answer["found"] == "none" and level >= 0:
            least[level] = True
        send({"claim": k, **answer})


def _answer(problem: Arrays, k: int, until: float, *, by_component: bool) -> dict[str, object]:
    """Return the answer to one claim, found before a moment of the monotonic clock."""
    level = int(problem["asked"][k])
    if not (by_component and problem["component"].any()):
        whole = ComponentProblem(np.arange(len(problem["lower"])), dict(problem), problem["caps"][k])
        found, values = _search(whole, int(problem["seed"]), level, until - time.monotonic())
        return {"found": found} if values is None else {"found": found, "values": packed(values)}
    answers, components = {"none"}, list(component_problems(problem, level))
    for number, component in enumerate(components):
        left = (until - time.monotonic()) / (len(components) - number)
        found, values = _search(component, int(problem["seed"]), level, left)
        if values is not None:
            better = problem["known"].copy()
            better[component.columns] = values
            return {"found": found, "values": packed(better)}
        answers.add(found)
    return {"found": "open" if "open" in answers else "none"}


def _search(
    component: ComponentProblem, seed: int, level: int, seconds: float
) -> tuple[str, np.ndarray | None]:
    """Return whether a component has a plan within its caps, and the plan, in this many seconds at most."""
    solver, prices = quiet_solver(seed), component.problem["prices"]
    cost = prices[level] if level >= 0 else np.zeros(len(component.columns))
    solver.passModel(model_of(component.problem, cost, integral=component.problem["branched"] > 0))
    for price, most in zip(prices, component.caps, strict=True):
        if np.isfinite(most):
            cap_cost(solver, price, float(most))
    solver.setOptionValue("objective_target", float(component.caps[level]) if level >= 0 else 0.0)
    if np.isfinite(seconds):
        solver.setOptionValue("time_limit", max(0.0, seconds))
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        return "none", None
    return ("plan", solution_of(solver)) if has_solution(solver) else ("open", None)
