"""Claims of a solve, and the internal error when a better plan contradicts one; both plans are kept."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np

from allocator.errors import InternalError
from allocator.messages.os import os_text
from allocator.model.plan import HARD, Assignment, Plan, ScenarioRef, Status
from allocator.model.run import CP_SAT, EARLIER, HIGHS, NOBODY, in_order
from allocator.model.text import Text
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.evaluate import level_costs, violated_rows
from allocator.program.program import IntArray
from allocator.program.subproblem import MilpInstance, Subproblem
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.solver import model_files


@dataclass(frozen=True)
class Claim:
    """A claim that no plan keeps to some costs.

    Attributes:
        level: The level whose bound is claimed; None for the claim that there is no plan at all.
        caps: The most that a counterexample may cost, by level: the costs of the levels above, and one less
            than the bound at the level of the claim.
        proof: The bound, and the solvers that proved it.
    """

    level: int | None
    caps: Mapping[int, int]
    proof: Bound

    def can_be_confirmed_by(self, witness: str) -> bool:
        """Return whether a proof by this solver would add to the proof of the claim.

        A bound that two solvers proved together, or solvers that are not known, is first proved by one alone.
        """
        by, both = self.proof.by, {HIGHS, CP_SAT}
        if self.proof.second:
            return False
        is_unknown = EARLIER in by or both <= by
        return witness == HIGHS if is_unknown else witness not in by

    def confirmed_by(self, witness: str) -> Claim:
        """Return the claim with the proof of this solver, which alone has found no counterexample."""
        by = self.proof.by
        if witness in by or EARLIER in by:
            return replace(self, proof=Bound(self.proof.value, frozenset((witness,)), NOBODY))
        return replace(self, proof=replace(self.proof, second=frozenset((witness,))))

    def problem_of(self, constrained: ConstrainedProgram) -> MilpInstance:
        """Return the search for a counterexample as a problem: the program as it is written, and the caps."""
        problem = Subproblem(constrained.program, None, self.caps, constrained.bounds).full(as_written=True)
        assert problem is not None, "no bound is propagated yet"
        return problem

    def is_contradicted_by(self, constrained: ConstrainedProgram, values: IntArray) -> bool:
        """Return whether a plan, ``[variables]`` with its auxiliaries, keeps all rows and the caps."""
        if violated_rows(constrained.program, values[None, :]).any():
            return False
        return all(constrained.cost(values, level) <= most for level, most in self.caps.items())


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer of a witness to a claim.

    Attributes:
        found: ``none`` if it has proved that there is no counterexample, ``plan`` if it has found one,
            ``open`` if it has come to no end.
        values: Values of all variables in the counterexample.
    """

    found: Literal["none", "plan", "open"] = "open"
    values: IntArray | None = None


OPEN = Answer()


class ContradictionError(Exception):
    """One solver has found a plan that another has proved not to exist.

    Attributes:
        claim: The claim of the other solver.
        witness: The solver that found the plan.
        values: ``[variables]`` the plan.
        constrained: The program that both solvers were given.
    """

    def __init__(self, claim: Claim, witness: str, values: IntArray, constrained: ConstrainedProgram) -> None:
        self.claim, self.witness, self.values, self.constrained = claim, witness, values, constrained
        super().__init__(f"{witness} contradicts {', '.join(in_order(claim.proof.by))}")


def claims_of(proofs: Iterable[Proof]) -> Iterator[Claim]:
    """Yield the claim of each level that is proved to cost more than nothing.

    Args:
        proofs: Cost and bound of each level, most important first.
    """
    above: dict[int, int] = {}
    for proof in proofs:
        if proof.level == HARD:
            continue
        if 0 < proof.bound == proof.cost:
            yield Claim(proof.level, {**above, proof.level: proof.bound - 1}, proof.proved)
        above[proof.level] = proof.cost


def counterexample(
    constrained: ConstrainedProgram, claim: Claim, found: IntArray
) -> tuple[IntArray | None, bool]:
    """Return the plan that a witness found, if it contradicts a claim, and whether the program has grown.

    A plan that violates a lazy cut, or costs more than an outer approximation says, contradicts nothing: the
    program grows by the missing rows, and the witness is asked again.
    """
    settled = constrained.complete_plan(found)
    if settled is None:
        return None, True
    is_priced = constrained.is_priced(found, settled)
    if claim.is_contradicted_by(constrained, settled):
        return np.asarray(settled), False
    return None, not is_priced


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
