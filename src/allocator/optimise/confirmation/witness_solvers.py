"""Witnesses: HiGHS in a worker process, and CP-SAT, search for a plan that contradicts a claim.

Each is given the program as it is written: nothing that the first search has presolved, fixed or tightened.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import block_array
from scipy.sparse.csgraph import connected_components

from allocator.optimise.confirmation.claim import OPEN, Answer, Claim
from allocator.optimise.constrained_program import ConstrainedProgram
from allocator.program.program import IntArray
from allocator.program.structure import branching_variables
from allocator.program.subproblem import MilpInstance, level_objective
from allocator.solvers.adapters import minimise
from allocator.solvers.deadline import Allotment, SolveContext
from allocator.solvers.solver import SearchParams
from allocator.solvers.worker_process import Message, WorkerProcess, problem_arrays, values_in

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
