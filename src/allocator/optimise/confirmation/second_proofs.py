"""Second proofs: a solver that had no part in a proof searches for a counterexample.

Nothing else would show a wrong proof: the plan is sound, only not the best (a public report shows such an
answer of CP-SAT: https://github.com/google/or-tools/issues/5293). The claims are that a level costs at least
what is proved, where that is more than nothing, or that there is no plan. A counterexample costs no more at
the levels above, and less at this one. If the other solver proves that there is none, the claim is confirmed.
If it finds one, one of the two solvers is wrong, and the solve ends with an internal error.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from allocator.model.plan import HARD, Level
from allocator.model.run import CP_SAT, HIGHS, SECOND
from allocator.optimise.confirmation.claim import Claim, ContradictionError, claims_of, counterexample
from allocator.optimise.confirmation.witness_solvers import ClaimedPlan, Witness, ask_cp_sat, ask_highs
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.program import IntArray
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import SolveContext
from allocator.solvers.observer import CONFIRM, Progress

#: Whether to look for a second proof: not, in a part of the time that is left, or for as long as it takes.
Confirm = Literal["off", "spare", "full"]


@dataclass(frozen=True)
class ConfirmationParams:
    """Parameters of the search for second proofs.

    Attributes:
        extra_seconds: With ``spare`` it may take as long as the solve took, and this many seconds more.
        least_seconds: In less there is no answer: a worker process takes as long to begin.
        largest_program: A program with more variables is left out: as it is written, it takes gigabytes.
    """

    extra_seconds: float = 1.0
    least_seconds: float = 0.1
    largest_program: int = 1_000_000


PARAMS = ConfirmationParams()
#: The solvers that can be asked, in the order in which they are.
WITNESSES: Mapping[str, Witness] = MappingProxyType({HIGHS: ask_highs, CP_SAT: ask_cp_sat})


def confirmation_seconds(confirm: Confirm, context: SolveContext) -> float:
    """Return the seconds that a second proof may take.

    With one worker a plan must not depend on the clock: there is no spare time then.
    """
    if context.is_stopped or confirm == "off":
        return 0.0
    if confirm == "full":
        return float("inf")
    budget = context.budget
    return 0.0 if budget.deterministic else min(budget.seconds_left, budget.elapsed + PARAMS.extra_seconds)


def with_second_proofs(
    constrained: ConstrainedProgram,
    values: IntArray | None,
    proofs: tuple[Proof, ...],
    refuted: Bound | None,
    confirm: Confirm,
    context: SolveContext,
) -> tuple[tuple[Proof, ...], Bound | None]:
    """Return the proofs of a solve, with the second proofs that another solver adds.

    Args:
        constrained: The program of the proofs; variables that were fixed on the way are free.
        values: The plan, as values of all variables, if there is one.
        proofs: Cost and bound of each level; empty without a plan.
        refuted: The proof that there is no plan, where that is so.
        confirm: Whether to look for second proofs.
        context: The context of the solve.

    Raises:
        ContradictionError: The other solver has found a counterexample.
    """
    seconds = confirmation_seconds(confirm, context)
    claims = [Claim(None, {}, refuted)] if refuted is not None else list(claims_of(proofs))
    if seconds < PARAMS.least_seconds or not claims:
        return proofs, refuted
    whole = ConstrainedProgram(constrained.program, constrained.cuts, constrained.map)
    found: dict[Level | None, Bound] = {
        one.level: one.proof for one in SecondProofSearch(whole, context, seconds, values).run(claims)
    }
    proved = (Proof.of(p.level, p.cost, found.get(p.level, p.proved)) for p in proofs)
    return tuple(proved), found.get(None, refuted)


@dataclass(eq=False)
class SecondProofSearch:
    """Searches for second proofs of claims about one program.

    Attributes:
        constrained: The program, nothing of it fixed; it grows by the rows that plans of witnesses violate.
        context: The context of the solve.
        seconds: Time limit.
        plan: Values of all variables in the plan that is claimed to be the best.
    """

    constrained: ConstrainedProgram
    context: SolveContext
    seconds: float
    plan: IntArray | None = None
    _least: set[int] = field(default_factory=set)

    def run(self, claims: Sequence[Claim]) -> list[Claim]:
        """Return the claims with the proofs that witnesses have added.

        Raises:
            ContradictionError: A witness has found a counterexample.
        """
        claims, end = list(claims), time.monotonic() + self.seconds
        if len(self.constrained.program) > PARAMS.largest_program:
            return claims
        for name in SECOND:
            later = sum(HIGHS in one.proof.by for one in claims) if name == HIGHS else 0
            asked = [k for k, one in enumerate(claims) if one.can_be_confirmed_by(name)]
            left = end - time.monotonic()
            if asked:
                self._ask(name, claims, asked, left * len(asked) / (len(asked) + later))
        return claims

    def _ask(self, name: str, claims: list[Claim], asked: list[int], seconds: float) -> None:
        """Ask one witness, and ask again about claims for which the program has grown."""
        end = time.monotonic() + seconds
        least = PARAMS.least_seconds
        while asked and (left := end - time.monotonic()) > least and not self.context.is_stopped:
            self._report_progress(claims[asked[0]])
            plan = None if self.plan is None else ClaimedPlan(self.plan, frozenset(self._least))
            answers = WITNESSES[name](self.constrained, [claims[k] for k in asked], left, self.context, plan)
            again = []
            for k, answer in zip(asked, answers, strict=True):
                if answer.found == "none":
                    claims[k] = claims[k].confirmed_by(name)
                    self._remember_least(name, claims[k])
                elif answer.values is not None:
                    better, has_grown = counterexample(self.constrained, claims[k], answer.values)
                    if better is not None:
                        raise ContradictionError(claims[k], name, better, self.constrained)
                    again += [k] if has_grown else []
            asked = again

    def _remember_least(self, name: str, claim: Claim) -> None:
        """Remember a level that HiGHS has proved to cost its least: it searches components by that."""
        if name == HIGHS and claim.level is not None:
            self._least.add(claim.level)

    def _report_progress(self, claim: Claim) -> None:
        value, level = claim.proof.value, claim.level
        elapsed = self.context.budget.elapsed
        cost = None if level is None else value
        self.context.observer.on_progress(
            Progress(CONFIRM, HARD if level is None else level, cost, value, elapsed)
        )
