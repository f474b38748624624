"""Pieces side by side: as many as there are threads, each over decisions that no other sets free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

from allocator.optimise.asking import Asking, minimise
from allocator.optimise.outcome import Outcome
from allocator.optimise.standing import Standing
from allocator.program.evaluate import evaluate_auxiliaries, violated_rows
from allocator.program.program import IntArray
from allocator.program.subproblem import BoolArray, MilpInstance
from allocator.solvers.context import SolveContext

#: How often whoever waits looks around, in seconds.
WATCH = 0.05


def solve_parallel(
    problems: Sequence[MilpInstance],
    search: SolveContext,
    asking: Asking,
    look: Callable[[], object],
    meanwhile: Callable[[], bool],
) -> list[Outcome]:
    """Solve pieces, each in a thread of its own.

    Args:
        problems: The pieces.
        search: How to search.
        asking: How to search each.
        look: Called now and then while they are solved.
        meanwhile: Called in this thread, again and again until it says that there is nothing more to do.
    """
    with ThreadPoolExecutor(max(1, len(problems))) as pool:
        searches = [pool.submit(minimise, problem, search, asking) for problem in problems]
        waiting = is_busy = True
        while waiting:
            try:
                is_busy = is_busy and meanwhile()
                waiting = bool(wait(searches, 0 if is_busy else WATCH).not_done)
                look()
            except KeyboardInterrupt:
                search.request_stop()
    return [done.result() for done in searches]


def merge_piece(standing: Standing, start: IntArray, free: BoolArray, found: IntArray) -> None:
    """Take over what was found of a piece, whatever else has changed since.

    Args:
        standing: What stands.
        start: The values that the piece was cut from.
        free: ``[variables]`` what it set free.
        found: ``[variables]`` what was found.
    """
    if standing.values is start:
        standing.take(found)
        return
    program = standing.task.program
    count = program.decisions.count
    decisions = np.where(free[:count], found[:count], standing.values[:count])
    merged = evaluate_auxiliaries(program, decisions[None, :])
    if not violated_rows(program, merged).any():
        standing.take(merged[0])
