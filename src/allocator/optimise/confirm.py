"""A second proof: whatever one solver has proved, another is asked whether there is anything better.

A wrong proof of one solver is seen by nobody: its plan is sound, only not the best there is (a public report
shows such an answer of CP-SAT: https://github.com/google/or-tools/issues/5293). Of each level that is proved
to cost more than nothing, and of the claim that there is no plan, a solver that had no part in the proof is
asked: is there a plan that costs no more at the levels above, and less at this one? If there is none, it is
proved twice. If there is one, one of the two is wrong, and no answer is given.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from allocator.model.plan import HARD, Level
from allocator.model.witnesses import CP_SAT, HIGHS, SECOND
from allocator.optimise.claim import Claim, ContradictionError, claims_in, settled_plan
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.optimise.witness import Plan, Witness, ask_cp_sat, ask_highs
from allocator.program.program import IntArray
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.context import SolveContext
from allocator.solvers.observer import CONFIRM, Progress

#: Whether to look for a second proof: not, in a part of the time that is left, or for as long as it takes.
Confirm = Literal["off", "spare", "full"]
#: In spare time as much as the solve took is spent on it at most, and so many seconds.
MORE = 1.0
#: In less there is no answer: a process takes as long to begin.
LEAST = 0.1
#: What has more variables takes gigabytes as it is written.
HUGE = 1_000_000
WITNESSES: Mapping[str, Witness] = MappingProxyType({HIGHS: ask_highs, CP_SAT: ask_cp_sat})


def time_for(confirm: Confirm, search: SolveContext) -> float:
    """Return the seconds that a second proof may take.

    With one worker a plan must not depend on the clock: there is no spare time then.
    """
    if search.is_stopped or confirm == "off":
        return 0.0
    if confirm == "full":
        return float("inf")
    budget = search.budget
    return 0.0 if budget.deterministic else min(budget.seconds_left, budget.elapsed + MORE)


def with_second_proofs(
    task: ConstrainedProgram,
    values: IntArray | None,
    proofs: tuple[Proof, ...],
    refuted: Bound | None,
    confirm: Confirm,
    search: SolveContext,
) -> tuple[tuple[Proof, ...], Bound | None]:
    """Return what was proved, with what another solver adds to it.

    Args:
        task: The program that it was proved of; variables that were fixed on the way are free.
        values: The plan, as values of all variables, if there is one.
        proofs: Cost and bound of each level; empty without a plan.
        refuted: Who proved that there is no plan, where that is so.
        confirm: Whether to look for second proofs.
        search: The time that is left.

    Raises:
        ContradictionError: The other solver has found a plan that there is none of.
    """
    seconds = time_for(confirm, search)
    claims = [Claim(None, {}, refuted)] if refuted is not None else list(claims_in(proofs))
    if seconds < LEAST or not claims:
        return proofs, refuted
    whole = ConstrainedProgram(task.program, task.cuts, task.map)
    found: dict[Level | None, Bound] = {
        one.level: one.proof for one in Confirming(whole, search, seconds, values).run(claims)
    }
    proved = (Proof.of(p.level, p.cost, found.get(p.level, p.proved)) for p in proofs)
    return tuple(proved), found.get(None, refuted)


@dataclass(eq=False)
class Confirming:
    """Asks for second proofs of claims about one program.

    Attributes:
        task: The program, nothing of it fixed; it grows by what plans of witnesses call for.
        search: The seed, and whom to tell and to heed.
        seconds: How long it may take.
        plan: Values of all variables in the plan that is claimed to be the best.
    """

    task: ConstrainedProgram
    search: SolveContext
    seconds: float
    plan: IntArray | None = None
    _least: set[int] = field(default_factory=set)

    def run(self, claims: Sequence[Claim]) -> list[Claim]:
        """Return the claims with what witnesses have added to their proofs.

        Raises:
            ContradictionError: A witness has found a plan that contradicts a claim.
        """
        claims, end = list(claims), time.monotonic() + self.seconds
        if len(self.task.program) > HUGE:
            return claims
        for name in SECOND:
            later = sum(HIGHS in one.proof.by for one in claims) if name == HIGHS else 0
            asked = [k for k, one in enumerate(claims) if one.is_for(name)]
            left = end - time.monotonic()
            if asked:
                self._ask(name, claims, asked, left * len(asked) / (len(asked) + later))
        return claims

    def _ask(self, name: str, claims: list[Claim], asked: list[int], seconds: float) -> None:
        """Ask one witness, again where the task has grown by what its plans were short of."""
        end = time.monotonic() + seconds
        while asked and (left := end - time.monotonic()) > LEAST and not self.search.is_stopped:
            self._tell(claims[asked[0]])
            plan = None if self.plan is None else Plan(self.plan, frozenset(self._least))
            answers = WITNESSES[name](self.task, [claims[k] for k in asked], left, self.search, plan)
            again = []
            for k, answer in zip(asked, answers, strict=True):
                if answer.found == "none":
                    claims[k] = claims[k].proved_by(name)
                    self._found_least(name, claims[k])
                elif answer.values is not None:
                    better, has_grown = settled_plan(self.task, claims[k], answer.values)
                    if better is not None:
                        raise ContradictionError(claims[k], name, better, self.task)
                    again += [k] if has_grown else []
            asked = again

    def _found_least(self, name: str, claim: Claim) -> None:
        """Note that no values of the rows as they are cost less at a level, says who asks about parts."""
        if name == HIGHS and claim.level is not None:
            self._least.add(claim.level)

    def _tell(self, claim: Claim) -> None:
        value, level = claim.proof.value, claim.level
        elapsed = self.search.budget.elapsed
        cost = None if level is None else value
        self.search.observer.on_progress(
            Progress(CONFIRM, HARD if level is None else level, cost, value, elapsed)
        )
