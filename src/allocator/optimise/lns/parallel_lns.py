"""Parallel large neighbourhood search: disjoint pieces are solved side by side, one in each thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np

from allocator.optimise.incumbent import LevelIncumbent
from allocator.optimise.lns.operators import NeighbourhoodOperator
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.program import BoolArray, IntArray
from allocator.program.subproblem import MilpInstance
from allocator.solvers.adapters import minimise
from allocator.solvers.context import SolveContext
from allocator.solvers.solver import SearchParams, SearchResult

#: Seconds between two looks at the solve while pieces are solved.
POLL_SECONDS = 0.05


@dataclass(frozen=True, eq=False)
class Piece:
    """A piece of a plan.

    Attributes:
        operator: The operator that chose it.
        free: ``[variables]`` whether each is free.
        problem: The problem over the free variables.
    """

    operator: NeighbourhoodOperator
    free: BoolArray
    problem: MilpInstance


def solve_parallel(
    problems: Sequence[MilpInstance],
    context: SolveContext,
    search_params: SearchParams,
    poll: Callable[[], object],
    work_meanwhile: Callable[[], bool],
) -> list[SearchResult]:
    """Solve pieces, each in a thread of its own.

    Args:
        problems: The pieces.
        context: The settings of the solve.
        search_params: The parameters of each search.
        poll: Called again and again while they are solved.
        work_meanwhile: Called in this thread until it returns that there is nothing more to do.
    """
    with ThreadPoolExecutor(max(1, len(problems))) as pool:
        searches = [pool.submit(minimise, problem, context, search_params) for problem in problems]
        waiting = is_busy = True
        while waiting:
            try:
                is_busy = is_busy and work_meanwhile()
                waiting = bool(wait(searches, 0 if is_busy else POLL_SECONDS).not_done)
                poll()
            except KeyboardInterrupt:
                context.request_stop()
    return [done.result() for done in searches]


def merge_piece(incumbent: LevelIncumbent, start: IntArray, free: BoolArray, found: IntArray) -> None:
    """Merge the solution of a piece into the incumbent, which may have changed elsewhere since.

    Args:
        incumbent: The incumbent of the level.
        start: ``[variables]`` the plan that the piece was cut from.
        free: ``[variables]`` whether each was free in the piece.
        found: ``[variables]`` the solution of the piece.
    """
    if incumbent.values is start:
        incumbent.accept(found)
        return
    program = incumbent.constrained.program
    count = program.decisions.count
    decisions = np.where(free[:count], found[:count], incumbent.values[:count])
    merged = evaluate_auxiliaries(program, decisions[None, :])
    if not violated_rows(program, merged).any():
        incumbent.accept(merged[0])
