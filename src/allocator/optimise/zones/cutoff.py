"""What a plan that is known says of the zones of any better one: their sums lie near each other.

Where the greatest load less the least is paid for, loads of a better plan differ by no more than those of the
plan known, and lie about the mean: of a hundred thousand zones a few thousand are left.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from allocator.optimise.task import Task
from allocator.optimise.zones.climb import costs_of
from allocator.optimise.zones.connected import Band
from allocator.program.program import INFINITE, IntArray
from allocator.program.slot_decomposition import SlotDecomposition
from allocator.program.subproblem import Subproblem


def bands_by_cost(task: Task, whole: SlotDecomposition, decisions: IntArray) -> Mapping[int, list[Band]]:
    """Return by slot the bands of all plans that cost no more than one at the first level.

    Args:
        task: What is to be solved.
        whole: Its program, slot by slot.
        decisions: The plan.
    """
    if not task.program.levels:
        return {}
    caps = {task.program.levels[0]: costs_of(task.program, decisions)[0]}
    problem = Subproblem(task.program, None, caps, task.bounds).whole()
    if problem is None:
        return {}
    lower, upper = problem.whole_bounds()
    slot, item = (np.full(len(task.program), -1, dtype=np.int64) for _ in range(2))
    for part in whole.parts:
        own = part.columns[: len(part.items)]
        slot[own], item[own] = part.slot, np.arange(len(own))
    found: dict[int, list[Band]] = {}
    ties, sizes = whole.ties, {part.slot: len(part.items) for part in whole.parts}
    for row in range(len(ties)):
        terms = slice(ties.starts[row], ties.starts[row + 1])
        cols, coefs = ties.cols[terms], ties.coefs[terms]
        is_own = slot[cols] >= 0
        slots, own = np.unique(slot[cols[is_own]]), coefs[is_own]
        if len(slots) != 1 or ((own > 0).any() and (own < 0).any()):
            continue
        ends = np.stack([coefs * lower[cols], coefs * upper[cols]])[:, ~is_own]
        least, most = int(ends.min(axis=0).sum()), int(ends.max(axis=0).sum())
        low = -INFINITE if ties.lo[row] <= -INFINITE else int(ties.lo[row]) - most
        high = INFINITE if ties.hi[row] >= INFINITE else int(ties.hi[row]) - least
        low, high = (low, high) if (own > 0).all() else (-high, -low)
        weights = np.zeros(sizes[int(slots[0])], dtype=np.int64)
        np.add.at(weights, item[cols[is_own]], np.abs(own))
        found.setdefault(int(slots[0]), []).append(Band(weights, low, high))
    return found
