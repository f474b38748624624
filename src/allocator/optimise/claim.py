"""What a solve claims and another solver can be asked: that no plan costs less, or that there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from allocator.model.plan import HARD
from allocator.model.witnesses import CP_SAT, EARLIER, HIGHS, NOBODY, in_order
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.evaluate import violated_rows
from allocator.program.program import IntArray
from allocator.program.subproblem import MilpInstance, Subproblem
from allocator.solvers.bounds import Bound, Proof


@dataclass(frozen=True)
class Claim:
    """A claim that no plan costs so little.

    Attributes:
        level: The level whose bound it is; None where it says that there is no plan at all.
        caps: What a plan that contradicts it costs at most, by level: at the levels above what they cost, at
            its own one less than the bound.
        proof: The bound, and who proved it.
    """

    level: int | None
    caps: Mapping[int, int]
    proof: Bound

    def is_for(self, witness: str) -> bool:
        """Whether this back end can still add to the proof.

        Where two solvers had a part in it, or nobody knows who did, it is first proved by one alone.
        """
        by, both = self.proof.by, {HIGHS, CP_SAT}
        if self.proof.second:
            return False
        is_unknown = EARLIER in by or both <= by
        return witness == HIGHS if is_unknown else witness not in by

    def proved_by(self, witness: str) -> Claim:
        """Return the claim once this back end, asked alone, has found no such plan."""
        by = self.proof.by
        if witness in by or EARLIER in by:
            return replace(self, proof=Bound(self.proof.value, frozenset((witness,)), NOBODY))
        return replace(self, proof=replace(self.proof, second=frozenset((witness,))))

    def asked_of(self, task: ConstrainedProgram) -> MilpInstance:
        """Return the question whether there is such a plan, of the program as it is written."""
        problem = Subproblem(task.program, None, self.caps, task.bounds).full(as_written=True)
        assert problem is not None, "nothing is looked at yet"
        return problem

    def is_contradicted(self, task: ConstrainedProgram, values: IntArray) -> bool:
        """Whether a settled plan, ``[variables]``, breaks nothing and costs as little."""
        if violated_rows(task.program, values[None, :]).any():
            return False
        return all(task.cost(values, level) <= most for level, most in self.caps.items())


@dataclass(frozen=True, eq=False)
class Answer:
    """What a witness says of a claim.

    Attributes:
        found: ``none`` if there is no plan that contradicts it, ``plan`` if there is one, else ``open``.
        values: Values of all variables in that plan.
    """

    found: Literal["none", "plan", "open"] = "open"
    values: IntArray | None = None


OPEN = Answer()


class ContradictionError(Exception):
    """A plan that one solver says there is none of, and another has found.

    Attributes:
        claim: What the first one claims.
        witness: The back end that found the plan.
        values: ``[variables]`` the plan.
        task: The program that both were asked about.
    """

    def __init__(self, claim: Claim, witness: str, values: IntArray, task: ConstrainedProgram) -> None:
        self.claim, self.witness, self.values, self.task = claim, witness, values, task
        super().__init__(f"{witness} contradicts {', '.join(in_order(claim.proof.by))}")


def claims_in(proofs: Iterable[Proof]) -> Iterator[Claim]:
    """Yield what is claimed of each level that is proved to cost more than nothing.

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


def settled_plan(task: ConstrainedProgram, claim: Claim, found: IntArray) -> tuple[IntArray | None, bool]:
    """Return the plan that a witness found, if it contradicts a claim, and whether the task has grown.

    A plan that breaks what was not written beforehand, or was taken for cheaper than it is, contradicts
    nothing: the task grows by what was missing, and the claim is to be asked about again.
    """
    settled = task.complete_plan(found)
    if settled is None:
        return None, True
    is_priced = task.is_priced(found, settled)
    if claim.is_contradicted(task, settled):
        return np.asarray(settled), False
    return None, not is_priced
