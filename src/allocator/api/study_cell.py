"""The process of one cell of a study: ``python -m allocator.api.study_cell``, which a runner starts."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from allocator.errors import InputError, InternalError
from allocator.model.plan import LevelScore, Plan
from allocator.model.text import Text
from allocator.rules.policy import Policy
from allocator.solvers.observer import NullObserver, Snapshot
from allocator.study.cell_process import Tell, run_cell
from allocator.study.cells import versions
from allocator.study.criteria_counting import CriteriaCounter
from allocator.study.figure_levels import FigureLevel

#: Least seconds between two messages about bounds; better plans are always told of.
TELL_EVERY = 0.2
#: Most faults of a wrong input that a result keeps.
MOST_FAULTS = 20


def main() -> int:
    """Run the cell that standard input asks for."""
    return run_cell(solve_cell)


def solve_cell(request: Mapping[str, Any], tell: Tell) -> Mapping[str, Any]:
    """Solve a cell, and return its answer; whatever goes wrong with the input is an answer, too."""
    began = time.monotonic()
    try:
        policy, yardstick = _policies(request)
        figures = [FigureLevel.model_validate(one) for one in request.get("figures") or ()]
        counter = CriteriaCounter(policy, yardstick, request.get("criteria") or (), figures)
        watch = _Watch(policy, counter, tell)
        plan = _solve(policy, request, watch)
        return _answer(plan, counter, watch)
    except InputError as error:
        texts = [Text(zh=fault("zh"), en=fault("en")) for fault in error.faults[:MOST_FAULTS]]
        faults = [text.model_dump(mode="json") for text in texts]
        is_memory = [fault.column for fault in error.faults] == ["--memory"]
        return _failed("memory" if is_memory else "wrong_input", began, faults=faults)
    except MemoryError:
        return _failed("memory", began)
    except InternalError as error:
        return _failed("internal", began, faults=[error.reason.model_dump(mode="json")])


def _failed(outcome: str, began: float, **details: Any) -> Mapping[str, Any]:
    seconds = round(time.monotonic() - began, 2)
    return {"outcome": outcome, "seconds": seconds, "versions": dict(versions()), **details}


def _policies(request: Mapping[str, Any]) -> tuple[Policy, Policy | None]:
    """Return the policy to solve, and the one that counts the criteria; None where that cannot be bound."""
    from allocator.api.scenarios import bind, load

    place, other = Path(request["scenario"]), Path(request["yardstick"])
    policy = bind(load(place))
    if other == place:
        return policy, policy
    try:
        return policy, bind(load(other))
    except InputError:
        return policy, None


def _solve(policy: Policy, request: Mapping[str, Any], watch: _Watch) -> Plan:
    from allocator.api.solving import solve

    return solve(
        policy,
        seconds=request["seconds"],
        seed=request["seed"],
        workers=request["workers"],
        memory=request.get("memory"),
        observer=watch,
    )


class _Watch(NullObserver):
    """Tells the runner of better costs and bounds, and remembers when the best plan was found."""

    def __init__(self, policy: Policy, counter: CriteriaCounter, tell: Tell) -> None:
        self._periods = {name: len(layer.periods) for name, layer in policy.context.layers.items()}
        self._counter, self._tell = counter, tell
        self._told = 0.0
        self._values: Any = None
        self._costs: tuple[int, ...] = ()
        self._reached: dict[tuple[int, ...], float] = {}

    def on_snapshot(self, snapshot: Snapshot) -> None:
        """See a better plan or a better bound of all layers."""
        if snapshot.periods != self._periods:
            return
        is_new = snapshot.values is not self._values
        now = time.monotonic()
        if not is_new and now - self._told < TELL_EVERY:
            return
        self._values, self._told = snapshot.values, now
        score = [proof.score for proof in snapshot.proofs]
        costs = tuple(one.cost for one in score)
        if costs != self._costs:
            self._costs = costs
            self._reached.setdefault(costs, snapshot.seconds)
        self._tell(self._progress(score, snapshot.seconds))

    def _progress(self, score: Sequence[LevelScore], seconds: float) -> Mapping[str, Any]:
        bounds = self._counter.bounds(score)
        return {
            "event": "progress",
            "seconds": round(seconds, 2),
            "criteria": list(self._counter.codes),
            "bounds": [bounds.get(code, 0) for code in self._counter.codes],
            "score": [one.model_dump(mode="json", include={"level", "cost", "bound"}) for one in score],
        }

    def best_after(self, plan: Plan) -> float | None:
        """Return when a plan of this cost was first reached; the end of the solve if only then."""
        if not plan.is_found:
            return None
        costs = tuple(one.cost for one in plan.score if one.level != "hard")
        return round(self._reached.get(costs, float(plan.run.get("seconds", 0.0))), 2)


def _answer(plan: Plan, counter: CriteriaCounter, watch: _Watch) -> Mapping[str, Any]:
    from allocator.model.reading.json_files import plan_text

    outcome = "solved" if plan.is_found else "infeasible" if plan.status == "infeasible" else "no_plan"
    if outcome == "no_plan" and plan.run.get("stopped") == "memory":
        outcome = "memory"
    criteria = counter.values(plan) if plan.is_found else ()
    return {
        "outcome": outcome,
        "status": plan.status,
        "score": [one.model_dump(mode="json") for one in plan.score],
        "criteria": [one.model_dump(mode="json") for one in criteria],
        "figures": dict(counter.figures(plan)) if plan.is_found else {},
        "stopped": str(plan.run.get("stopped", "")),
        "seconds": plan.run.get("seconds", 0.0),
        "best_after": watch.best_after(plan),
        "versions": dict(versions()),
        "plan_text": plan_text(plan) if plan.is_found else None,
    }


if __name__ == "__main__":
    sys.exit(main())
