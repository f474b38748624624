"""Claims of a solve that another solver can refute: no plan costs less, or there is no plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from allocator.model.plan import HARD
from allocator.model.run import CP_SAT, EARLIER, HIGHS, NOBODY, in_order
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.evaluate import violated_rows
from allocator.program.program import IntArray
from allocator.program.subproblem import MilpInstance, Subproblem
from allocator.solvers.bounds import Bound, Proof


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
