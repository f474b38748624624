"""Second proofs: a solver that had no part in a proof searches for a counterexample.

Nothing else would show a wrong proof: the plan is sound, only not the best (a public report shows such an
answer of CP-SAT: https://github.com/google/or-tools/issues/5293). The claims are that a level costs at least
what is proved, where that is more than nothing, or that there is no plan. A counterexample costs no more at
the levels above, and less at this one. If the other solver proves that there is none, the claim is confirmed.
If it finds one, one of the two solvers is wrong, and the solve ends with an internal error.

The witnesses are HiGHS in a worker process, and CP-SAT. Each is given the program as it is written: nothing
that the first search has presolved, fixed or tightened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
from scipy.sparse import block_array
from scipy.sparse.csgraph import connected_components

from allocator.model.plan import HARD, Level
from allocator.model.run import CP_SAT, HIGHS, SECOND
from allocator.optimise.claims import (
    OPEN,
    Answer,
    Claim,
    ContradictionError,
    claims_of,
    counterexample,
)
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.program import IntArray
from allocator.program.structure import branching_variables
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.solvers.adapters import minimise
from allocator.solvers.bounds import Bound, Proof
from allocator.solvers.deadline import Allotment, SolveContext
from allocator.solvers.observer import CONFIRM, Progress
from allocator.solvers.solver import SearchParams
from allocator.solvers.worker_process import Message, WorkerProcess, problem_arrays, values_in

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
#: Seconds between two looks at a running worker.
POLL_SECONDS = 0.02


@dataclass(frozen=True, eq=False)
class ClaimedPlan:
    """The plan that is claimed to be the best.

    Attributes:
        values: Values of all variables.
        least: The levels at which HiGHS has proved that no values that keep the rows cost less.
    """

    values: IntArray
    least: frozenset[int] = frozenset()


#: Answers claims about a program within a number of seconds for all of them.
Witness = Callable[
    [ConstrainedProgram, Sequence[Claim], float, SolveContext, ClaimedPlan | None], list[Answer]
]


def ask_highs(
    constrained: ConstrainedProgram,
    claims: Sequence[Claim],
    seconds: float,
    context: SolveContext,
    plan: ClaimedPlan | None = None,
) -> list[Answer]:
    """Let HiGHS answer claims, one after the other, in one process that ends when the time is over."""
    problem = Claim(None, {}, claims[0].proof).problem_of(constrained)
    if len(problem) == 0:  # HiGHS takes no problem without variables
        return ask_cp_sat(constrained, claims, seconds, context)
    answers = [OPEN] * len(claims)

    def receive(message: Message) -> None:
        values = problem.full_values(values_in(message)) if "values" in message else None
        if message["found"] == "none" or values is not None:
            answers[int(message["claim"])] = Answer(message["found"], values)

    levels = constrained.program.levels
    caps = [[claim.caps.get(level, np.inf) for level in levels] for claim in claims]
    constants = np.array([constrained.program.constant(level) for level in levels], dtype=float)
    own = np.array(
        [level_objective(constrained.program, level)[problem.columns] for level in levels], dtype=float
    )
    end = time.monotonic() + seconds
    worker = WorkerProcess("refutation", receive)
    worker.begin(
        seed=context.seed,
        seconds=seconds,
        branched=branching_variables(constrained.program)[problem.columns],
        prices=own.reshape(len(levels), len(problem)),
        caps=np.array(caps, dtype=float).reshape(len(claims), len(levels)) - constants,
        asked=np.array([-1 if one.level is None else levels.index(one.level) for one in claims]),
        **_components(constrained, problem, plan),
        **problem_arrays(problem),
    )
    try:
        while worker.is_running and time.monotonic() < end and not context.is_stopped:
            time.sleep(POLL_SECONDS)
    finally:
        worker.close()
    return answers


def _components(
    constrained: ConstrainedProgram, problem: MilpInstance, plan: ClaimedPlan | None
) -> dict[str, np.ndarray]:
    """Return the plan, the component of the program that each variable is in, and which levels cost least."""
    if plan is None:
        none = np.zeros(len(problem), dtype=np.int64)
        return {
            "known": none,
            "component": none,
            "least": np.zeros(len(constrained.program.levels), dtype=np.bool_),
        }
    ties = problem.matrix.astype(np.bool_)
    _, component = connected_components(block_array([[None, ties.T], [ties, None]]), directed=False)
    least = [
        level in plan.least or _is_free(constrained, plan.values, level)
        for level in constrained.program.levels
    ]
    return {
        "known": plan.values[problem.columns],
        "component": component[: len(problem)],
        "least": np.array(least, dtype=np.bool_),
    }


def _is_free(constrained: ConstrainedProgram, values: IntArray, level: int) -> bool:
    """Return whether a plan costs nothing at a level, where no component can cost less than nothing."""
    program = constrained.program
    free = (
        (level_objective(program, level) >= 0).all()
        and program.constant(level) == 0
        and (program.lower >= 0).all()
    )
    return bool(free) and constrained.cost(values, level) == 0


def ask_cp_sat(
    constrained: ConstrainedProgram,
    claims: Sequence[Claim],
    seconds: float,
    context: SolveContext,
    plan: ClaimedPlan | None = None,
) -> list[Answer]:
    """Let CP-SAT answer claims, one after the other, each in its share of the time that is left."""
    end, answers = time.monotonic() + seconds, list[Answer]()
    for k, claim in enumerate(claims):
        left = (end - time.monotonic()) / (len(claims) - k)
        if context.is_stopped:
            left = 0.0
        found = minimise(
            claim.problem_of(constrained), context, SearchParams(Allotment(max(0.0, left), None))
        )
        answers.append(_answer(found.found == "infeasible", found.values))
    return answers


def _answer(is_none: bool, values: IntArray | None) -> Answer:
    if is_none:
        return Answer("none")
    return OPEN if values is None else Answer("plan", values)


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
    *,
    seconds: float | None = None,
) -> tuple[tuple[Proof, ...], Bound | None]:
    """Return the proofs of a solve, with the second proofs that another solver adds.

    Args:
        constrained: The program of the proofs; variables that were fixed on the way are free.
        values: The plan, as values of all variables, if there is one.
        proofs: Cost and bound of each level; empty without a plan.
        refuted: The proof that there is no plan, where that is so.
        confirm: Whether to look for second proofs.
        context: The context of the solve.
        seconds: The most seconds that it may take; None for as many as ``confirm`` says.

    Raises:
        ContradictionError: The other solver has found a counterexample.
    """
    allowed = confirmation_seconds(confirm, context)
    seconds = allowed if seconds is None else min(allowed, seconds)
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
