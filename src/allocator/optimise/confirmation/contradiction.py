"""A contradiction between two solvers: an internal error, with the models and both plans in a folder."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from allocator.errors import InternalError
from allocator.messages.os import os_text
from allocator.model.plan import HARD, Assignment, Plan, ScenarioRef, Status
from allocator.model.run import in_order
from allocator.model.text import Text
from allocator.optimise.confirmation.claim import Claim, ContradictionError
from allocator.program.evaluate import level_costs
from allocator.program.subproblem import Subproblem
from allocator.solvers.bounds import Proof
from allocator.solvers.model_files import model_files


def contradiction_error(
    error: ContradictionError,
    scenario: ScenarioRef,
    status: Status,
    assignments: Sequence[Assignment],
    proofs: Sequence[Proof],
) -> InternalError:
    """Save the models and both plans in a new folder, and return the internal error that names it.

    Args:
        error: The contradiction.
        scenario: The scenario that was solved.
        status: The status of the solve.
        assignments: The plan that the solve calls the best.
        proofs: Cost and bound of each level that the solve claims.
    """
    decisions = error.constrained.program.decisions
    better = decisions.assignments(error.values[: decisions.count])
    report = {**_report(error), "score": [proof.score.model_dump(mode="json") for proof in proofs]}
    files = {
        "proved.json": _plan_text(
            scenario, "infeasible" if status == "infeasible" else "feasible", assignments
        ),
        "better.json": _plan_text(scenario, "feasible", better),
        "report.json": json.dumps(report, indent=2) + "\n",
        **_models(error),
    }
    try:
        folder = Path(tempfile.mkdtemp(prefix="allocator-contradiction-"))
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as unwritten:
        why = os_text(unwritten)
        kept = Text(zh=f"模型未能保存（{why.zh}）", en=f"the models could not be kept ({why.en})")
    else:
        kept = Text(zh=f"模型与两个方案保存在 {folder}", en=f"the models and both plans are in {folder}")
    said = _contradiction_text(error)
    return InternalError(Text(zh=f"{said.zh}；{kept.zh}", en=f"{said.en}; {kept.en}"))


def _contradiction_text(error: ContradictionError) -> Text:
    """Return which solver claims what, and which one found a counterexample."""
    claim, names = error.claim, ", ".join(in_order(error.claim.proof.by))
    if claim.level is None:
        return Text(
            zh=f"求解器相互矛盾：{names} 称无解，{error.witness} 却找到方案",
            en=f"two solvers contradict each other: {names} says that there is no plan, "
            f"and {error.witness} found one",
        )
    cost = error.constrained.cost(error.values, claim.level)
    return Text(
        zh=f"求解器相互矛盾：{names} 称级别 {claim.level} 的代价至少为 {claim.proof.value}，"
        f"{error.witness} 却找到代价为 {cost} 的方案",
        en=f"two solvers contradict each other: {names} says that level {claim.level} costs at least "
        f"{claim.proof.value}, and {error.witness} found a plan at {cost}",
    )


def _plan_text(scenario: ScenarioRef, status: Status, assignments: Sequence[Assignment]) -> str:
    """Return a plan as JSON without its scores, so that ``verify`` judges the assignments alone."""
    plan = Plan(scenario=scenario, status=status, assignments=tuple(assignments))
    data = plan.model_dump(mode="json", exclude={"score", "rules"})
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _report(error: ContradictionError) -> dict[str, Any]:
    """Return the claim and the counterexample as data."""
    constrained, claim = error.constrained, error.claim
    costs = level_costs(constrained.program, error.values[None, :])[0].tolist()
    return {
        "asked": "any values at all" if claim.level is None else "the least cost of the level",
        "level": HARD if claim.level is None else claim.level,
        "held": _above(claim),
        "claimed": {"by": in_order(claim.proof.by), "bound": claim.proof.value},
        "found": {"by": error.witness, "costs": dict(zip(constrained.program.levels, costs, strict=True))},
        "versions": {name: version(name) for name in ("allocator", "highspy", "ortools")},
    }


def _above(claim: Claim) -> dict[int, int]:
    """Return the caps of the levels above the claim."""
    return {level: most for level, most in claim.caps.items() if level != claim.level}


def _models(error: ContradictionError) -> dict[str, str]:
    """Return the problem as files: the least cost of the claim's level, those above capped."""
    constrained, claim = error.constrained, error.claim
    problem = Subproblem(constrained.program, claim.level, _above(claim), constrained.bounds).full(
        as_written=True
    )
    assert problem is not None, "nothing is looked at yet"
    return model_files(problem)
